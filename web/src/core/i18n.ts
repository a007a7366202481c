// SPDX-License-Identifier: Apache-2.0
// Messages in the reader's language. The English text is the key; the catalogue is the gettext
// file of the whole program, served by Moly. scripts/catalogue.test.mjs checks that every t("...")
// of the sources has its Russian.
import { atom } from "./atom.ts";
import { load, save } from "./storage.ts";

type Catalogue = Record<string, string>;

const RTL = new Set(["ar", "fa", "he", "ur"]);
let catalogue: Catalogue = {};

export const language = atom<string>(load<string>("moly.language") ?? browserLanguage());

function browserLanguage(): string {
  return (navigator.language || "en").toLowerCase().startsWith("ru") ? "ru" : "en";
}

function fill(text: string, values?: Record<string, string | number>): string {
  if (values === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A sentence of the screens; the argument is a literal, so that it can be found in the sources. */
export function t(text: string, values?: Record<string, string | number>): string {
  return fill(catalogue[text] || text, values);
}

/** A word that comes from data (the name of a field, a state, a unit): shown as it is when the
 *  catalogue does not know it. */
export function word(text: string): string {
  return catalogue[text] || text;
}

/** A sentence that the server made: in the reader's language where its English form was kept with
 *  it, else as it was said then. The form is printf's, "%s given, %+.1f %% from ...". */
export function said(sentence: string, kept: { template?: string; values?: string[] }): string {
  const { template, values } = kept;
  if (template === undefined || values === undefined) return word(sentence);
  let next = 0;
  return word(template).replace(
    /%(?:(\d+)\$)?[-+ 0#]*\d*(?:\.\d+)?[lz]*([sdiuxfeg%])/g,
    (whole, place: string | undefined, kind: string) =>
      kind === "%" ? "%" : (values[place === undefined ? next++ : Number(place) - 1] ?? whole),
  );
}

export function knows(text: string): boolean {
  return catalogue[text] !== undefined;
}

/** Load a catalogue and switch to it. Without a connection the last copy of it is used. */
export async function speak(code: string): Promise<void> {
  let next: Catalogue = {};
  if (code !== "en") {
    const key = `moly.catalogue.${code}`;
    try {
      const response = await fetch(`/api/catalogue/${code}`, { credentials: "same-origin" });
      if (!response.ok) throw new Error(String(response.status));
      next = (await response.json()) as Catalogue;
      save(key, next);
    } catch {
      next = load<Catalogue>(key) ?? {};
    }
  }
  catalogue = next;
  save("moly.language", code);
  document.documentElement.lang = code;
  document.documentElement.dir = RTL.has(code) ? "rtl" : "ltr";
  spoken.set(spoken.get() + 1);
  language.set(code);
}

/** Counts catalogues loaded, so that the root draws again. */
export const spoken = atom(0);
