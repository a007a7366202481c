// SPDX-License-Identifier: Apache-2.0
// Today, to be read from two metres: what activity is where, who is due when, what blocks whom.
import { useId, useMemo } from "preact/hooks";
import { actNamed, acts } from "../core/acts.ts";
import { useAtom } from "../core/atom.ts";
import { clockTime, moment, useNow } from "../core/clock.ts";
import { said, t, word } from "../core/i18n.ts";
import { activity, duration, interpolate, quantity, scaled } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { link, splitNode } from "../core/route.ts";
import { session } from "../core/api.ts";
import { inOrder, taskOfBlock, useWork } from "../core/work.ts";
import { ruleText } from "../core/rules.ts";
import { actsIn, isInstant, toneOf, unitsIn } from "../core/words.ts";
import type { Block, DueDose, Today, Vessel, VesselNuclide } from "../core/types.ts";
import { Drafts } from "../ui/drafts.tsx";
import { Icon, iconOfKind } from "../ui/icon.tsx";
import { Empty, Loading, NodeLink, Page, State } from "../ui/parts.tsx";
import { Tasks } from "../ui/tasks.tsx";
import { Inspection } from "./inspection.tsx";

const REFRESH_MS = 60_000;

export function TodayPage() {
  const { data, refusal } = useReading<Today>("/api/today", REFRESH_MS);
  const { tasks, own } = useWork();
  const now = useNow();
  useAtom(acts); // remedies name acts
  const isInspector = session.get()?.roles.includes("inspector") ?? false;
  if (data === undefined) {
    return <Page title={t("Today")}><Loading refusal={refusal} /><Drafts /></Page>;
  }
  const known = data.blocks.filter((block) => !own.some((one) => (one.kind === block.kind && one.id === block.id) || one.why === block.why));
  const mine = known.flatMap((block) => taskOfBlock(block) ?? []);
  const others = known.filter((block) => taskOfBlock(block) === undefined);
  const stops = others.filter((block) => block.is_warning !== true);
  const warnings = others.filter((block) => block.is_warning === true);
  const all = tasks === undefined ? undefined : inOrder([...tasks, ...mine]);
  return (
    <Page title={t("Today")} className="today">
      <Drafts />
      <div class="today-columns">
        <div class="stack">
          {isInspector && <Inspection />}
          {all !== undefined && (all.length > 0 ? <Tasks tasks={all} /> : !isInspector && <Empty>{t("Nothing waits for you. Scan a label to begin.")}</Empty>)}
          {stops.length > 0 && <Blocks title={t("What waits for others")} blocks={stops} />}
          {warnings.length > 0 && <Blocks title={t("To know before the dose")} blocks={warnings} />}
        </div>
        <section aria-labelledby="due-title">
          <h2 id="due-title">{t("Who is due")}</h2>
          <Due doses={data.doses} now={now} />
        </section>
      </div>
      <section aria-labelledby="where-title">
        <h2 id="where-title">{t("What activity is where")}</h2>
        <Vessels vessels={data.vessels} since={Date.parse(data.now)} now={now} />
      </section>
    </Page>
  );
}

/** "kit KIT-000001" in the reader's language; an order is told by its patient. */
const whatOf = (block: Block): string =>
  block.kind === undefined || block.id === undefined || block.kind === "order" ? block.what : `${word(block.kind)} ${block.id}`;

/** The same cause blocks many: it is said once, with all whom it blocks. */
function grouped(blocks: Block[]): (Block & { whats: string[] })[] {
  const groups = new Map<string, Block & { whats: string[] }>();
  for (const block of blocks) {
    const key = [block.why, block.rule, block.remedy].join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...block, whats: [whatOf(block)] });
    else group.whats.push(whatOf(block));
  }
  return [...groups.values()];
}

function Blocks({ title, blocks }: { title: string; blocks: Block[] }) {
  const id = useId();
  return (
    <section class="blocks" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul>
        {grouped(blocks).map((block) => (
          <li key={block.what + block.why} class="notice notice-wait">
            <Icon name="wait" size={28} />
            <div>
              <p class="block-why">{sentence(actsIn(unitsIn(said(block.why, block)), (name) => actNamed(name)?.summary))}</p>
              <p class="block-what">{block.whats.map((what) => <span key={what}><Blocked what={what} /></span>)}</p>
              {block.remedy !== undefined && block.remedy !== "" && <Remedy text={word(block.remedy)} fields={block.fields} />}
            </div>
            {block.rule !== undefined && block.rule !== "" && (
              <abbr class="rule" title={ruleText(block.rule)}>{block.rule}</abbr>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** "kit KIT-000003", or an order with the patient who waits for it: "ORD-000005 Name". */
function Blocked({ what }: { what: string }) {
  const [, kind, id] = /^([a-z]+) (\S+)$/.exec(what) ?? [];
  if (kind !== undefined && id !== undefined) return <>{word(kind)} <NodeLink node={`${kind}/${id}`} /></>;
  const [, order, name] = /^(ORD-\d+) (.+)$/.exec(what) ?? [];
  return order === undefined ? <>{what}</> : <><strong>{name}</strong> <NodeLink node={`order/${order}`} /></>;
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "test it (pharmacy.test_rcp)": the act in brackets is a way to go. */
function Remedy({ text, fields }: { text: string; fields?: Record<string, string> | undefined }) {
  const named = /^(.*?)\s*\(([a-z]+\.[a-z_]+)\)(.*)$/.exec(text);
  const act = named === null ? undefined : actNamed(named[2]!);
  if (named === null || act === undefined) return <p class="remedy"><Icon name="right" size={18} /> {sentence(text)}</p>;
  return (
    <p class="remedy">
      <Icon name="right" size={18} />
      <a href={link(["act", act.name], fields ?? {})}>{sentence(named[1]! + named[3]!)}</a>
    </p>
  );
}

/* ---- who is due -------------------------------------------------------------------------- */

const HOUR_MS = 3_600_000;

function Due({ doses, now }: { doses: DueDose[]; now: number }) {
  const ordered = useMemo(() => [...doses].sort((a, b) => a.due.localeCompare(b.due)), [doses]);
  if (ordered.length === 0) return <Empty>{t("Nobody is due.")}</Empty>;
  const next = ordered.find((dose) => toneOf(dose.state) !== "done" && toneOf(dose.state) !== "bad");
  return (
    <div class="due">
      <Axis doses={ordered} now={now} />
      <ol class="due-list">
        {ordered.map((dose) => (
          <DueRow key={(dose.order ?? "") + dose.due + dose.patient} dose={dose} now={now} isNext={dose === next} />
        ))}
      </ol>
    </div>
  );
}

/** The day as a line: a mark for each dose, and where we are. */
function Axis({ doses, now }: { doses: DueDose[]; now: number }) {
  const times = doses.map((dose) => Date.parse(dose.due));
  const first = Math.floor((Math.min(...times, now) - HOUR_MS / 4) / HOUR_MS) * HOUR_MS;
  const last = Math.ceil((Math.max(...times, now) + HOUR_MS / 4) / HOUR_MS) * HOUR_MS;
  const place = (at: number): string => `${(100 * (at - first)) / (last - first)}%`;
  const span = (last - first) / HOUR_MS;
  const every = span > 16 ? 4 : span > 8 ? 2 : 1;
  const hours: number[] = [];
  for (let at = first; at <= last; at += every * HOUR_MS) hours.push(at);
  return (
    <div class="axis" aria-hidden="true">
      {hours.map((at) => (
        <span key={at} class="axis-hour" style={{ insetInlineStart: place(at) }}>{clockTime(at)}</span>
      ))}
      {doses.map((dose, i) => (
        <span key={i} class={`axis-dose tone-${rowTone(dose, now)}`} style={{ insetInlineStart: place(times[i]!) }} />
      ))}
      <span class="axis-now" style={{ insetInlineStart: place(now) }} />
    </div>
  );
}

function rowTone(dose: DueDose, now: number): string {
  const tone = toneOf(dose.state);
  if (tone === "done" || tone === "bad") return tone;
  return Date.parse(dose.due) < now ? "late" : tone;
}

function DueRow({ dose, now, isNext }: { dose: DueDose; now: number; isNext: boolean }) {
  const tone = rowTone(dose, now);
  const away = (Date.parse(dose.due) - now) / 1000;
  const isOpen = tone !== "done" && tone !== "bad";
  return (
    <li class={`due-row tone-${tone} ${isNext ? "is-next" : ""}`}>
      <time class="due-time" dateTime={dose.due}>{clockTime(dose.due)}</time>
      <div class="due-who">
        <a href={link(["patient", splitNode(dose.patient)[1]])}>{dose.patient_name ?? dose.patient}</a>
        <span class="due-what quiet">
          {dose.product === undefined ? "" : word(dose.product)} <strong class="due-activity num">{activity(dose.activity_bq, 3)}</strong>
        </span>
      </div>
      <span class="due-state">
        <State state={dose.state} />
        {isOpen && (dose.n_blocks ?? 0) > 0 && <span class="late"><Icon name="stop" size={18} /> {t("read the notices first")}</span>}
        {isOpen && (
          <span class={tone === "late" ? "late" : "quiet"}>
            {away < 0 ? t("{time} late", { time: duration(away) }) : t("in {time}", { time: duration(away) })}
          </span>
        )}
      </span>
    </li>
  );
}

/* ---- what activity is where -------------------------------------------------------------- */

function Vessels({ vessels, since, now }: { vessels: Vessel[]; since: number; now: number }) {
  if (vessels.length === 0) return <Empty>{t("There is no activity in the house.")}</Empty>;
  return (
    <ul class="vessels">
      {vessels.map((vessel) => (
        <VesselCard key={vessel.account} vessel={vessel} seconds={(now - since) / 1000} />
      ))}
    </ul>
  );
}

function VesselCard({ vessel, seconds }: { vessel: Vessel; seconds: number }) {
  const [kind, id] = splitNode(vessel.account);
  const [main, ...others] = vessel.nuclides;
  const name = vessel.label.endsWith(`(${id})`) ? vessel.label.slice(0, -id.length - 2).trim() : vessel.label === id ? "" : vessel.label;
  return (
    <li class="vessel">
      <div class="vessel-head">
        <Icon name={iconOfKind(kind)} size={28} />
        <a href={link(["record", kind, id])}>{name !== "" && <span>{word(name)}</span>} <span class="vessel-id">{id}</span></a>
        {vessel.expired === true ? <State state="expired" /> : <State state={vessel.state} />}
      </div>
      {main === undefined ? (
        <p class="quiet">{t("empty")}</p>
      ) : (
        <>
          <Live nuclide={main} seconds={seconds} />
          <DecayBar nuclide={main} seconds={seconds} />
          <Left vessel={vessel} />
          {others.map((one) => (
            <p key={one.nuclide} class="vessel-other num">
              <span>{one.nuclide}</span>
              <span>{activity(interpolate(one.activity_bq, one.activity_next_bq, seconds))}</span>
            </p>
          ))}
        </>
      )}
    </li>
  );
}

/** What can still be drawn, and until when. */
function Left({ vessel }: { vessel: Vessel }) {
  const volume = vessel.volume_left_ml;
  const hasEnd = isInstant(vessel.expiry);
  if (volume === undefined && !hasEnd) return null;
  return (
    <p class="vessel-left">
      <span>{volume !== undefined && t("{volume} left", { volume: quantity(volume, "ml", 3) })}</span>
      {hasEnd && (
        <span class={vessel.expired === true ? "late" : ""}>
          {vessel.expired === true ? t("expired {time}", { time: moment(vessel.expiry!) }) : t("until {time}", { time: moment(vessel.expiry!) })}
        </span>
      )}
    </p>
  );
}

/** The number that falls each second: what matters large, what moves small. */
function Live({ nuclide, seconds }: { nuclide: VesselNuclide; seconds: number }) {
  const bq = interpolate(nuclide.activity_bq, nuclide.activity_next_bq, seconds);
  const shown = scaled(bq, "bq", 7);
  const steady = scaled(bq, "bq", 4).value.length;
  const cut = Math.min(steady, shown.value.length);
  const isGrowing = nuclide.activity_next_bq > nuclide.activity_bq;
  return (
    <p class="live num">
      <span class="live-nuclide">
        {nuclide.nuclide}
        {isGrowing && <span title={t("growing")}> <Icon name="rise" size={18} /></span>}
      </span>
      <span class="live-value">
        {shown.value.slice(0, cut)}<small aria-hidden="true">{shown.value.slice(cut)}</small>
      </span>
      <span class="live-unit">{word(shown.unit)}</span>
    </p>
  );
}

const MARKS_S = [3600, 2 * 3600, 4 * 3600, 8 * 3600];

/** How much of what is here now is left in 1, 2, 4 and 8 hours. Only where nothing feeds the
 *  nuclide: its fall is then that of its half-life. */
function DecayBar({ nuclide, seconds }: { nuclide: VesselNuclide; seconds: number }) {
  const rate = -Math.log(nuclide.activity_next_bq / nuclide.activity_bq) / 60;
  const own = Math.LN2 / nuclide.half_life_s;
  const isAlone = Math.abs(rate - own) < 0.02 * own;
  if (!isAlone) {
    return <p class="decay-note quiet">{t("fed by its parent; half-life {time}", { time: duration(nuclide.half_life_s) })}</p>;
  }
  const now = interpolate(nuclide.activity_bq, nuclide.activity_next_bq, seconds);
  const left = MARKS_S.map((after) => Math.exp(-own * after));
  const inOne = quantity(now * left[0]!, "bq", 3);
  const inFour = quantity(now * left[2]!, "bq", 3);
  return (
    <div class="decay">
      <div class="decay-bar" aria-hidden="true">
        {left.map((fraction, i) => (
          <span key={i} style={{ inlineSize: `${100 * fraction}%` }} />
        ))}
      </div>
      <p class="decay-note quiet">
        <span>{t("in 1 h {activity}", { activity: inOne })}</span>
        <span>{t("in 4 h {activity}", { activity: inFour })}</span>
      </p>
    </div>
  );
}

