// SPDX-License-Identifier: Apache-2.0
// The server as one person sees it: signed in, with the simulated clock, if there is one, on every request.

export const instant = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

export class Refused extends Error {
  constructor(http, asked, { rule = "", status = "", message = "" }) {
    super(`${asked}: ${http} ${rule || status}: ${message}`);
    Object.assign(this, { http, rule, status });
  }
}

async function answer(response, asked) {
  const body = await response.json();
  if (!response.ok) throw new Refused(response.status, asked, body.error ?? {});
  return body;
}

export class Person {
  constructor(url, user, agenda) {
    Object.assign(this, { url, user, agenda, password: `${user}-moly`, slowest_ms: 0 });
  }

  async signIn() {
    const response = await fetch(`${this.url}/api/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...this.clock() },
      body: JSON.stringify({ user: this.user, password: this.password }),
    });
    this.csrf = (await answer(response, "/api/login")).csrf;
    this.cookie = response.headers.get("set-cookie").split(";")[0];
    return this;
  }

  clock() {
    return this.agenda.isWall ? {} : { "X-Moly-Clock": instant(this.agenda.now) };
  }

  async ask(method, path, body, key) {
    const headers = { Cookie: this.cookie, "X-CSRF-Token": this.csrf, ...this.clock() };
    if (key !== undefined) headers["Idempotency-Key"] = key;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return answer(await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) }), path);
  }

  get(path) {
    return this.ask("GET", path);
  }

  /** Does an act; returns what it made: ids by kind, and the event. */
  async act(name, fields, key) {
    const event = await this.ask("POST", `/api/acts/${name}`, fields, key);
    return { event, ...Object.fromEntries((event.body.records ?? []).map((one) => [one.kind, one.id])) };
  }

  signed(name, fields) {
    return this.act(name, { ...fields, password: this.password });
  }
}
