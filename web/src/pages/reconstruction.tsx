// SPDX-License-Identifier: Apache-2.0
// A reconstruction while it runs: how far it is, its likelihood, three planes that sharpen; and
// afterwards its image over the map of attenuation.
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { NoAnswer, post, Refusal, session } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { moment } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import { activity, duration, significant } from "../core/quantity.ts";
import { isUnderWay, RECONSTRUCTING, type Plane, type Progress, type Reconstruction } from "../core/raw.ts";
import { link } from "../core/route.ts";
import { useWork } from "../core/work-live.ts";
import { Figure } from "../ui/calculator.tsx";
import { Icon } from "../ui/icon.tsx";
import { Loading, Members, Page, Refused } from "../ui/parts.tsx";
import { cropOf, PictureCanvas, usePicture, type Crop } from "../ui/picture.tsx";
import { Black, Slider } from "../ui/slider.tsx";
import { counts, JobState } from "./raw.tsx";

export function ReconstructionPage({ id }: { id: string }) {
  const { data, refusal } = useWork<Reconstruction>(`/api/reconstructions/${encodeURIComponent(id)}`);
  if (data === undefined) return <Page title={id}><Loading refusal={refusal} /></Page>;
  return (
    <Page
      className="reconstruction" title={data.raw}
      lead={
        <>
          <a class="back" href={link(["raw", data.raw])}><Icon name="back" size={18} /> {t("Raw data")}</a>{" "}
          <span class="num">{data.id} · {data.by} · {moment(data.asked_at)}</span>
        </>
      }
      tools={<><JobState job={data} />{isUnderWay(data) && <Cancel job={data} />}</>}
    >
      {data.state === "done" ? <Finished job={data} /> : <UnderWay job={data} />}
    </Page>
  );
}

function Cancel({ job }: { job: Reconstruction }) {
  const [refusal, setRefusal] = useState<Refusal>();
  const roles = useAtom(session)?.roles ?? [];
  if (!RECONSTRUCTING.some((role) => roles.includes(role))) return null;
  const cancel = async () => {
    try {
      await post(`/api/reconstructions/${encodeURIComponent(job.id)}/cancel`, {});
    } catch (error) {
      if (error instanceof Refusal) setRefusal(error);
      else if (!(error instanceof NoAnswer)) throw error;
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void cancel()}><Icon name="stop" size={20} /> {t("Stop it")}</button>
      {refusal !== undefined && <Refused refusal={refusal} />}
    </>
  );
}

function Why({ job }: { job: Reconstruction }) {
  const again = <a class="button" href={link(["raw", job.raw])}><Icon name="play" size={20} /> {t("Start it again")}</a>;
  switch (job.state) {
    case "failed":
      return <div class="notice notice-bad" role="alert"><Icon name="stop" size={28} /><div><strong>{t("It could not be done")}</strong><p>{job.error?.message}</p>{again}</div></div>;
    case "interrupted":
      return (
        <div class="notice notice-wait" role="alert"><Icon name="warn" size={28} />
          <div><strong>{t("The server or the power went while it ran.")}</strong><p>{t("Nothing of it is left. The raw data are as they were.")}</p>{again}</div>
        </div>
      );
    case "cancelled":
      return <div class="notice"><Icon name="stop" size={28} /><div><strong>{t("Stopped by {user}.", { user: job.cancelled_by ?? job.by })}</strong><p>{again}</p></div></div>;
    case "waiting":
      return <p class="notice"><Icon name="wait" size={28} /><span>{t("Another one runs; this one begins by itself.")}</span></p>;
    default:
      return null;
  }
}

function UnderWay({ job }: { job: Reconstruction }) {
  const progress = job.progress;
  return (
    <>
      <Why job={job} />
      {job.state === "running" && <Bar progress={progress} />}
      {job.state === "running" && (
        <div class="live-grid">
          {(progress?.picture ?? 0) > 0
            ? <LivePlanes id={job.id} version={progress?.picture ?? 0} />
            : <p class="card quiet live-wait" role="status">{t("The first picture comes after the first update.")}</p>}
          <Likelihood progress={progress} />
        </div>
      )}
    </>
  );
}

function Bar({ progress }: { progress: Progress | undefined }) {
  const fraction = progress?.fraction ?? 0;
  const what = progress === undefined || progress.iteration === 0
    ? t("Preparing: how sensitive the scanner is to each voxel")
    : t("Iteration {iteration} of {iterations}, subset {subset} of {subsets}", {
        iteration: progress.iteration, iterations: progress.iterations, subset: progress.subset, subsets: progress.subsets });
  return (
    <section class="card live-bar">
      <p><strong>{what}</strong>
        <span class="quiet num">
          {progress?.left_s !== undefined ? t("about {time} left", { time: duration(progress.left_s) }) : "\u00a0"}
        </span>
      </p>
      <progress value={fraction} max={1} aria-label={t("Progress")} />
      <span class="num live-percent">{Math.round(100 * fraction)} %</span>
    </section>
  );
}

const PLANES = ["axial", "coronal", "sagittal"] as const;

const planeName = (plane: (typeof PLANES)[number]): string =>
  plane === "axial" ? t("Axial") : plane === "coronal" ? t("Coronal") : t("Sagittal");

function LivePlanes({ id, version }: { id: string; version: number }) {
  const [high, setHigh] = useState(80);
  const [isWhole, setWhole] = useState(false);
  return (
    <section class="card live-planes" aria-label={t("The image as it is by now")}>
      <div class="live-three">
        {PLANES.map((plane) => <LivePlane key={plane} id={id} plane={plane} version={version} high={high / 100} isWhole={isWhole} />)}
      </div>
      <div class="live-tools">
        <Black high={high} onHigh={setHigh} />
        <button type="button" class="chip" aria-pressed={isWhole} onClick={() => setWhole(!isWhole)}>{t("Whole field of view")}</button>
      </div>
    </section>
  );
}

function LivePlane(props: { id: string; plane: (typeof PLANES)[number]; version: number; high: number; isWhole: boolean }) {
  const { id, plane, version, high, isWhole } = props;
  const [index, setIndex] = useState<number>();
  const asked = index === undefined ? "" : `&index=${index}`;
  const { picture } = usePicture<Plane>(`/api/reconstructions/${encodeURIComponent(id)}/image?plane=${plane}${asked}`, version);
  // What is shown stays in its place while it sharpens.
  const crop = useRef<Crop | undefined>(undefined);
  if (picture !== undefined && crop.current === undefined) crop.current = cropOf(picture);
  const at = index ?? picture?.index ?? 0;
  const most = (picture?.planes ?? 1) - 1;
  const shown = picture === undefined || isWhole ? undefined : crop.current;
  const columns = shown === undefined ? (picture?.columns ?? 1) : shown.x[1] - shown.x[0];
  const rows = shown === undefined ? (picture?.rows ?? 1) : shown.y[1] - shown.y[0];
  const aspect = (columns * (picture?.column_mm ?? 1)) / (rows * (picture?.row_mm ?? 1));
  return (
    <figure class={`live-plane live-${plane}`} data-version={version}>
      <div class="live-frame">
        <PictureCanvas picture={picture} high={high} aspect={aspect} crop={shown} label={t("{plane} plane {number} of {all}", { plane: planeName(plane), number: at + 1, all: most + 1 })} />
      </div>
      <figcaption><Slider name={planeName(plane)} value={at} most={most} shown={`${at + 1} / ${most + 1}`} onChange={setIndex} /></figcaption>
    </figure>
  );
}

const [WIDTH, HEIGHT] = [300, 150];

/** The first steps are so much steeper than the others that they run out of the picture. */
function Likelihood({ progress }: { progress: Progress | undefined }) {
  const values = progress?.log_likelihood ?? [];
  if (values.length < 2) return <section class="card live-likelihood"><h2 class="card-head">{t("Likelihood")}</h2><p class="quiet">{t("It is drawn from the second update on.")}</p></section>;
  const high = Math.max(...values);
  const low = values[Math.min(Math.floor(values.length / 5), values.length - 2)]!;
  const span = high > low ? high - low : 1;
  const points = values.map((value, i) => {
    const x = 6 + ((WIDTH - 12) * i) / (values.length - 1);
    const y = HEIGHT - 8 - (HEIGHT - 16) * Math.max((value - low) / span, -0.5);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <section class="card live-likelihood">
      <h2 class="card-head">{t("Likelihood")}</h2>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t("Log-likelihood after {count} updates: {value}", { count: values.length, value: significant(values[values.length - 1]!, 6) })}>
        <polyline points={points.join(" ")} />
      </svg>
      <p class="quiet num">{t("ln L {value}", { value: significant(values[values.length - 1]!, 7) })}</p>
    </section>
  );
}

// ---- what came of it

function Finished({ job }: { job: Reconstruction }) {
  const [Fused, setFused] = useState<ComponentType<{ job: Reconstruction }> | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void import("../viewer/fused.tsx").then((module) => {
      if (isCurrent) setFused(() => module.FusedView);
    });
    return () => {
      isCurrent = false;
    };
  }, []);
  const result = job.result;
  return (
    <>
      {result !== undefined && (
        <ul class="figures figures-small">
          {result.activity_bq !== null && <Figure name={t("Activity in the image")} value={activity(result.activity_bq)} />}
          <Figure name={t("Counts")} value={counts(result.prompts)} />
          {job.started_at !== undefined && job.ended_at !== undefined && (
            <Figure name={t("Took")} value={duration((Date.parse(job.ended_at) - Date.parse(job.started_at)) / 1000)} />
          )}
        </ul>
      )}
      {Fused === null ? <Loading /> : <Fused job={job} />}
      <div class="live-grid">
        <section class="card"><h2 class="card-head">{t("How it was made")}</h2><Made job={job} /></section>
        <Likelihood progress={job.progress} />
      </div>
    </>
  );
}

function Made({ job }: { job: Reconstruction }) {
  const result = job.result;
  if (result === undefined) return null;
  const p = result.parameters;
  const yes = (value: unknown): string => (value === true ? t("yes") : t("no"));
  const mm = (value: unknown): string => (typeof value === "number" && value > 0 ? `${significant(value, 3)} ${word("mm")}` : t("no"));
  const rows: [string, string][] = [
    [t("Method"), `${String(p["algorithm"] ?? "")}, ${t("{iterations} iterations of {subsets} subsets", { iterations: String(p["iterations"] ?? "–"), subsets: String(p["subsets"] ?? "–") })}`],
    [t("Time of flight"), yes(p["tof"])],
    [t("Resolution of the scanner"), mm(p["psf_mm"])],
    [t("Smoothing afterwards"), mm(p["filter_mm"])],
    [t("Attenuation corrected"), yes(p["attenuation"])],
    [t("Randoms corrected"), yes(p["randoms"])],
    [t("Sensitivity corrected"), yes(p["normalisation"])],
    [t("Image"), `${result.image.voxels.join(" × ")}, ${result.image.spacing_mm.map((one) => significant(one, 3)).join(" × ")} ${word("mm")}`],
    [t("Made by"), `Moly ${result.moly ?? ""}${result.back_end === undefined ? "" : `, ${result.back_end}`}`],
  ];
  return <Members rows={rows} />;
}
