// SPDX-License-Identifier: Apache-2.0
// The server's clock and the site's wall time. The tablet's own clock is never trusted: its
// difference from the server's is measured whenever an answer says what time it is.
import { useEffect, useState } from "preact/hooks";
import { atom } from "./atom.ts";
import { language } from "./i18n.ts";

let aheadMs = 0; // server minus this machine
export const offsetMinutes = atom(0);

export function adoptServerTime(now: string): void {
  const at = Date.parse(now);
  if (!Number.isNaN(at)) aheadMs = at - Date.now();
}

export const nowMs = (): number => Date.now() + aheadMs;

/** Redraws every `everyMs`; returns the server's time. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(nowMs());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(nowMs()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}

const shifted = (ms: number): Date => new Date(ms + offsetMinutes.get() * 60_000);
const two = (n: number): string => String(n).padStart(2, "0");

export interface WallTime {
  date: string; // 2026-11-23
  time: string; // 14:05:09
}

export function toWall(ms: number): WallTime {
  const at = shifted(ms);
  return {
    date: `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`,
    time: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`,
  };
}

/** Milliseconds since 1970 of a site's date and time ("14:05" or "14:05:30"); NaN when it is none. */
export function fromWall(date: string, time: string): number {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date.trim());
  const hour = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(time.trim());
  if (day === null || hour === null) return NaN;
  const [h, m, s] = [Number(hour[1]), Number(hour[2]), Number(hour[3] ?? 0)];
  if (h > 23 || m > 59 || s > 59) return NaN;
  const utc = Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3]), h, m, s);
  if (new Date(utc).getUTCDate() !== Number(day[3])) return NaN;
  return utc - offsetMinutes.get() * 60_000;
}

const parse = (at: string | number): number => (typeof at === "number" ? at : Date.parse(at));

export const clockTime = (at: string | number): string => toWall(parse(at)).time.slice(0, 5);
export const clockSeconds = (at: string | number): string => toWall(parse(at)).time;

/** Day before month, as the field writes it. */
const locale = (): string => (language.get() === "en" ? "en-GB" : language.get());

export function dayOf(at: string | number, withYear = true): string {
  return new Intl.DateTimeFormat(locale(), {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    ...(withYear ? { year: "numeric" as const } : {}),
  }).format(shifted(parse(at))).replace(/\s*г\.$/, "").replace(/ /g, "\u00a0");
}

export function weekdayOf(at: string | number): string {
  return new Intl.DateTimeFormat(locale(), {
    timeZone: "UTC",
    weekday: "long",
    day: "numeric",
    month: "long",
  }).format(shifted(parse(at)));
}

/** "14:05" today, "22 Nov 14:05" else. */
export function moment(at: string | number): string {
  const ms = parse(at);
  if (Number.isNaN(ms)) return "";
  const sameDay = toWall(ms).date === toWall(nowMs()).date;
  const sameYear = toWall(ms).date.slice(0, 4) === toWall(nowMs()).date.slice(0, 4);
  return sameDay ? clockTime(ms) : `${dayOf(ms, !sameYear)} ${clockTime(ms)}`;
}

export const fullMoment = (at: string | number): string =>
  `${dayOf(at)} ${clockSeconds(at)}`;

export function offsetText(): string {
  const minutes = offsetMinutes.get();
  const sign = minutes < 0 ? "−" : "+";
  const all = Math.abs(minutes);
  return `UTC${sign}${Math.floor(all / 60)}${all % 60 === 0 ? "" : ":" + two(all % 60)}`;
}
