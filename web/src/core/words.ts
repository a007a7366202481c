// SPDX-License-Identifier: Apache-2.0
// Names from data as people read them: fields, members of records, states, vessels.
import { fullMoment, moment } from "./clock.ts";
import { t, word } from "./i18n.ts";
import { plain, quantity, unitSuffix } from "./quantity.ts";
import type { Json } from "./types.ts";

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "planned-time" or "activity_bq": "Planned time", "Activity". */
export function label(name: string): string {
  if (name === "at") return t("Time");
  const suffix = unitSuffix(name);
  const bare = suffix !== undefined && name.endsWith(`_${suffix}`) ? name.slice(0, -suffix.length - 1) : name;
  return word(capital(bare.replace(/[-_]+/g, " ").trim()));
}

export const roleWord = (role: string): string => word(role.replace(/-/g, " "));

export const stateWord = (state: string): string => word(state.replace(/[-_]+/g, " "));

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

export const isInstant = (value: unknown): value is string =>
  typeof value === "string" && INSTANT.test(value);

/** Members whose texts are words of Moly; others (a patient's name!) are never translated. */
const ENUMERATED = new Set(["product", "sex", "route", "pregnancy", "breast_feeding", "method", "cost", "password_cost", "role", "radionuclidic_purity", "expiry_by"]);

/** "0.0001 TBq" as the server writes a bound: with the prefix that reads best, in the reader's
 *  language. */
export function boundText(text: string): string {
  const [, number = "", prefix = "", unit = ""] = /^(\S+) ([TGMkm]?)(\S+)$/.exec(text) ?? [];
  const factor = { T: 1e12, G: 1e9, M: 1e6, k: 1e3, m: 1e-3 }[prefix] ?? 1;
  if (unit === "Bq") return quantity(Number(number) * factor, "bq");
  const cut = text.lastIndexOf(" ");
  return cut < 0 ? text : `${text.slice(0, cut)}\u00a0${word(text.slice(cut + 1))}`;
}

/** What the server says in a sentence, with the units in the reader's language, "900 mL", and instants by
 *  the site's wall clock. */
export const unitsIn = (text: string): string =>
  text.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z/g, (at) => moment(at)).replace(/(\d[ \u00a0])([µnmkGMT]?(?:Bq(?:\/mL)?|Ci|L|g|Sv(?:\/h)?|Gy)|cm|kg|%)(?![\w/])/g, (_all, before: string, unit: string) => before + word(unit));

/** Names of acts inside of a sentence, "measure it (clinic.measure_residual)", as people know them. */
export const actsIn = (text: string, titleOf: (name: string) => string | undefined): string =>
  text.replace(/\b[a-z]+\.[a-z]+_?[a-z_]*\b/g, (name) => {
    const title = titleOf(name);
    return title === undefined ? name : `“${title}”`;
  });

/** A member of a record or an event, for people. */
export function valueText(name: string, value: Json | undefined): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") {
    const suffix = unitSuffix(name);
    if (suffix !== undefined) return quantity(value, suffix);
    return Number.isInteger(value) ? String(value) : plain(value);
  }
  if (typeof value === "string") {
    if (isInstant(value)) return name.endsWith("recorded_at") ? fullMoment(value) : moment(value);
    if (name === "state") return stateWord(value);
    return ENUMERATED.has(name) ? word(value) : value;
  }
  if (Array.isArray(value)) return value.map((one) => valueText(name, one)).join(", ");
  return Object.entries(value)
    .map(([key, one]) => `${label(key)}: ${valueText(key, one)}`)
    .join("; ");
}

export type Tone = "good" | "wait" | "bad" | "done" | "plain";

const TONES: Record<string, Tone> = {
  accepted: "good", released: "good", drawn: "good", active: "good", justified: "good", registered: "good",
  quarantine: "wait", untested: "wait", tested: "wait", labelled: "wait", ordered: "wait", received: "wait", bombarded: "wait",
  open: "plain",
  given: "done", injected: "done", "residual measured": "done", discharged: "done", discarded: "done",
  cleared: "done", closed: "done", reported: "done", processed: "done",
  "out of specification": "bad", rejected: "bad", expired: "bad", blocked: "bad", retired: "bad", cancelled: "bad",
  met: "good", exceeded: "bad", "limit below detection": "wait", "not measured": "wait", "not all limits can be told": "wait",
};

export const toneOf = (state: string | undefined): Tone =>
  state === undefined ? "plain" : (TONES[state.replace(/[-_]+/g, " ")] ?? "plain");
