// SPDX-License-Identifier: Apache-2.0
// A year of a large department (about 250,000 events) written through the HTTP API, then how long its
// pages take and how large its database is. node bench/year.mjs [DAYS [SIZE]]; MOLY_BINARY names moly.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { Agenda, Chance } from "../tests/month/agenda.mjs";
import { DAY, Department } from "../tests/month/department.mjs";
import { plan } from "../tests/month/month.mjs";
import { Person } from "../tests/month/person.mjs";
import { Server } from "../tests/serving.mjs";

/** Of each request's kind: how often, and how long in all / ms. */
const spent = new Map();
const ask = Person.prototype.ask;
Person.prototype.ask = async function timed(method, path, ...rest) {
  const begun = performance.now();
  try {
    return await ask.call(this, method, path, ...rest);
  } finally {
    const [n, ms] = spent.get(path) ?? [0, 0];
    if (method === "POST") spent.set(path, [n + 1, ms + performance.now() - begun]);
  }
};

const days = Number(process.argv[2] ?? 365);
const size = Number(process.argv[3] ?? 3);
const first = Date.UTC(2026, 0, 5);
const password = join(tmpdir(), `moly-year-${process.pid}.password`);
writeFileSync(password, "admin-moly", { mode: 0o600 });
const server = await Server.make(["--training", "--country", "KG", "--admin", "admin", "--password-file", password,
  "--password-cost", "minimal", "--clock", new Date(first).toISOString()]);
try {
  const agenda = new Agenda(first + 5 * 3_600_000);
  const d = new Department(server.url, agenda, new Chance(1), size);
  agenda.at(agenda.now, () => d.found());
  let asked = performance.now();
  let written = 0;
  for (let day = 0; day < days; day++) {
    plan(d, first + day * DAY);
    if (day % 30 !== 29) continue;
    agenda.at(first + (day + 1) * DAY + 5 * 3_600_000, async () => {
      const { results } = await d.daniyar.get("/api/events?newest=1&limit=1");
      const ms = (performance.now() - asked) / (results[0].seq - written);
      const slowest = [...spent].sort((a, b) => b[1][1] - a[1][1]).slice(0, 4);
      const [worst, [count, total]] = [...spent].sort((a, b) => b[1][1] / b[1][0] - a[1][1] / a[1][0])[0];
      const shares = slowest.map(([path, [n, all]]) => `${path.split("/").at(-1)} ${(all / n).toFixed(1)}`);
      console.log(`day ${day + 1}: ${results[0].seq} events, ${ms.toFixed(2)} ms an event; ${shares.join(", ")}; slowest ${worst.split("/").at(-1)} ${(total / count).toFixed(1)}`);
      spent.clear();
      asked = performance.now();
      written = results[0].seq;
    });
  }
  await agenda.run();

  const one = d.given.at(-1);
  const pages = [
    "/api/today", "/api/patients?query=%D0%90%D0%B9", `/api/patients/${one.patient}`, "/api/records/kit?limit=50", `/api/records/dose/${one.dose}`,
    `/api/trace/patient/${one.patient}`, `/api/trace/generator/${d.generators[0].id}`, "/api/balance", "/api/events?newest=1&limit=100",
    `/api/events?subject=patient/${one.patient}`, "/api/site", "/api/acts",
  ];
  console.log(`${"page".padEnd(44)} median ms  slowest ms`);
  for (const page of pages) {
    const times = [];
    for (let i = 0; i < 21; i++) {
      const begun = performance.now();
      await d.layla.get(page);
      times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    console.log(`${page.slice(0, 43).padEnd(44)} ${times[10].toFixed(1).padStart(9)} ${times.at(-1).toFixed(1).padStart(11)}`);
  }
  const { results } = await d.layla.get("/api/events?newest=1&limit=1");
  const bytes = statSync(server.db.replace("sqlite:", "")).size;
  console.log(`${results[0].seq} events, database ${(bytes / 1e6).toFixed(0)} MB`);
} finally {
  await server.end();
}
