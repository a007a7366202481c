// SPDX-License-Identifier: Apache-2.0
// Reading what the server works on: again whenever it says that a reconstruction has changed, and now
// and then in case that went unheard.
import { useEffect } from "preact/hooks";
import { workChange } from "./api.ts";
import { useAtom } from "./atom.ts";
import { useReading, type Reading } from "./resource.ts";

const NOW_AND_THEN_MS = 4000;

export function useWork<T>(path: string): Reading<T> {
  const reading = useReading<T>(path, NOW_AND_THEN_MS);
  const change = useAtom(workChange);
  useEffect(() => {
    if (change > 0) reading.again();
  }, [change]);
  return reading;
}
