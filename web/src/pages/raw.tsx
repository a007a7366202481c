// SPDX-License-Identifier: Apache-2.0
// Raw data of scanners: the list, and one dataset with its bins and the button that reconstructs it.
import { useState } from "preact/hooks";
import { session } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { moment } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import { duration, grouped } from "../core/quantity.ts";
import { isUnderWay, RECONSTRUCTING, type Picture, type RawData, type Reconstruction } from "../core/raw.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { isInstant } from "../core/words.ts";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, Members, Page, Refused, State } from "../ui/parts.tsx";
import { PictureCanvas, usePicture } from "../ui/picture.tsx";
import { Black, Slider } from "../ui/slider.tsx";
import { useWork } from "../core/work-live.ts";
import { ReconstructForm } from "./raw-form.tsx";

interface RawList {
  is_offered: boolean;
  results: RawData[];
}

export const counts = (n: number): string => grouped(n.toFixed(0));

export function RawPage() {
  const { data, refusal } = useReading<RawList>("/api/raw", 30_000);
  return (
    <Page title={t("Raw data")} lead={t("What scanners measured, to look at and to reconstruct.")}>
      {data === undefined ? <Loading refusal={refusal} /> : !data.is_offered ? (
        <Empty>{t("This server was given no folder of raw data: “moly serve --raw FOLDER”.")}</Empty>
      ) : data.results.length === 0 ? (
        <Empty>{t("The folder of raw data is empty. “moly scan” makes some, or copy what a scanner wrote into it.")}</Empty>
      ) : (
        <ul class="rows">
          {data.results.map((one) => <li key={one.name}><RawRow data={one} /></li>)}
        </ul>
      )}
      {data?.is_offered === true && <Reconstructions />}
    </Page>
  );
}

function RawRow({ data }: { data: RawData }) {
  if (data.problem !== undefined) {
    return (
      <div class="row"><Icon name="warn" size={28} /><strong>{data.name}</strong><span class="quiet raw-problem">{data.problem}</span></div>
    );
  }
  return (
    <a class="row" href={link(["raw", data.name])}>
      <Icon name="sinogram" size={28} />
      <strong>{data.name}</strong>
      {data.kind !== undefined && <span>{word(data.kind)}</span>}
      <span class="quiet">{[data.scanner, data.nuclide].filter(Boolean).join(" · ")}</span>
      {data.duration_s !== undefined && <span class="quiet num">{duration(data.duration_s)}</span>}
      {data.counts !== undefined && <span class="quiet num">{t("{count} counts", { count: counts(data.counts) })}</span>}
      {isInstant(data.start) && <span class="quiet num">{moment(data.start)}</span>}
    </a>
  );
}

const MOST_SHOWN = 20;

export function Reconstructions({ of }: { of?: string }) {
  const { data } = useWork<{ results: Reconstruction[] }>("/api/reconstructions");
  const all = (data?.results ?? []).filter((one) => of === undefined || one.raw === of).slice(0, MOST_SHOWN);
  if (all.length === 0) return null;
  return (
    <section>
      <h2>{t("Reconstructions")}</h2>
      <ul class="rows">
        {all.map((one) => (
          <li key={one.id}>
            <a class="row" href={link(["reconstruction", one.id])}>
              <Icon name={isUnderWay(one) ? "wait" : "studies"} size={28} />
              <strong>{one.raw}</strong>
              <span class="quiet num">{one.id}</span>
              <span class="quiet">{one.by}</span>
              <span class="quiet num">{moment(one.asked_at)}</span>
              <JobState job={one} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const TONES = { waiting: "wait", running: "wait", done: "good", failed: "bad", cancelled: "done", interrupted: "bad" } as const;

/** A test fails, a reconstruction ends with an error. */
export const JobState = ({ job }: { job: Reconstruction }) =>
  <State state={job.state === "failed" ? "with an error" : job.state} tone={TONES[job.state]} />;

export function RawDataPage({ name }: { name: string }) {
  const { data, refusal } = useReading<RawData>(`/api/raw/${encodeURIComponent(name)}`);
  const roles = useAtom(session)?.roles ?? [];
  const may = RECONSTRUCTING.some((role) => roles.includes(role));
  return (
    <Page title={name} className="raw" lead={<a class="back" href={link(["raw"])}><Icon name="back" size={18} /> {t("Raw data")}</a>}>
      {data === undefined ? <Loading refusal={refusal} /> : (
        <>
          <div class="raw-grid">
            {data.segments !== undefined && data.segments.length > 0 && <Bins data={data} />}
            <aside class="raw-side">
              <section class="card"><h2 class="card-head">{t("What they are")}</h2><Facts data={data} /></section>
              {may && data.kind !== "PET list mode" && <ReconstructForm data={data} />}
            </aside>
          </div>
          <Reconstructions of={name} />
        </>
      )}
    </Page>
  );
}

function Facts({ data }: { data: RawData }) {
  const rows: [string, string][] = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== "") rows.push([name, value]);
  };
  add(t("Kind"), data.kind === undefined ? undefined : word(data.kind));
  add(t("Scanner"), data.scanner);
  add(t("Nuclide"), data.nuclide);
  add(t("Began"), isInstant(data.start) ? moment(data.start) : data.start);
  add(t("Took"), data.duration_s === undefined ? undefined : duration(data.duration_s));
  add(t("Counts"), data.counts === undefined ? undefined : counts(data.counts));
  add(t("Angles"), data.views === undefined ? undefined : String(data.views));
  add(t("Time of flight"), data.tof_bins === undefined ? undefined : data.tof_bins > 1 ? t("{count} bins", { count: data.tof_bins }) : t("no"));
  add(t("Phantom"), data.phantom);
  add(t("Dose"), data.dose);
  return <Members rows={rows} />;
}

/** The segment with the smallest ring difference, where most of the counts lie. */
function middle(data: RawData): number {
  const all = data.segments ?? [];
  return all.reduce((best, one, i) => (Math.abs(one.difference) < Math.abs(all[best]!.difference) ? i : best), 0);
}

function Bins({ data }: { data: RawData }) {
  const segments = data.segments ?? [];
  const views = data.views ?? 1;
  const isSpect = data.kind === "SPECT projections";
  const [isView, setView] = useState(isSpect);
  const [segment, setSegment] = useState(() => middle(data));
  const [plane, setPlane] = useState(() => Math.floor((segments[middle(data)]?.planes ?? 1) / 2));
  const [angle, setAngle] = useState(0);
  const [tof, setTof] = useState(-1);
  const [high, setHigh] = useState(100);
  const planes = segments[segment]?.planes ?? 1;
  const at = Math.min(plane, planes - 1);
  const asked = new URLSearchParams({ segment: String(segment), ...(isView ? { view: String(angle) } : { plane: String(at) }), ...(tof >= 0 && { tof: String(tof) }) });
  const { picture, refusal } = usePicture<Picture>(`/api/raw/${encodeURIComponent(data.name)}/sinogram?${asked.toString()}`, 0);
  const rows = isView ? planes : views;
  const tofBins = data.tof_bins ?? 1;
  return (
    <section class="card bins" aria-label={t("Bins")}>
      <div class="segments segments-small" role="group" aria-label={t("What is shown")}>
        <button type="button" aria-pressed={!isView} onClick={() => setView(false)}>{t("Sinogram")}</button>
        <button type="button" aria-pressed={isView} onClick={() => setView(true)}>{t("View at an angle")}</button>
      </div>
      {refusal !== undefined ? <Refused refusal={refusal} /> : (
        <div class="bins-picture">
          <PictureCanvas picture={picture} high={high / 100} aspect={isView ? Math.max((data.bins ?? 1) / rows, 1) : 1.25}
            label={isView ? t("View {number} of {all}", { number: angle + 1, all: views }) : t("Sinogram of plane {number} of {all}", { number: at + 1, all: planes })} />
          <p class="quiet num">
            {isView ? t("across: bins; down: along the axis") : t("across: bins; down: angles")}
            {picture !== undefined && <> · {t("black: {count} counts", { count: grouped(((picture.maximum * high) / 100).toPrecision(3)) })}</>}
          </p>
        </div>
      )}
      <div class="sliders">
        {isView
          ? <Slider name={t("Angle")} value={angle} most={views - 1} shown={`${angle + 1} / ${views}`} onChange={setAngle} />
          : <Slider name={t("Plane")} value={at} most={planes - 1} shown={`${at + 1} / ${planes}`} onChange={setPlane} />}
        {segments.length > 1 && (
          <Slider name={isSpect ? t("Energy window") : t("Ring difference")} value={segment} most={segments.length - 1}
            shown={isSpect ? String(segment + 1) : String(segments[segment]?.difference ?? 0).replace("-", "−")} onChange={setSegment} />
        )}
        {tofBins > 1 && (
          <Slider name={t("Time of flight")} value={tof + 1} most={tofBins} shown={tof < 0 ? t("sum of all bins") : `${tof + 1} / ${tofBins}`} onChange={(value) => setTof(value - 1)} />
        )}
        <Black high={high} onHigh={setHigh} />
      </div>
    </section>
  );
}
