// SPDX-License-Identifier: Apache-2.0
// The declared acts, in the order in which work is done.
import { get, session } from "./api.ts";
import { atom } from "./atom.ts";
import { language } from "./i18n.ts";
import type { Act, Field } from "./types.ts";

export const acts = atom<Act[]>([]);

export async function loadActs(): Promise<void> {
  const { results } = await get<{ results: Act[] }>(`/api/acts?lang=${language.get()}`);
  acts.set(results);
}

/** The way of an atom through the house. An act that is not named here stands with "other". */
const STAGES: readonly (readonly [stage: string, acts: readonly string[]])[] = [
  ["beam", ["production.irradiate", "production.process"]],
  ["generator", ["pharmacy.receive_generator", "pharmacy.accept_lot", "pharmacy.elute", "pharmacy.test_breakthrough", "pharmacy.test_purity"]],
  ["kit", ["pharmacy.receive_kit", "pharmacy.receive_vial", "pharmacy.label_kit", "pharmacy.test_rcp", "pharmacy.release", "pharmacy.reject", "pharmacy.print_label"]],
  ["patient", ["clinic.register_patient", "clinic.refer", "clinic.justify", "clinic.order", "clinic.write_directive", "clinic.check_patient", "clinic.accept_risk"]],
  ["dose", ["clinic.draw_dose", "clinic.administer", "clinic.measure_residual", "clinic.discharge"]],
  ["batch", [
    "quality.issue_batch", "quality.do_step", "quality.reconcile", "quality.test", "quality.approve_test", "quality.start_sterility", "quality.keep_sample", "quality.review_batch",
    "quality.certify_batch", "quality.release_conditionally", "quality.ship_batch", "quality.recall", "quality.receive_material", "quality.monitor", "quality.open_case", "quality.decide_case",
    "quality.acknowledge", "quality.assign", "quality.train", "quality.media_fill", "quality.draft_master", "quality.approve_master", "quality.discard_sample",
  ]],
  ["instrument", ["instrument.check_background", "instrument.check_constancy", "instrument.check_camera", "instrument.take_reading", "instrument.check_accuracy", "instrument.check_linearity", "instrument.check_geometry", "instrument.calibrate", "instrument.withdraw", "instrument.register"]],
  ["stock", ["stock.order", "stock.receive_package", "stock.move_vessel", "stock.test_leak", "stock.register_source", "stock.register_room", "stock.register_supplier", "stock.approve_supplier"]],
  ["waste", ["safety.discard", "safety.measure", "safety.explain", "safety.open_waste", "safety.close_waste", "safety.clear_waste", "safety.survey", "safety.map_room", "safety.report_incident", "safety.follow_incident", "safety.record_staff_dose", "safety.investigate_dose", "safety.declare_pregnancy"]],
];

const ORDER = STAGES.flatMap(([stage, names]) => names.map((name) => [name, stage] as const));

function rank(name: string): number {
  const at = ORDER.findIndex(([one]) => one === name);
  return at < 0 ? ORDER.length : at;
}

export const stageOf = (name: string): string => ORDER[rank(name)]?.[1] ?? "other";

export const byWork = (a: Act, b: Act): number =>
  rank(a.name) - rank(b.name) || a.name.localeCompare(b.name);

export const STAGE_NAMES = [...STAGES.map(([stage]) => stage), "other"];

export function may(act: Act): boolean {
  const roles = session.get()?.roles ?? [];
  return act.roles.some((role) => roles.includes(role));
}

export const actNamed = (name: string): Act | undefined => acts.get().find((act) => act.name === name);

export const keyOf = (field: Field): string => field.key ?? field.name;

/** What can be done with a record of this kind next, in the order of work: acts with a field for it. */
export function actsOn(kind: string): { act: Act; field: Field }[] {
  const found: { act: Act; field: Field }[] = [];
  for (const act of [...acts.get()].sort(byWork)) {
    const field = act.fields.find((one) => one.record === kind);
    if (field !== undefined) found.push({ act, field });
  }
  return found;
}

/** Acts after `done` on what it made: those later in the order of work first. */
export function nextActs(done: Act, kind: string): { act: Act; field: Field }[] {
  const all = actsOn(kind).filter(({ act }) => act.name !== done.name);
  const later = all.filter(({ act }) => rank(act.name) > rank(done.name));
  const earlier = all.filter(({ act }) => rank(act.name) <= rank(done.name));
  return [...later, ...earlier];
}
