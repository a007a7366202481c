// SPDX-License-Identifier: Apache-2.0
// What a reactor's neutrons make of a target.
import { useState } from "preact/hooks";
import { useCalculation } from "../core/calculation.ts";
import { t, word } from "../core/i18n.ts";
import { activity, significant } from "../core/quantity.ts";
import { load, save } from "../core/storage.ts";
import { Calculator, Figure, Usual } from "../ui/calculator.tsx";

interface Flux {
  flux: string;
  "epithermal-ratio": string;
  temperature: string;
  time: string;
  cool: string;
  target: string;
  mass: string;
}

interface Activated {
  nuclide: string;
  activity_eob_bq: number;
  activity_end_bq: number;
  u_rel: number | null;
  specific_activity_gbq_per_mg: number | null;
  route: string;
  source: string;
}

interface Activation {
  nuclides: Activated[];
  not_evaluated?: string[];
  burned?: number;
}

const of = (target: string, mass: string, time: string, cool: string): Flux =>
  ({ flux: "1e14 /cm2/s", "epithermal-ratio": "0.02", temperature: "20 C", time, cool, target, mass });

const USUAL: readonly (readonly [string, Flux])[] = [
  ["Lu-177", of("Lu{176:0.82,175:0.18}", "1 mg", "10 d", "1 d")],
  ["Lu-177 (Yb-176)", of("Yb{176:0.99,174:0.01}", "100 mg", "14 d", "2 d")],
  ["Mo-99", of("98Mo", "1 g", "6 d", "1 d")],
  ["I-131", of("Te", "10 g", "21 d", "3 d")],
  ["Sm-153", of("152Sm", "1 mg", "3 d", "1 d")],
  ["Ho-166", of("Ho", "10 mg", "3 d", "1 d")],
];
const KEPT = "moly.production.flux";
const MOST_ROWS = 12;

export function Reactor() {
  const [flux, setFlux] = useState<Flux>(() => load<Flux>(KEPT) ?? USUAL[0]![1]);
  const { result, refusal } = useCalculation<Flux, Activation>("irradiate", flux);
  const change = (next: Flux) => {
    setFlux(next);
    save(KEPT, next);
  };
  const main = result?.nuclides[0];
  return (
    <>
      <Usual usual={USUAL} onChoose={change} />
      <Calculator
        values={flux} refusal={refusal} onChange={change}
        fields={[
          { key: "flux", label: t("Thermal flux") },
          { key: "epithermal-ratio", label: t("Epithermal share") },
          { key: "temperature", label: t("Temperature of the neutrons") },
          { key: "time", label: t("Irradiate for") },
          { key: "cool", label: t("Then wait") },
          { key: "mass", label: t("Mass") },
          { key: "target", label: t("Target material") },
        ]}
      />
      {main !== undefined && (
        <ul class="figures">
          <Figure name={t("{nuclide} at the end of irradiation", { nuclide: main.nuclide })} value={activity(main.activity_eob_bq)} />
          <Figure name={t("{nuclide} after the wait", { nuclide: main.nuclide })} value={activity(main.activity_end_bq)} />
          <Figure name={t("Specific activity")} value={main.specific_activity_gbq_per_mg === null ? "–" : `${significant(main.specific_activity_gbq_per_mg, 4)} ${word("GBq/mg")}`} />
        </ul>
      )}
      {result !== undefined && <Made made={result} />}
    </>
  );
}

/** A nuclide is not torn apart; a long way breaks between its steps. */
const routeText = (route: string): string => route.replace(/-/g, "\u2011").replace(/\(n,g\)/g, "(n,γ)\u200b");

function Made({ made }: { made: Activation }) {
  const rows = made.nuclides.filter((one) => one.activity_eob_bq >= 1).slice(0, MOST_ROWS);
  const left = made.not_evaluated ?? [];
  return (
    <>
      <div class="table-wrap" tabIndex={0} role="region" aria-labelledby="activated-title">
        <table class="table">
          <caption id="activated-title">{t("What is made")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("Nuclide")}</th><th scope="col" class="end">{t("At the end of irradiation")}</th><th scope="col" class="end">{t("After the wait")}</th>
              <th scope="col" class="end">{t("Uncertainty")}</th><th scope="col">{t("Way")}</th><th scope="col">{t("Source")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.nuclide}>
                <th scope="row" class="no-wrap">{one.nuclide}</th>
                <td class="end num">{activity(one.activity_eob_bq)}</td>
                <td class="end num">{one.activity_end_bq < 1 ? "–" : activity(one.activity_end_bq)}</td>
                <td class="end num quiet">{one.u_rel === null ? "–" : `± ${significant(100 * one.u_rel, 2)} %`}</td>
                <td>{routeText(one.route)}</td>
                <td class="quiet source">{word(one.source)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {left.length > 0 && (
        <details><summary>{t("Not evaluated: {count}", { count: left.length })}</summary>
          <ul>{left.map((one) => <li key={one}>{word(one)}</li>)}</ul>
        </details>
      )}
    </>
  );
}
