// SPDX-License-Identifier: Apache-2.0
// A day on one time axis: above, the doses by clinic, to be moved; below, what must run for them.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clockTime } from "../core/clock.ts";
import { instant, type Batch, type Day, type Plan } from "../core/day.ts";
import { useAtom } from "../core/atom.ts";
import { language, t, word } from "../core/i18n.ts";
import { activity } from "../core/quantity.ts";

export const STEP_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const LANE = 36, ROW = 34, BLOCK_WIDTH = 34, BLOCK_HEIGHT = 28, AXIS = 26, END = 14;
const LETTER = 6.7; // width of a letter at 12 px, generously
const KINDS = 4;

interface Lane {
  clinic: string;
  product: string | undefined;
  isFirst: boolean; // of its clinic
  hasWays: boolean; // the first of its product
  doses: number[];
}

interface Bar {
  from: number;
  to: number;
  batch: number;
  texts: string[]; // the longest that fits is shown
  title: string;
}

interface Row {
  name: string;
  bars: Bar[];
  opens?: number;
  closes?: number;
}

export interface TimelineProps {
  day: Day;
  /** Of this day, or of the one before the last change. */
  plan: Plan | undefined;
  isOld: boolean;
  chosen: number | undefined;
  missed: ReadonlyMap<number, string>;
  onChoose: (dose: number) => void;
  /** `mark` is the same for all steps of one movement. */
  onMove: (dose: number, at: string, mark: string) => void;
}

export const kindOf = (day: Day, product: string): number => Math.max(day.products.findIndex((one) => one.name === product), 0) % KINDS;

export const nuclideOf = (day: Day, product: string): string => day.products.find((one) => one.name === product)?.nuclide ?? product;

/** "300 MBq" as it stands in a block: a bare number is MBq. */
function amount(text: string): string {
  const [, number = text, unit = ""] = /^\s*([\d.]+)\s*(\S*)\s*$/.exec(text) ?? [];
  return unit === "MBq" ? number : `${number}${unit.slice(0, 1)}`;
}

/** Doses of a clinic and a product side by side; what would cover another goes one lane down. */
function lanesOf(day: Day, block_ms: number): Lane[] {
  const names = [...new Set([...day.clinics.map((one) => one.name), ...day.doses.map((one) => one.clinic)])];
  return names.flatMap((clinic) => {
    const own: Lane[] = [];
    for (const product of day.products.map((one) => one.name)) {
      const lanes: { lane: Lane; end: number }[] = [];
      const doses = day.doses.map((one, i) => ({ i, ...one, ms: Date.parse(one.at) }))
        .filter((one) => one.clinic === clinic && one.product === product).sort((a, b) => a.ms - b.ms);
      for (const dose of doses) {
        let free = lanes.find((one) => one.end <= dose.ms);
        if (free === undefined) {
          free = { lane: { clinic, product, isFirst: own.length === 0, hasWays: lanes.length === 0, doses: [] }, end: 0 };
          lanes.push(free);
          own.push(free.lane);
        }
        free.lane.doses.push(dose.i);
        free.end = dose.ms + block_ms;
      }
    }
    return own.length > 0 ? own : [{ clinic, product: undefined, isFirst: true, hasWays: false, doses: [] }];
  });
}

const beside = (bars: Bar[]): Bar[][] => {
  const rows: Bar[][] = [];
  for (const bar of [...bars].sort((a, b) => a.from - b.from)) {
    const row = rows.find((one) => one[one.length - 1]!.to <= bar.from);
    if (row === undefined) rows.push([bar]);
    else row.push(bar);
  }
  return rows;
};

const span = (from: number, to: number): string => `${clockTime(from)}–${clockTime(to)}`;

function barOf(day: Day, batch: Batch, index: number, from: string, to: string, bq: number, what: string): Bar {
  const nuclide = nuclideOf(day, batch.product), [begin, end] = [Date.parse(from), Date.parse(to)];
  return {
    from: begin, to: end, batch: index,
    texts: [`${nuclide} ${activity(bq, 3)}`, activity(bq, 3), nuclide],
    title: `${what}, ${word(batch.product)}: ${span(begin, end)}, ${activity(bq)}`,
  };
}

/** Beams, elutions, cells and controls, a row each. */
function rowsOf(day: Day, plan: Plan | undefined): Row[] {
  const batches = plan?.batches ?? [];
  const bars = (of: (batch: Batch, index: number) => Bar | undefined): Bar[] =>
    batches.map(of).filter((one): one is Bar => one !== undefined);
  const open = (place: { opens: string; closes: string }) => ({ opens: Date.parse(place.opens), closes: Date.parse(place.closes) });
  const parents = [...new Set(day.products.map((one) => one.generator?.parent).filter((one) => one !== undefined))];
  return [
    ...(day.cyclotrons ?? []).map((place) => ({
      name: place.name, ...open(place),
      bars: bars((batch, i) => batch.cyclotron === place.name ? barOf(day, batch, i, batch.beam_from, batch.beam_to, batch.eob_bq, t("Beam")) : undefined),
    })),
    ...parents.map((parent) => ({
      name: t("{parent} generator", { parent }),
      bars: bars((batch, i) => batch.generator === parent ? barOf(day, batch, i, batch.beam_from, batch.beam_to, batch.eob_bq, t("Elution")) : undefined),
    })),
    ...(day.cells ?? []).map((place) => ({
      name: place.name, ...open(place),
      bars: bars((batch, i) => batch.cell === place.name ? barOf(day, batch, i, batch.synthesis_from, batch.synthesis_to, batch.product_bq, t("Synthesis")) : undefined),
    })),
    ...beside(bars((batch, i) => barOf(day, batch, i, batch.synthesis_to, batch.released, batch.released_bq, t("Quality control"))))
      .map((one, i) => ({ name: i === 0 ? t("Quality control") : "", bars: one })),
  ];
}

const wholeHour = (ms: number, round: (x: number) => number): number => round(ms / HOUR_MS) * HOUR_MS;

/** From the first beam to the last dose. It grows, and does not shrink while one works on it. */
function useRange(day: Day, plan: Plan | undefined, isMoving: boolean): [number, number] {
  const range = useRef<{ date: string; from: number; to: number } | undefined>(undefined);
  const ats = day.doses.map((one) => Date.parse(one.at));
  const firstDose = Math.min(...ats), lastDose = Math.max(...ats);
  const date = ats.length === 0 ? "" : instant(firstDose).slice(0, 10);
  if (ats.length > 0 && (!isMoving || range.current === undefined)) {
    const begins = (plan?.batches ?? []).map((one) => Date.parse(one.beam_from)).filter((one) => Math.abs(one - firstDose) < 24 * HOUR_MS);
    const from = wholeHour(Math.min(firstDose - 2 * HOUR_MS, ...begins), Math.floor), to = wholeHour(lastDose + HOUR_MS / 2, Math.ceil);
    const before = range.current;
    range.current = before === undefined || Math.abs(before.from - from) > 12 * HOUR_MS
      ? { date, from, to }
      : { date, from: Math.min(before.from, from), to: Math.max(before.to, to) };
  }
  const { from, to } = range.current ?? { from: 0, to: HOUR_MS };
  return [from, to];
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (box.current === null) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}

export function Timeline(props: TimelineProps) {
  const { box, width } = useWidth();
  return <div class="timeline" ref={box}>{width > 0 && <Chart {...props} width={width} />}</div>;
}

interface Drag {
  dose: number;
  x: number;
  at: number;
  mark: string;
  day: Day; // as it was: lanes stay where they are until the dose is let go
}

function Chart({ width, ...props }: TimelineProps & { width: number }) {
  const { day, plan, chosen } = props;
  const [drag, setDrag] = useState<Drag | undefined>(undefined);
  const [from, to] = useRange(day, plan, drag !== undefined);
  const label = width < 950 ? 168 : 206;
  const perMs = (width - label - END) / (to - from);
  const x = (ms: number) => label + (ms - from) * perMs;
  const lanes = useMemo(() => lanesOf(drag?.day ?? day, (BLOCK_WIDTH + 1) / perMs), [drag?.day ?? day, perMs]);
  const spoken = useAtom(language);
  const rows = useMemo(() => rowsOf(day, plan), [day, plan, spoken]);
  const scheduleTop = AXIS + lanes.length * LANE + AXIS + 6;
  const height = scheduleTop + rows.length * ROW + 4;
  const chosenBatch = plan?.batches.findIndex((one) => one.doses.some((dose) => dose.number - 1 === chosen)) ?? -1;
  const guide = chosen === undefined ? undefined : day.doses[chosen];
  const hours = Array.from({ length: Math.round((to - from) / HOUR_MS) + 1 }, (_, i) => from + i * HOUR_MS);
  const everyHour = 46 / (HOUR_MS * perMs) > 1 ? 2 : 1;

  const move = (ms: number) => {
    if (drag === undefined) return;
    const at = Math.round((drag.at + ms) / STEP_MS) * STEP_MS;
    if (instant(at) !== day.doses[drag.dose]?.at) props.onMove(drag.dose, instant(at), drag.mark);
  };
  const grip = {
    onPointerDown: (dose: number, event: PointerEvent) => {
      if (event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      props.onChoose(dose);
      setDrag({ dose, x: event.clientX, at: Date.parse(day.doses[dose]!.at), mark: `drag ${dose} ${event.timeStamp}`, day });
    },
    onPointerMove: (event: PointerEvent) => drag !== undefined && move((event.clientX - drag.x) / perMs),
    onEnd: () => setDrag(undefined),
    onCancel: () => {
      if (drag !== undefined) props.onMove(drag.dose, instant(drag.at), drag.mark);
      setDrag(undefined);
    },
  };

  return (
    <>
      <svg class={`timeline-chart ${props.isOld ? "is-old" : ""} ${drag === undefined ? "" : "is-dragging"}`} width={width} height={height} direction="ltr">
        <defs>
          <pattern id="closed" width={7} height={7} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width={7} height={7} class="closed-ground" /><line x1={0} y1={0} x2={0} y2={7} class="closed-line" />
          </pattern>
          <clipPath id="plot"><rect x={label} y={0} width={width - label} height={height} /></clipPath>
        </defs>
        {hours.map((ms, i) => (
          <g key={ms} aria-hidden="true">
            <line class="hour" x1={x(ms)} x2={x(ms)} y1={AXIS} y2={height} />
            {i % everyHour === 0 && !(guide !== undefined && Math.abs(x(ms) - x(Date.parse(guide.at))) < 42) && [AXIS - 9, scheduleTop - 9].map((y) => <text key={y} class="hour-text" x={x(ms)} y={y}>{clockTime(ms)}</text>)}
          </g>
        ))}
        <line class="edge" x1={0} x2={width} y1={AXIS} y2={AXIS} />
        <line class="edge" x1={0} x2={width} y1={scheduleTop} y2={scheduleTop} />
        {guide !== undefined && <Guide x={x(Date.parse(guide.at))} at={guide.at} height={height} />}
        {lanes.map((lane, i) => (
          <LaneRow key={`${lane.clinic} ${i}`} lane={lane} y={AXIS + i * LANE} width={width} label={label} x={x}
            {...props} chosenBatch={chosenBatch} dragged={drag?.dose} grip={grip} />
        ))}
        <g role="img" aria-label={t("The schedule; the table below says the same in words.")}>
          {rows.map((row, i) => (
            <ScheduleRow key={`${row.name} ${i}`} row={row} y={scheduleTop + i * ROW} width={width} label={label} x={x}
              day={day} plan={plan} chosenBatch={chosenBatch} />
          ))}
        </g>
      </svg>
      <Callout {...props} x={x} width={width} lanes={lanes} />
    </>
  );
}

function Guide({ x, at, height }: { x: number; at: string; height: number }) {
  return (
    <g aria-hidden="true" class="guide">
      <line x1={x} x2={x} y1={AXIS} y2={height} />
      <rect x={x - 24} y={2} width={48} height={20} rx={5} />
      <text x={x} y={AXIS - 9}>{clockTime(at)}</text>
    </g>
  );
}

/** A name in `room` pixels. */
const cut = (name: string, room: number): string => {
  const most = Math.max(Math.floor(room / LETTER), 3);
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
};

interface Grip {
  onPointerDown: (dose: number, event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onEnd: () => void;
  onCancel: () => void;
}

interface InChart {
  y: number;
  width: number;
  label: number;
  x: (ms: number) => number;
  chosenBatch: number;
}

function LaneRow(props: InChart & TimelineProps & { lane: Lane; dragged: number | undefined; grip: Grip }) {
  const { lane, y, width, label, x, day, plan, chosenBatch } = props;
  return (
    <g>
      {lane.isFirst && <line class="line" x1={0} x2={width} y1={y} y2={y} />}
      {lane.isFirst && <text class="row-name" x={0} y={y + LANE / 2 + 5}><title>{lane.clinic}</title>{cut(lane.clinic, label - 62)}</text>}
      {lane.product !== undefined && (
        <text class={`lane-kind kind-${kindOf(day, lane.product)}`} x={label - 10} y={y + LANE / 2 + 4}>{nuclideOf(day, lane.product)}</text>
      )}
      {lane.hasWays && plan?.batches.map((batch, b) =>
        batch.product === lane.product && batch.deliveries.filter((one) => one.clinic === lane.clinic).map((one) => (
          <g key={b} clip-path="url(#plot)" class={`way kind-${kindOf(day, batch.product)} ${b === chosenBatch ? "is-chosen" : ""}`}>
            <title>{t("On the road {span}, {activity}", { span: span(Date.parse(one.leaves), Date.parse(one.arrives)), activity: activity(one.activity_bq) })}</title>
            <line x1={x(Date.parse(one.leaves))} x2={x(Date.parse(one.arrives))} y1={y + LANE - 3} y2={y + LANE - 3} />
            <circle cx={x(Date.parse(one.arrives))} cy={y + LANE - 3} r={3.5} />
          </g>
        )))}
      {lane.doses.map((dose) => day.doses[dose] !== undefined && <Block key={dose} dose={dose} {...props} />)}
    </g>
  );
}

function Block({ dose, y, x, day, chosen, dragged, missed, onChoose, onMove, grip }:
  InChart & TimelineProps & { dose: number; dragged: number | undefined; grip: Grip }) {
  const { clinic, product, activity: bq, at } = day.doses[dose]!;
  const ms = Date.parse(at), reason = missed.get(dose);
  const step = (event: KeyboardEvent) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6 }[event.key];
    if (event.key === "Escape" && dragged === dose) grip.onCancel();
    if (steps === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onMove(dose, instant(ms + steps * STEP_MS), `keys ${dose}`);
  };
  const [hours = 0, minutes = 0] = clockTime(ms).split(":").map(Number);
  const said = [clockTime(ms), `${bq} ${word(product)}`, clinic, reason ?? ""].filter((one) => one !== "").join(", ");
  return (
    <g class={`dose kind-${kindOf(day, product)} ${reason === undefined ? "" : "is-missed"} ${dose === chosen ? "is-chosen" : ""} ${dose === dragged ? "is-dragged" : ""}`}
      data-dose={dose} transform={`translate(${x(ms)} ${y + (LANE - BLOCK_HEIGHT) / 2 - 2})`}
      role="slider" tabindex={0} aria-label={t("Dose {number}", { number: dose + 1 })} aria-valuetext={said}
      aria-valuemin={0} aria-valuemax={24 * 60} aria-valuenow={hours * 60 + minutes} aria-orientation="horizontal"
      onFocus={() => onChoose(dose)} onKeyDown={step}
      onPointerDown={(event) => grip.onPointerDown(dose, event)} onPointerMove={grip.onPointerMove}
      onPointerUp={grip.onEnd} onPointerCancel={grip.onCancel}>
      <title>{said}</title>
      <rect class="dose-box" x={-BLOCK_WIDTH / 2} y={0} width={BLOCK_WIDTH} height={BLOCK_HEIGHT} rx={6} />
      <text x={0} y={BLOCK_HEIGHT / 2 + 4.5}>{amount(bq)}</text>
      {reason !== undefined && <g class="dose-sign"><circle cx={BLOCK_WIDTH / 2 - 3} cy={2} r={7.5} /><text x={BLOCK_WIDTH / 2 - 3} y={6.5}>!</text></g>}
    </g>
  );
}

/** The reason stands at the dose that is chosen. */
function Callout({ day, chosen, missed, x, width, lanes }: TimelineProps & { x: (ms: number) => number; width: number; lanes: Lane[] }) {
  const reason = chosen === undefined ? undefined : missed.get(chosen), dose = chosen === undefined ? undefined : day.doses[chosen];
  const lane = lanes.findIndex((one) => chosen !== undefined && one.doses.includes(chosen));
  if (reason === undefined || dose === undefined || lane < 0) return null;
  const left = Math.min(Math.max(x(Date.parse(dose.at)) - 150, 0), width - 300);
  return <p class="timeline-callout" aria-hidden="true" style={{ left: `${left}px`, top: `${AXIS + (lane + 1) * LANE + 2}px` }}>{reason}</p>;
}

function ScheduleRow({ row, y, width, label, x, day, plan, chosenBatch }: InChart & { row: Row; day: Day; plan: Plan | undefined }) {
  const end = width - END;
  const closed = [[label, row.opens === undefined ? label : Math.min(x(row.opens), end)], [row.closes === undefined ? end : Math.max(x(row.closes), label), end]] as const;
  // what began before the axis does is cut where the axis begins
  const shown = row.bars.map((bar) => {
    const left = Math.max(x(bar.from), label - 6);
    return { bar, left, wide: Math.max(x(bar.to) - left, 4) };
  });
  return (
    <g>
      <line class="line" x1={0} x2={width} y1={y} y2={y} />
      <text class="row-name" x={0} y={y + ROW / 2 + 5}><title>{row.name}</title>{cut(row.name, label - 8)}</text>
      {closed.map(([left, right]) => right > left && (
        <rect key={left} x={left} y={y + 1} width={right - left} height={ROW - 1} fill="url(#closed)"><title>{t("Closed")}</title></rect>
      ))}
      {shown.map(({ bar, left, wide }, i) => {
        const room = (shown[i + 1]?.left ?? end) - left - wide - 8;
        const text = bar.texts.find((one) => one.length * LETTER <= Math.max(wide - 4, room)), isInside = (text?.length ?? 0) * LETTER <= wide - 4;
        const product = plan!.batches[bar.batch]!.product;
        return (
          <g key={i} clip-path="url(#plot)" class={`bar kind-${kindOf(day, product)} ${bar.batch === chosenBatch ? "is-chosen" : ""}`}>
            <title>{bar.title}</title>
            <rect x={left} y={y + 5} width={wide} height={ROW - 9} rx={wide < 8 ? 2 : 5} />
            {text !== undefined && <text x={isInside ? left + wide / 2 : left + wide + 5} y={y + ROW / 2 + 5} text-anchor={isInside ? "middle" : "start"}>{text}</text>}
          </g>
        );
      })}
    </g>
  );
}

export const beamText = (batch: Batch): string =>
  batch.generator === null ? span(Date.parse(batch.beam_from), Date.parse(batch.beam_to)) : clockTime(batch.beam_from);
