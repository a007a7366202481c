// SPDX-License-Identifier: Apache-2.0
// A reconstructed image over the map of attenuation that it was corrected with (or the CT it came
// from): one slider goes from the one to the other.
import { useEffect, useRef, useState } from "preact/hooks";
import { getBytes, Refusal } from "../core/api.ts";
import { t, word } from "../core/i18n.ts";
import { activity, plain, quantity, significant } from "../core/quantity.ts";
import type { Reconstruction } from "../core/raw.ts";
import { Icon } from "../ui/icon.tsx";
import { NodeLink } from "../ui/parts.tsx";
import { Mip } from "./mip.tsx";
import type { Lattice } from "./projection.ts";
import { Slices, type Colours, type Reading } from "./slices.ts";
import { Legend, mm, STEPS } from "./viewer.tsx";

type Phase = "loading" | "shown" | "no-webgl" | "failed";
const FIRST_SHARE = 60; // of the emission, per cent
const FIRST_HIGH = 80; // of the largest value, per cent
/** Denser than bone there is little: NIST XCOM, 511 keV, 1/mm. */
const MOST_MU_PER_MM = 0.0172;

export function FusedView({ job }: { job: Reconstruction }) {
  const result = job.result;
  const max = result?.max ?? 1;
  const factor = job.suv?.factor;
  const canvas = useRef<HTMLCanvasElement>(null);
  const slices = useRef<Slices | null>(null);
  const [phase, setPhase] = useState<Phase>("loading");
  const [progress, setProgress] = useState(0);
  const [problem, setProblem] = useState("");
  const [cross, setCross] = useState<Reading | null>(null);
  const [lattice, setLattice] = useState<Lattice | null>(null);
  const [isTall, setTall] = useState(false);
  const [hasUnder, setHasUnder] = useState(false);
  const [share, setShare] = useState(FIRST_SHARE);
  const [high, setHigh] = useState(FIRST_HIGH);
  const [colours, setColours] = useState<Colours>("hot");

  useEffect(() => {
    let isGone = false;
    const view = new Slices((reading) => setCross(reading));
    const path = `/api/reconstructions/${encodeURIComponent(job.id)}`;
    void (async () => {
      try {
        if (document.createElement("canvas").getContext("webgl2") === null) {
          setPhase("no-webgl");
          return;
        }
        const bytes = await getBytes(`${path}/volume`, (received, total) => {
          if (total > 0 && !isGone) setProgress(received / total);
        });
        if (isGone || canvas.current === null) return;
        await view.attach(canvas.current);
        const { isTall: tall } = await view.show(bytes);
        if (isGone) return;
        slices.current = view;
        setTall(tall);
        const whole = view.lattice();
        setLattice(whole);
        view.goTo(view.lpsOf(hottest(whole)));
        view.colours("hot");
        view.window(0, (max * FIRST_HIGH) / 100);
        setHasUnder(await loadUnder(view, path));
        setPhase("shown");
      } catch (error) {
        if (isGone) return;
        setProblem(error instanceof Refusal ? error.message : t("The image could not be loaded."));
        setPhase("failed");
        if (!(error instanceof Refusal) && !(error instanceof TypeError)) throw error;
      }
    })();
    return () => {
      isGone = true;
      slices.current = null;
      view.close();
    };
  }, [job.id]);

  useEffect(() => slices.current?.window(0, (max * high) / 100), [high]);
  useEffect(() => slices.current?.colours(colours), [colours]);
  useEffect(() => {
    if (hasUnder) slices.current?.overlayOpacity(1 - share / 100);
  }, [share, hasUnder]);

  const top = Number((((max * high) / 100) * (factor ?? 1)).toPrecision(3));
  const units = word(job.suv?.units ?? result?.unit ?? "");
  return (
    <div class="viewer-grid fused">
      <section class={`screen screen-${colours} ${isTall ? "screen-tall" : ""}`} aria-label={t("Image")}>
        <canvas
          ref={canvas} tabIndex={0} data-phase={phase} data-fused={hasUnder}
          aria-label={t("Planes; arrow keys and Page Up, Page Down move the crosshair")}
          onKeyDown={(event) => {
            const step = STEPS[event.key];
            if (step === undefined) return;
            event.preventDefault();
            event.stopPropagation();
            slices.current?.step(...step);
          }}
        />
        {lattice !== null && (
          <Mip lattice={lattice} low={0} high={(max * high) / 100} colours={colours}
            onPick={(f) => slices.current?.goTo(slices.current.lpsOf([
              f[0] * lattice.n[0] - 0.5, f[1] * lattice.n[1] - 0.5, f[2] * lattice.n[2] - 0.5,
            ]))} />
        )}
        {phase === "shown" && <Legend high={top} colours={colours} units={units} />}
        {phase === "loading" && <p class="screen-note" role="status">{t("Loading the image…")} <progress value={progress} max={1} aria-label={t("Loading the image…")} /></p>}
        {phase === "no-webgl" && <p class="screen-note" role="alert">{t("This browser has no WebGL 2, so planes cannot be drawn. The numbers are valid.")}</p>}
        {phase === "failed" && <p class="screen-note" role="alert">{problem}</p>}
      </section>
      <aside class="viewer-side" aria-label={t("Values")}>
        <section class="card readout">
          <div>
            <span class="figure-name">{job.suv?.units ?? t("Concentration")} · {t("at the crosshair")}</span>
            <span class="readout-value num" data-suv-cross>{valueOf(cross, result?.unit, factor)}</span>
            <span class="quiet num">{cross === null ? "\u00a0" : mm(cross.lps_mm)}</span>
          </div>
          {job.suv !== undefined && (
            <p class="quiet num">
              <NodeLink node={`dose/${job.suv.dose}`} />{" "}
              {t("{activity} at the start of the scan, {weight}", { activity: activity(job.suv.activity_bq), weight: quantity(job.suv.weight_kg, "kg") })}
            </p>
          )}
          {job.suv_problem !== undefined && <p class="notice notice-wait"><Icon name="warn" size={20} /><span>{job.suv_problem}</span></p>}
        </section>
        <section class="card window">
          {hasUnder && (
            <>
              <h2 class="card-head">{t("Attenuation and emission")}</h2>
              <input type="range" min={0} max={100} step={5} value={share} aria-label={t("Share of the emission")} aria-valuetext={`${share} %`}
                onInput={(event) => setShare(Number(event.currentTarget.value))} />
              <div class="range-ends quiet"><span>{t("attenuation")}</span><span class="num">{share} %</span><span>{t("emission")}</span></div>
            </>
          )}
          <h2 class="card-head">{t("Window: 0 to {high}", { high: `${plain(top)} ${units}` })}</h2>
          <input type="range" min={5} max={100} step={5} value={high} aria-label={t("Upper end of the window")}
            onInput={(event) => setHigh(Number(event.currentTarget.value))} />
          <div class="segments segments-small colours" role="group" aria-label={t("Colours")}>
            {([["hot", t("Hot")], ["inverse", t("Inverse")], ["grey", t("Grey")]] as const).map(([one, name]) => (
              <button key={one} type="button" aria-pressed={colours === one} onClick={() => setColours(one)}>{name}</button>
            ))}
          </div>
        </section>
      </aside>
    </div>
  );
}

/** Voxel of the largest value. */
function hottest({ n, values }: Lattice): [number, number, number] {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return [at % n[0], Math.floor(at / n[0]) % n[1], Math.floor(at / (n[0] * n[1]))];
}

function valueOf(reading: Reading | null, unit: string | undefined, factor: number | undefined): string {
  if (reading === null || Number.isNaN(reading.bq_per_ml)) return "–";
  if (factor !== undefined) return significant(reading.bq_per_ml * factor, 3);
  return unit === "Bq/mL" ? quantity(reading.bq_per_ml, "bq_per_ml") : significant(reading.bq_per_ml, 4);
}

/** Without attenuation there is nothing to lie under it. */
async function loadUnder(view: Slices, path: string): Promise<boolean> {
  try {
    await view.overlay(await getBytes(`${path}/attenuation`, () => undefined), 0, MOST_MU_PER_MM, 1 - FIRST_SHARE / 100);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
