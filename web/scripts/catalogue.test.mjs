// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, sentences } from "./catalogue.mjs";

test("every sentence of the screens has its Russian", () => {
  const { found, odd } = sentences();
  assert.deepEqual(odd, [], "t() takes a literal, so that it can be found");
  const russian = catalogue("ru");
  const missing = [...found.keys()].filter((text) => !russian.has(text));
  assert.deepEqual(missing, [], "add them to po/ru.web.po");
});

test("a translation keeps the {places} of its sentence", () => {
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  const russian = catalogue("ru");
  for (const text of sentences().found.keys()) {
    assert.deepEqual(places(russian.get(text)), places(text), text);
  }
});
