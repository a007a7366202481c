// SPDX-License-Identifier: Apache-2.0
// Twenty persons at once, on SQLite and on PostgreSQL: no act is lost, no volume is drawn twice, one
// syringe is given once, and what a client sends again because it lost the answer is done once.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { binary, root, Server } from "../serving.mjs";
import { Chance } from "./agenda.mjs";
import { Department, KITS } from "./department.mjs";
import { Person, Refused } from "./person.mjs";

const CLIENTS = 20;

/** The wall clock, which nobody waits for. */
const wall = {
  isWall: true,
  get now() {
    return Date.now();
  },
  until: async () => {},
};

/** A PostgreSQL of our own, or undefined where there is none. */
function postgres() {
  const folder = mkdtempSync(join(tmpdir(), "moly-postgres-"));
  const control = (verb) => spawnSync(join(root, "tests/unit/ledger/postgres_server"), [verb, folder], { encoding: "utf8" });
  const started = control("start");
  if (started.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    if (started.status !== 77) throw new Error(started.stderr);
    return undefined;
  }
  const made = spawnSync("psql", ["-h", folder, "-U", "owner", "-d", "postgres", "-c", "CREATE DATABASE centre"], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
  return {
    db: `postgres:///centre?host=${encodeURIComponent(folder)}&user=owner`,
    end: () => {
      control("stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

for (const store of ["SQLite", "PostgreSQL"]) {
  const own = store === "PostgreSQL" ? postgres() : { end: () => {} };
  describe(`twenty clients on ${store}`, { timeout: 600_000, skip: own === undefined && "PostgreSQL is not installed" }, () => {
    let server;
    let d;
    let clients;
    const together = (work) => Promise.all(clients.map((client, i) => work(client, i).then(
      (done) => ({ client, i, done }),
      (refused) => {
        if (!(refused instanceof Refused)) throw refused;
        return { client, i, refused };
      },
    )));

    before(async () => {
      const password = join(tmpdir(), `moly-clients-${process.pid}.password`);
      writeFileSync(password, "admin-moly", { mode: 0o600 });
      server = await Server.make(["--training", "--admin", "admin", "--password-file", password, "--password-cost", "minimal"], own.db);
      d = new Department(server.url, wall, new Chance(20));
      await d.found();
      await d.check();
      await d.receiveKits();
      await d.receiveGenerator();
      clients = [];
      for (let i = 0; i < CLIENTS; i++) {
        const user = `technologist-${i + 1}`;
        await d.admin.act("centre.create_person", {
          user, name: user, roles: ["technologist"], password: `${user}-moly`, cost: "minimal", signer_password: "admin-moly",
        });
        clients.push(await new Person(server.url, user, wall).signIn());
      }
    });
    after(async () => {
      await server?.end();
      own.end();
    });

    it("no acknowledged act is lost", async () => {
      const rounds = 10;
      const made = await together(async (client, i) => {
        const ids = [];
        for (let round = 0; round < rounds; round++) {
          ids.push((await client.act("clinic.register_patient", { name: `Patient ${i} ${round}`, birth_date: "1970-01-01", sex: "male" })).patient);
        }
        return ids;
      });
      const ids = made.flatMap((one) => one.done ?? []);
      assert.equal(ids.length, CLIENTS * rounds, made.find((one) => one.refused)?.refused.message);
      assert.equal(new Set(ids).size, ids.length, "each has its own number");
      for (const id of ids) assert.equal((await d.layla.get(`/api/records/patient/${id}`)).id, id);
    });

    it("what was asked five times under one key is done once", async () => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => clients[0].act("clinic.register_patient", {
        name: "Once", birth_date: "1970-01-01", sex: "female",
      }, "one-key-for-this-patient").catch((error) => error)));
      const ids = new Set(answers.filter((one) => one.patient !== undefined).map((one) => one.patient));
      assert.equal(ids.size, 1, answers.find((one) => one instanceof Error)?.message);
    });

    it("nobody draws what somebody else has drawn, and a syringe is given once", async () => {
      const eluate = await d.elute(d.generators[0]);
      await d.nurjan.signed("pharmacy.release", { eluate });
      const medronate = KITS.find(([product]) => product === "medronate");
      const kit = await d.label(medronate, eluate, 3e9);
      await d.nurjan.signed("pharmacy.release", { kit });
      const orders = [];
      for (let i = 0; i < CLIENTS; i++) orders.push(await d.admit("medronate", 600, Date.now() + 600_000));
      const full_ml = (await d.layla.get(`/api/records/kit/${kit}`)).volume_left_ml;

      const drawn = await together((client, i) => client.act("clinic.draw_dose", {
        order: orders[i].order, kit, activity: "602 MBq", volume: "0.9 mL", injection: new Date(orders[i].planned).toISOString(),
      }));
      const doses = drawn.filter((one) => one.done);
      const refused = drawn.filter((one) => one.refused);
      assert.equal(doses.length, Math.floor(full_ml / 0.9 + 1e-9), refused[0]?.refused.message);
      for (const one of refused) assert.match(one.refused.rule, /R-24|R-13/, one.refused.message);
      const left_ml = (await d.layla.get(`/api/records/kit/${kit}`)).volume_left_ml;
      assert.ok(Math.abs(full_ml - 0.9 * doses.length - left_ml) < 1e-9, `${left_ml} mL of ${full_ml} mL are left after ${doses.length} doses of 0.9 mL`);

      const { i, done } = doses[0];
      const given = await together((client) => client.signed("clinic.administer", {
        dose: done.dose, patient: orders[i].patient, birth_date: orders[i].birth_date,
      }));
      assert.equal(given.filter((one) => one.done).length, 1);
    });

    it("the audit verifies", () => {
      for (const options of [[], ["--projections"]]) {
        const verified = spawnSync(binary, ["ledger", "verify", ...options, "--db", server.db], { encoding: "utf8" });
        assert.equal(verified.status, 0, verified.stdout + verified.stderr);
      }
    });
  });
}
