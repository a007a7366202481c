// SPDX-License-Identifier: Apache-2.0
// A calculation of the server that follows the fields while they are turned.
import { useEffect, useState } from "preact/hooks";
import { lostSince, NoAnswer, post, Refusal } from "./api.ts";
import { useAtom } from "./atom.ts";

const WAIT_MS = 250;

export interface Calculation<Fields, Result> {
  /** The last good one; it stays until the next is there. */
  result?: Result;
  of?: Fields;
  refusal?: Refusal;
}

/** `fields` must be the same object while nothing changed; empty ones are not sent. */
export function useCalculation<Fields extends object, Result>(command: string, fields: Fields, waitMs = WAIT_MS): Calculation<Fields, Result> {
  const isLost = useAtom(lostSince) !== null;
  const [answer, setAnswer] = useState<Calculation<Fields, Result>>({});
  useEffect(() => {
    let isCurrent = true;
    const timer = window.setTimeout(async () => {
      try {
        const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
        const result = await post<Result>(`/api/commands/${command}`, given);
        if (isCurrent) setAnswer({ result, of: fields });
      } catch (error) {
        if (error instanceof Refusal && isCurrent) setAnswer((before) => ({ ...before, refusal: error }));
        else if (!(error instanceof Refusal) && !(error instanceof NoAnswer)) throw error;
      }
    }, waitMs);
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [command, fields, isLost]); // asked again when the connection is back
  return answer;
}
