// SPDX-License-Identifier: Apache-2.0
// A simulated month of a department through the HTTP API, by roles, with staff errors planted. At the
// end the books balance, each error was refused or stands recorded, and the audit verifies.
// MOLY_MONTH_DAYS makes it shorter or longer.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { binary, Server } from "../serving.mjs";
import { Agenda, Chance } from "./agenda.mjs";
import { DAY, Department } from "./department.mjs";
import { plan } from "./month.mjs";
import { Refused } from "./person.mjs";

const days = Number(process.env.MOLY_MONTH_DAYS ?? 30);
const first = Date.UTC(2026, 2, 2); // a Monday

describe(`${days} days of a department`, { timeout: 3_600_000 }, () => {
  let server;
  let d;
  const moly = (...args) => spawnSync(binary, [...args, "--db", server.db], { encoding: "utf8", maxBuffer: 1 << 28 });

  before(async () => {
    const folder = process.env.TMPDIR ?? "/tmp";
    const password = join(folder, `moly-month-${process.pid}.password`);
    writeFileSync(password, "admin-moly", { mode: 0o600 });
    server = await Server.make(["--training", "--country", "KG", "--admin", "admin", "--password-file", password,
      "--password-cost", "minimal", "--clock", new Date(first).toISOString()]);
    const agenda = new Agenda(first + 5 * 3_600_000);
    d = new Department(server.url, agenda, new Chance(20260302));
    agenda.at(agenda.now, () => d.found());
    for (let day = 0; day < days; day++) plan(d, first + day * DAY);
    const began = performance.now();
    await agenda.run();
    const { results } = await d.daniyar.get("/api/events?newest=1&limit=1");
    const seconds = (performance.now() - began) / 1000;
    console.log(`# ${results[0].seq} events, ${d.kits} kits, ${d.given.length} patients in ${seconds.toFixed(0)} s`);
  });
  after(() => server?.end());

  it("every planted error was refused, by the rule that it breaks", () => {
    const wrong = d.mistakes.filter((one) => one.done || !one.rule.split("|").includes(one.refused));
    const kinds = new Map(wrong.map(({ what, rule, said, done, day }) => [what, `day ${day}: ${rule} expected, ${done ? "done" : said}`]));
    assert.deepEqual(Object.fromEntries(kinds), {});
    assert.ok(d.mistakes.length > 10 * Math.min(days, 5), `${d.mistakes.length} mistakes`);
  });

  it("what was spilled in silence stands as a discrepancy, and nothing else does", async () => {
    const { discrepancies } = await d.layla.get("/api/balance");
    const found = new Set(discrepancies.map((one) => one.counterpart));
    assert.deepEqual([...found].sort(), d.losses.map((one) => one.key).sort());
    for (const { seq } of discrepancies) await d.daniyar.act("safety.explain", { event: seq, reason: "spilled when drawn; wiped up" });
  });

  it("what was given agrees with the truth", async () => {
    let squares = 0;
    for (const one of d.given) {
      const dose = await d.layla.get(`/api/records/dose/${one.dose}`);
      const off = (dose.net_bq - one.bq) / one.bq;
      assert.ok(Math.abs(off) < 0.06, `${one.dose}: ${dose.net_bq} Bq in the record, ${one.bq} Bq given`);
      squares += off * off;
    }
    assert.ok(Math.sqrt(squares / d.given.length) < 0.02, "the readings repeat within 0.8 %, and so do the records");
    assert.ok(d.unserved < 0.03 * d.given.length, `${d.unserved} went home without a dose, because a vial was spilled`);
  });

  it("the waste is what was thrown away", async () => {
    const { results } = await d.layla.get("/api/balance");
    for (const nuclide of ["Tc-99m", "F-18", "Lu-177"]) {
      const truth = d.waste.filter((one) => one.nuclide === nuclide).reduce((sum, one) => sum + one.now(d.agenda.now), 0);
      const accounts = results.filter((one) => one.account.startsWith("waste/") && one.nuclide === nuclide);
      const books = accounts.reduce((sum, one) => sum + one.activity_bq, 0);
      const sd = Math.hypot(...accounts.map((one) => one.sd_bq), 0.008 * truth);
      assert.ok(Math.abs(books - truth) <= 4 * sd + 1, `${nuclide}: ${books} Bq in the books, ${truth} Bq thrown away, sd ${sd} Bq`);
    }
  });

  it("each role sees its work and does nothing else's", async () => {
    const doings = {
      anna: "clinic.order", nurjan: "clinic.administer", elena: "clinic.order", daniyar: "pharmacy.release", gulzat: "pharmacy.elute",
      layla: "safety.explain", admin: "clinic.register_patient",
    };
    for (const [user, act] of Object.entries(doings)) {
      await d[user].get("/api/today");
      await assert.rejects(d[user].act(act, {}), (error) => error instanceof Refused && error.http !== 500, `${user} ${act}`);
    }
    const answer = await fetch(`${server.url}/api/today`);
    assert.equal(answer.status, 401, "nobody sees it without signing in");
  });

  it("a lot is traced to all of its patients", async () => {
    const traces = [];
    for (const { id } of (await d.layla.get("/api/records/lot?limit=50")).results) {
      traces.push(JSON.stringify(await d.layla.get(`/api/trace/lot/${id}`)));
    }
    const products = new Set(Object.keys(d.lots));
    for (const { patient, product } of d.given.filter((one) => products.has(one.product))) {
      assert.equal(traces.filter((trace) => trace.includes(`"${patient}"`)).length, 1, `${patient} had ${product} of one lot`);
    }
  });

  it("the audit verifies, and the tables are what the events make of them", () => {
    for (const options of [[], ["--projections"]]) {
      const verified = moly("ledger", "verify", ...options);
      assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    }
  });
});
