// SPDX-License-Identifier: Apache-2.0
// What a person has typed into an act and Moly has not accepted yet. It is written down at every
// key, so that a reload, a crash or a power cut loses nothing. Passwords are never kept.
import { forget, keys, load, save } from "./storage.ts";

export interface Entry {
  text: string;
  unit?: string;
  /** of the file whose bytes the text is */
  name?: string;
  /** an instant that follows the clock until it is changed */
  isNow?: boolean;
}

/** A request whose answer may have been lost: its name, and the instant that "now" was in it. */
export interface Sent {
  key: string;
  at: number;
}

export interface Draft {
  entries: Record<string, Entry>;
  keptAt: number;
  sent?: Sent;
}

/** What the address brought ("kit=KIT-000001") is part of the name: a draft begun for one patient
 *  must not fill the form of another. */
const key = (user: string, act: string, about: string): string => `moly.draft.${user}.${act}?${about}`;

export const loadDraft = (user: string, act: string, about: string): Draft | undefined =>
  load<Draft>(key(user, act, about));

/** @returns false when the browser cannot keep it (the form then says so) */
export const keepDraft = (user: string, act: string, about: string, entries: Record<string, Entry>, sent?: Sent): boolean =>
  save(key(user, act, about), { entries, keptAt: Date.now(), ...(sent === undefined ? {} : { sent }) } satisfies Draft);

/** Random, 128 bits; also where a page without TLS has no randomUUID. */
export const newSent = (at: number): Sent => ({
  key: [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  at,
});

export const dropDraft = (user: string, act: string, about: string): void => forget(key(user, act, about));

export interface KeptDraft {
  act: string;
  about: string;
  keptAt: number;
}

export function drafts(user: string): KeptDraft[] {
  const prefix = `moly.draft.${user}.`;
  return keys(prefix)
    .map((name) => {
      const [act = "", about = ""] = name.slice(prefix.length).split("?");
      return { act, about, keptAt: load<Draft>(name)?.keptAt ?? 0 };
    })
    .sort((a, b) => b.keptAt - a.keptAt);
}
