// SPDX-License-Identifier: Apache-2.0
// The sentences of the screens and the catalogues that translate them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(fileURLToPath(new URL(".", import.meta.url)), "..");

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : /\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : [],
  );
}

const unquote = (literal) => JSON.parse(literal);

/** Every t("...") of the sources: text -> file; and calls of t() whose argument is no literal. */
export function sentences() {
  const found = new Map();
  const odd = [];
  for (const file of files(join(web, "src"))) {
    const source = readFileSync(file, "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    for (const match of source.matchAll(/(?<![\w.])t\(\s*("(?:[^"\\\n]|\\.)*")?/g)) {
      if (match[1] !== undefined) found.set(unquote(match[1]), file);
      else if (!/function $/.test(source.slice(0, match.index))) odd.push(`${file}: ${source.slice(match.index, match.index + 40)}`);
    }
  }
  return { found, odd };
}

/** The catalogue of a language: all po/LANGUAGE.po and po/LANGUAGE.*.po together. */
export function catalogue(language) {
  const po = join(web, "..", "po");
  const entries = new Map();
  for (const name of readdirSync(po)) {
    if (!(name.startsWith(`${language}.`) && name.endsWith(".po"))) continue;
    const text = readFileSync(join(po, name), "utf8");
    for (const match of text.matchAll(/^msgid((?:\s*"(?:[^"\\\n]|\\.)*")+)\s*msgstr((?:\s*"(?:[^"\\\n]|\\.)*")+)/gm)) {
      const joined = (part) => [...part.matchAll(/"(?:[^"\\\n]|\\.)*"/g)].map((one) => unquote(one[0])).join("");
      const id = joined(match[1]);
      if (id === "") continue;
      entries.set(id, joined(match[2]));
    }
  }
  return entries;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const known = catalogue("ru");
  for (const text of sentences().found.keys()) if (!known.has(text)) console.log(`msgid ${JSON.stringify(text)}\nmsgstr ""\n`);
}
