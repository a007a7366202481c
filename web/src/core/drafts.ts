// SPDX-License-Identifier: Apache-2.0
// What a person has typed into an act and Moly has not accepted yet. It is written down at every
// key, so that a reload, a crash or a power cut loses nothing. Passwords are never kept.
import { forget, keys, load, save } from "./storage.ts";

export interface Entry {
  text: string;
  unit?: string;
  /** an instant that follows the clock until it is changed */
  isNow?: boolean;
}

export interface Draft {
  entries: Record<string, Entry>;
  keptAt: number;
}

const key = (user: string, act: string): string => `moly.draft.${user}.${act}`;

export const loadDraft = (user: string, act: string): Draft | undefined => load<Draft>(key(user, act));

/** @returns false when the browser cannot keep it (the form then says so) */
export const keepDraft = (user: string, act: string, entries: Record<string, Entry>): boolean =>
  save(key(user, act), { entries, keptAt: Date.now() } satisfies Draft);

export const dropDraft = (user: string, act: string): void => forget(key(user, act));

export function draftedActs(user: string): Set<string> {
  const prefix = key(user, "");
  return new Set(keys(prefix).map((name) => name.slice(prefix.length)));
}
