// SPDX-License-Identifier: Apache-2.0
// What the act would do, asked of the server while the form is being filled: predicted amounts, the
// volume to draw, warnings, or the rule that will refuse it.
import { useEffect, useState } from "preact/hooks";
import { post, Refusal } from "../core/api.ts";
import { t, word } from "../core/i18n.ts";
import { scaled, unitSuffix } from "../core/quantity.ts";
import { label, unitsIn, valueText } from "../core/words.ts";
import type { Act, Body, Json } from "../core/types.ts";
import { Icon } from "../ui/icon.tsx";
import { identificationOf, Purity } from "../ui/purity.tsx";
import { Warnings } from "../ui/warnings.tsx";
import { ruleText } from "../core/rules.ts";

const PAUSE_MS = 400;

/** @param request  the fields, or null while too little is filled in */
export function Preview({ act, request }: { act: Act; request: Record<string, unknown> | null }) {
  const [body, setBody] = useState<Body | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  // An instant that follows the clock must not ask every second.
  const text = request === null ? "" : JSON.stringify(request, (_key, value: unknown) =>
    typeof value === "string" ? value.replace(/T(\d\d:\d\d):\d\d\.\d+Z$/, "T$1Z") : value);
  useEffect(() => {
    setRefusal(null);
    if (request === null) {
      setBody(null);
      return;
    }
    let isCurrent = true;
    const timer = window.setTimeout(() => {
      post<Body>(`/api/acts/${act.name}/preview`, request).then(
        (found) => {
          if (isCurrent) setBody(found);
        },
        (error: unknown) => {
          if (!isCurrent) return;
          setBody(null);
          if (error instanceof Refusal && (error.rule !== "" || isOfFile(act, error))) setRefusal(error);
        },
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [act.name, text]);

  if (refusal !== null) {
    return (
      <section class="card preview preview-bad" aria-live="polite">
        <h2 class="card-head"><Icon name="stop" /> {t("This will be refused")} {refusal.rule !== "" && <span class="rule" title={ruleText(refusal.rule)}>{refusal.rule}</span>}</h2>
        <p>{unitsIn(refusal.message)}</p>
      </section>
    );
  }
  if (body === null) return null;
  const numbers = previewNumbers(body);
  const purity = identificationOf(body);
  if (numbers.length === 0 && purity === undefined && (body.warnings ?? []).length === 0) return null;
  return (
    <section class="card preview" aria-live="polite">
      <h2 class="card-head"><Icon name="target" /> {t("By computation")}</h2>
      {purity !== undefined && <Purity found={purity} />}
      <ul class="figures figures-small">
        {numbers.map(([name, value]) => {
          const shown = scaled(value, unitSuffix(name) ?? "");
          return (
            <li key={name} class="figure">
              <span class="figure-name">{label(name)}</span>
              <span class="figure-value num">{shown.value}</span> <span class="figure-unit">{word(shown.unit)}</span>
            </li>
          );
        })}
      </ul>
      <Computation computation={body["computation"] as Json | undefined} />
      <Warnings body={body} />
    </section>
  );
}

/** A file that cannot be read is said at once: it is chosen once, not typed. */
const isOfFile = (act: Act, refusal: Refusal): boolean =>
  act.fields.some((field) => field.hint === "FILE" && refusal.message.startsWith(`${field.name}:`));

/** Numbers that the server computed: those of the records that would be made, not those typed. */
function previewNumbers(body: Body): [string, number][] {
  const made = body.records?.[0]?.set ?? {};
  return COMPUTED.filter((name) => typeof made[name] === "number" && !(name in body))
    .map((name): [string, number] => [name, made[name] as number]);
}

/** What people wait for, the most wanted first. */
const COMPUTED = ["volume_ml", "predicted_bq", "net_bq", "injected_bq", "molybdenum_ratio", "book_bq"];

/** Formula, half-life with its source, both times. */
export function Computation({ computation }: { computation: Json | undefined }) {
  if (computation === undefined || computation === null) return null;
  if (typeof computation !== "object" || Array.isArray(computation)) return <p class="computation">{String(computation)}</p>;
  return (
    <dl class="members computation">
      {Object.entries(computation).map(([name, value]) => (
        <div key={name}><dt>{label(name)}</dt><dd>{valueText(name, value)}</dd></div>
      ))}
    </dl>
  );
}
