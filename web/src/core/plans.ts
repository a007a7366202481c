// SPDX-License-Identifier: Apache-2.0
// What the server says of the day's doses, of batches and of radiation protection. The C side declares it:
// include/moly/centre/dispensing.h, quality.h, protection.h.
import type { Block, Item, Json, Kept } from "./types.ts";

export interface DispensingStep {
  at: string;
  do: "elute" | "label kit" | "draw" | "not enough";
  what: string;
  product: string;
  patient?: string;
  patient_name?: string;
  due?: string;
  activity_bq?: number;
  volume_ml?: number;
  from?: string;
  why?: string;
  /** Of a child, at the injection. */
  card_bq?: number;
  card_least_bq?: number;
  card_most_bq?: number;
  weight_kg?: number;
  is_over_card?: boolean;
  card_source?: string;
}

export interface Dispensing {
  now: string;
  doses: number;
  short: number;
  is_proven: boolean;
  steps: DispensingStep[];
  vials: { vessel: string; product: string; state: string; holds_bq: number; volume_left_ml: number; used_ml: number; doses: number; expiry?: string }[];
}

export interface BatchRow {
  id: string;
  product_name: string;
  state: string;
  at: string;
  expiry?: string;
  is_expired?: boolean;
  activity_bq?: number;
  steps_done: number;
  n_steps: number;
  n_waiting: number;
  next: Block | null;
}

export interface BatchCheck {
  name: string;
  value?: Json;
  unit?: string;
  min?: number;
  max?: number;
  within?: boolean;
}

export interface BatchStep {
  number?: number;
  name: string;
  state: string;
  place?: string;
  at?: string;
  made_by?: string;
  checked_by?: string;
  checks?: BatchCheck[];
  equipment?: string[];
  materials?: { material: string; amount?: number; unit?: string; lot?: string }[];
}

export interface Peak {
  apex: number;
  from: number;
  to: number;
  share: number;
  product: boolean;
}

export interface BatchTest {
  id?: string;
  method: string;
  state: string;
  value?: number;
  unit?: string;
  conforms?: boolean;
  limits?: { min?: number; max?: number; source?: string; unit?: string };
  made_by?: string;
  approved_by?: string;
  analysis?: { peaks?: Peak[] };
}

export interface BatchAnswer {
  batch: Item;
  vial: Item | null;
  steps: BatchStep[];
  tests: BatchTest[];
  cases: Item[];
  samples: Item[];
  shipments: Item[];
  notices: Item[];
  waiting: Block[];
}

export interface CaseRow extends Kept {
  id: string;
  type: string;
  state: string;
  what: string;
  batch?: string;
  due?: string;
  is_overdue?: boolean;
}

export interface Chromatogram {
  position: number[];
  signal: number[];
  baseline: number[];
}

export interface MapRoom {
  room: string;
  name: string;
  floor?: string | null;
  area?: string | null;
  corners_mm?: [number, number][] | null;
  survey_due?: string | null;
  is_overdue: boolean;
  survey: { id: string; at: string; state: string; points_mm?: [number, number][]; dose_rates_sv_per_h?: number[]; wipes_bq_per_cm2?: number[] } | null;
}

export interface StaffDose {
  person: string;
  name: string;
  whole_body_sv: number;
  lens_sv: number;
  skin_sv: number;
  extremity_sv: number;
  fraction: number | null;
  state: "within" | "near" | "over";
  open: number;
}

export interface IncidentRow {
  id: string;
  incident: string;
  state: string;
  at: string;
  notify_by?: string | null;
  report_by?: string | null;
  is_overdue?: boolean;
}

export interface SpillGuide {
  results: { nuclide: string; activity_bq: number; severity: "minor" | "major"; threshold_bq: number; threshold_source: string; threshold_status: string; half_life_s: number; air_kerma_1m_gy_per_h: number }[];
  steps: { number: number; step: string }[];
  limits: { place: string; limit_bq_per_cm2: number; source: string; status: string }[];
}
