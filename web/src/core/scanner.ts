// SPDX-License-Identifier: Apache-2.0
// A barcode scanner is a keyboard that types fast and ends with Enter. Where no field has the focus,
// a scan opens the record that it names.
import { useEffect } from "preact/hooks";
import { get } from "./api.ts";
import { atom } from "./atom.ts";
import { go } from "./route.ts";
import type { Found, Item } from "./types.ts";

export const SCAN_GAP_MS = 60;
/** What was scanned and not found, for a message. */
export const unknownScan = atom<string | null>(null);

/** What a code names: "kind/id" as Moly prints it, an id, a maker's lot or serial number, or the elements
 *  of a GS1 barcode. Null without an answer. */
export async function find(code: string): Promise<Found | null> {
  try {
    return await get<Found>(`/api/find?code=${encodeURIComponent(code.trim())}`);
  } catch {
    return null;
  }
}

/** The one record that a code names. */
export async function resolve(code: string): Promise<Item | null> {
  const found = await find(code);
  return found?.results[0] ?? null;
}

/** Kinds of records that have a page of their own. */
const OWN_PAGES = ["patient", "batch", "study"];
export const pageOf = (item: Item): string[] => (OWN_PAGES.includes(item.kind) ? [item.kind, item.id] : ["record", item.kind, item.id]);

/** Go to what was scanned; where it is none or several, to a page that says so. */
export async function open(code: string): Promise<void> {
  const item = (await find(code))?.results ?? [];
  if (item.length === 1) go(pageOf(item[0]!));
  else go(["find"], { code: code.trim() });
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function useScanner(): void {
  useEffect(() => {
    let code = "";
    let last = 0;
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.timeStamp - last > SCAN_GAP_MS) code = "";
      last = event.timeStamp;
      if (event.key.length === 1) code += event.key;
      if (event.key !== "Enter" || code.length < 4) return;
      event.preventDefault();
      const scanned = code;
      code = "";
      void open(scanned);
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, []);
}
