// SPDX-License-Identifier: Apache-2.0
// The journey of Tc-99m through the screens, from the generator that arrives to the patient who leaves.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { act, cannotRun, go, openBrowser, openPage, Server, signIn, signOut, violations } from "./moly.mjs";

const two = (n) => String(n).padStart(2, "0");

describe("the journey of Tc-99m", { skip: cannotRun, timeout: 600_000 }, () => {
  let server;
  let browser;
  let page;
  let site;
  const made = {};

  /** The site's wall clock, `minutes` from now. */
  const wall = (minutes) => {
    const at = new Date(Date.now() + (site.utc_offset_minutes + minutes) * 60_000);
    return {
      at: `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`,
    };
  };
  const get = (path) => page.evaluate(async (asked) => (await fetch(asked)).json(), path);
  const as = async (user) => {
    if (await page.$(".house")) await signOut(page);
    await signIn(page, user);
  };
  const done = async (name, fields, signing) => {
    const result = await act(page, name, fields, signing);
    assert.equal(result.refused, undefined, `${name}: ${result.refused}`);
    return result;
  };
  const preview = (name, fields) =>
    page.evaluate(async ([asked, body]) => {
      const { csrf } = await (await fetch("/api/session")).json();
      const answer = await fetch(`/api/acts/${asked}/preview`, {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body),
      });
      return answer.json();
    }, [name, fields]);

  before(async () => {
    server = await Server.make();
    browser = await openBrowser();
    page = await openPage(browser, server.url);
    await signIn(page, "technologist");
    site = await get("/api/site");
  });
  after(async () => {
    await browser?.close();
    await server?.end();
  });

  it("suppliers are registered by one person and approved by another", async () => {
    for (const name of ["Maker", "Kits"]) {
      await as("radiopharmacist");
      const supplier = await done("stock.register_supplier", { name, supplies: "generators and kits", at: wall(-600) });
      await as("qualified-person");
      await done("stock.approve_supplier", {
        supplier: supplier.id, basis: "licence and audit", at: wall(-590),
      }, { password: "qualified-person-moly" });
    }
    await as("technologist");
  });

  it("a generator is received into quarantine and accepted with a signature", async () => {
    made.generator = await done("pharmacy.receive_generator", {
      supplier: "Maker", serial: "G-77", activity: "20 GBq", calibrated: wall(-2 * 1440), expiry: wall(10 * 1440), at: wall(-300),
    });
    assert.equal(made.generator.kind, "generator");
    await as("radiopharmacist");
    const without = await act(page, "pharmacy.accept_lot", { generator: made.generator.id, certificate: "C-77", at: wall(-295) });
    assert.match(without.refused, /R-10/, "no signature, no acceptance");
    await done("pharmacy.accept_lot", { generator: made.generator.id, certificate: "C-77", at: wall(-295) }, { password: "radiopharmacist-moly" });
  });

  it("it is eluted; the predicted yield stands beside the form before anything is measured", async () => {
    await as("technologist");
    await go(page, "act/pharmacy.elute");
    await page.fill("#f-generator", made.generator.id);
    await page.fill("#f-volume", "10");
    await page.waitForSelector(".preview .figure-value");
    const at = new Date(Date.now() - 180 * 60_000).toISOString();
    const expected = await preview("pharmacy.elute", { generator: made.generator.id, volume: "10 mL", at });
    made.eluted_bq = expected.records[0].set.predicted_bq;
    assert.ok(made.eluted_bq > 1e9, `predicted ${made.eluted_bq} Bq`);
    made.eluate = await done("pharmacy.elute", {
      generator: made.generator.id, volume: "10 mL", activity: `${(made.eluted_bq / 1e9).toFixed(3)} GBq`, at: wall(-180),
    });
    assert.match(made.eluate.text, /What comes next/);
  });

  it("Mo-99 breakthrough is tested", async () => {
    await done("pharmacy.test_breakthrough", { eluate: made.eluate.id, molybdenum: "50 kBq", at: wall(-175) });
  });

  /** Counts of 2048 channels of half a keV: lines of Gaussian shape on a flat background. */
  const spectrum = (start, lines) => {
    const counts = Array.from({ length: 2048 }, (_one, channel) => lines.reduce((sum, [kev, height]) => {
      const x = (channel - 2 * kev) / 1.3;
      return sum + (Math.abs(x) < 7 ? height * Math.exp((-x * x) / 2) : 0);
    }, 20));
    return `# live_time_s: 600\n# start: ${start}\n${counts.map((one, channel) => `${(channel / 2).toFixed(1)},${Math.round(one)}`).join("\n")}\n`;
  };
  const EFFICIENCY = JSON.stringify({ efficiency: { terms: [-6, -0.8], min_kev: 50, max_kev: 2000, relative_sd: 0.03 } });
  /** A file let fall on its field, as a person does it with the mouse. */
  const drop = async (key, name, content) => {
    const files = await page.evaluateHandle(([called, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], called));
      return data;
    }, [name, content]);
    await page.dispatchEvent(`.drop:has(#f-${key})`, "drop", { dataTransfer: files });
    await page.waitForSelector(`.drop:has(#f-${key}) >> text=${name}`);
  };

  it("a spectrum is dropped on the eluate's purity test; the verdict is shown, recorded and signed with the release", async () => {
    await go(page, `act/pharmacy.test_purity?eluate=${made.eluate.id}`);
    await drop("spectrum", "broken.spe", "no spectrum");
    await drop("efficiency", "detector.json", EFFICIENCY);
    await page.waitForSelector(".preview-bad"); // said before anything is recorded
    const start = new Date(Date.now() - 174 * 60_000).toISOString().replace(/\.\d+Z$/, "Z");
    await drop("spectrum", "eluate.csv", spectrum(start, [[140.5, 1e6]]));
    await page.selectOption("#f-limits", "tc99m");
    await page.waitForSelector(".preview .purity .state-good");
    assert.deepEqual(await violations(page), []);
    await page.reload(); // nothing dropped is lost
    await page.waitForSelector(".drop >> text=eluate.csv");
    await page.waitForSelector(".preview .purity .state-good");
    await page.click(".act-end .button-primary");
    await page.waitForSelector(".done-head");
    assert.match(await page.textContent(".purity"), /Mo-99.*not seen, less than.*at most 0.1.%/s);
    assert.deepEqual(await violations(page), []);
    await as("radiopharmacist");
    await done("pharmacy.release", { eluate: made.eluate.id, at: wall(-165) }, { password: "radiopharmacist-moly" });
    const record = await get(`/api/records/eluate/${made.eluate.id}`);
    assert.deepEqual([record.state, record.radionuclidic_purity, record.tested_by], ["released", "met", "technologist"]);
    const { results } = await get(`/api/events?subject=eluate/${made.eluate.id}&newest=1&limit=2`);
    assert.deepEqual(results.map((one) => [one.kind, (one.signatures ?? []).length]), [["pharmacy.release", 1], ["pharmacy.test_purity", 0]]);
    await go(page, `record/eluate/${made.eluate.id}`);
    await page.click("details.event:has-text('gamma spectrum') summary");
    assert.match(await page.textContent("details[open] .purity"), /Mo-99/);
    assert.deepEqual(await violations(page), []);
    await as("technologist");
  });

  it("a kit lot is received and accepted, a kit labelled with the eluate and tested", async () => {
    made.lot = await done("pharmacy.receive_kit", {
      product: "medronate", supplier: "Kits", number: "K-9", vials: "5", expiry: wall(100 * 1440), at: wall(-290),
    });
    await as("radiopharmacist");
    await done("pharmacy.accept_lot", { lot: made.lot.id, certificate: "C-9", at: wall(-285) }, { password: "radiopharmacist-moly" });
    await as("technologist");
    const inVial_bq = made.eluted_bq * 0.4 * 2 ** (-10 / 60 / 6.0067);
    made.kit = await done("pharmacy.label_kit", {
      lot: made.lot.id, eluate: made.eluate.id, volume: "4 mL", activity: `${(inVial_bq / 1e9).toFixed(3)} GBq`, at: wall(-170),
    });
    made.vial_bq = inVial_bq;
    await done("pharmacy.test_rcp", { kit: made.kit.id, purity: "97 %", at: wall(-150) });
  });

  it("the maker cannot release it: the screen says the rule, and nothing typed is lost", async () => {
    const refused = await act(page, "pharmacy.release", { kit: made.kit.id, at: wall(-145) }, { password: "technologist-moly" });
    assert.ok(refused.refused !== undefined);
    assert.equal(await page.inputValue("#f-kit"), made.kit.id);
    await as("radiopharmacist");
    await done("pharmacy.release", { kit: made.kit.id, at: wall(-140) }, { password: "radiopharmacist-moly" });
  });

  it("a patient is registered and referred; a physician justifies and orders", async () => {
    await as("technologist");
    made.patient = await done("clinic.register_patient", {
      name: "Оюун Бат-Эрдэнэ", birth_date: "1961-04-12", sex: "male", weight: "70 kg", height: "172 cm", at: wall(-120),
    });
    made.referral = await done("clinic.refer", {
      patient: made.patient.id, examination: "bone scan", question: "pain in the back", referrer: "Dr A", at: wall(-118),
    });
    await as("physician");
    await done("clinic.justify", { referral: made.referral.id, justification: "metastases are suspected", at: wall(-110) }, { password: "physician-moly" });
    made.order = await done("clinic.order", {
      referral: made.referral.id, product: "medronate", activity: "600 MBq", planned: wall(-20), at: wall(-108),
    });
  });

  it("the dose is drawn at the computed volume, with formula and both times shown", async () => {
    await as("technologist");
    const planned = new Date(Date.now() - 20 * 60_000).getTime();
    const drawn_bq = 600e6 * 2 ** (20 / 60 / 6.0067);
    assert.ok(planned > 0);
    made.dose = await done("clinic.draw_dose", {
      order: made.order.id, kit: made.kit.id, activity: `${(drawn_bq / 1e6).toFixed(1)} MBq`, at: wall(-40),
    });
    assert.match(made.dose.text, /Formula/);
    assert.match(made.dose.text, /Half life source/);
  });

  it("the wrong patient is refused; the right one is given it and the residual measured", async () => {
    const wrong = await act(page, "clinic.administer", {
      dose: made.dose.id, patient: made.patient.id, birth_date: "1961-04-13", at: wall(-20),
    }, { password: "technologist-moly" });
    assert.match(wrong.refused, /R-37/);
    await done("clinic.administer", {
      dose: made.dose.id, patient: made.patient.id, birth_date: "1961-04-12", at: wall(-20),
    }, { password: "technologist-moly" });
    const residual = await done("clinic.measure_residual", { dose: made.dose.id, activity: "12 MBq", at: wall(-15) });
    assert.match(residual.text, /MBq/);
  });

  it("what is left decays in waste and the patient is discharged", async () => {
    await done("safety.discard", { dose: made.dose.id, at: wall(-10) });
    await done("clinic.discharge", { patient: made.patient.id, instructed: "true", at: wall(-5) });
  });

  it("the patient's page shows it all", async () => {
    await go(page, `patient/${made.patient.id}`);
    const text = await page.textContent("main");
    for (const id of [made.referral.id, made.order.id, made.dose.id]) assert.match(text, new RegExp(id));
    assert.match(text, /Activity given in all/);
  });

  it("the trace leads from the generator to the patient and back", async () => {
    await go(page, `trace/generator/${made.generator.id}`);
    await page.waitForSelector(".graph-card");
    assert.match(await page.textContent("[aria-labelledby=recall-title]"), new RegExp(made.patient.id));
    await go(page, `trace/patient/${made.patient.id}`);
    await page.waitForSelector(".graph-card");
    assert.match(await page.textContent(".graph"), new RegExp(made.generator.id));
    await page.click("button:has-text('As a list')");
    await page.waitForSelector(".way .trace-card");
    assert.match(await page.textContent(".way"), new RegExp(made.generator.id));
  });

  it("the books of activity balance for all of it", async () => {
    await go(page, "balance");
    await page.waitForSelector(".table");
    const wrong = await page.$$eval(".discrepancies li", (items) => items.map((item) => item.textContent));
    const ids = [made.eluate.id, made.kit.id, made.dose.id];
    assert.deepEqual(wrong.filter((text) => ids.some((id) => text.includes(id))), []);
  });

  it("the audit trail has who, when, what before and after, signature and hash", async () => {
    await go(page, `audit?subject=${encodeURIComponent(`kit/${made.kit.id}`)}`);
    await page.waitForSelector(".event");
    await page.click(".event:has-text('radiopharmacist') summary");
    const text = await page.textContent(".event[open]");
    assert.match(text, /released for use/);
    assert.match(text, /[0-9a-f]{64}/);
    assert.match(text, /tested/);
  });

  it("no script failed and nothing outside of the server was asked for", () => {
    assert.deepEqual(page.faults, []);
  });
});
