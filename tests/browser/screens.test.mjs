// SPDX-License-Identifier: Apache-2.0
// Every screen in both languages: can be read by everybody (axe), fits, has no missing words; drafts
// and a lost connection; the viewer.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cannotRun, go, openBrowser, openPage, Server, signIn, speak, violations } from "./moly.mjs";

const PLACES = ["today", "lab", "dispensing", "patients", "stock", "protection", "batches", "batch/BAT-000001", "instruments", "instrument/INS-000001", "papers", "sheets", "sheet/pharmacy.elute", "sheet/journal", "find?code=nothing", "studies", "raw", "production", "plan", "trace", "balance", "audit", "persons"];

describe("the screens", { skip: cannotRun, timeout: 600_000 }, () => {
  let server;
  let browser;
  let page;
  const get = (path) => page.evaluate(async (asked) => (await fetch(asked)).json(), path);
  const first = async (kind) => (await get(`/api/records/${kind}?limit=1`)).results[0]?.id;

  before(async () => {
    server = await Server.make();
    browser = await openBrowser();
    page = await openPage(browser, server.url);
  });
  after(async () => {
    await browser?.close();
    await server?.end();
  });

  it("signing in with a wrong password says so and keeps the name", async () => {
    assert.deepEqual(await violations(page), []);
    await page.fill("#user", "technologist");
    await page.fill("#password", "wrong");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".notice-bad");
    assert.equal(await page.inputValue("#user"), "technologist");
    assert.deepEqual(await violations(page), []);
    await signIn(page, "technologist");
  });

  for (const language of ["en", "ru"]) {
    it(`axe finds nothing and nothing overflows on any screen (${language})`, async () => {
      await speak(page, language);
      const generator = await first("generator");
      const patient = await first("patient");
      const study = await first("study");
      const paths = [
        ...PLACES, "act/pharmacy.elute", "act/clinic.draw_dose", "act/clinic.administer", "act/centre.correct",
        `record/generator/${generator}`, `patient/${patient}`, `trace/generator/${generator}`,
        ...(study === undefined ? [] : [`study/${study}`]),
      ];
      for (const path of paths) {
        await go(page, path);
        await page.waitForTimeout(150);
        assert.deepEqual(await violations(page), [], `${language} ${path}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${language} ${path}: ${wide} px wider than the screen`);
      }
    });
  }

  it("dark colours are as readable", async () => {
    await speak(page, "en");
    await page.click('button[aria-label="Dark colours"]');
    for (const path of [...PLACES, "act/clinic.administer"]) {
      await go(page, path);
      await page.waitForTimeout(150);
      assert.deepEqual(await violations(page), [], path);
    }
    await page.click('button[aria-label="Light colours"]');
  });

  it("everything fits a tablet in Russian", async () => {
    await speak(page, "ru");
    await page.setViewportSize({ width: 1024, height: 768 });
    for (const path of [...PLACES, "act/pharmacy.receive_generator", `patient/${await first("patient")}`]) {
      await go(page, path);
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll("main *, .rail a span")].filter((element) => {
          const box = element.getBoundingClientRect();
          return box.right > innerWidth + 1 && getComputedStyle(element).overflowX === "visible" && element.closest(".table-wrap") === null;
        }).map((element) => element.className || element.tagName));
      assert.deepEqual(wide, [], path);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await speak(page, "en");
  });

  it("every target of a form is at least 48 px high", async () => {
    await go(page, "act/clinic.draw_dose");
    const small = await page.$$eval("main form input, main form select, main form .chip, main form .button", (all) =>
      all.filter((one) => one.offsetParent !== null && one.getBoundingClientRect().height < 48).map((one) => one.id || one.textContent));
    assert.deepEqual(small, []);
  });

  it("every field and unit of every act has a Russian word", async () => {
    const { results } = await get("/api/acts");
    const russian = await get("/api/catalogue/ru");
    const missing = new Set();
    for (const { fields } of results) {
      for (const { name, units } of fields) {
        const label = name.replace(/[-_]+/g, " ");
        const shown = label.charAt(0).toUpperCase() + label.slice(1);
        if (name !== "at" && russian[shown] === undefined) missing.add(shown);
        for (const unit of units ?? []) if (/^[µmkMG]?(Bq|Ci|L|g|Sv\/h)$/.test(unit) && russian[unit] === undefined) missing.add(unit);
      }
    }
    assert.deepEqual([...missing], []);
  });

  it("activity falls each second on the first screen", async () => {
    await go(page, "today");
    const read = () => page.$$eval(".live-value", (all) => all.map((one) => one.textContent));
    const before = await read();
    assert.ok(before.length > 0);
    await page.waitForTimeout(2500);
    assert.notDeepEqual(await read(), before);
  });

  it("a draft survives a reload, and is offered in the hot lab", async () => {
    await go(page, "act/clinic.refer");
    await page.fill("#f-question", "what I have typed so far");
    await page.reload();
    await page.waitForSelector("#f-question");
    assert.equal(await page.inputValue("#f-question"), "what I have typed so far");
    await go(page, "lab");
    assert.equal(await page.locator(".draft").count(), 1);
  });

  it("a comma in a number is asked back, not guessed", async () => {
    await go(page, "act/pharmacy.elute");
    await page.fill("#f-volume", "1,5");
    await page.click(".act-end .button-primary");
    await page.waitForSelector(".problem");
    assert.match(await page.textContent(".field-quantity .problem"), /1\.5/);
  });

  it("a calibration is asked for, not taken to be now; what the server finds wrong stands beside its field", async () => {
    await go(page, "act/pharmacy.receive_generator");
    await page.fill("#f-supplier", "Maker");
    await page.fill("#f-serial", "G-1");
    await page.fill("#f-activity", "20");
    await page.selectOption(".quantity:has(#f-activity) select", "GBq");
    await page.click(".act-end .button-primary");
    await page.waitForSelector(".field-instant .problem");
    await go(page, "act/pharmacy.elute");
    await page.fill("#f-generator", await first("generator"));
    await page.fill("#f-volume", "900");
    await page.selectOption(".quantity:has(#f-volume) select", "mL");
    await page.click(".act-end .button-primary");
    await page.waitForSelector("#p-volume");
    assert.match(await page.textContent("#p-volume"), /50.mL/);
    assert.equal(await page.evaluate(() => document.activeElement.id), "f-volume");
  });

  /** Fill in a referral that can be told from all others. */
  const refer = async (question) => {
    await go(page, "lab"); // from the same act's result one comes back to an empty form
    await go(page, "act/clinic.refer");
    await page.fill("#f-patient", await first("patient"));
    await page.keyboard.press("Escape");
    await page.fill("#f-examination", "bone scan");
    await page.fill("#f-question", question);
    await page.fill("#f-referrer", "Dr A");
  };
  const recorded = async (question) =>
    (await get("/api/events?kind=clinic.refer&newest=1&limit=50")).results.filter((event) => event.body.question === question).length;

  it("an act whose answer was lost is found in the ledger, and is there once", async () => {
    await refer("the answer is lost");
    await page.route("**/api/acts/clinic.refer", async (route) => {
      await route.fetch(); // the server has done it
      await route.abort("connectionreset");
    }, { times: 1 });
    await page.click(".act-end .button-primary");
    await page.waitForSelector(".done-head");
    assert.equal(await recorded("the answer is lost"), 1);
  });

  it("an act that never arrived is not taken for recorded; sent again it is done once", async () => {
    await refer("it never arrived");
    await page.route("**/api/acts/clinic.refer", (route) => route.abort("connectionreset"), { times: 1 });
    await page.click(".act-end .button-primary");
    await page.waitForSelector(".notice-wait strong:has-text('It was not recorded')");
    assert.deepEqual(await violations(page), []);
    assert.equal(await recorded("it never arrived"), 0);
    await page.click(".act-end .button-primary");
    await page.waitForSelector(".done-head");
    assert.equal(await recorded("it never arrived"), 1);
  });

  it("a form that was reloaded before the answer came finds what became of it", async () => {
    await refer("reloaded too soon");
    let isDone;
    const done = new Promise((resolve) => (isDone = resolve));
    await page.route("**/api/acts/clinic.refer", async (route) => {
      await route.fetch();
      isDone();
    }, { times: 1 });
    await page.click(".act-end .button-primary");
    await done;
    await page.reload();
    await page.waitForSelector(".done-head");
    assert.equal(await recorded("reloaded too soon"), 1);
  });

  it("a scanner fills the record and goes on to the next field", async () => {
    const generator = await first("generator");
    await go(page, "act/pharmacy.elute");
    await page.fill("#f-generator", "");
    await page.focus("#f-generator");
    await page.keyboard.type(`generator/${generator}`);
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue("#f-generator"), generator);
    assert.notEqual(await page.evaluate(() => document.activeElement.id), "f-generator");
  });

  it("a scan where no field has the focus opens the record", async () => {
    const generator = await first("generator");
    await go(page, "today");
    await page.focus("main h1");
    await page.keyboard.type(generator);
    await page.keyboard.press("Enter");
    await page.waitForFunction((id) => location.hash.endsWith(id), generator);
  });

  it("a beam on a target answers while the numbers are turned", async () => {
    await go(page, "production");
    await page.waitForSelector(".figure-value");
    const before = await page.textContent(".figure-value");
    await page.fill(".production-field:nth-child(3) input", "20 uA");
    await page.waitForFunction((was) => document.querySelector(".figure-value").textContent !== was, before);
    await page.waitForSelector(".production-plots .u-over");
    assert.deepEqual(await violations(page), []);
    await page.fill(".production-field:nth-child(2) input", "16 Mev");
    // the refusal stands beside the field that it is of
    await page.waitForSelector(".production-field:nth-child(2) .problem");
    assert.match(await page.textContent(".production-field:nth-child(2) .problem"), /MeV/);
    assert.deepEqual(await violations(page), []);
    await page.fill(".production-field:nth-child(2) input", "16 MeV");
  });

  it("a reactor and a generator answer on their tabs, and errors stand at the field", async () => {
    await go(page, "production");
    await page.check("input[name=made-with][value=reactor]", { force: true });
    await page.waitForSelector("#activated-title");
    assert.match(await page.textContent(".figure-name"), /Lu-177/);
    await page.fill(".production-field:nth-child(6) input", "-1 mg");
    await page.waitForSelector(".production-field:nth-child(6) .problem");
    assert.deepEqual(await violations(page), []);
    await page.check("input[name=made-with][value=generator]", { force: true });
    await page.waitForSelector("#elutions-title");
    await page.waitForSelector(".production-plots .u-over");
    assert.equal((await page.$$("[aria-labelledby=elutions-title] tbody tr")).length, 4);
    assert.deepEqual(await violations(page), []);
    await page.check("input[name=made-with][value=beam]", { force: true });
    await page.waitForSelector(".production-plots .u-over");
  });

  it("a spectrum is given to the purity test as a file", async () => {
    await go(page, "act/pharmacy.test_purity");
    await page.waitForSelector("#f-spectrum");
    await page.setInputFiles("#f-spectrum", { name: "eluate.csv", mimeType: "text/csv", buffer: Buffer.from("1\n".repeat(4096)) });
    await page.waitForSelector("text=eluate.csv, 8.19 kB");
    assert.deepEqual(await violations(page), []);
  });

  /** Where a dose's block stands, and the time that its fields say. */
  const drag = async (dose, dx) => {
    const box = await page.locator(`[data-dose="${dose}"] .dose-box`).boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + dx / 2, y);
    await page.mouse.move(x + dx, y);
    return box;
  };
  const firstBeam = () => page.textContent(".plan-table tbody tr:first-child td");

  it("a dose is dragged and the beam follows; undone it is as before; a reload loses nothing", async () => {
    await go(page, "plan");
    await page.waitForSelector(".bar");
    assert.match(await page.textContent(".verdict .state"), /43 doses/);
    const beam = await firstBeam();
    await drag(0, -90);
    await page.waitForFunction((was) => document.querySelector(".plan-table tbody tr:first-child td").textContent !== was, beam);
    const top = await page.locator(".timeline").boundingBox();
    await page.mouse.up();
    assert.equal((await page.locator(".timeline").boundingBox()).y, top.y, "the axis stays under the finger");
    await page.waitForTimeout(1000); // the answer to where it was let go
    const moved = await firstBeam(), time = await page.inputValue(".plan-time input");
    assert.notEqual(time, "09:30");
    assert.deepEqual(await violations(page), []);
    await page.reload();
    await page.waitForSelector(".bar");
    assert.equal(await firstBeam(), moved);
    await page.focus('[data-dose="0"]');
    assert.equal(await page.inputValue(".plan-time input"), time);
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((was) => document.querySelector(".plan-time input").value !== was, time);
    await page.keyboard.press("Control+z");
    await page.focus('[data-dose="0"]');
    await page.waitForFunction((was) => document.querySelector(".plan-time input").value === was, time);
    await page.click('.tools button:has-text("Example day")');
    await page.waitForFunction((was) => document.querySelector(".plan-table tbody tr:first-child td").textContent === was, beam);
  });

  it("a dose that cannot be made says why beside itself, and takes no other with it", async () => {
    await go(page, "plan");
    await page.waitForSelector(".bar");
    await page.focus('[data-dose="0"]');
    await page.fill(".plan-time input", "05:30");
    await page.waitForSelector(".dose.is-missed");
    assert.equal(await page.locator(".dose.is-missed").count(), 1);
    await page.focus('[data-dose="0"]');
    assert.match(await page.textContent(".timeline-callout"), /HC-1 opens at 05:30/);
    assert.match(await page.getAttribute('[data-dose="0"]', "aria-valuetext"), /HC-1 opens at 05:30/);
    assert.match(await page.textContent(".verdict"), /1 of 43 doses cannot be made/);
    assert.deepEqual(await violations(page), []);
    await page.fill(".plan-activity input", "3,5");
    assert.equal(await page.getAttribute(".plan-activity input", "aria-invalid"), "true");
    await page.click('.plan-editor button:has-text("One more")');
    await page.waitForFunction(() => document.querySelectorAll(".dose").length === 44);
    await page.click('.plan-editor button:has-text("Remove")');
    await page.waitForFunction(() => document.querySelectorAll(".dose").length === 43);
    await page.click('.tools button:has-text("Example day")');
    await page.waitForFunction(() => document.querySelector(".dose.is-missed") === null);
  });

  it("the keyboard alone goes everywhere", async () => {
    await go(page, "today");
    await page.focus("main h1");
    await page.keyboard.press("g");
    await page.keyboard.press("b");
    await page.waitForFunction(() => location.hash === "#/balance");
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
  });

  it("a lost connection is said with the time, and what is typed stays; then it comes back", async () => {
    await go(page, "act/clinic.refer");
    await server.stop();
    await page.waitForSelector(".banner-offline");
    assert.match(await page.textContent(".banner-offline"), /No connection since \d\d:\d\d/);
    assert.deepEqual(await violations(page), []);
    await page.fill("#f-question", "typed without a connection");
    assert.equal(await page.isDisabled(".act-end .button-primary"), true);
    await server.start();
    // Sessions end with the server's process: one signs in again, and finds what one had typed.
    await page.waitForSelector("#password");
    assert.match(await page.textContent(".signin"), /what you had typed is still there/);
    await signIn(page, "technologist");
    await page.waitForSelector("#f-question");
    assert.equal(await page.inputValue("#f-question"), "typed without a connection");
  });

  it("the viewer shows the example study with SUV, regions and its maximum", async () => {
    if (await page.$("#password")) await signIn(page, "technologist");
    const id = await first("study");
    assert.ok(id !== undefined, "the example centre has a study");
    await go(page, `study/${id}`);
    await page.waitForSelector('canvas[data-phase="shown"]', { timeout: 120_000 });
    await page.waitForSelector('canvas[data-ready="true"]', { timeout: 120_000 });
    const { suv } = await get(`/api/studies/${id}`);
    await page.focus(".screen > canvas");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("x");
    await page.waitForFunction((max) => Math.abs(Number(document.querySelector("[data-suv-cross]").textContent) - max) < 0.01 * max, suv.max);
    const box = await page.locator(".screen > canvas").boundingBox();
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.25);
    assert.match(await page.textContent("[data-suv-hover]"), /\d/);
    await page.keyboard.press("2");
    assert.match(await page.textContent(".window h2"), /0 to 7/);
    if ((suv.regions ?? []).length > 0) assert.match(await page.textContent(".regions"), new RegExp(suv.regions[0].label));
    assert.deepEqual(await violations(page), []);
    const report = await page.evaluate(async (asked) => {
      const answer = await fetch(`/api/studies/${asked}/report.pdf?lang=en`);
      return `${answer.status} ${answer.headers.get("Content-Type")}`;
    }, id);
    assert.equal(report, "200 application/pdf");
  });

  it("no script failed and nothing outside of the server was asked for", () => {
    assert.deepEqual(page.faults, []);
  });
});
