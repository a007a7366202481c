// SPDX-License-Identifier: Apache-2.0
// What happened: the key numbers, what moved where, who signed, and what comes next.
import { useEffect, useRef } from "preact/hooks";
import { keyOf, may, nextActs } from "../core/acts.ts";
import { fullMoment, moment } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { quantity, scaled, unitSuffix } from "../core/quantity.ts";
import { link, splitNode } from "../core/route.ts";
import { word } from "../core/i18n.ts";
import { label, stateWord, valueText } from "../core/words.ts";
import type { Act, Json, LedgerEvent, Transfer } from "../core/types.ts";
import { Icon } from "../ui/icon.tsx";
import { Members, NodeLink, Page } from "../ui/parts.tsx";
import { Signatures } from "../ui/event.tsx";
import { identificationOf, Purity } from "../ui/purity.tsx";
import { Warnings } from "../ui/warnings.tsx";
import { Computation } from "./preview.tsx";

const STRUCTURE = new Set(["records", "links", "transfers", "measurements", "closes", "warnings", "computation", "request", "request_digest", "site_data", "site_data_hash", "blobs", "identification"]);

export function Done({ act, event, onAgain }: { act: Act; event: LedgerEvent; onAgain: () => void }) {
  const heading = useRef<HTMLElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const numbers = keyNumbers(event);
  const purity = identificationOf(event.body);
  const rest = Object.entries(event.body).filter(([name, value]) =>
    !STRUCTURE.has(name) && value !== null && !numbers.some(([key]) => key === name));
  return (
    <Page title={act.summary} className="done">
      <section class="done-head" ref={heading} tabIndex={-1} aria-live="polite">
        <span class="done-sign"><Icon name="check" size={44} /></span>
        <div>
          <strong>{t("Recorded")}</strong>
          <span class="quiet num">{t("event {seq}, {time}", { seq: event.seq, time: fullMoment(event.recorded_at) })}</span>
        </div>
        <SubjectChip node={event.subject} />
      </section>
      <Warnings body={event.body} />
      {purity !== undefined && <section class="card"><Purity found={purity} /></section>}
      {numbers.length > 0 && (
        <ul class="figures">
          {numbers.map(([name, value]) => <Figure key={name} name={name} value={value} />)}
        </ul>
      )}
      <NextActs act={act} event={event} onAgain={onAgain} />
      <div class="done-details">
        {(event.body.transfers ?? []).length > 0 && (
          <section class="card">
            <h2 class="card-head">{t("What moved")}</h2>
            <Transfers transfers={event.body.transfers ?? []} />
          </section>
        )}
        {rest.length > 0 && (
          <section class="card">
            <h2 class="card-head">{t("What was recorded")}</h2>
            <Members rows={rest.map(([name, value]) => [label(name), valueText(name, value as Json)])} />
          </section>
        )}
        {event.body["computation"] !== undefined && (
          <section class="card">
            <h2 class="card-head">{t("How it was computed")}</h2>
            <Computation computation={event.body["computation"] as Json} />
          </section>
        )}
        <Changes event={event} />
        <Signatures event={event} />
      </div>
    </Page>
  );
}

function SubjectChip({ node }: { node: string }) {
  return <span class="done-subject"><NodeLink node={node} /></span>;
}

/** Numbers with units: what was entered, and what the act computed for the record it made. */
function keyNumbers(event: LedgerEvent): [string, number][] {
  const all = new Map<string, number>();
  for (const source of [event.body, event.body.records?.[0]?.set ?? {}]) {
    for (const [name, value] of Object.entries(source)) {
      if (typeof value === "number" && unitSuffix(name) !== undefined && !name.includes("_sd_")) all.set(name, value);
    }
  }
  return [...all].slice(0, 6);
}

function Figure({ name, value }: { name: string; value: number }) {
  const suffix = unitSuffix(name) ?? "";
  const shown = scaled(value, suffix);
  return (
    <li class="figure">
      <span class="figure-name">{label(name)}</span>
      <span class="figure-value num">{shown.value}</span> <span class="figure-unit">{word(shown.unit)}</span>
    </li>
  );
}

export function Transfers({ transfers }: { transfers: Transfer[] }) {
  return (
    <ul class="transfers">
      {transfers.map((one, i) => (
        <li key={i}>
          <NodeLink node={one.from} /> <Icon name="right" size={16} /> <NodeLink node={one.to} />
          <span class="num">{quantity(one.activity_bq, "bq")} {one.nuclide}</span>
          {one.predicted_bq !== undefined && one.predicted_bq !== null && (
            <span class="quiet num">{t("predicted {activity}", { activity: quantity(one.predicted_bq, "bq") })}</span>
          )}
          <span class="quiet">{moment(one.at)}</span>
        </li>
      ))}
    </ul>
  );
}

function Changes({ event }: { event: LedgerEvent }) {
  const states = (event.body.records ?? []).filter((one) => typeof one.set["state"] === "string");
  if (states.length === 0) return null;
  return (
    <section class="card">
      <h2 class="card-head">{t("What changed")}</h2>
      <ul class="plain-list">
        {states.map((one) => (
          <li key={`${one.kind}/${one.id}`}>
            <NodeLink node={`${one.kind}/${one.id}`} />{" "}
            {typeof one.before?.["state"] === "string" && <>{stateWord(one.before["state"])} → </>}
            <strong>{stateWord(String(one.set["state"]))}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the work asks for next, with the record already filled in. */
function NextActs({ act, event, onAgain }: { act: Act; event: LedgerEvent; onAgain: () => void }) {
  const [kind, id] = splitNode(event.subject);
  const next = nextActs(act, kind).filter((one) => may(one.act)).slice(0, 3);
  return (
    <nav class="next" aria-label={t("What comes next")}>
      <h2>{t("What comes next")}</h2>
      <div class="next-row">
        {next.map((one, i) => (
          <a key={one.act.name} class={`button ${i === 0 ? "button-primary" : ""}`}
            href={link(["act", one.act.name], { [keyOf(one.field)]: id })}>
            {one.act.summary} <Icon name="right" size={20} />
          </a>
        ))}
        <button type="button" class="button" onClick={onAgain}><Icon name="plus" size={20} /> {t("The same again")}</button>
        <a class="button" href={link(["lab"])}>{t("Hot lab")}</a>
        <a class="button" href={link(["today"])}>{t("Today")}</a>
      </div>
    </nav>
  );
}
