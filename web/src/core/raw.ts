// SPDX-License-Identifier: Apache-2.0
// Raw data and reconstructions as the server tells them (src/server/raw.c, reconstructions.c).
import type { Field } from "./types.ts";

export interface RawSegment {
  difference: number;
  planes: number;
}

export interface RawData {
  name: string;
  /** Why it cannot be read; then nothing else is known. */
  problem?: string;
  kind?: string;
  scanner?: string;
  nuclide?: string;
  phantom?: string;
  dose?: string;
  start?: string;
  duration_s?: number;
  counts?: number;
  views?: number;
  bins?: number;
  tof_bins?: number;
  gates?: number;
  windows?: number;
  segments?: RawSegment[];
}

export interface Picture {
  columns: number;
  rows: number;
  minimum: number;
  maximum: number;
  /** base64 of 16-bit numbers, the lower byte first */
  values: string;
}

export interface Plane extends Picture {
  planes: number;
  index: number;
  column_mm: number;
  row_mm: number;
}

export interface Progress {
  fraction: number;
  elapsed_s: number;
  left_s?: number;
  iteration: number;
  iterations: number;
  subset: number;
  subsets: number;
  picture: number;
  updates_per_point: number;
  log_likelihood: number[];
}

export interface Uptake {
  factor: number;
  units: string;
  activity_bq: number;
  weight_kg: number;
  dose: string;
  given_at: string;
  patient: string;
}

export interface Result {
  unit: string;
  max: number;
  mean: number;
  activity_bq: number | null;
  prompts: number;
  back_end?: string;
  moly?: string;
  parameters: Record<string, string | number | boolean | null>;
  image: { voxels: number[]; spacing_mm: number[] };
}

export interface Reconstruction {
  id: string;
  raw: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled" | "interrupted";
  parameters: Record<string, string | number | boolean>;
  by: string;
  cancelled_by?: string;
  asked_at: string;
  started_at?: string;
  ended_at?: string;
  scan: RawData;
  error?: { status: string; message: string };
  progress?: Progress;
  result?: Result;
  suv?: Uptake;
  suv_problem?: string;
}

export interface Wishes {
  is_offered: boolean;
  params: Field[];
}

export const isUnderWay = (one: Reconstruction): boolean => one.state === "waiting" || one.state === "running";

/** Who may start and stop one (src/server/reconstructions.c decides). */
export const RECONSTRUCTING = ["technologist", "physicist", "physician"];

/** The numbers of a picture, 0 to 65535. */
export function levels(picture: Picture): Uint16Array {
  const text = atob(picture.values);
  const out = new Uint16Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 8);
  return out;
}
