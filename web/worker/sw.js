// SPDX-License-Identifier: Apache-2.0
// The shell of Moly without its server: pages, scripts, and the declarations of the acts. What is about
// patients, activity or persons is never kept. scripts/shell.mjs fills in the names.
const SHELL = "moly-shell-VERSION";
const SAID = "moly-said";
const FILES = FILE_LIST;
const SAYINGS = /^\/api\/(acts|site|languages|catalogue\/[a-z-]+)$/i;

async function install() {
  await (await caches.open(SHELL)).addAll(FILES);
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("moly-shell-") && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The page must not take it for a sign of life of the server. */
function marked(kept) {
  const headers = new Headers(kept.headers);
  headers.set("X-Moly-Kept", "1");
  return new Response(kept.body, { status: kept.status, headers });
}

/** The server's answer, which is kept; without one, what was kept. */
async function newest(request, cache, key) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(cache)).put(key, answer.clone());
    return answer;
  } catch (cause) {
    const kept = await caches.match(key);
    if (kept === undefined) throw cause;
    return marked(kept);
  }
}

/** A file whose name is of its content. */
const unchanging = async (request) => (await caches.match(request)) ?? fetch(request);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (SAYINGS.test(pathname)) event.respondWith(newest(request, SAID, request.url));
  else if (pathname.startsWith("/api/")) return;
  else if (request.mode === "navigate") event.respondWith(newest(request, SHELL, "./"));
  else event.respondWith(unchanging(request));
});
