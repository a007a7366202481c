// SPDX-License-Identifier: Apache-2.0
// A barcode scanner is a keyboard that types fast and ends with Enter. Where no field has the focus,
// a scan opens the record that it names.
import { useEffect } from "preact/hooks";
import { acts } from "./acts.ts";
import { get } from "./api.ts";
import { atom } from "./atom.ts";
import { go, splitNode } from "./route.ts";
import type { Item } from "./types.ts";

const SCAN_GAP_MS = 60;
/** What was scanned and not found, for a message. */
export const unknownScan = atom<string | null>(null);

function kinds(): string[] {
  const all = new Set<string>();
  for (const act of acts.get()) {
    if (act.subject_kind) all.add(act.subject_kind);
    for (const field of act.fields) if (field.record) all.add(field.record);
  }
  return [...all];
}

/** What a label's GS1 DataMatrix says: the symbology's mark, a separator and identifier 90 before the node. */
const ofLabel = (code: string): string => code.replace(/^\]d2/, "").replace(/^\u001d/, "").replace(/^90(?=[a-z_]+\/)/, "");

/** Find what a code names: "kind/id" as Moly prints it, on a label too, or an id alone. */
export async function resolve(code: string): Promise<Item | null> {
  const [kind, id] = splitNode(ofLabel(code.trim()));
  for (const one of kind !== "" ? [kind] : kinds()) {
    try {
      return await get<Item>(`/api/records/${encodeURIComponent(one)}/${encodeURIComponent(id)}`);
    } catch {
      /* not of this kind */
    }
  }
  return null;
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
      void resolve(scanned).then((item) => {
        if (item === null) unknownScan.set(scanned);
        else go(["record", item.kind, item.id]);
      });
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, []);
}
