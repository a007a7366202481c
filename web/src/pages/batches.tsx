// SPDX-License-Identifier: Apache-2.0
// Batches, what each waits for, and the record of one: steps, tests with their limits and chromatograms.
import { actNamed, may } from "../core/acts.ts";
import { moment } from "../core/clock.ts";
import { said, t, word } from "../core/i18n.ts";
import type { BatchAnswer, BatchCheck, BatchRow, BatchStep, BatchTest, CaseRow, Chromatogram } from "../core/plans.ts";
import { activity, plain, significant } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { isInstant, stateWord, unitsIn, valueText } from "../core/words.ts";
import { taskOfBlock } from "../core/work.ts";
import type { Block, Item } from "../core/types.ts";
import { ChromatogramPlot } from "../ui/chromatogram.tsx";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, NodeLink, Page, State } from "../ui/parts.tsx";
import { TaskRow } from "../ui/tasks.tsx";

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function BatchesPage() {
  const { data, refusal } = useReading<{ results: BatchRow[] }>("/api/batches");
  const cases = useReading<{ results: CaseRow[] }>("/api/cases").data;
  return (
    <Page title={t("Batch records")} lead={t("Each with its steps, tests and what it waits for.")}>
      {data === undefined ? <Loading refusal={refusal} /> : data.results.length === 0 ? <Empty>{t("No batch has been issued.")}</Empty> : (
        <ul class="task-list">
          {data.results.map((one) => (
            <li key={one.id}>
              <a class={`task ${one.n_waiting > 0 ? "" : "task-later"}`} href={link(["batch", one.id])}>
                <Icon name="vial" size={30} />
                <span class="task-what">
                  <strong>{one.product_name} <span class="num">{one.id}</span></strong>
                  <span class="quiet num">{moment(one.at)} · {t("step {done} of {all}", { done: one.steps_done, all: one.n_steps })}{one.activity_bq === undefined ? "" : ` · ${activity(one.activity_bq, 3)}`}</span>
                  {one.next !== null && <span>{sentence(unitsIn(said(one.next.why, one.next)))}</span>}
                </span>
                <State state={one.is_expired === true ? "expired" : one.state} />
                <Icon name="right" size={26} />
              </a>
            </li>
          ))}
        </ul>
      )}
      {cases !== undefined && cases.results.length > 0 && <Cases rows={cases.results} />}
    </Page>
  );
}

function Cases({ rows }: { rows: CaseRow[] }) {
  return (
    <section aria-labelledby="cases-title">
      <h2 id="cases-title">{t("Open cases, the first due first")}</h2>
      <ul class="task-list">
        {rows.map((one) => (
          <li key={one.id}>
            <a class={`task ${one.is_overdue === true ? "task-waiting" : "task-today"}`} href={link(["record", "case", one.id])}>
              <Icon name="warn" size={28} />
              <span class="task-what">
                <strong>{sentence(word(one.type))} <span class="num">{one.id}</span></strong>
                <span>{unitsIn(said(one.what, one))}</span>
              </span>
              {isInstant(one.due) && <span class={one.is_overdue === true ? "late num" : "num"}>{t("until {time}", { time: moment(one.due) })}</span>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/* ---- one batch ------------------------------------------------------------------------------- */

export function BatchPage({ id }: { id: string }) {
  const { data, refusal } = useReading<BatchAnswer>(`/api/batches/${encodeURIComponent(id)}`);
  if (data === undefined) return <Page title={id}><Loading refusal={refusal} /></Page>;
  const { batch } = data;
  return (
    <Page
      title={`${String(batch["product_name"] ?? "")} ${id}`}
      lead={<><State state={String(batch["state"] ?? "")} />{isInstant(batch["expiry"]) && <span class="num"> {t("until {time}", { time: moment(batch["expiry"]) })}</span>}</>}
      tools={
        <>
          <a class="button" href={link(["record", "batch", id])}><Icon name="audit" /> {t("History")}</a>
          <a class="button" href={link(["trace", "batch", id])}><Icon name="trace" /> {t("Trace")}</a>
        </>
      }
    >
      {data.waiting.length > 0 && <Waiting blocks={data.waiting} />}
      <section aria-labelledby="steps-title">
        <h2 id="steps-title">{t("Steps of the batch record")}</h2>
        <ol class="task-list">{data.steps.map((step, i) => <StepRow key={step.name} step={step} number={step.number ?? i + 1} batch={id} />)}</ol>
      </section>
      <Tests tests={data.tests} />
      <Kept title={t("Sent to")} items={data.shipments} members={["receiver", "volume_ml", "activity_bq", "at"]} />
      <Kept title={t("Cases of this batch")} items={data.cases} members={["type", "what", "due"]} />
      <Kept title={t("Retention samples")} items={data.samples} members={["place", "volume_ml", "discard_from"]} />
      <Kept title={t("Notices")} items={data.notices} members={["receiver", "message"]} />
    </Page>
  );
}

function Waiting({ blocks }: { blocks: Block[] }) {
  return (
    <section aria-labelledby="waiting-title">
      <h2 id="waiting-title">{t("What it waits for")}</h2>
      <ol class="task-list">
        {blocks.map((block) => {
          const task = taskOfBlock(block);
          if (task !== undefined) return <TaskRow key={block.why} task={task} isFirst={false} />;
          return <li key={block.why}><div class="task task-later"><Icon name="wait" size={28} /><span class="task-what"><strong>{sentence(unitsIn(said(block.why, block)))}</strong></span></div></li>;
        })}
      </ol>
    </section>
  );
}

const SIGNS = { done: "check", approved: "check", passed: "check", "outside limits": "stop", "out of specification": "stop" } as const;
const signOf = (state: string) => SIGNS[state as keyof typeof SIGNS] ?? "wait";
const toneOf = (state: string) => (signOf(state) === "check" ? "good" : signOf(state) === "stop" ? "bad" : "wait");

/** A step as it was planned and done; the next one is a button that opens its act. */
function StepRow({ step, number, batch }: { step: BatchStep; number: number; batch: string }) {
  const act = actNamed("quality.do_step");
  const isNext = step.state === "next" && act !== undefined && may(act);
  const inside = (
    <>
      <span class="step-time num">{number}</span>
      <span class="task-what">
        <strong>{step.name}{step.place === undefined ? "" : `, ${step.place}`}</strong>
        {(step.checks ?? []).map((check) => <span key={check.name} class={check.within === false ? "late" : ""}>{check.name}: {checkText(check)}</span>)}
        {(step.materials ?? []).map((one) => <span key={one.material} class="quiet">{one.material}{one.amount === undefined ? "" : ` ${plain(one.amount)} ${word(one.unit ?? "")}`}{one.lot === undefined ? "" : `, ${one.lot}`}</span>)}
        {(step.equipment ?? []).length > 0 && <span class="quiet">{(step.equipment ?? []).join(", ")}</span>}
        {step.made_by !== undefined && <span class="quiet num">{step.made_by}{step.checked_by === undefined ? "" : `, ${step.checked_by}`}{isInstant(step.at) ? ` · ${moment(step.at)}` : ""}</span>}
      </span>
      <State state={step.state} tone={toneOf(step.state)} />
    </>
  );
  return (
    <li>
      {isNext
        ? <a class="task task-first" href={link(["act", "quality.do_step"], { batch, step: String(number) })}>{inside}<Icon name="right" size={26} /></a>
        : <div class={`task ${signOf(step.state) === "stop" ? "task-waiting" : "task-later"}`}>{inside}</div>}
    </li>
  );
}

const shownValue = (value: unknown): string => (typeof value === "number" ? plain(value) : typeof value === "string" ? value : "–");

/** A share is read in per cent. */
const inUnit = (value: number, unit: string | undefined): string => (unit === "fraction" ? significant(100 * value, 4) : plain(value));
const unitWord = (unit: string | undefined): string => (unit === "fraction" ? "%" : word(unit ?? ""));

function limitsText(limits: { min?: number; max?: number; unit?: string } | undefined): string {
  if (limits === undefined) return "";
  const unit = unitWord(limits.unit);
  const said = (value: number): string => inUnit(value, limits.unit);
  if (limits.min !== undefined && limits.max !== undefined) return t("{min} to {max} {unit}", { min: said(limits.min), max: said(limits.max), unit });
  if (limits.min !== undefined) return t("at least {min} {unit}", { min: said(limits.min), unit });
  return limits.max === undefined ? "" : t("at most {max} {unit}", { max: said(limits.max), unit });
}

const checkText = (check: BatchCheck): string =>
  `${typeof check.value === "number" ? inUnit(check.value, check.unit) : shownValue(check.value)} ${unitWord(check.unit)}${limitsText(check) === "" ? "" : ` (${limitsText(check)})`}`;

function Tests({ tests }: { tests: BatchTest[] }) {
  return (
    <section aria-labelledby="tests-title">
      <h2 id="tests-title">{t("Tests")}</h2>
      <ul class="task-list">
        {tests.map((test) => (
          <li key={test.id ?? test.method}>
            <div class={`task ${signOf(test.state) === "stop" ? "task-waiting" : "task-later"}`}>
              <span class="task-what">
                <strong>{stateWord(test.method)}</strong>
                <span class="num">{test.value !== undefined ? `${inUnit(test.value, test.unit)} ${unitWord(test.unit)}` : test.conforms === undefined ? "" : test.conforms ? t("It conforms") : t("It does not conform")} <span class="quiet">{limitsText(test.limits)}</span></span>
                <span class="quiet">{[test.limits?.source, test.made_by, test.approved_by].filter((one) => one !== undefined).join(" · ")}</span>
                {test.analysis?.peaks !== undefined && test.id !== undefined && <TestChromatogram test={test} id={test.id} />}
              </span>
              <State state={test.state} tone={toneOf(test.state)} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function TestChromatogram({ test, id }: { test: BatchTest; id: string }) {
  const { data } = useReading<Chromatogram>(`/api/chromatograms/${encodeURIComponent(id)}`);
  if (data === undefined) return null;
  return <ChromatogramPlot data={data} peaks={test.analysis?.peaks ?? []} label={t("Chromatogram of {method}", { method: stateWord(test.method) })} />;
}

function Kept({ title, items, members }: { title: string; items: Item[]; members: string[] }) {
  if (items.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul class="rows">
        {items.map((item) => (
          <li key={item.id} class="row">
            <strong><NodeLink node={`${item.kind}/${item.id}`} /></strong>
            {members.map((member) => item[member] !== undefined && <span key={member} class="num quiet">{valueText(member, item[member])}</span>)}
            <State state={String(item["state"] ?? "")} />
          </li>
        ))}
      </ul>
    </section>
  );
}
