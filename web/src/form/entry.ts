// SPDX-License-Identifier: Apache-2.0
// Between what a person types and what the server takes. Bounds and meanings are the server's to
// judge; here only what would otherwise be guessed is asked back.
import { fromWall, toWall } from "../core/clock.ts";
import type { Entry } from "../core/drafts.ts";
import { t } from "../core/i18n.ts";
import { load, save } from "../core/storage.ts";
import type { Field } from "../core/types.ts";

/** Units in the order in which a hot lab thinks of them. */
export const FAVOURITES = ["MBq", "GBq", "kBq", "mCi", "µCi", "mL", "min", "h", "%", "kBq/MBq", "µSv/h", "kg", "cm", "°C"];

/** The units to choose from: no second spellings, favourites first. */
export function unitsOf(field: Field): string[] {
  const all = field.units ?? [];
  const kept = all.filter((unit) => {
    if (unit.startsWith("u") && all.includes(`µ${unit.slice(1)}`)) return false;
    if (unit === "ml" && all.includes("mL")) return false;
    if (unit === "Bq/ml" || unit === "C" || unit === "a" || unit === "cts") return false;
    return true;
  });
  const rank = (unit: string) => {
    const at = FAVOURITES.indexOf(unit);
    return at < 0 ? FAVOURITES.length : at;
  };
  return kept.sort((a, b) => rank(a) - rank(b));
}

const unitKey = (act: string, field: Field): string => `moly.unit.${act}.${field.name}`;

/** The unit that this device last used for the field. */
export const usedUnit = (act: string, field: Field): string | undefined => {
  const unit = load<string>(unitKey(act, field));
  return unit !== undefined && (field.units ?? []).includes(unit) ? unit : undefined;
};

export const useUnit = (act: string, field: Field, unit: string): boolean => save(unitKey(act, field), unit);

/** A quantity's default as it would be typed, "1.5 h". */
function split(text: string): [string, string | undefined] {
  const match = /^\s*([-+0-9.eE]+)\s*(\S*)\s*$/.exec(text);
  return match === null ? [text, undefined] : [match[1] ?? "", match[2] === "" ? undefined : match[2]];
}

export function blank(field: Field): Entry {
  const fallback = field.default ?? "";
  if (field.type === "instant") {
    return fallback === "now" ? { text: "", isNow: true } : { text: fallback };
  }
  if (field.type === "quantity") {
    const [text, unit] = split(fallback);
    return unit === undefined ? { text } : { text, unit };
  }
  return { text: fallback };
}

export const isFilled = (entry: Entry | undefined): boolean =>
  entry !== undefined && (entry.isNow === true || entry.text.trim() !== "");

export function unitIn(field: Field, act: string, entry: Entry): string {
  return entry.unit ?? usedUnit(act, field) ?? unitsOf(field)[0] ?? field.unit ?? "";
}

/** Why the entry cannot be sent, or "". */
export function problemOf(field: Field, entry: Entry, name: string): string {
  const text = entry.text.trim();
  if (!isFilled(entry)) return field.required ? t("{field} is needed.", { field: name }) : "";
  if (field.type === "quantity" || field.type === "integer") {
    if (text.includes(",")) return t("Write the number with a point: {number}", { number: text.replace(",", ".") });
    if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) return t("“{text}” is not a number.", { text });
    if (field.type === "integer" && !/^[-+]?\d+$/.test(text)) return t("A whole number is needed.");
  }
  if (field.type === "instant" && entry.isNow !== true && Number.isNaN(instantOf(text))) {
    return t("Write the date as 2026-11-23 and the time as 14:05.");
  }
  if (field.type === "json") {
    try {
      JSON.parse(text);
    } catch {
      return t("This is not valid JSON.");
    }
  }
  return "";
}

/** An instant is kept as the person wrote it, "2026-11-23 14:05" in the site's time. */
export function instantOf(text: string): number {
  if (/T.*Z$/.test(text)) return Date.parse(text);
  const [date = "", time = ""] = text.split(" ");
  return fromWall(date, time);
}

export function wallText(ms: number): string {
  const wall = toWall(ms);
  return `${wall.date} ${wall.time.slice(0, 5)}`;
}

/** What is sent; undefined when nothing was entered.
 *  @param now  ms since 1970: what "now" is in this request */
export function wireValue(field: Field, entry: Entry, now: number): unknown {
  const text = entry.text.trim();
  if (!isFilled(entry)) return undefined;
  switch (field.type) {
    case "quantity": {
      const unit = entry.unit ?? unitsOf(field)[0] ?? field.unit ?? "";
      return unit === "" ? text : `${text} ${unit}`;
    }
    case "integer":
      return Number(text);
    case "boolean":
      return text === "true";
    case "instant":
      return new Date(entry.isNow === true ? now : instantOf(text)).toISOString();
    case "texts":
    case "quantities":
      return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    case "json":
      return JSON.parse(text) as unknown;
    default:
      return text;
  }
}
