// SPDX-License-Identifier: Apache-2.0
// A running Moly with its example centre, and a browser in front of it.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { binary, patience_ms, root } from "../serving.mjs";

export { root, Server } from "../serving.mjs";
const require = createRequire(join(root, "web", "package.json"));
const { chromium } = require("playwright-core");
const axeSource = require("axe-core").source;


/** Why these tests cannot run here, or false. */
export const cannotRun = !existsSync(binary)
  ? `${binary} is not built`
  : !existsSync(join(root, "web", "dist", "index.html"))
    ? "web/dist is not built"
    : !existsSync("/usr/bin/chromium")
      ? "chromium is not installed"
      : false;

export async function openBrowser() {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    ],
  });
}

/** A page that fails the test when a script of ours fails or something outside is asked for. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(patience_ms);
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Uncaught/.test(message.text())) page.faults.push(message.text());
  });
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !/^(data|blob):/.test(asked)) page.faults.push(`outside: ${asked}`);
  });
  await page.goto(`${url}/`);
  return page;
}

export async function signIn(page, user) {
  await page.fill("#user", user);
  await page.fill("#password", `${user}-moly`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".house");
}

export async function signOut(page) {
  await page.click(".top > button:last-of-type");
  await page.waitForSelector("#password");
}

export async function go(page, path) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${path}`);
  await page.waitForFunction(() => document.querySelector("main h1") !== null && document.querySelector("main .loading") === null);
}

export async function speak(page, language) {
  await page.click(`.languages button[lang=${language}]`);
  await page.waitForFunction((code) => document.documentElement.lang === code, language);
}

/** What axe finds wrong on the page, one line each. */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }));
  return result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join("; ")}`);
}

/** Fill the form of an act and record it. Fields by key: text, a number with its unit, a choice, or
 *  {at: "2026-11-23 14:05"} for an instant.
 *  @returns the subject of the event, "kit/KIT-000001" */
export async function act(page, name, fields, signing = {}) {
  await go(page, `act/${name}`);
  await page.waitForSelector("main form");
  for (const [key, value] of Object.entries(fields)) await fill(page, key, value);
  if (signing.password !== undefined) await page.fill("#sign-password", signing.password);
  if (signing.second !== undefined) {
    await page.fill("#second-user", signing.second);
    await page.fill("#second-password", `${signing.second}-moly`);
  }
  await page.click(".act-end .button-primary");
  await page.waitForSelector(".done-head, main .notice-bad[role=alert], .problem");
  const refused = await page.$("main .notice-bad[role=alert], form .problem");
  if (refused !== null) return { refused: await refused.textContent() };
  const href = await page.getAttribute(".done-subject a", "href");
  const [kind, id] = decodeURIComponent(href.replace("#/record/", "")).split("/");
  return { kind, id, text: await page.textContent("main") };
}

async function fill(page, key, value) {
  const field = page.locator(`#f-${key}`);
  if (typeof value === "object") {
    if (await page.locator(`.field:has(#f-${key}) button:has-text("Another time")`).count()) {
      await page.click(`.field:has(#f-${key}) button:has-text("Another time")`);
    }
    const [date, time] = value.at.split(" ");
    await page.fill(`.field:has(#f-${key}) input.date`, date);
    await page.fill(`.field:has(#f-${key}) input.time`, time);
    return;
  }
  const kind = await field.evaluate((element) => `${element.tagName}:${element.getAttribute("role") ?? element.getAttribute("type")}`);
  if (kind === "SELECT:null") await field.selectOption(value);
  else if (kind === "INPUT:radio") await page.check(`input[name="${key}"][value="${value}"]`);
  else if (await page.locator(`.quantity:has(#f-${key}) select`).count()) {
    const [number, unit] = value.split(" ");
    await field.fill(number);
    await page.selectOption(`.quantity:has(#f-${key}) select`, unit);
  } else await field.fill(value.replace(/ %$/, ""));
  await page.keyboard.press("Escape");
}
