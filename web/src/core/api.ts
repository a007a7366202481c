// SPDX-License-Identifier: Apache-2.0
// The one way to the server: sessions, CSRF, refusals, and knowing when the connection is lost.
import { atom } from "./atom.ts";
import { language } from "./i18n.ts";
import { adoptServerTime } from "./clock.ts";
import { forget, load, save } from "./storage.ts";
import type { Session } from "./types.ts";

export class Refusal extends Error {
  constructor(
    readonly http: number,
    readonly status: string,
    readonly rule: string,
    message: string,
  ) {
    super(message);
  }
}

/** No answer: the server, the network or the cable. Whether a request was carried out is unknown. */
export class NoAnswer extends Error {}

/** When the connection was lost (ms since 1970), or null while it holds. */
export const lostSince = atom<number | null>(null);
export const session = atom<Session | null>(null);
/** Why the sign-in page is shown, when a session ended by itself. */
export const sessionEnded = atom(false);
/** Sequence number of the newest event that we heard of. */
export const ledgerHead = atom(0);
/** Grows whenever the server says that a reconstruction has changed. */
export const workChange = atom(0);

const PATIENCE_MS = 20_000;

export function reached(): void {
  lostSince.set(null);
}

export function unreachable(): void {
  if (lostSince.get() === null) lostSince.set(Date.now());
}

async function send(method: string, path: string, body?: unknown, key?: string): Promise<Response> {
  const headers: Record<string, string> = { "Accept-Language": language.get() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  const csrf = session.get()?.csrf;
  if (method !== "GET" && csrf !== undefined) headers["X-CSRF-Token"] = csrf;
  const init: RequestInit = {
    method,
    headers,
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  try {
    const response = await fetch(path, init);
    if (response.status === 502 || response.status === 504) throw new Error("gateway");
    // an answer that the service worker had kept (web/worker/sw.js) says that the server has none
    if (response.headers.has("X-Moly-Kept")) unreachable();
    else reached();
    return response;
  } catch (cause) {
    unreachable();
    throw new NoAnswer("", { cause });
  }
}

interface ErrorBody {
  error?: { status?: string; rule?: string; message?: string };
}

async function refusal(response: Response): Promise<Refusal> {
  let body: ErrorBody = {};
  try {
    body = (await response.json()) as ErrorBody;
  } catch {
    /* not an answer of Moly; the number must do */
  }
  const error = body.error ?? {};
  return new Refusal(
    response.status,
    error.status ?? "",
    error.rule ?? "",
    error.message ?? `HTTP ${response.status}`,
  );
}

/** An answer that was cut, or took too long to come, is none. */
async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    unreachable();
    throw new NoAnswer("", { cause });
  }
}

async function json<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const response = await send(method, path, body, key);
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined as T;
  const value = (await bodyOf(response)) as T;
  const now = (value as { now?: unknown } | null)?.now;
  if (typeof now === "string") adoptServerTime(now);
  return value;
}

export async function get<T>(path: string): Promise<T> {
  try {
    return await json<T>("GET", path);
  } catch (error) {
    if (error instanceof Refusal && error.http === 401) endSession();
    throw error;
  }
}

/** @param key  the name of the request: sent again under it, it is done once */
export const post = <T>(path: string, body: unknown, key?: string): Promise<T> => json<T>("POST", path, body, key);

/** Bytes with progress, for images. */
export async function getBytes(
  path: string,
  onProgress: (received: number, total: number) => void,
): Promise<ArrayBuffer> {
  const response = await fetch(path, { credentials: "same-origin" });
  if (!response.ok) throw await refusal(response);
  const total = Number(response.headers.get("Content-Length") ?? 0);
  const reader = response.body?.getReader();
  if (reader === undefined) return response.arrayBuffer();
  const parts: Uint8Array[] = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    received += value.length;
    onProgress(received, total);
  }
  const all = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.buffer;
}

function endSession(): void {
  forget(KEPT);
  if (session.get() === null) return;
  sessionEnded.set(true);
  session.set(null);
}

/** Who was signed in on this device, so that a reload while the server is away comes back to what was
 *  typed. It opens nothing: the server decides as soon as it answers. */
const KEPT = "moly.session";
const keepSession = ({ user, name, roles }: Session): boolean => save(KEPT, { user, name, roles });

export async function signIn(user: string, password: string, code?: string): Promise<Session> {
  const opened = await post<Session>("/api/login", { user, password, ...(code !== undefined && { code }) });
  keepSession(opened);
  sessionEnded.set(false);
  session.set(opened);
  return opened;
}

export async function signOut(): Promise<void> {
  try {
    await post("/api/logout", {});
  } finally {
    forget(KEPT);
    sessionEnded.set(false);
    session.set(null);
  }
}

/** The session of the cookie, if there is one. */
export async function resume(): Promise<void> {
  try {
    const open = await json<Session>("GET", "/api/session");
    keepSession(open);
    session.set(open);
  } catch (error) {
    if (error instanceof Refusal) {
      forget(KEPT);
      session.set(null);
    } else if (error instanceof NoAnswer) {
      const kept = load<Omit<Session, "csrf">>(KEPT);
      if (kept !== undefined) session.set({ ...kept, csrf: "" });
    } else throw error;
  }
}

/** Is the session still there? Used to tell a wrong signature from an ended session. */
export async function sessionHolds(): Promise<boolean> {
  try {
    const open = await json<Session>("GET", "/api/session");
    if (session.get()?.csrf !== open.csrf) session.set(open); // it was opened without the server
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) return true;
    endSession();
    return false;
  }
}

const PULSE_MS = 5000;
const PULSE_PATIENCE_MS = 5000;

/** Does the server answer? It does not count as use of the session, which may end by idleness. */
async function isThere(): Promise<boolean> {
  try {
    const response = await fetch("/api/health", {
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PULSE_PATIENCE_MS),
    });
    return response.status < 500;
  } catch {
    return false;
  }
}

/** Listen for ledger events until stopped. Comes back by itself, and asks every few seconds whether
 *  the server is there, because a pulled cable makes no sound. */
export function listen(): () => void {
  let source: EventSource | null = null;
  let retry = 0;
  let delay = 1000;
  const connect = () => {
    source?.close();
    source = new EventSource("/api/stream");
    source.onopen = () => {
      delay = 1000;
      reached();
    };
    source.addEventListener("ledger", (message) => {
      reached();
      const { seq } = JSON.parse((message as MessageEvent<string>).data) as { seq: number };
      ledgerHead.set(seq);
    });
    source.addEventListener("reconstruction", () => {
      reached();
      workChange.set(workChange.get() + 1);
    });
    source.onerror = () => {
      source?.close();
      window.clearTimeout(retry);
      retry = window.setTimeout(connect, delay);
      delay = Math.min(delay * 2, 10_000);
      void pulse().then((there) => {
        if (there) void sessionHolds(); // the stream also ends when the session does
      });
    };
  };
  const pulse = async (): Promise<boolean> => {
    const wasLost = lostSince.get() !== null;
    const there = await isThere();
    if (!there) unreachable();
    else {
      reached();
      if (wasLost && (await sessionHolds())) {
        delay = 1000;
        window.clearTimeout(retry);
        connect();
      }
    }
    return there;
  };
  connect();
  const timer = window.setInterval(() => void pulse(), PULSE_MS);
  const onOffline = () => unreachable();
  const onOnline = () => void pulse();
  window.addEventListener("offline", onOffline);
  window.addEventListener("online", onOnline);
  return () => {
    window.clearInterval(timer);
    window.clearTimeout(retry);
    window.removeEventListener("offline", onOffline);
    window.removeEventListener("online", onOnline);
    source?.close();
  };
}
