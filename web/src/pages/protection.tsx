// SPDX-License-Identifier: Apache-2.0
// Radiation protection: the spill guide; the floor plan with what was measured where, doses of staff, incidents.
import { useState } from "preact/hooks";
import { actNamed, may } from "../core/acts.ts";
import { moment } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import type { IncidentRow, MapRoom, SpillGuide, StaffDose } from "../core/plans.ts";
import { quantity, significant } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { isInstant } from "../core/words.ts";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, Page, State } from "../ui/parts.tsx";
import { Tiles } from "./lab.tsx";

export function ProtectionPage() {
  const { data, refusal } = useReading<{ results: MapRoom[] }>("/api/safety/map");
  return (
    <Page title={t("Protection")} lead={t("What was measured where, who received what, and what is to be reported.")}>
      {data === undefined ? <Loading refusal={refusal} /> : <Floors rooms={data.results} />}
      <Doses />
      <Incidents />
      <Spill />
      <Tiles stage="waste" />
    </Page>
  );
}

/** What is done after a spill: asked before, printed and hung up; afterwards it leads to the report. */
function Spill() {
  const [nuclide, setNuclide] = useState("Tc-99m");
  const [amount, setAmount] = useState("500 MBq");
  const [asked, setAsked] = useState<string | null>(null);
  const { data, refusal } = useReading<SpillGuide>(asked);
  const report = actNamed("safety.report_incident");
  const facts = data?.results[0];
  const ask = (event: Event) => {
    event.preventDefault();
    setAsked(`/api/safety/spill?${new URLSearchParams({ nuclide, activity: amount }).toString()}`);
  };
  return (
    <section class="card" aria-labelledby="spill-title">
      <h2 id="spill-title" class="card-head">{t("What to do after a spill")}</h2>
      <form class="filters" onSubmit={ask}>
        <label>{t("Nuclide")} <input class="input" value={nuclide} onInput={(event) => setNuclide(event.currentTarget.value)} /></label>
        <label>{t("Activity")} <input class="input" value={amount} onInput={(event) => setAmount(event.currentTarget.value)} /></label>
        <button class="button" type="submit">{t("Show the steps")}</button>
      </form>
      {asked !== null && data === undefined && <Loading refusal={refusal} />}
      {data !== undefined && facts !== undefined && (
        <>
          <p><strong class={facts.severity === "major" ? "late" : ""}>{facts.severity === "major" ? t("major spill") : t("minor spill")}</strong> <span class="quiet num">{t("major from {activity}: {source}", { activity: quantity(facts.threshold_bq, "bq", 3), source: word(facts.threshold_source) })} ({word(facts.threshold_status)})</span></p>
          <ol>{data.steps.map((one) => <li key={one.number}>{one.step}</li>)}</ol>
          <ul class="rows">
            {data.limits.map((one) => <li key={one.place} class="row"><span>{word(one.place)}</span><span class="num">{significant(one.limit_bq_per_cm2, 3)} {word("Bq/cm2")}</span><span class="quiet">{one.source}</span></li>)}
          </ul>
          <p class="filters">
            <button class="button" type="button" onClick={() => window.print()}>{t("Print the sheet")}</button>
            {report !== undefined && may(report) && <a class="button" href={link(["act", "safety.report_incident"], { kind: "spill", activity: amount })}>{t("Report the incident")}</a>}
          </p>
        </>
      )}
    </section>
  );
}

function Floors({ rooms }: { rooms: MapRoom[] }) {
  const drawn = rooms.filter((one) => (one.corners_mm ?? []).length > 2);
  const floors = [...new Set(drawn.map((one) => one.floor ?? ""))];
  const survey = actNamed("safety.survey");
  return (
    <>
      {floors.map((floor) => (
        <section key={floor} class="card" aria-label={t("Floor plan {floor}", { floor })}>
          <h2 class="card-head">{t("Floor plan {floor}", { floor })}</h2>
          <FloorPlan rooms={drawn.filter((one) => (one.floor ?? "") === floor)} />
        </section>
      ))}
      {rooms.length === 0 ? <Empty>{t("No room is registered.")}</Empty> : (
        <ul class="task-list task-grid">
          {rooms.map((one) => (
            <li key={one.room}>
              <a class={`task ${one.is_overdue ? "task-waiting" : "task-later"}`} href={survey !== undefined && may(survey) ? link(["act", "safety.survey"], { room: one.room }) : link(["record", "room", one.room])}>
                <Icon name={one.is_overdue ? "stop" : one.survey === null ? "wait" : "check"} size={28} />
                <span class="task-what">
                  <strong>{one.name}</strong>
                  <span class="quiet">{one.area ? word(one.area) : t("not drawn")}</span>
                  <span class={one.is_overdue ? "late num" : "num"}>{one.survey === null ? t("never surveyed") : `${moment(one.survey.at)}: ${word(one.survey.state)}`}</span>
                  {isInstant(one.survey_due) && <span class="quiet num">{t("due {time}", { time: moment(one.survey_due) })}</span>}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const AREAS: Record<string, string> = { controlled: "area-controlled", supervised: "area-supervised", public: "area-public" };
const MARGIN = 0.04, POINT = 0.011;

/** Rooms in millimetres, upwards, with the points of the last survey and their numbers. */
function FloorPlan({ rooms }: { rooms: MapRoom[] }) {
  const corners = rooms.flatMap((one) => one.corners_mm ?? []);
  const xs = corners.map(([x]) => x), ys = corners.map(([, y]) => y);
  const left = Math.min(...xs), right = Math.max(...xs), low = Math.min(...ys), high = Math.max(...ys);
  const size = Math.max(right - left, high - low, 1), pad = MARGIN * size;
  const label = rooms.map((one) => `${one.name}: ${one.survey === null ? t("never surveyed") : word(one.survey.state)}`).join("; ");
  return (
    <svg class="floor" viewBox={`${left - pad} ${-high - pad} ${right - left + 2 * pad} ${high - low + 2 * pad}`} role="img" aria-label={label} style={{ fontSize: `${size * 0.026}px` }}>
      {rooms.map((one) => {
        const points = one.corners_mm ?? [];
        const corner = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([, y]) => y))] as const;
        return (
          <g key={one.room} class={AREAS[one.area ?? ""] ?? ""}>
            <polygon points={points.map(([x, y]) => `${x},${-y}`).join(" ")} />
            <text class="floor-name" x={corner[0] + size * 0.015} y={-corner[1] + size * 0.04}>{one.name}</text>
          </g>
        );
      })}
      {rooms.map((one) => (one.survey?.points_mm ?? []).map(([x, y], i) => {
        const rate = one.survey?.dose_rates_sv_per_h?.[i], wipe = one.survey?.wipes_bq_per_cm2?.[i];
        const isFarRight = x > left + 0.65 * (right - left);
        return (
          <g key={`${one.room}.${i}`} class={one.survey?.state === "within limits" ? "point" : "point point-bad"}>
            <circle cx={x} cy={-y} r={size * POINT} />
            <text x={x + size * (isFarRight ? -0.018 : 0.018)} y={-y + size * 0.009} text-anchor={isFarRight ? "end" : "start"}>{[rate === undefined ? "" : quantity(rate, "sv_per_h", 2), wipe === undefined ? "" : `${significant(wipe, 2)} ${word("Bq/cm²")}`].filter(Boolean).join(", ")}</text>
          </g>
        );
      }))}
    </svg>
  );
}

function Doses() {
  const { data } = useReading<{ year: number; results: StaffDose[] }>("/api/safety/doses");
  if (data === undefined || data.results.length === 0) return null;
  return (
    <section class="card" aria-labelledby="doses-title">
      <h2 class="card-head" id="doses-title">{t("Doses of staff in {year}", { year: data.year })}</h2>
      <ul class="bars bars-wide">
        {data.results.map((one) => (
          <li key={one.person} class={`limit limit-${one.state === "over" ? "bad" : one.state === "near" ? "wait" : "good"}`}>
            <span class="limit-name">{one.name}</span>
            <span class="limit-bar" aria-hidden="true"><span style={{ inlineSize: `${Math.min(100 * (one.fraction ?? 0), 100)}%` }} /></span>
            <span class="limit-value num"><strong>{quantity(one.whole_body_sv, "sv", 3)}</strong></span>
            <span class="limit-state">{one.state === "within" ? <span class="quiet num">{significant(100 * (one.fraction ?? 0), 2)} %</span> : <State state={one.state} tone={one.state === "over" ? "bad" : "wait"} />}</span>
          </li>
        ))}
      </ul>
      <p class="quiet">{t("The bar is the part of the nearest limit of the year that is used.")}</p>
    </section>
  );
}

function Incidents() {
  const { data } = useReading<{ results: IncidentRow[] }>("/api/safety/incidents");
  if (data === undefined || data.results.length === 0) return null;
  return (
    <section aria-labelledby="incidents-title">
      <h2 id="incidents-title">{t("Incidents")}</h2>
      <ul class="task-list">
        {data.results.map((one) => (
          <li key={one.id}>
            <a class={`task ${one.is_overdue === true ? "task-waiting" : "task-later"}`} href={link(["record", "incident", one.id])}>
              <Icon name="warn" size={28} />
              <span class="task-what">
                <strong>{word(one.incident)} <span class="num">{one.id}</span></strong>
                <span class="num">{moment(one.at)}{isInstant(one.notify_by) ? ` · ${t("notify until {time}", { time: moment(one.notify_by) })}` : ""}{isInstant(one.report_by) ? ` · ${t("report until {time}", { time: moment(one.report_by) })}` : ""}</span>
              </span>
              <State state={one.state} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
