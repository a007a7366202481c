// SPDX-License-Identifier: Apache-2.0
// The matrix of rules, docs/requirements.md: rule -> acts that enforce it -> tests that show it.
//
//     node tools/requirements/matrix.mjs MOLY [--check]
//
// Rules are docs/rules.tsv, acts what `MOLY acts` declares, tests the comments "EVIDENCE: R-nn ..." of
// tests/. With --check nothing is written: the document must be what would be.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const [moly, check] = process.argv.slice(2);
const document = join(root, "docs/requirements.md");

function* filesOf(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    else if (/\.(c|h|mjs|sh)$/.test(entry.name)) yield path;
  }
}

function evidence() {
  const shown = new Map();
  for (const path of filesOf(join(root, "tests"))) {
    for (const [, rule, rest] of readFileSync(path, "utf8").matchAll(/EVIDENCE: (R-\d\d):?\s*([^\n]*(?:\n \* [^\n]*)*)/g)) {
      const sentence = rest.replace(/\n \* /g, " ").replace(/\*\/[\s\S]*$/, "").replace(/\s+/g, " ").trim();
      const rows = shown.get(rule) ?? [];
      rows.push({ path: relative(root, path), sentence });
      shown.set(rule, rows);
    }
  }
  return shown;
}

function enforcing() {
  const acts = JSON.parse(execFileSync(moly, ["acts", "--format", "json"], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" }, maxBuffer: 1 << 26 })).results;
  const by = new Map();
  for (const { name, rules } of acts) for (const rule of rules ?? []) by.set(rule, [...(by.get(rule) ?? []), name]);
  return by;
}

const shown = evidence(), acts = enforcing();
const rules = readFileSync(join(root, "docs/rules.tsv"), "utf8").trim().split("\n").map((line) => line.split("\t"));
const escape = (text) => text.replaceAll("|", "\\|");
const rows = rules.map(([rule, asks]) => {
  const tests = (shown.get(rule) ?? []).map(({ path, sentence }) => `\`${path}\`${sentence === "" ? "" : `: ${escape(sentence)}`}`);
  return `| ${rule} | ${escape(asks)} | ${(acts.get(rule) ?? []).map((name) => `\`${name}\``).join(" ")} | ${tests.join("<br>") || "not shown"} |`;
});
const met = rules.filter(([rule]) => shown.has(rule)).length;
const text = `# Rules of a centre's records

Refusals, warnings and acts name the rule that they enforce, as \`R-24\`. Each rule stands here in a sentence of ours, with the acts that
enforce it and the tests that show it: there a comment says \`EVIDENCE: R-24\` and what is shown. Of ${rules.length} rules ${met} are shown. This page is
written by \`./dev matrix\` from \`docs/rules.tsv\`, the acts and the tests; a test refuses one that is out of date.

| rule | what it asks | acts | shown by |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
if (check === "--check") {
  if (readFileSync(document, "utf8") !== text) {
    console.error("docs/requirements.md is out of date: ./dev matrix writes it anew");
    process.exit(1);
  }
} else {
  writeFileSync(document, text);
}
