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
import type { Lattice } from "./projection.ts";
import { ColourChoice, mm, Screen } from "./screen.tsx";
import type { Colours, Reading, Slices } from "./slices.ts";

const FIRST_SHARE = 60; // of the emission, per cent
const FIRST_HIGH = 80; // of the largest value, per cent
/** Denser than bone there is little: NIST XCOM, 511 keV, 1/mm. */
const MOST_MU_PER_MM = 0.0172;

export function FusedView({ job }: { job: Reconstruction }) {
  const result = job.result;
  const max = result?.max ?? 1;
  const factor = job.suv?.factor;
  const slices = useRef<Slices | null>(null);
  const [cross, setCross] = useState<Reading | null>(null);
  const [hasUnder, setHasUnder] = useState(false);
  const [share, setShare] = useState(FIRST_SHARE);
  const [high, setHigh] = useState(FIRST_HIGH);
  const [colours, setColours] = useState<Colours>("hot");

  const path = `/api/reconstructions/${encodeURIComponent(job.id)}`;
  const onShown = async (view: Slices, lattice: Lattice) => {
    view.goTo(view.lpsOf(hottest(lattice)));
    setHasUnder(await loadUnder(view, path));
  };

  useEffect(() => {
    if (hasUnder) slices.current?.overlayOpacity(1 - share / 100);
  }, [share, hasUnder]);

  const top = Number((((max * high) / 100) * (factor ?? 1)).toPrecision(3));
  const units = word(job.suv?.units ?? result?.unit ?? "");
  return (
    <div class="viewer-grid fused">
      <Screen path={path} slices={slices} high={(max * high) / 100} scale={{ high: top, units }} colours={colours}
        isFused={hasUnder} onCross={setCross} onShown={onShown} />
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
          <ColourChoice order={["hot", "inverse", "grey"]} colours={colours} onColours={setColours} />
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
