// SPDX-License-Identifier: Apache-2.0
// Raw data in the browser: a sinogram, a reconstruction that is started, seen to sharpen and stopped,
// and its image over the map of attenuation. In both languages, on a tablet held upright, for everybody.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { binary } from "../serving.mjs";
import { cannotRun, go, openBrowser, openPage, Server, signIn, signOut, speak, violations } from "./moly.mjs";

const SCANNER = `title = small
source = made up
rings = 10
detectors = 192
inner radius = 220 mm
interaction depth = 8 mm
ring pitch = 8 mm
crystal depth = 20 mm
energy resolution = 10 %
timing resolution = 400 ps
tof bin = 300 ps
tof bins = 9
tangential bins = 121
`;
const PATIENCE = { timeout: 240_000 }; // the machine may be busy: each wait is for something that comes

function scan(folder) {
  const raw = join(folder, "raw");
  mkdirSync(raw);
  writeFileSync(join(folder, "small.scanner"), SCANNER);
  const made = spawnSync(binary, ["scan", "--scanner", join(folder, "small.scanner"), "--phantom", "nema-iq", "--activity", "50MBq", "--time", "10min",
    "--max-ring-difference", "1", "--voxel", "6mm", "--tof", "--tof-mashing", "1", "-o", join(raw, "body-phantom")], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`moly scan: ${made.stderr}`);
  return ["--raw", raw];
}

describe("raw data", { skip: cannotRun, timeout: 900_000 }, () => {
  let server;
  let browser;
  let page;
  const widerThanScreen = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const small = () => page.$$eval("main button, main input, main select, main summary", (all) =>
    all.filter((one) => one.offsetParent !== null && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 120)));
  const check = async (what) => {
    assert.deepEqual(await violations(page), [], what);
    assert.ok((await widerThanScreen()) <= 0, `${what} fits`);
    assert.deepEqual(await small(), [], `${what}: targets of 44 px`);
  };
  const set = (name, value) => page.locator(`input[type=range][aria-label="${name}"]`).fill(String(value));
  const start = async (iterations) => {
    await go(page, "raw/body-phantom");
    await page.locator(".reconstruct label:has-text('Iterations') input").fill(String(iterations));
    await page.click(".reconstruct .button-primary");
    await page.waitForSelector(".reconstruction");
    return page.evaluate(() => location.hash.split("/").pop());
  };

  before(async () => {
    server = await Server.make(undefined, undefined, scan);
    browser = await openBrowser();
    page = await openPage(browser, server.url);
    await signIn(page, "physicist");
  });
  after(async () => {
    await browser?.close();
    await server?.end();
  });

  it("the list tells scanner, nuclide, duration and counts", async () => {
    await page.click('.rail a[href="#/raw"]');
    const row = await page.textContent(".rows .row");
    assert.match(row, /body-phantom.*PET sinograms.*small\.scanner · F-18.*10\smin.*counts/);
    await check("the list");
  });

  it("a sinogram and a view are drawn, and the sliders turn them", async () => {
    await page.click(".rows .row");
    const drawn = () => page.$eval(".bins canvas", (canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += 255 - data[i];
      return sum;
    });
    await page.waitForSelector(".bins canvas[data-ready=true]");
    await page.waitForFunction(() => document.querySelector(".bins canvas").width > 1);
    const first = await drawn();
    assert.ok(first > 0);
    for (const [name, value] of [["Plane", 1], ["Time of flight", 5], ["Ring difference", 2]]) {
      const earlier = await drawn();
      await set(name, value);
      await page.waitForFunction((sum) => {
        const canvas = document.querySelector(".bins canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let now = 0;
        for (let i = 0; i < data.length; i += 4) now += 255 - data[i];
        return now !== sum;
      }, earlier, PATIENCE);
    }
    await page.click("text=View at an angle");
    await page.waitForFunction(() => document.querySelector(".bins canvas").height < 20, undefined, PATIENCE);
    await check("the bins");
  });

  it("an image grows by iteration, and is stopped by a button", async () => {
    const id = await start(5000);
    await page.waitForSelector(".live-axial canvas[data-ready=true]", PATIENCE);
    const version = () => page.getAttribute(".live-axial", "data-version").then(Number);
    const seen = await version();
    const progress = await page.getAttribute(".live-bar progress", "value").then(Number);
    await page.waitForFunction((known) => Number(document.querySelector(".live-axial").dataset.version) > known + 1, seen, PATIENCE);
    assert.ok((await page.getAttribute(".live-bar progress", "value").then(Number)) > progress);
    assert.match(await page.textContent(".live-bar"), /Iteration \d+ of 5000/);
    await page.waitForSelector(".live-likelihood polyline", PATIENCE);
    await check("a reconstruction that runs");
    await page.setViewportSize({ width: 820, height: 1180 });
    await check("a reconstruction that runs, on a tablet held upright");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.click("text=Stop it");
    await page.waitForSelector(".notice:has-text('Stopped by physicist')", PATIENCE);
    await go(page, "raw");
    assert.match(await page.textContent(`.row[href="#/reconstruction/${id}"]`), /cancelled/);
    await check("the list with a reconstruction");
  });

  it("what is finished lies over the map of attenuation", async () => {
    await start(3);
    await page.waitForSelector(".fused canvas[data-phase=shown][data-fused=true]", PATIENCE);
    assert.match(await page.textContent(".figures"), /Activity in the image\s*[\d.]+\sMBq/);
    const before = await page.textContent("[data-suv-cross]");
    assert.match(before, /Bq\/mL/);
    const shot = () => page.locator(".fused .screen > canvas").screenshot();
    const both = await shot();
    await set("Share of the emission", 0);
    await page.waitForTimeout(300);
    const under = await shot();
    assert.notDeepEqual(both, under, "the slider changes the picture");
    await set("Share of the emission", 60);
    await page.focus(".fused .screen > canvas");
    for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowLeft");
    await page.waitForFunction((value) => document.querySelector("[data-suv-cross]").textContent !== value, before, PATIENCE);
    await check("a finished reconstruction");
  });

  it("in Russian, on a tablet held upright, all fits and can be read by everybody", async () => {
    await speak(page, "ru");
    for (const width of [820, 1280]) {
      await page.setViewportSize({ width, height: 1000 });
      for (const path of ["raw", "raw/body-phantom", "reconstruction/REC-000001", "reconstruction/REC-000002"]) {
        await go(page, path);
        await page.waitForTimeout(200);
        await check(`${path} at ${width} px`);
        const english = await page.$$eval("main h2, main button, main .slider-name", (all) => all.map((one) => one.textContent).filter((text) => /[a-z]{5,}/.test(text.replace(/body-phantom|ge-discovery-mi/g, ""))));
        assert.deepEqual(english, [], `${path}: in Russian`);
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await speak(page, "en");
  });

  it("who does not scan looks on: no button, no place in the rail", async () => {
    await signOut(page);
    await signIn(page, "inspector");
    await page.waitForTimeout(300);
    assert.equal(await page.locator('.rail a[href="#/raw"]').count(), 0);
    await go(page, "raw/body-phantom");
    await page.waitForSelector(".bins canvas[data-ready=true]");
    assert.equal(await page.locator(".reconstruct").count(), 0);
    await go(page, "reconstruction/REC-000002");
    await page.waitForSelector(".fused canvas[data-phase=shown]", PATIENCE);
  });

  it("no script failed and nothing outside was asked for", () => assert.deepEqual(page.faults, []));
});
