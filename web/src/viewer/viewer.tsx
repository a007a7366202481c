// SPDX-License-Identifier: Apache-2.0
// The PET viewer: planes, projection, SUV under the crosshair and the pointer, regions, report.
import { useEffect, useRef, useState } from "preact/hooks";
import { getBytes, Refusal } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { moment } from "../core/clock.ts";
import { language, t } from "../core/i18n.ts";
import { quantity, significant } from "../core/quantity.ts";
import { link, splitNode } from "../core/route.ts";
import { isTyping } from "../core/scanner.ts";
import { isInstant, label, valueText } from "../core/words.ts";
import type { Json, Region, Study, Suv } from "../core/types.ts";
import { studyTitle } from "../pages/studies.tsx";
import { Icon } from "../ui/icon.tsx";
import { Members, Page } from "../ui/parts.tsx";
import { ColourChoice, mm, Screen } from "./screen.tsx";
import { REGION_COLOURS, type Colours, type Lps, type Reading, type Slices } from "./slices.ts";

const PRESETS = [5, 7, 10, 15, 20];
const FIRST_PRESET = 10;

export function Viewer({ study }: { study: Study }) {
  const suv = study.suv;
  const factor = suv?.factor ?? 1;
  const slices = useRef<Slices | null>(null);
  const [cross, setCross] = useState<Reading | null>(null);
  const [hover, setHover] = useState<Reading | null>(null);
  const [high, setHigh] = useState(FIRST_PRESET);
  const [colours, setColours] = useState<Colours>("inverse");
  const [hasLabels, setHasLabels] = useState(false);
  const [areRegionsOn, setRegionsOn] = useState(true);
  const regions = suv?.regions ?? [];

  const path = `/api/studies/${encodeURIComponent(study.id)}`;
  const onShown = async (view: Slices) => {
    if (suv?.max_lps_mm !== undefined) view.goTo(suv.max_lps_mm);
    setHasLabels(await loadRegions(view, path, regions));
  };

  useEffect(() => slices.current?.regionsVisible(areRegionsOn), [areRegionsOn, hasLabels]);

  const toMax = () => {
    if (suv?.max_lps_mm !== undefined) slices.current?.goTo(suv.max_lps_mm);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const preset = PRESETS[Number(event.key) - 1];
      if (preset !== undefined) setHigh(preset);
      else if (event.key === "x") toMax();
      else if (event.key === "o") setRegionsOn((on) => !on);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [study.id]);

  return (
    <Page
      className="viewer"
      title={studyTitle(study)}
      lead={<StudyLead study={study} />}
      tools={<StudyTools study={study} />}
    >
      <div class="viewer-grid">
        <Screen path={path} slices={slices} high={high / factor} scale={{ high, units: suv?.units }} colours={colours}
          onCross={setCross} onHover={setHover} onShown={onShown} />
        <aside class="viewer-side" aria-label={t("Values")}>
          <Readout suv={suv} cross={cross} hover={hover} onMax={toMax} />
          <Window high={high} onHigh={setHigh} colours={colours} onColours={setColours} />
          {suv !== undefined && <SuvCard study={study} suv={suv} />}
        </aside>
        {regions.length > 0 && suv !== undefined && (
          <RegionTable regions={regions} units={suv.units} isOn={areRegionsOn} canShow={hasLabels} onToggle={() => setRegionsOn(!areRegionsOn)}
            onGo={(place) => slices.current?.goTo(place)} />
        )}
      </div>
    </Page>
  );
}

async function loadRegions(view: Slices, path: string, regions: Region[]): Promise<boolean> {
  if (regions.length === 0) return false;
  try {
    await view.showRegions(await getBytes(`${path}/regions`, () => undefined), regions);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false; // a study without regions has none to overlay
    throw error;
  }
}

function StudyLead({ study }: { study: Study }) {
  const parts = [study.id, study.description?.replace(/\^+/g, " "), isInstant(study.at) ? moment(study.at) : ""].filter(Boolean);
  return <span class="num">{parts.join(" · ")}</span>;
}

function StudyTools({ study }: { study: Study }) {
  const speaks = useAtom(language);
  return (
    <>
      {typeof study.patient === "string" && study.patient !== "" && (
        <a class="button" href={link(["patient", splitNode(study.patient)[1]])}><Icon name="person" size={20} /> {t("Patient")}</a>
      )}
      <a class="button button-primary" target="_blank" rel="noopener"
        href={`/api/studies/${encodeURIComponent(study.id)}/report.pdf?lang=${speaks}`}>
        <Icon name="report" size={20} /> {t("Report (PDF)")}
      </a>
    </>
  );
}

function Readout(props: { suv: Suv | undefined; cross: Reading | null; hover: Reading | null; onMax: () => void }) {
  const { suv, cross, hover } = props;
  const show = (reading: Reading | null): string =>
    reading === null || Number.isNaN(reading.bq_per_ml) ? "–"
      : suv === undefined ? quantity(reading.bq_per_ml, "bq_per_ml") : significant(reading.bq_per_ml * suv.factor, 3);
  return (
    <section class="card readout">
      <div>
        <span class="figure-name">{suv?.units ?? t("Concentration")} · {t("at the crosshair")}</span>
        <span class="readout-value num" data-suv-cross>{show(cross)}</span>
        <span class="quiet num">{cross === null ? "\u00a0" : mm(cross.lps_mm)}</span>
      </div>
      <div>
        <span class="figure-name">{t("under the pointer")}</span>
        <span class="num" data-suv-hover>{show(hover)}</span>
        <span class="quiet num">{hover === null ? "\u00a0" : mm(hover.lps_mm)}</span>
      </div>
      {suv !== undefined && (
        <button type="button" class="button button-wide" onClick={props.onMax}>
          <Icon name="target" size={20} /> {t("Go to the maximum, {value}", { value: significant(suv.max, 4) })} <kbd>x</kbd>
        </button>
      )}
    </section>
  );
}

function Window(props: { high: number; onHigh: (high: number) => void; colours: Colours; onColours: (colours: Colours) => void }) {
  return (
    <section class="card window">
      <h2 class="card-head">{t("Window: SUV 0 to {high}", { high: props.high })}</h2>
      <div class="segments segments-small" role="group" aria-label={t("Upper end of the window")}>
        {PRESETS.map((preset) => (
          <button key={preset} type="button" aria-pressed={props.high === preset} onClick={() => props.onHigh(preset)}>{preset}</button>
        ))}
      </div>
      <input type="range" min={1} max={30} step={0.5} value={props.high} aria-label={t("Upper end of the window")}
        onInput={(event) => props.onHigh(Number(event.currentTarget.value))} />
      <ColourChoice order={["inverse", "grey", "hot"]} colours={props.colours} onColours={props.onColours} />
    </section>
  );
}

/** What SUV was computed from, where the study says it: in its figures, or in the image's header. */
const SHOWN = [
  "activity_bq", "header_activity_bq", "weight_kg", "patient_weight_kg", "height_cm", "patient_height_cm", "injected_at",
  "injection_datetime", "acquisition_time", "decay_correction", "radiopharmaceutical", "nuclide",
];

function SuvCard({ study, suv }: { study: Study; suv: Suv }) {
  const rows: [string, string][] = [[t("Factor"), `${suv.factor.toPrecision(6)} ${suv.units}/(Bq/mL)`]];
  if (suv.rule !== undefined && suv.rule !== "") rows.push([t("Rule"), suv.rule]);
  for (const name of SHOWN) {
    const value = (suv[name] ?? study.header?.[name] ?? study[name]) as Json | undefined;
    if (value !== undefined && value !== null) rows.push([label(name), valueText(name, value)]);
  }
  return (
    <section class="card">
      <h2 class="card-head">{t("How SUV was computed")}</h2>
      <Members rows={rows} />
      {(suv.warnings ?? []).map((warning) => (
        <p key={warning} class="notice notice-wait"><Icon name="warn" size={20} /><span>{warning}</span></p>
      ))}
    </section>
  );
}

type Placed = Region & { max_lps_mm?: Lps };

function RegionTable(props: {
  regions: Region[]; units: string; isOn: boolean; canShow: boolean; onToggle: () => void; onGo: (place: Lps) => void;
}) {
  const n = (value: number | null | undefined, digits = 4) => (value === null || value === undefined ? "–" : significant(value, digits));
  return (
    <section class="card regions">
      <h2 class="card-head">
        {t("Regions")}
        {props.canShow && (
          <button type="button" class="chip" aria-pressed={props.isOn} onClick={props.onToggle}>{t("show")} <kbd>o</kbd></button>
        )}
      </h2>
      <div class="table-wrap" tabIndex={0} role="region" aria-label={t("Regions")}>
        <table class="table num">
          <thead>
            <tr>
              <th scope="col">{t("Region")}</th>
              <th scope="col" class="end">{t("Volume, mL")}</th>
              <th scope="col" class="end">{t("Mean")}</th>
              <th scope="col" class="end">{t("Max")}</th>
              <th scope="col" class="end">{t("Peak")}</th>
              <th scope="col" class="end">{t("MTV 41 %, mL")}</th>
              <th scope="col" class="end">{t("TLG, g")}</th>
            </tr>
          </thead>
          <tbody>
            {props.regions.map((region, i) => {
              const place = (region as Placed).max_lps_mm;
              return (
                <tr key={region.label}>
                  <th scope="row">
                    <span class="swatch" style={{ background: REGION_COLOURS[i % REGION_COLOURS.length] }} />
                    {place === undefined ? region.label
                      : <button type="button" class="text-button" onClick={() => props.onGo(place)}>{region.label}</button>}
                  </th>
                  <td class="end">{n(region.volume_ml)}</td>
                  <td class="end">{n(region.mean)}</td>
                  <td class="end"><strong>{n(region.max)}</strong></td>
                  <td class="end">{n(region.peak)}</td>
                  <td class="end">{n(region.mtv41_ml)}</td>
                  <td class="end">{n(region.tlg_g)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="quiet">{t("Values in {units}.", { units: props.units })}</p>
    </section>
  );
}
