// SPDX-License-Identifier: Apache-2.0
// A value that screens can watch. Small enough that no library is needed.
import { useLayoutEffect, useReducer } from "preact/hooks";

export interface Atom<T> {
  get(): T;
  set(value: T): void;
  watch(listener: () => void): () => void;
}

export function atom<T>(initial: T): Atom<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useAtom<T>(source: Atom<T>): T {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useLayoutEffect(() => source.watch(() => redraw(undefined)), [source]);
  return source.get();
}
