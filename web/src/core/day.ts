// SPDX-License-Identifier: Apache-2.0
// A day to plan, as `moly plan` reads it: its working copy on this device, and what can be done to it.
import example from "../../../docs/plan-example.json";
import { nowMs } from "./clock.ts";
import { load, save } from "./storage.ts";

export interface Dose {
  clinic: string;
  product: string;
  activity: string; // "300 MBq"
  at: string;
}

export interface Place {
  name: string;
  opens: string;
  closes: string;
}

export interface Product {
  name: string;
  nuclide: string;
  generator?: { parent: string };
  import?: { supplier: string; arrives: string };
}

/** Members that are not named here belong to the server and are carried along. */
export interface Day {
  cyclotrons?: Place[];
  cells?: Place[];
  products: Product[];
  clinics: { name: string; travel: string }[];
  doses: Dose[];
}

const DAY_MS = 86_400_000, MINUTE_MS = 60_000;
/** The example's instants are the working hours of a site six hours ahead of UTC. */
const EXAMPLE_OFFSET_MINUTES = 360;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

export const instant = (ms: number): string => new Date(ms).toISOString().replace(/(:00)?\.000Z$/, "Z");

const dateAt = (ms: number, offset: number): string => new Date(ms + offset * MINUTE_MS).toISOString().slice(0, 10);

export const tomorrow = (offset: number): string => dateAt(nowMs() + DAY_MS, offset);

/** When the day's doses are, by the site's wall. */
export const dateOf = (day: Day, offset: number): string | undefined =>
  day.doses[0] === undefined ? undefined : dateAt(Math.min(...day.doses.map((one) => Date.parse(one.at))), offset);

/** Every instant in it so much later. */
function shifted<T>(value: T, by_ms: number): T {
  if (typeof value === "string") return (INSTANT.test(value) ? instant(Date.parse(value) + by_ms) : value) as T;
  if (Array.isArray(value)) return value.map((one) => shifted<unknown>(one, by_ms)) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shifted<unknown>(one, by_ms)])) as T;
  }
  return value;
}

/** The same hours on another date. */
export function bringTo(day: Day, date: string, offset: number): Day {
  const from = dateOf(day, offset);
  return from === undefined ? day : shifted(day, Date.parse(date) - Date.parse(from));
}

export const exampleDay = (offset: number): Day =>
  bringTo(shifted(example as Day, (EXAMPLE_OFFSET_MINUTES - offset) * MINUTE_MS), tomorrow(offset), offset);

const isTexts = (value: unknown, members: string[]): boolean =>
  typeof value === "object" && value !== null && members.every((one) => typeof (value as Record<string, unknown>)[one] === "string");

/** What the screen relies on; the rest the server judges. */
function isDay(value: unknown): value is Day {
  if (typeof value !== "object" || value === null) return false;
  const { cyclotrons = [], cells = [], products, clinics, doses } = value as Record<string, unknown>;
  const all = (list: unknown, members: string[]) => Array.isArray(list) && list.every((one) => isTexts(one, members));
  return (
    all(products, ["name", "nuclide"]) && all(clinics, ["name"]) && all(doses, ["clinic", "product", "activity", "at"]) &&
    all(cyclotrons, ["name", "opens", "closes"]) && all(cells, ["name", "opens", "closes"]) &&
    (products as unknown[]).length > 0 && (clinics as unknown[]).length > 0 &&
    (doses as Dose[]).every((one) => !Number.isNaN(Date.parse(one.at)))
  );
}

export function readDay(text: string): Day | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isDay(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const key = (user: string): string => `moly.plan.${user}`;

export function keptDay(user: string): Day | undefined {
  const kept = load<unknown>(key(user));
  return isDay(kept) ? kept : undefined;
}

/** @returns whether it was kept */
export const keepDay = (user: string, day: Day): boolean => save(key(user), day);

export const withDose = (day: Day, index: number, dose: Partial<Dose>): Day => ({
  ...day,
  doses: day.doses.map((one, i) => (i === index ? { ...one, ...dose } : one)),
});

export const withoutDose = (day: Day, index: number): Day => ({ ...day, doses: day.doses.filter((_, i) => i !== index) });

/** One more like it, half an hour later. */
export function withOneMore(day: Day, like: Dose | undefined, noon: string): Day {
  const dose: Dose = like === undefined
    ? { clinic: day.clinics[0]!.name, product: day.products[0]!.name, activity: "300 MBq", at: noon }
    : { ...like, at: instant(Date.parse(like.at) + 30 * MINUTE_MS) };
  return { ...day, doses: [...day.doses, dose] };
}

// ---- what comes back --------------------------------------------------------------------------

export interface NumberedDose extends Omit<Dose, "activity"> {
  number: number; // from 1, as in the day
  activity_bq: number;
}

export interface Batch {
  product: string;
  cyclotron: string | null;
  target: string | null;
  generator: string | null;
  cell: string | null;
  beam_from: string;
  beam_to: string;
  beam_s: number;
  current_a: number;
  eob_bq: number;
  most_eob_bq: number;
  synthesis_from: string;
  synthesis_to: string;
  product_bq: number;
  released: string;
  released_bq: number;
  last_use: string;
  cost: number;
  doses: NumberedDose[];
  deliveries: { clinic: string; leaves: string; arrives: string; activity_bq: number; n_doses: number }[];
}

export interface Miss {
  product: string;
  why: string;
  text: string;
  place: string | null;
  at: string | null;
  opens: string | null;
  needed_bq: number | null;
  most_bq: number | null;
  kept_s: number | null;
  shelf_s: number | null;
  longest_s: number | null;
  doses: NumberedDose[];
}

export interface Import {
  product: string;
  supplier: string;
  on_arrival_bq: number;
  needed_on_arrival_bq: number;
  n_in_time: number;
  n_covered: number;
  import_cost: number;
  own_cost: number;
}

export interface Plan {
  feasible: boolean;
  batches: Batch[];
  missed: Miss[];
  import: Import[];
  beam_s: number;
  cost: number;
  proven_best: boolean;
}
