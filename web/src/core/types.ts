// SPDX-License-Identifier: Apache-2.0
// What the server says. The C side declares it; see include/moly/centre/centre.h and
// include/moly/base/declare.h.

export interface Session {
  user: string;
  name: string;
  roles: string[];
  language?: string;
  /** There is a telephone that makes codes. */
  second_factor?: boolean;
  /** Nothing else can be done before there is one. */
  must_enrol?: boolean;
  csrf: string;
}

export interface Site {
  name: string;
  country?: string;
  utc_offset_minutes: number;
  is_training: boolean;
  /** It was given a folder of raw data. */
  has_raw?: boolean;
}

export type FieldType =
  | "text" | "quantity" | "integer" | "boolean" | "choice" | "instant" | "quantities" | "texts" | "json";

export interface Field {
  name: string;
  key?: string;
  type: FieldType;
  dimension?: string;
  unit?: string;
  units?: string[];
  min?: number;
  max?: number;
  min_text?: string;
  max_text?: string;
  choices?: string[];
  choice_labels?: string[];
  required: boolean;
  secret?: boolean;
  default?: string;
  record?: string;
  hint?: string;
  help: string;
}

export interface Act {
  name: string;
  summary: string;
  description?: string | null;
  roles: string[];
  signature: "none" | "one" | "two";
  meaning?: string | null;
  rules: string[];
  subject_kind?: string | null;
  fields: Field[];
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A record: its members, with kind and id. */
export type Item = JsonObject & { kind: string; id: string };

export interface RecordChange {
  kind: string;
  id: string;
  set: JsonObject;
  before?: JsonObject | null;
}

export interface Transfer {
  from: string;
  to: string;
  at: string;
  nuclide: string;
  activity_bq: number;
  sd_bq?: number;
  predicted_bq?: number;
  basis?: string;
}

/** A sentence as the server keeps it: its English form and what stands in it. */
export interface Kept {
  template?: string;
  values?: string[];
}

export interface Body {
  records?: RecordChange[];
  links?: { from: string; to: string; role: string }[];
  transfers?: Transfer[];
  measurements?: { account: string; at: string; nuclide: string; activity_bq: number; sd_bq?: number }[];
  closes?: string[];
  warnings?: (Kept & { rule?: string; message: string })[];
  [member: string]: unknown;
}

export interface Signature {
  person?: string;
  name?: string;
  meaning: string;
  at?: string;
  [member: string]: unknown;
}

export interface LedgerEvent {
  seq: number;
  hash: string;
  prev?: string;
  kind: string;
  subject: string;
  at: string;
  recorded_at: string;
  person: string;
  authentication?: string;
  body: Body;
  signatures?: Signature[];
}

export interface VesselNuclide {
  nuclide: string;
  activity_bq: number;
  activity_next_bq: number;
  half_life_s: number;
}

export interface Vessel {
  account: string;
  label: string;
  state?: string;
  expiry?: string;
  expired?: boolean;
  volume_left_ml?: number;
  nuclides: VesselNuclide[];
}

export interface DueDose {
  order?: string;
  patient: string;
  patient_name?: string;
  product?: string;
  activity_bq: number;
  due: string;
  state: string;
  dose?: string | null;
  /** How many of the blocks are about it. */
  n_blocks?: number;
}

export interface Block extends Kept {
  kind?: string;
  id?: string;
  what: string;
  why: string;
  rule?: string;
  remedy?: string;
  /** Of the act that the remedy names. */
  fields?: Record<string, string>;
  /** It stops nobody, but is better known before the dose. */
  is_warning?: boolean;
}

/** What a person can do now; include/moly/centre/work.h. */
export interface WorkItem extends Kept {
  act: string;
  fields: Record<string, string>;
  kind: string;
  id: string;
  label: string;
  why: string;
  rule: string;
  due: string | null;
  when: "waiting" | "now" | "today" | "later";
}

export interface Work {
  now: string;
  results: WorkItem[];
}

export interface Limits {
  at: string;
  results: { room: string; name: string; nuclide: string; activity_bq: number; limit_bq: number | null; fraction: number | null; state: "within" | "near" | "over" | "not licensed" }[];
}

/** What a scanned code names. */
export interface Found {
  code: string;
  gs1: { gtin?: string; lot?: string; serial?: string; expiry?: string } | null;
  results: Item[];
}

export interface Check {
  id: string;
  check: string;
  at: string;
  deviation: number | null;
  deviation_sd?: number | null;
  limit: number | null;
  /** Of deviation and limit; fractions where there is none. */
  unit?: string;
  state: string;
}

export interface Instrument {
  instrument: Item;
  plan: { check: string; act: string; result: string; at: string; due: string; is_overdue: boolean }[];
  trend: Check[];
  calibrations: Item[];
}

export interface Today {
  now: string;
  site: Site;
  vessels: Vessel[];
  doses: DueDose[];
  blocks: Block[];
  counts: Record<string, number>;
}

export interface TraceNode {
  node: string;
  role: string;
  depth: number;
  via?: string | null;
  record?: JsonObject | null;
}

export interface Trace {
  node: string;
  backward: TraceNode[];
  forward: TraceNode[];
}

export interface Balance {
  at: string;
  results: { account: string; nuclide: string; activity_bq: number; sd_bq?: number }[];
  totals: { nuclide: string; activity_bq: number }[];
  residue: { nuclide: string; activity_bq: number }[];
  discrepancies: {
    account: string;
    nuclide: string;
    measured_bq: number;
    predicted_bq: number;
    difference_bq: number;
    sd_bq: number;
    sigmas: number;
    seq: number;
    kind: string;
    at: string;
  }[];
}

export interface Region {
  label: string;
  value?: number;
  volume_ml: number;
  min: number;
  median: number;
  mean: number;
  sd: number;
  max: number;
  peak: number | null;
  mtv41_ml: number;
  tlg_g: number;
}

export interface Suv {
  units: string;
  factor: number;
  rule?: string;
  warnings?: string[];
  min: number;
  median: number;
  mean: number;
  max: number;
  max_lps_mm: [number, number, number];
  regions?: Region[];
  [member: string]: unknown;
}

export interface Study {
  id: string;
  state?: string;
  at?: string;
  description?: string;
  patient?: string;
  patient_name?: string;
  suv?: Suv;
  header?: JsonObject;
  [member: string]: unknown;
}
