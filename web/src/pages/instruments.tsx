// SPDX-License-Identifier: Apache-2.0
// Instruments: what is due, and the trend of each check against its limit.
import { useMemo } from "preact/hooks";
import { actNamed, acts, may } from "../core/acts.ts";
import { useAtom } from "../core/atom.ts";
import { moment, nowMs } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { isInstant, stateWord } from "../core/words.ts";
import type { Check, Instrument, Item } from "../core/types.ts";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, NodeLink, Page, State } from "../ui/parts.tsx";
import { Trend, checkText } from "../ui/trend.tsx";
import { Tiles } from "./lab.tsx";

const CHECKS = ["background", "constancy", "accuracy", "linearity", "geometry", "uniformity", "energy_peak", "rotation",
  "daily_check", "normalisation", "suv_calibration", "resolution", "sensitivity", "image_quality", "calibration"];
const text = (item: Item, member: string): string => (typeof item[member] === "string" ? (item[member] as string) : "");

/** Checks whose time has passed, and those that failed. */
export const overdueOf = (item: Item): number =>
  item["state"] !== "in use" ? 0 : CHECKS.filter((check) => {
    const due = item[`${check}_due`];
    return (isInstant(due) && Date.parse(due) < nowMs()) || item[`${check}_result`] === "failed";
  }).length;

export function InstrumentsPage() {
  const { data, refusal } = useReading<{ results: Item[] }>("/api/records/instrument?limit=500");
  return (
    <Page title={t("Instruments")} lead={t("Every measurement is worth what its instrument is: checks by their plan, with limits.")}>
      {data === undefined ? <Loading refusal={refusal} /> : data.results.length === 0 ? <Empty>{t("No instrument is registered.")}</Empty> : (
        <ul class="task-list">{data.results.map((item) => <InstrumentRow key={item.id} item={item} />)}</ul>
      )}
      <Tiles stage="instrument" />
    </Page>
  );
}

function InstrumentRow({ item }: { item: Item }) {
  const overdue = overdueOf(item);
  return (
    <li>
      <a class={`task ${overdue > 0 ? "task-waiting" : ""}`} href={link(["instrument", item.id])}>
        <Icon name="gauge" size={30} />
        <span class="task-what">
          <strong>{text(item, "model")} {text(item, "serial")}</strong>
          <span class="quiet">{word(text(item, "type"))} · <span class="num">{item.id}</span></span>
        </span>
        {overdue > 0 ? <State state={t("overdue: {count}", { count: overdue })} tone="bad" /> : <State state={text(item, "state")} />}
        <Icon name="right" size={26} />
      </a>
    </li>
  );
}

/* ---- one instrument ------------------------------------------------------------------------ */

export function InstrumentPage({ id }: { id: string }) {
  useAtom(acts);
  const { data, refusal } = useReading<Instrument>(`/api/instruments/${encodeURIComponent(id)}`);
  if (data === undefined) return <Page title={id}><Loading refusal={refusal} /></Page>;
  const item = data.instrument;
  const isUsed = item["state"] === "in use";
  return (
    <Page
      title={`${text(item, "model")} ${text(item, "serial")}`}
      lead={<>{word(text(item, "type"))} · <span class="num">{id}</span> <State state={text(item, "state")} tone={isUsed ? "good" : "bad"} /></>}
      tools={<a class="button" href={link(["record", "instrument", id])}><Icon name="audit" /> {t("History")}</a>}
    >
      <section aria-labelledby="plan-title">
        <h2 id="plan-title">{t("Checks by their plan")}</h2>
        <ul class="task-list task-grid">{data.plan.map((row) => <PlanRow key={row.check} row={row} id={id} />)}</ul>
      </section>
      <Trends checks={data.trend} />
      {data.calibrations.length > 0 && (
        <section aria-labelledby="calibrations-title">
          <h2 id="calibrations-title">{t("Calibrations")}</h2>
          <ul class="rows">
            {data.calibrations.map((one) => (
              <li key={one.id} class="row">
                <strong><NodeLink node={`calibration/${one.id}`} /></strong>
                <span class="num quiet">{isInstant(one["at"]) ? moment(one["at"]) : ""}</span>
                <span class="quiet">{text(one, "certificate")}</span>
                <State state={text(one, "state")} tone={one["state"] === "passed" ? "good" : "bad"} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

/** What the form is filled with: which check of a camera it is. */
const fieldsOf = (act: string, check: string, id: string): Record<string, string> =>
  act === "instrument.check_camera" ? { instrument: id, check: checkName(check) } : { instrument: id };

/** "SUV calibration" of "suv_calibration", as the act's choice has it. */
export const checkName = (check: string): string => check.replace(/_/g, " ").replace(/^suv /, "SUV ");

/** A check of the plan: when it was, when it is due; a button where this person may do it. */
function PlanRow({ row, id }: { row: Instrument["plan"][number]; id: string }) {
  const act = actNamed(row.act);
  const isBad = row.is_overdue || row.result === "failed";
  const inside = (
    <>
      <Icon name={isBad ? "stop" : "check"} size={30} />
      <span class="task-what">
        <strong>{word(checkName(row.check))}</strong>
        <span class="quiet num">{row.at === "" ? t("never done") : <>{moment(row.at)}{row.result === "" ? "" : `: ${stateWord(row.result)}`}</>}</span>
        <span class={isBad ? "late num" : "num"}>{row.due === "" ? "" : row.is_overdue ? t("was due {time}", { time: moment(row.due) }) : t("due {time}", { time: moment(row.due) })}</span>
      </span>
    </>
  );
  return (
    <li>
      {act !== undefined && may(act)
        ? <a class={`task ${isBad ? "task-waiting" : ""}`} href={link(["act", act.name], fieldsOf(act.name, row.check, id))}>{inside}<Icon name="right" size={26} /></a>
        : <div class={`task ${isBad ? "task-waiting" : ""}`}>{inside}</div>}
    </li>
  );
}

const signed = (value: number, unit: string | undefined): string => `${value > 0 ? "+" : ""}${checkText(value, unit, 3)}`;

function Trends({ checks }: { checks: Check[] }) {
  const groups = useMemo(() => CHECKS.map((check) => [check, checks.filter((one) => one.check === check && typeof one.deviation === "number")] as const)
    .filter(([, rows]) => rows.length > 0), [checks]);
  if (groups.length === 0) return null;
  return (
    <section aria-labelledby="trends-title">
      <h2 id="trends-title">{t("How far from what was expected")}</h2>
      <div class="trends">
        {groups.map(([check, rows]) => {
          const last = rows[rows.length - 1]!;
          return (
            <figure key={check} class="card">
              <figcaption class="card-head">
                <strong>{word(checkName(check))}</strong>
                <span class="num">{signed(last.deviation ?? 0, last.unit)}</span>
                <span class="quiet num">{last.limit === null ? "" : t("limit ±{limit}", { limit: checkText(last.limit, last.unit) })}</span>
                <State state={last.state} tone={last.state === "passed" ? "good" : "bad"} />
              </figcaption>
              <Trend rows={rows} label={t("{check}: deviation of {count} checks", { check: word(checkName(check)), count: rows.length })} />
            </figure>
          );
        })}
      </div>
    </section>
  );
}
