// SPDX-License-Identifier: Apache-2.0
// Reading from the server into a screen: shown at once from the last reading, read again when the
// ledger grows, and kept on the screen when the connection is lost.
import { useEffect, useReducer, useRef } from "preact/hooks";
import { get, ledgerHead, lostSince, NoAnswer, Refusal } from "./api.ts";
import { useAtom } from "./atom.ts";

const readings = new Map<string, unknown>();

/** After this long without a key or a finger nothing is read again by itself: reading would keep a
 *  session open that nobody sits at. */
const UNATTENDED_MS = 20 * 60_000;
let lastInput = Date.now();
for (const kind of ["pointerdown", "pointermove", "keydown"]) {
  window.addEventListener(kind, () => (lastInput = Date.now()), { capture: true, passive: true });
}
const isUnattended = (): boolean => Date.now() - lastInput > UNATTENDED_MS;

export interface Reading<T> {
  data: T | undefined;
  refusal: Refusal | undefined;
  isLoading: boolean;
  again: () => void;
}

export function useReading<T>(path: string | null, everyMs = 0): Reading<T> {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [asked, again] = useReducer((n: number) => n + 1, 0);
  const head = useAtom(ledgerHead);
  const lost = useAtom(lostSince) !== null;
  const state = useRef<{ path: string | null; refusal: Refusal | undefined; isLoading: boolean }>({
    path: null,
    refusal: undefined,
    isLoading: false,
  });
  if (state.current.path !== path) {
    state.current = { path, refusal: undefined, isLoading: path !== null };
  }

  useEffect(() => {
    if (path === null) return;
    let isCurrent = true;
    const read = async () => {
      if (isUnattended() && readings.has(path)) return;
      state.current.isLoading = true;
      try {
        const data = await get<T>(path);
        readings.set(path, data);
        if (isCurrent) state.current.refusal = undefined;
      } catch (error) {
        if (isCurrent && error instanceof Refusal) state.current.refusal = error;
        else if (!(error instanceof NoAnswer) && !(error instanceof Refusal)) throw error;
      }
      if (isCurrent) {
        state.current.isLoading = false;
        redraw(undefined);
      }
    };
    // Several events of one commit arrive together: read once for all of them.
    const start = window.setTimeout(() => void read(), readings.has(path) ? 120 : 0);
    const timer = everyMs > 0 ? window.setInterval(() => void read(), everyMs) : 0;
    return () => {
      isCurrent = false;
      window.clearTimeout(start);
      window.clearInterval(timer);
    };
  }, [path, head, asked, everyMs, lost]);

  return {
    data: path === null ? undefined : (readings.get(path) as T | undefined),
    refusal: state.current.refusal,
    isLoading: state.current.isLoading,
    again: () => again(undefined),
  };
}

export function forgetReadings(): void {
  readings.clear();
}
