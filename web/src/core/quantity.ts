// SPDX-License-Identifier: Apache-2.0
// Numbers for people. The point is the decimal sign in every language, on the screen as in what is
// typed and printed: a dose must not depend on who reads the comma.
import { word } from "./i18n.ts";

export interface Shown {
  value: string;
  unit: string; // untranslated symbol
}

const THIN = "\u202f";

/** `x` with `digits` significant digits, never an exponent, thousands apart. */
export function significant(x: number, digits: number): string {
  if (!Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(x)));
  const decimals = Math.min(Math.max(digits - 1 - magnitude, 0), 12);
  return grouped(x.toFixed(decimals));
}

export function grouped(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const digits = whole.replace("-", "");
  const spaced = digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, THIN) : digits;
  return (whole.startsWith("-") ? "−" : "") + spaced + (fraction === undefined ? "" : `.${fraction}`);
}

type Step = readonly [number, string];
const steps = (...all: Step[]): readonly Step[] => all;

const SCALES: Record<string, readonly Step[]> = {
  bq: steps([1e12, "TBq"], [1e9, "GBq"], [1e6, "MBq"], [1e3, "kBq"], [1, "Bq"], [1e-3, "mBq"]),
  bq_per_ml: steps([1e9, "GBq/mL"], [1e6, "MBq/mL"], [1e3, "kBq/mL"], [1, "Bq/mL"]),
  s: steps([365.2422 * 86400, "y"], [86400, "d"], [3600, "h"], [60, "min"], [1, "s"]),
  ug_per_ml: steps([1, "µg/mL"]),
  ml: steps([1000, "L"], [1, "mL"]), // a syringe is read in mL, 0.7 too
  g: steps([1000, "kg"], [1, "g"], [1e-3, "mg"], [1e-6, "µg"]),
  gy: steps([1, "Gy"], [1e-3, "mGy"], [1e-6, "µGy"]),
  sv: steps([1, "Sv"], [1e-3, "mSv"], [1e-6, "µSv"]),
  sv_per_h: steps([1, "Sv/h"], [1e-3, "mSv/h"], [1e-6, "µSv/h"]),
  kev: steps([1000, "MeV"], [1, "keV"]),
  mm: steps([1, "mm"]),
  kg: steps([1, "kg"]),
  cm: steps([1, "cm"]),
  c: steps([1, "°C"]),
  counts: steps([1, "counts"]),
  fraction: steps([0.01, "%"]),
  bq_per_bq: steps([1e-3, "kBq/MBq"], [1e-6, "Bq/MBq"]),
};

/** Suffixes of member names, longest first: "activity_bq_per_ml" is no "_ml". */
const SUFFIXES = Object.keys(SCALES).sort((a, b) => b.length - a.length);

/** Members without a unit in their name, because they have none, that people write with one. */
const BARE: Record<string, string> = {
  purity: "fraction", min_purity: "fraction", efficiency: "fraction", efficiency_sd: "fraction",
  molybdenum_ratio: "bq_per_bq",
};

export function unitSuffix(name: string): string | undefined {
  return BARE[name] ?? SUFFIXES.find((suffix) => name.endsWith(`_${suffix}`));
}

/** 600.0 says no more than 600. */
const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** The prefix that reads best: 18.52 GBq. Digits that fall live keep their zeros. */
export function scaled(value: number, suffix: string, digits = 4): Shown {
  const scale = SCALES[suffix] ?? steps([1, suffix]);
  if (value === 0) return { value: "0", unit: (scale.find(([factor]) => factor === 1) ?? scale[0]!)[1] };
  const size = Math.abs(value);
  const step = scale.find(([factor]) => size >= factor * 0.9999) ?? scale[scale.length - 1]!;
  return { value: significant(value / step[0], digits), unit: step[1] };
}

export function quantity(value: number, suffix: string, digits = 4): string {
  const shown = scaled(value, suffix, digits);
  return `${trimmed(shown.value)}\u00a0${word(shown.unit)}`;
}

export const activity = (bq: number, digits = 4): string => quantity(bq, "bq", digits);

/** A number without a unit. */
export const plain = (value: number, digits = 6): string => trimmed(significant(value, digits));

/** "1 h 20 min", "45 s", "2.8 d" */
export function duration(seconds: number): string {
  const s = Math.abs(seconds);
  if (s < 60) return `${Math.round(s)}\u00a0${word("s")}`;
  if (s < 3600) return `${Math.round(s / 60)}\u00a0${word("min")}`;
  if (s < 2 * 86400) {
    const minutes = Math.round(s / 60);
    const rest = minutes % 60;
    const hours = `${Math.floor(minutes / 60)}\u00a0${word("h")}`;
    return rest === 0 ? hours : `${hours} ${rest}\u00a0${word("min")}`;
  }
  return `${significant(s / 86400, 2)}\u00a0${word("d")}`;
}

/** Activity `seconds` after the instant of `now_bq`, from what it will be 60 s later. */
export function interpolate(now_bq: number, next_bq: number, seconds: number): number {
  if (!(now_bq > 0) || !(next_bq > 0)) return now_bq;
  return now_bq * Math.pow(next_bq / now_bq, seconds / 60);
}
