// SPDX-License-Identifier: Apache-2.0
// Six in the morning, with gloves and a scanner: each role's first screen has its work, a scan goes to the
// thing, what was typed survives, and the screens open without their server.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cannotRun, go, openBrowser, openPage, Server, signIn, signOut, speak, violations } from "./moly.mjs";

const SCREENS = [
  "today", "lab", "dispensing", "protection", "patients", "patient/PAT-000001", "stock", "instruments", "instrument/INS-000001", "studies", "trace/generator/GEN-000001", "balance", "audit",
  "persons", "papers", "sheets", "find?code=%5Dd20104012345678901172801311077-1", "record/kit/KIT-000001", "record/lot/LOT-000001",
  "act/pharmacy.elute?generator=GEN-000001", "act/clinic.draw_dose", "act/clinic.administer", "act/stock.receive_package",
];

describe("the morning", { skip: cannotRun, timeout: 600_000 }, () => {
  let server;
  let browser;
  let page;
  const as = async (user) => {
    if (await page.$(".house")) await signOut(page);
    await signIn(page, user);
    await go(page, "today");
  };
  const tasks = () => page.$$eval("a.task", (all) => all.map((one) => decodeURIComponent(one.getAttribute("href"))));
  const scan = async (code) => {
    await page.keyboard.type(code);
    await page.keyboard.press("Enter");
  };

  before(async () => {
    server = await Server.make();
    browser = await openBrowser();
    page = await openPage(browser, server.url);
  });
  after(async () => {
    await browser?.close();
    await server?.end();
  });

  const MORNINGS = {
    technologist: ["#/act/clinic.administer?", "#/act/pharmacy.test_rcp?kit=KIT-000003", "#/act/pharmacy.label_kit?lot=LOT-000003&eluate=ELU-000003", "#/act/clinic.draw_dose?order=ORD-000007&kit=KIT-000001"],
    radiopharmacist: ["#/act/pharmacy.accept_lot?lot=LOT-000005", "#/act/pharmacy.release?kit=KIT-000002", "#/act/safety.explain?event=25"],
    "qualified-person": ["#/act/pharmacy.release?eluate=ELU-000003", "#/act/stock.approve_supplier?supplier=SUP-000003"],
    physicist: ["#/act/safety.explain?event=25"],
    inspector: ["#/trace", "#/audit", "#/balance", "#/stock", "#/instruments", "#/papers"],
  };
  for (const [user, wanted] of Object.entries(MORNINGS)) {
    it(`the first screen of the ${user} has the work of the morning`, async () => {
      await as(user);
      await page.waitForSelector("a.task");
      await page.waitForFunction((href) => [...document.querySelectorAll("a.task")].some((one) => decodeURIComponent(one.getAttribute("href")) === href), wanted.at(-1));
      const there = await tasks();
      for (const href of wanted) assert.ok(there.includes(href), `${user}: ${href} is not among ${there.join(" ")}`);
      assert.deepEqual(await violations(page), []);
    });
  }

  it("a task opens its act with the fields filled in, and the work goes on after it", async () => {
    await as("technologist");
    const kit = 'a[data-act="pharmacy.test_rcp"][href*="KIT-000003"]';
    await page.click(kit);
    await page.waitForSelector("#f-kit");
    assert.equal(await page.inputValue("#f-kit"), "KIT-000003");
    assert.equal(await page.locator("#f-eluate:visible").count(), 0, "the others of the choice stand aside");
    await page.fill("#f-purity", "97.2");
    await page.click(".act-end .button-primary");
    await page.waitForSelector(".done-head");
    await go(page, "today");
    await page.waitForSelector("a.task");
    await page.waitForFunction((task) => document.querySelector(task) === null, kit);
  });

  it("a scan goes to the thing wherever one is, and offers what may be done with it", async () => {
    await as("technologist");
    assert.equal(await page.evaluate(() => document.activeElement.hasAttribute("data-scan")), true, "the scan box has the focus");
    for (const [code, hash] of [
      ["]d290kit/KIT-000001", "#/record/kit/KIT-000001"], ["24-1107", "#/record/generator/GEN-000001"], ["MDP-0926", "#/record/lot/LOT-000001"],
      ["ins-000001", "#/record/instrument/INS-000001"], ["physicist", "#/record/person/physicist"], ["PAT-000002", "#/patient/PAT-000002"],
    ]) {
      await scan(code);
      await page.waitForFunction((wanted) => location.hash === wanted, hash);
      await page.waitForSelector("main h1");
    }
    await go(page, "record/kit/KIT-000001");
    await page.waitForSelector(".acts-on .tile");
    const offered = await page.$$eval(".acts-on a", (all) => all.map((one) => [one.getAttribute("href"), one.getBoundingClientRect().height]));
    assert.ok(offered.some(([href]) => href.startsWith("#/act/clinic.draw_dose?")));
    assert.deepEqual(offered.filter(([, height]) => height < 60), []);
  });

  it("a maker's barcode that is not known here is taken in with its lot and expiry filled in", async () => {
    await go(page, "today");
    await scan("]d20104012345678901172801311077-1");
    await page.waitForSelector("#arrived-title");
    await page.click('a.task[href*="receive_kit"]');
    await page.waitForSelector("#f-number");
    assert.equal(await page.inputValue("#f-number"), "77-1");
    assert.equal(await page.inputValue(".field:has(#f-expiry) input.date"), "2028-01-31");
  });

  it("a label scanned into the wrong field of a form goes into the right one", async () => {
    await go(page, "act/clinic.draw_dose");
    await page.focus("#f-order");
    await scan("]d290kit/KIT-000001");
    await page.waitForFunction(() => document.querySelector("#f-kit").value === "KIT-000001");
    assert.equal(await page.inputValue("#f-order"), "");
    await page.click(".draft-note .text-button");
    await page.click(".draft-note .text-button:has-text('Yes')");
  });

  it("what was typed is there after a power cut, and the screen says so", async () => {
    await go(page, "act/pharmacy.elute?generator=GEN-000001");
    await page.fill("#f-volume", "8.5");
    await page.reload();
    await page.waitForSelector(".restored");
    assert.equal(await page.inputValue("#f-volume"), "8.5");
    assert.match(await page.textContent(".restored"), /until \d\d:\d\d/);
    await go(page, "today");
    assert.equal(await page.locator(".draft").count(), 1);
  });

  it("a refusal says what to do, and is the way to it", async () => {
    await as("radiopharmacist");
    await go(page, "act/clinic.draw_dose?order=ORD-000003&kit=KIT-000002");
    await page.fill("#f-activity", "400");
    await page.click(".act-end .button-primary");
    await page.waitForSelector("main .notice-bad[role=alert]");
    assert.deepEqual(await violations(page), []);
    await as("technologist");
  });

  for (const language of ["en", "ru"]) {
    it(`no screen is wider than a tablet held upright, and each target is large enough (${language})`, async () => {
      await speak(page, language);
      await page.setViewportSize({ width: 820, height: 1180 });
      for (const path of SCREENS) {
        await go(page, path);
        await page.waitForTimeout(150);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${language} ${path}: ${wide} px wider than the screen`);
        const small = await page.evaluate(() => [...document.querySelectorAll("button, select, input:not([type=radio]), textarea, summary, a.button, a.tile, a.task, a.row, .rail a")]
          .filter((one) => one.offsetParent !== null && !one.closest("[hidden]"))
          .map((one) => [one, one.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
          .map(([one, box]) => `${one.tagName}.${one.className} ${Math.round(box.width)}x${Math.round(box.height)}`));
        assert.deepEqual(small, [], `${language} ${path}`);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    });
  }

  it("an empty sheet has every field of its act, and room for who enters it afterwards", async () => {
    await speak(page, "en");
    await go(page, "sheet/pharmacy.elute");
    const text = await page.textContent(".paper-sheet");
    for (const wanted of ["Volume", "mL", "Activity", "MBq", "Entered afterwards", "Done by"]) assert.ok(text.includes(wanted), wanted);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.isVisible(".rail"), false);
    assert.equal(await page.isVisible(".paper-sheet"), true);
    await page.emulateMedia({ media: "screen" });
  });

  it("without the server the screens open, say since when, and have what was typed", async () => {
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await go(page, "act/clinic.refer");
    await page.fill("#f-question", "typed before the server went");
    await server.stop();
    await page.reload();
    await page.waitForSelector(".banner-offline");
    assert.match(await page.textContent(".banner-offline"), /No connection since \d\d:\d\d/);
    await page.waitForSelector("#f-question");
    assert.equal(await page.inputValue("#f-question"), "typed before the server went");
    await page.fill("#f-question", "and typed on without it");
    assert.equal(await page.isDisabled(".act-end .button-primary"), true);
    assert.deepEqual(await violations(page), []);
    await go(page, "sheet/pharmacy.elute").catch(() => undefined);
    await page.waitForSelector(".paper-sheet");
    await server.start();
    await page.waitForSelector("#password");
    await signIn(page, "technologist");
    await go(page, "act/clinic.refer");
    assert.equal(await page.inputValue("#f-question"), "and typed on without it");
  });

  it("nothing about patients was kept by the browser but what was typed", async () => {
    const kept = await page.evaluate(async () => {
      const paths = [];
      for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
      return paths;
    });
    const data = kept.filter((path) => path.startsWith("/api/") && !/^\/api\/(acts|site|languages|catalogue\/\w+)$/.test(path));
    assert.deepEqual(data, []);
    assert.ok(kept.includes("/"));
  });

  it("no script failed and nothing outside of the server was asked for", () => {
    assert.deepEqual(page.faults, []);
  });
});
