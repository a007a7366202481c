// SPDX-License-Identifier: Apache-2.0
// What a beam makes of a target, while the numbers are turned: yield, purity, heat, with their sources.
import { useEffect, useMemo, useState } from "preact/hooks";
import { post } from "../core/api.ts";
import { useCalculation } from "../core/calculation.ts";
import { t, word } from "../core/i18n.ts";
import { activity, duration, plain, significant } from "../core/quantity.ts";
import { load, save } from "../core/storage.ts";
import { unitsIn } from "../core/words.ts";
import { Calculator, Figure, Usual } from "../ui/calculator.tsx";
import { Curves, type Curve } from "../ui/curves.tsx";
import { Icon } from "../ui/icon.tsx";
import { Page } from "../ui/parts.tsx";
import { GeneratorTab } from "./generator.tsx";
import { Reactor } from "./reactor.tsx";

interface Beam {
  beam: string;
  energy: string;
  current: string;
  time: string;
  cool: string;
  target: string;
}

interface Made {
  nuclide: string;
  activity_eob_bq: number;
  activity_end_bq: number;
  u_rel: number | null;
  saturation_yield_bq_per_a: number;
  physical_yield_bq_per_c: number;
  element_fraction: number | null;
  made_by?: string;
  made_as?: string;
  rank: string;
  source: string;
}

interface Irradiation {
  nuclides: Made[];
  layers: { is_target: boolean; energy_in_mev: number; energy_out_mev: number }[];
  not_evaluated: string[];
  heat_w: number;
}

interface Reactions {
  results: { product: string; rank: string; source: string; points: { energy_mev: number; xs_mb: number }[] }[];
}

/** Targets that cyclotrons of hospitals know, with a beam that suits them. */
const USUAL: readonly (readonly [string, Beam])[] = [
  ["F-18", { beam: "p", energy: "16 MeV", current: "40 uA", time: "2 h", cool: "0 min", target: "H2O{18O:0.98,16O:0.02}" }],
  ["C-11", { beam: "p", energy: "16 MeV", current: "40 uA", time: "40 min", cool: "0 min", target: "N" }],
  ["N-13", { beam: "p", energy: "16 MeV", current: "20 uA", time: "20 min", cool: "0 min", target: "H2O" }],
  ["Ga-68", { beam: "p", energy: "14 MeV", current: "30 uA", time: "1 h", cool: "30 min", target: "Zn{68:0.99,67:0.006,66:0.004}" }],
  ["Cu-64", { beam: "p", energy: "14 MeV", current: "20 uA", time: "4 h", cool: "2 h", target: "Ni{64:0.98,60:0.01,58:0.01}" }],
  ["Zr-89", { beam: "p", energy: "13 MeV", current: "20 uA", time: "3 h", cool: "12 h", target: "Y" }],
  ["Tc-99m", { beam: "p", energy: "18 MeV", current: "100 uA", time: "6 h", cool: "1 h", target: "Mo{100:0.974,98:0.021,97:0.005}" }],
  ["I-124", { beam: "p", energy: "13 MeV", current: "15 uA", time: "4 h", cool: "6 h", target: "Te{124:0.995,125:0.005}" }],
];

const PARTICLES = ["p", "d", "h", "a"];
const MOST_ROWS = 12, STEPS = 80, LEAST_BQ = 1000;
const KEPT = "moly.production.beam";

function useCurve(made: Made | undefined, particle: string): Curve[] {
  const [curves, setCurves] = useState<Curve[]>([]);
  const target = made?.made_by?.split(" on ")[1], product = made?.made_as;
  useEffect(() => {
    let isCurrent = true;
    setCurves([]);
    if (target === undefined || product === undefined) return;
    void post<Reactions>("/api/commands/reaction", { target, product, beam: particle }).then(
      ({ results }) => {
        const best = results[0];
        if (!isCurrent || best === undefined) return;
        const points = best.points.filter((one) => one.energy_mev <= 60);
        setCurves([{ name: `${best.product} (${best.source})`, xs: points.map((one) => one.energy_mev), ys: points.map((one) => one.xs_mb) }]);
      },
      () => undefined, // the table says where the number comes from; the picture is left out
    );
    return () => {
      isCurrent = false;
    };
  }, [target, product, particle]);
  return curves;
}

const TABS = ["beam", "reactor", "generator"] as const;
type Tab = (typeof TABS)[number];
const KEPT_TAB = "moly.production.tab";

export function ProductionPage() {
  const [tab, setTab] = useState<Tab>(() => TABS.find((one) => one === load<string>(KEPT_TAB)) ?? "beam");
  const names: Record<Tab, string> = { beam: t("Cyclotron"), reactor: t("Reactor"), generator: t("Generator") };
  return (
    <Page title={t("Production")} lead={t("What a beam, a reactor or a generator gives. Nothing here is recorded.")} className="production">
      <div class="segments" role="group" aria-label={t("Made with")}>
        {TABS.map((one) => (
          <label key={one} class={one === tab ? "chosen" : ""}>
            <input type="radio" name="made-with" value={one} checked={one === tab}
              onChange={() => {
                setTab(one);
                save(KEPT_TAB, one);
              }} />
            {names[one]}
          </label>
        ))}
      </div>
      {tab === "beam" && <BeamTab />}
      {tab === "reactor" && <Reactor />}
      {tab === "generator" && <GeneratorTab />}
    </Page>
  );
}

function BeamTab() {
  const [beam, setBeam] = useState<Beam>(() => load<Beam>(KEPT) ?? USUAL[0]![1]);
  const { result: made, of, refusal } = useCalculation<Beam, Irradiation>("irradiate", beam);
  const change = (next: Beam) => {
    setBeam(next);
    save(KEPT, next);
  };
  const words: Record<string, string> = { p: t("Protons"), d: t("Deuterons"), h: t("Helium-3"), a: t("Alphas") };
  return (
    <>
      <Usual usual={USUAL} onChoose={change} />
      <Calculator
        values={beam} refusal={refusal} onChange={change}
        fields={[
          { key: "beam", label: t("Beam"), choices: PARTICLES.map((one) => [one, words[one]!] as const) },
          { key: "energy", label: t("Energy") },
          { key: "current", label: t("Current") },
          { key: "time", label: t("Irradiate for") },
          { key: "cool", label: t("Then wait") },
          { key: "target", label: t("Target material") },
        ]}
      />
      {made !== undefined && of !== undefined && <Result made={made} beam={of} />}
    </>
  );
}

function Result({ made, beam }: { made: Irradiation; beam: Beam }) {
  const [chosen, choose] = useState<string | undefined>(undefined);
  const main = made.nuclides.find((one) => one.nuclide === chosen) ?? made.nuclides[0];
  const curves = useCurve(main, beam.beam);
  const target = made.layers.find((one) => one.is_target);
  const times = useMemo(() => activityOverTime(made, beam), [made, beam]);
  if (main === undefined) return <p class="notice notice-wait"><Icon name="warn" size={28} /> {t("Nothing radioactive is made that a curve tells of.")}</p>;
  return (
    <>
      <ul class="figures">
        <Figure name={t("{nuclide} at end of beam", { nuclide: main.nuclide })} value={activity(main.activity_eob_bq)} />
        <Figure name={t("{nuclide} after the wait", { nuclide: main.nuclide })} value={activity(main.activity_end_bq)} />
        <Figure name={t("Of its element's activity")} value={main.element_fraction === null ? "–" : `${significant(100 * main.element_fraction, 4)} %`} />
        <Figure name={t("Saturation yield")} value={unitsIn(`${significant(main.saturation_yield_bq_per_a * 1e-15, 3)} GBq`) + "/" + t("µA")} />
        <Figure name={t("Heat in the target")} value={t("{heat} W", { heat: significant(made.heat_w, 3) })} />
      </ul>
      <Table made={made} chosen={main.nuclide} onChoose={choose} />
      <div class="production-plots">
        {curves.length > 0 && target !== undefined && (
          <figure>
            <figcaption>{t("Excitation function, and the energies in the target")}</figcaption>
            <Curves curves={curves} label={t("Cross section of {name} by energy", { name: curves[0]!.name })}
              xText={(x) => plain(x, 4)} yText={(y) => plain(y, 4)} xTitle={t("Energy / MeV")} yTitle={t("Cross section / mb")}
              shaded={[target.energy_out_mev, target.energy_in_mev]} />
          </figure>
        )}
        {times.length > 0 && (
          <figure>
            <figcaption>{t("Activity that the beam itself makes, during and after it")}</figcaption>
            <Curves curves={times} label={t("Activity over time")} isLogarithmic isTime
              xText={(x) => duration(x)} yText={(y) => activity(y, 3)} xTitle={t("Since the beam began")} yTitle={t("Activity")} />
          </figure>
        )}
      </div>
      {made.not_evaluated.length > 0 && (
        <details><summary>{t("Not evaluated: {count}", { count: made.not_evaluated.length })}</summary>
          <ul>{made.not_evaluated.map((one) => <li key={one}>{word(one)}</li>)}</ul>
        </details>
      )}
    </>
  );
}

function Table({ made, chosen, onChoose }: { made: Irradiation; chosen: string; onChoose: (nuclide: string) => void }) {
  const rows = made.nuclides.slice(0, MOST_ROWS), rest = made.nuclides.length - rows.length;
  return (
    <div class="table-wrap" tabIndex={0} role="region" aria-labelledby="made-title">
      <table class="table">
        <caption id="made-title">{t("What is made")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Nuclide")}</th><th scope="col" class="end">{t("At end of beam")}</th><th scope="col" class="end">{t("After the wait")}</th>
            <th scope="col" class="end">{t("Uncertainty")}</th><th scope="col">{t("By the curve")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.nuclide} aria-selected={one.nuclide === chosen}>
              <th scope="row"><button type="button" class="chip chip-small" onClick={() => onChoose(one.nuclide)}>{one.nuclide}</button></th>
              <td class="end num">{activity(one.activity_eob_bq)}</td>
              <td class="end num">{one.activity_end_bq < 1 ? "–" : activity(one.activity_end_bq)}</td>
              <td class="end num quiet">{one.u_rel === null ? "–" : `± ${significant(100 * one.u_rel, 2)} %`}</td>
              <td>{one.source}{one.rank !== "recommended" && one.rank !== "model only" && <> <em class="quiet">{word(one.rank)}</em></>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="quiet">{t("and {count} fainter ones", { count: rest })}</p>}
    </div>
  );
}

/** Seconds of "2 h", as the field has it; what the server refused is not drawn. */
function seconds(text: string): number {
  const [, number, unit] = /^\s*([\d.]+)\s*(s|min|h|d)\s*$/.exec(text) ?? [];
  return Number(number) * ({ s: 1, min: 60, h: 3600, d: 86400 }[unit ?? ""] ?? NaN);
}

/** The beam's own atoms: saturation while it runs, decay after it. Both yields tell the decay constant. */
function activityOverTime(made: Irradiation, beam: Beam): Curve[] {
  const beam_s = seconds(beam.time), whole_s = beam_s + Math.max(seconds(beam.cool), beam_s);
  if (!(beam_s > 0) || Number.isNaN(whole_s)) return [];
  return made.nuclides
    .filter((one) => one.saturation_yield_bq_per_a > 0 && one.activity_eob_bq > 0)
    .slice(0, 4)
    .filter((one) => one.activity_eob_bq >= LEAST_BQ)
    .map((one) => {
      const lambda = one.physical_yield_bq_per_c / one.saturation_yield_bq_per_a;
      const saturated = one.activity_eob_bq / -Math.expm1(-lambda * beam_s);
      const at = (x: number) =>
        x <= beam_s ? saturated * -Math.expm1(-lambda * x) : one.activity_eob_bq * Math.exp(-lambda * (x - beam_s));
      // below a kilobecquerel nobody looks, and a short-lived one would stretch the axis over decades
      const xs = Array.from({ length: STEPS }, (_, i) => (whole_s * (i + 1)) / STEPS).filter((x) => at(x) >= LEAST_BQ);
      return { name: one.nuclide, xs, ys: xs.map(at) };
    });
}
