// SPDX-License-Identifier: Apache-2.0
// What a beam makes of a target, while the numbers are turned: yield, purity, heat, with their sources.
import { useEffect, useMemo, useState } from "preact/hooks";
import { NoAnswer, post, Refusal } from "../core/api.ts";
import { t, word } from "../core/i18n.ts";
import { activity, duration, plain, significant } from "../core/quantity.ts";
import { load, save } from "../core/storage.ts";
import { unitsIn } from "../core/words.ts";
import { Curves, type Curve } from "../ui/curves.tsx";
import { Icon } from "../ui/icon.tsx";
import { Page } from "../ui/parts.tsx";

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
const USUAL: readonly { name: string; beam: Beam }[] = [
  { name: "F-18", beam: { beam: "p", energy: "16 MeV", current: "40 uA", time: "2 h", cool: "0 min", target: "H2O{18O:0.98,16O:0.02}" } },
  { name: "C-11", beam: { beam: "p", energy: "16 MeV", current: "40 uA", time: "40 min", cool: "0 min", target: "N" } },
  { name: "N-13", beam: { beam: "p", energy: "16 MeV", current: "20 uA", time: "20 min", cool: "0 min", target: "H2O" } },
  { name: "Ga-68", beam: { beam: "p", energy: "14 MeV", current: "30 uA", time: "1 h", cool: "30 min", target: "Zn{68:0.99,67:0.006,66:0.004}" } },
  { name: "Cu-64", beam: { beam: "p", energy: "14 MeV", current: "20 uA", time: "4 h", cool: "2 h", target: "Ni{64:0.98,60:0.01,58:0.01}" } },
  { name: "Zr-89", beam: { beam: "p", energy: "13 MeV", current: "20 uA", time: "3 h", cool: "12 h", target: "Y" } },
  { name: "Tc-99m", beam: { beam: "p", energy: "18 MeV", current: "100 uA", time: "6 h", cool: "1 h", target: "Mo{100:0.974,98:0.021,97:0.005}" } },
  { name: "I-124", beam: { beam: "p", energy: "13 MeV", current: "15 uA", time: "4 h", cool: "6 h", target: "Te{124:0.995,125:0.005}" } },
];

const PARTICLES = ["p", "d", "h", "a"];
const WAIT_MS = 250, MOST_ROWS = 12, STEPS = 80, LEAST_BQ = 1000;
const KEPT = "moly.production.beam";

/** The calculation for what stands in the fields; the last good one stays until the next is there. */
function useIrradiation(beam: Beam) {
  const [answer, setAnswer] = useState<{ made?: Irradiation; of?: Beam; refusal?: Refusal }>({});
  useEffect(() => {
    let isCurrent = true;
    const timer = window.setTimeout(async () => {
      try {
        const made = await post<Irradiation>("/api/commands/irradiate", beam);
        if (isCurrent) setAnswer({ made, of: beam });
      } catch (error) {
        if (error instanceof Refusal && isCurrent) setAnswer((before) => ({ ...before, refusal: error }));
        else if (!(error instanceof Refusal) && !(error instanceof NoAnswer)) throw error;
      }
    }, WAIT_MS);
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [beam]);
  return answer;
}

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

export function ProductionPage() {
  const [beam, setBeam] = useState<Beam>(() => load<Beam>(KEPT) ?? USUAL[0]!.beam);
  const { made, of, refusal } = useIrradiation(beam);
  const change = (next: Beam) => {
    setBeam(next);
    save(KEPT, next);
  };
  return (
    <Page title={t("Production")} lead={t("What a beam makes of a target. Nothing here is recorded.")} className="production">
      <Usual onChoose={change} />
      <Fields beam={beam} onChange={change} />
      {refusal !== undefined && (
        <p class="notice notice-bad" role="alert"><Icon name="warn" size={28} /> <span>{unitsIn(refusal.message)}</span></p>
      )}
      {made !== undefined && of !== undefined && <Result made={made} beam={of} />}
    </Page>
  );
}

function Usual({ onChoose }: { onChoose: (beam: Beam) => void }) {
  return (
    <div class="chips" role="group" aria-label={t("Usual targets")}>
      {USUAL.map(({ name, beam }) => (
        <button key={name} type="button" class="chip" onClick={() => onChoose(beam)}>{name}</button>
      ))}
    </div>
  );
}

function Fields({ beam, onChange }: { beam: Beam; onChange: (beam: Beam) => void }) {
  const field = (key: keyof Beam, label: string) => (
    <label class="production-field"><span>{label}</span>
      <input class="input num" value={beam[key]} onInput={(event) => onChange({ ...beam, [key]: event.currentTarget.value })} />
    </label>
  );
  const words: Record<string, string> = { p: t("Protons"), d: t("Deuterons"), h: t("Helium-3"), a: t("Alphas") };
  return (
    <form class="production-fields" onSubmit={(event) => event.preventDefault()}>
      <label class="production-field"><span>{t("Beam")}</span>
        <select class="input" value={beam.beam} onChange={(event) => onChange({ ...beam, beam: event.currentTarget.value })}>
          {PARTICLES.map((one) => <option key={one} value={one}>{words[one]}</option>)}
        </select>
      </label>
      {field("energy", t("Energy"))}
      {field("current", t("Current"))}
      {field("time", t("Irradiate for"))}
      {field("cool", t("Then wait"))}
      {field("target", t("Target material"))}
    </form>
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
            <Curves curves={times} label={t("Activity over time")} isLogarithmic
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

function Figure({ name, value }: { name: string; value: string }) {
  return <li class="figure"><span class="figure-name">{name}</span><span class="figure-value num">{value}</span></li>;
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
