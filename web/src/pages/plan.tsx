// SPDX-License-Identifier: Apache-2.0
// Tomorrow's doses are moved about, and the schedule of beams, cells and elutions follows.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { session } from "../core/api.ts";
import { useCalculation } from "../core/calculation.ts";
import { clockTime, fromWall, toWall, weekdayOf } from "../core/clock.ts";
import {
  bringTo, dateOf, exampleDay, instant, keepDay, keptDay, readDay, tomorrow, withDose, withOneMore, withoutDose,
  type Batch, type Day, type Dose, type Import, type Miss, type Plan,
} from "../core/day.ts";
import { useAtom } from "../core/atom.ts";
import { language, t, word } from "../core/i18n.ts";
import { activity, duration, plain, significant } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import type { Site } from "../core/types.ts";
import { unitsIn } from "../core/words.ts";
import { Icon } from "../ui/icon.tsx";
import { Loading, Page } from "../ui/parts.tsx";
import { beamText, kindOf, nuclideOf, Timeline } from "../ui/timeline.tsx";

const WAIT_MS = 150, MOST_UNDO = 100, SAME_MOVE_MS = 1500, MOST_SHOWN = 5;
const UNITS = ["MBq", "GBq", "mCi"];

export function PlanPage() {
  const site = useReading<Site>("/api/site");
  if (site.data === undefined) return <Page title={t("Planning")}><Loading refusal={site.refusal} /></Page>;
  return <Planner offset={site.data.utc_offset_minutes} />;
}

/** The day in hand, kept on this device at every change, with the way back. */
function useDay(user: string, offset: number) {
  const [day, setDay] = useState<Day>(() => keptDay(user) ?? exampleDay(offset));
  const [isKept, setKept] = useState(true);
  const undone = useRef<Day[]>([]);
  const last = useRef({ mark: "", at: 0 });
  const put = (next: Day) => {
    setDay(next);
    setKept(keepDay(user, next));
  };
  /** Changes with one mark, close together, are taken back together. */
  const change = (next: Day, mark = "") => {
    const now = Date.now();
    if (mark === "" || mark !== last.current.mark || (!mark.startsWith("drag") && now - last.current.at > SAME_MOVE_MS)) {
      undone.current = [...undone.current.slice(-MOST_UNDO + 1), day];
    }
    last.current = { mark, at: now };
    put(next);
  };
  const undo = () => {
    const before = undone.current.pop();
    last.current = { mark: "", at: 0 };
    if (before !== undefined) put(before);
  };
  return { day, change, undo, canUndo: undone.current.length > 0, isKept };
}

/** What stands in the way, in the reader's language and by the site's wall. */
function reasonOf(miss: Miss): string {
  const bq = (value: number | null) => activity(value ?? 0), at = (value: string | null) => (value === null ? "" : clockTime(value));
  const place = miss.place ?? "";
  switch (miss.why) {
    case "shelf life":
      return t("The last of its batch is given {kept} after release; it keeps for {shelf}.", { kept: duration(miss.kept_s ?? 0), shelf: duration(miss.shelf_s ?? 0) });
    case "batch too large":
      return t("{needed} would be there at the end of synthesis; a batch may have {most}.", { needed: bq(miss.needed_bq), most: bq(miss.most_bq) });
    case "cell closed":
      return t("The synthesis would have to begin at {at}; {place} opens at {opens}.", { at: at(miss.at), place, opens: at(miss.opens) });
    case "bombardment too short":
      return t("{needed} are needed at the end of beam; {longest} of beam give {most}.", { needed: bq(miss.needed_bq), longest: duration(miss.longest_s ?? 0), most: bq(miss.most_bq) });
    case "cyclotron closed":
      return t("The beam would have to begin at {at}; {place} opens at {opens}.", { at: at(miss.at), place, opens: at(miss.opens) });
    case "generator too weak":
      return t("{needed} are needed from {place} at {at}; it gives {most}.", { needed: bq(miss.needed_bq), place, at: at(miss.at), most: bq(miss.most_bq) });
    default:
      return miss.text;
  }
}

function Planner({ offset }: { offset: number }) {
  const user = session.get()?.user ?? "";
  const { day, change, undo, canUndo, isKept } = useDay(user, offset);
  const [chosen, choose] = useState<number | undefined>(undefined);
  const fields = useMemo(() => ({ day }), [day]);
  const { result: plan, of, refusal } = useCalculation<{ day: Day }, Plan>("plan", fields, WAIT_MS);
  const isOld = of?.day !== day;
  const isSame = of?.day.doses.length === day.doses.length; // numbers still mean the same doses
  const shown = isSame ? plan : undefined;
  const spoken = useAtom(language);
  const missed = useMemo(() => new Map((shown?.missed ?? []).flatMap((miss) => miss.doses.map((dose) => [dose.number - 1, reasonOf(miss)] as const))), [shown, spoken]);
  const date = dateOf(day, offset), next = tomorrow(offset);
  const page = useRef<HTMLDivElement>(null);
  const focusDose = (dose: number) => {
    choose(dose);
    window.requestAnimationFrame(() => page.current?.querySelector<SVGElement>(`[data-dose="${dose}"]`)?.focus());
  };
  const begin = (whole: Day) => {
    choose(undefined);
    change(whole);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key === "z" && (event.ctrlKey || event.metaKey) && !isTyping) {
        event.preventDefault();
        undo();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });

  return (
    <Page title={t("Planning")} className="plan"
      lead={date === undefined ? t("No doses yet. Nothing here is recorded.") : t("Doses of {date}. Nothing here is recorded.", { date: weekdayOf(fromWall(date, "12:00")) })}
      tools={<Tools day={day} date={date} canUndo={canUndo} onUndo={undo} onDay={begin} onExample={() => begin(exampleDay(offset))} />}>
      {!isKept && <p class="notice notice-wait" role="alert"><Icon name="warn" size={28} /> <span>{t("This device cannot keep the day: save it as a file before you leave.")}</span></p>}
      {date !== undefined && date < next && (
        <p class="notice notice-wait"><Icon name="wait" size={28} />
          <span>{t("This day is over.")}</span>
          <button type="button" class="button" onClick={() => begin(bringTo(day, next, offset))}>{t("Bring it to tomorrow")}</button>
        </p>
      )}
      <div ref={page} class="plan-sheet">
        <Verdict plan={plan} isOld={isOld} n_doses={day.doses.length} refusal={day.doses.length > 0 ? refusal?.message : undefined} />
        <Editor key={chosen} day={day} chosen={chosen} reason={chosen === undefined ? undefined : missed.get(chosen)}
          onChange={change}
          onAdd={() => {
            change(withOneMore(day, chosen === undefined ? undefined : day.doses[chosen], instant(fromWall(date ?? next, "12:00"))));
            focusDose(day.doses.length);
          }}
          onRemove={(dose) => {
            choose(undefined);
            change(withoutDose(day, dose));
          }} />
        <Timeline day={day} plan={shown} isOld={isOld} chosen={chosen} missed={missed} onChoose={choose}
          onMove={(dose, at, mark) => change(withDose(day, dose, { at }), mark)} />
        <Legend day={day} />
        {plan !== undefined && isSame && <Misses plan={plan} day={day} onShow={focusDose} />}
      </div>
      {plan !== undefined && of !== undefined && plan.batches.length > 0 && <Batches plan={plan} day={of.day} isOld={isOld} />}
      {plan !== undefined && of !== undefined && plan.batches.length > 0 && <Deliveries plan={plan} day={of.day} />}
      {plan !== undefined && of !== undefined && plan.import.length > 0 && <Imports plan={plan} day={of.day} />}
    </Page>
  );
}

function Tools({ day, date, canUndo, onUndo, onDay, onExample }: {
  day: Day; date: string | undefined; canUndo: boolean; onUndo: () => void; onDay: (day: Day) => void; onExample: () => void;
}) {
  const [isBad, setBad] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const open = async (input: HTMLInputElement) => {
    const text = await input.files?.[0]?.text();
    input.value = "";
    if (text === undefined) return;
    const read = readDay(text);
    setBad(read === undefined);
    if (read !== undefined) onDay(read);
  };
  const saveFile = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${JSON.stringify(day, null, 2)}\n`], { type: "application/json" }));
    link.download = `day-${date ?? "empty"}.json`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <>
      {isBad && <span class="problem" role="alert"><Icon name="warn" size={18} /> {t("That file is no day for moly plan.")}</span>}
      <button type="button" class="button" disabled={!canUndo} onClick={onUndo}>{t("Undo")}</button>
      <button type="button" class="button" onClick={() => file.current?.click()}>{t("Open a file")}</button>
      <input ref={file} type="file" accept=".json,application/json" hidden aria-label={t("Open a file")} onChange={(event) => void open(event.currentTarget)} />
      <button type="button" class="button" onClick={saveFile}>{t("Save as a file")}</button>
      <button type="button" class="button" onClick={onExample}>{t("Example day")}</button>
    </>
  );
}

function Verdict({ plan, isOld, n_doses, refusal }: { plan: Plan | undefined; isOld: boolean; n_doses: number; refusal: string | undefined }) {
  if (refusal !== undefined) return <p class="notice notice-bad" role="alert"><Icon name="warn" size={28} /> <span>{unitsIn(refusal)}</span></p>;
  if (n_doses === 0) return <p class="verdict"><span class="quiet">{t("Add the first dose.")}</span></p>;
  if (plan === undefined) return <p class="verdict"><span class="quiet">{t("Calculating…")}</span></p>;
  const n_missed = plan.missed.reduce((sum, miss) => sum + miss.doses.length, 0);
  return (
    <p class={`verdict ${isOld ? "is-old" : ""}`} role="status">
      <span class={`state ${n_missed === 0 ? "state-good" : "state-bad"}`}>
        <Icon name={n_missed === 0 ? "check" : "stop"} size={18} />
        {n_missed === 0 ? t("All {count} doses can be made", { count: n_doses }) : t("{missed} of {count} doses cannot be made", { missed: n_missed, count: n_doses })}
      </span>
      <span>{t("Batches")} <strong class="num">{plan.batches.length}</strong></span>
      <span>{t("Beam")} <strong class="num">{duration(plan.beam_s)}</strong></span>
      {plan.cost > 0 && <span>{t("Cost")} <strong class="num">{plain(Math.round(plan.cost))}</strong></span>}
      <span class="quiet">{plan.proven_best ? t("Proven best of all orders of batches.") : t("A good schedule; a better one may exist.")}</span>
    </p>
  );
}

function Misses({ plan, day, onShow }: { plan: Plan; day: Day; onShow: (dose: number) => void }) {
  if (plan.missed.length === 0) return null;
  return (
    <ul class="misses">
      {plan.missed.slice(0, MOST_SHOWN).map((miss) => (
        <li key={miss.text} class="notice notice-bad">
          <Icon name="stop" size={24} />
          <span>
            <strong>{miss.doses.slice(0, MOST_SHOWN).map((dose) => `${clockTime(dose.at)} ${dose.clinic}`).join("; ")}{miss.doses.length > MOST_SHOWN ? "; …" : ""}</strong>{" "}
            {nuclideOf(day, miss.product)}. {reasonOf(miss)}
          </span>
          <button type="button" class="button" onClick={() => onShow(miss.doses[0]!.number - 1)}>{t("Show")}</button>
        </li>
      ))}
    </ul>
  );
}

interface EditorProps {
  day: Day;
  chosen: number | undefined;
  reason: string | undefined;
  onChange: (day: Day, mark?: string) => void;
  onAdd: () => void;
  onRemove: (dose: number) => void;
}

function Editor(props: EditorProps) {
  const dose = props.chosen === undefined ? undefined : props.day.doses[props.chosen];
  return (
    <div class="plan-editor" role="group" aria-label={t("The chosen dose")}>
      {dose === undefined
        ? <p class="quiet">{t("Drag a dose in time, or choose it and use the arrow keys: 5 min a step, Page Up and Page Down half an hour.")}</p>
        : <DoseFields {...props} index={props.chosen!} dose={dose} />}
      <button type="button" class="button" onClick={props.onAdd}><Icon name="plus" size={20} /> <span>{dose === undefined ? t("Add a dose") : t("One more")}</span></button>
    </div>
  );
}

function DoseFields({ day, index, dose, onChange, onRemove }: EditorProps & { index: number; dose: Dose }) {
  const [, number = dose.activity, unit = ""] = /^\s*([\d.]+)\s*(\S+)\s*$/.exec(dose.activity) ?? [];
  const set = (part: Partial<Dose>, mark: string) => onChange(withDose(day, index, part), `${mark} ${index}`);
  const date = toWall(Date.parse(dose.at)).date;
  const units = UNITS.includes(unit) ? UNITS : [unit, ...UNITS];
  return (
    <>
      <Typed label={t("Time")} value={clockTime(dose.at)} className="plan-time"
        accept={(text) => !Number.isNaN(fromWall(date, text))} onValue={(text) => set({ at: instant(fromWall(date, text)) }, "time")} />
      <Typed label={t("Activity")} value={number} className="plan-activity"
        accept={(text) => /^\d+(\.\d+)?$/.test(text) && Number(text) > 0} onValue={(text) => set({ activity: `${text} ${unit}` }, "activity")} />
      <label class="plan-field plan-unit"><span>{t("Unit")}</span>
        <select class="input" value={unit} onChange={(event) => set({ activity: `${number} ${event.currentTarget.value}` }, "unit")}>
          {units.map((one) => <option key={one} value={one}>{word(one)}</option>)}
        </select>
      </label>
      <label class="plan-field"><span>{t("Product")}</span>
        <select class="input" value={dose.product} onChange={(event) => set({ product: event.currentTarget.value }, "product")}>
          {day.products.map((one) => <option key={one.name} value={one.name}>{word(one.name)} ({one.nuclide})</option>)}
        </select>
      </label>
      <label class="plan-field"><span>{t("Clinic")}</span>
        <select class="input" value={dose.clinic} onChange={(event) => set({ clinic: event.currentTarget.value }, "clinic")}>
          {day.clinics.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
        </select>
      </label>
      <button type="button" class="button" onClick={() => onRemove(index)}><Icon name="waste" size={20} /> <span>{t("Remove")}</span></button>
    </>
  );
}

/** A text that counts once it can be read; until then the dose stays as it was. */
function Typed({ label, value, className, accept, onValue }: {
  label: string; value: string; className: string; accept: (text: string) => boolean; onValue: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const isOwn = useRef(false);
  useEffect(() => {
    if (!isOwn.current) setText(value);
    isOwn.current = false;
  }, [value]);
  return (
    <label class={`plan-field ${className}`}><span>{label}</span>
      <input class="input num" inputMode="decimal" autocomplete="off" value={text} aria-invalid={!accept(text)}
        onInput={(event) => {
          const typed = event.currentTarget.value.trim();
          setText(event.currentTarget.value);
          if (!accept(typed) || typed === value) return;
          isOwn.current = true;
          onValue(typed);
        }}
        onBlur={() => setText(value)} />
    </label>
  );
}

function Legend({ day }: { day: Day }) {
  return (
    <ul class="plan-legend">
      {day.products.map((one) => <li key={one.name}><span class={`swatch kind-${kindOf(day, one.name)}`} aria-hidden="true" /> {one.nuclide}: {word(one.name)}</li>)}
      <li><span class="swatch-way" aria-hidden="true" /> {t("on the road")}</li>
      <li><span class="swatch-closed" aria-hidden="true" /> {t("closed")}</li>
      <li>{t("Numbers in blocks are MBq.")}</li>
    </ul>
  );
}

const spare = (batch: Batch): string => `${significant(100 * Math.max(1 - batch.eob_bq / batch.most_eob_bq, 0), 2)} %`;

function Batches({ plan, day, isOld }: { plan: Plan; day: Day; isOld: boolean }) {
  return (
    <div class={`table-wrap ${isOld ? "is-old" : ""}`} tabIndex={0} role="region" aria-labelledby="batches-title">
      <table class="table plan-table">
        <caption id="batches-title">{t("Batches, by the beginning of beam or elution")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Product")}</th><th scope="col">{t("Beam or elution")}</th><th scope="col" class="end">{t("Current")}</th>
            <th scope="col" class="end">{t("At its end")}</th><th scope="col" class="end"><abbr title={t("Of the most that the longest beam, or the column, would give")}>{t("Spare")}</abbr></th>
            <th scope="col">{t("Synthesis")}</th><th scope="col">{t("Released")}</th><th scope="col" class="end">{t("Doses")}</th><th scope="col">{t("Last dose")}</th><th scope="col" class="end">{t("Cost")}</th>
          </tr>
        </thead>
        <tbody>
          {plan.batches.map((one) => (
            <tr key={`${one.product} ${one.beam_from}`}>
              <th scope="row">{nuclideOf(day, one.product)} <div class="quiet plan-target">{word(one.product)}</div></th>
              <td class="num">{one.cyclotron ?? one.generator} {beamText(one)}
                {one.generator === null && <div class="quiet plan-target">{[duration(one.beam_s), one.target ?? ""].filter((text) => text !== "").join(", ")}</div>}
              </td>
              <td class="end num">{one.generator === null ? `${plain(one.current_a * 1e6, 3)}\u00a0${t("µA")}` : "–"}</td>
              <td class="end num">{activity(one.eob_bq)}</td>
              <td class="end num">{spare(one)}</td>
              <td class="num">{one.cell ?? ""} {clockTime(one.synthesis_from)}–{clockTime(one.synthesis_to)}</td>
              <td class="num">{clockTime(one.released)} <div class="quiet plan-target">{activity(one.released_bq)}</div></td>
              <td class="end num">{one.doses.length}</td>
              <td class="num">{clockTime(one.last_use)}</td>
              <td class="end num">{plain(Math.round(one.cost))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Deliveries({ plan, day }: { plan: Plan; day: Day }) {
  const all = plan.batches.flatMap((batch) => batch.deliveries.map((one) => ({ ...one, product: batch.product })))
    .sort((a, b) => a.leaves.localeCompare(b.leaves) || a.arrives.localeCompare(b.arrives));
  return (
    <details class="card plan-deliveries">
      <summary>{t("On the road: {count}", { count: all.length })}</summary>
      <div class="table-wrap" tabIndex={0} role="region" aria-label={t("On the road: {count}", { count: all.length })}>
        <table class="table plan-table">
          <thead>
            <tr>
              <th scope="col">{t("Leaves")}</th><th scope="col">{t("Arrives")}</th><th scope="col">{t("Clinic")}</th><th scope="col">{t("Product")}</th>
              <th scope="col" class="end">{t("Activity at leaving")}</th><th scope="col" class="end">{t("Doses")}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={`${one.clinic} ${one.product} ${one.leaves}`}>
                <td class="num">{clockTime(one.leaves)}</td><td class="num">{clockTime(one.arrives)}</td><th scope="row">{one.clinic}</th>
                <td>{nuclideOf(day, one.product)} <span class="quiet">{word(one.product)}</span></td>
                <td class="end num">{activity(one.activity_bq)}</td><td class="end num">{one.n_doses}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Imports({ plan, day }: { plan: Plan; day: Day }) {
  return (
    <div class="table-wrap" tabIndex={0} role="region" aria-labelledby="import-title">
      <table class="table">
        <caption id="import-title">{t("Import instead of own production")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Product")}</th><th scope="col">{t("Supplier")}</th><th scope="col">{t("Arrives")}</th><th scope="col" class="end">{t("On arrival")}</th>
            <th scope="col" class="end">{t("Needed then")}</th><th scope="col" class="end">{t("Doses covered")}</th><th scope="col" class="end">{t("Its cost")}</th><th scope="col" class="end">{t("Own cost")}</th>
          </tr>
        </thead>
        <tbody>
          {plan.import.map((one) => <ImportRow key={one.product} one={one} day={day} />)}
        </tbody>
      </table>
    </div>
  );
}

function ImportRow({ one, day }: { one: Import; day: Day }) {
  const offer = day.products.find((product) => product.name === one.product)?.import;
  const n_doses = day.doses.filter((dose) => dose.product === one.product).length;
  return (
    <tr>
      <th scope="row">{nuclideOf(day, one.product)} <span class="quiet">{word(one.product)}</span></th>
      <td>{one.supplier}</td>
      <td class="num">{offer === undefined ? "–" : clockTime(offer.arrives)}</td>
      <td class="end num">{activity(one.on_arrival_bq)}</td>
      <td class="end num">{activity(one.needed_on_arrival_bq)}</td>
      <td class="end num">{t("{covered} of {count}", { covered: one.n_covered, count: n_doses })}</td>
      <td class="end num">{plain(Math.round(one.import_cost))}</td>
      <td class="end num">{plain(Math.round(one.own_cost))}</td>
    </tr>
  );
}
