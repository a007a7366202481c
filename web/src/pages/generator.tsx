// SPDX-License-Identifier: Apache-2.0
// What a generator gives on a schedule of elutions.
import { useMemo, useState } from "preact/hooks";
import { useCalculation } from "../core/calculation.ts";
import { t } from "../core/i18n.ts";
import { activity, duration, significant } from "../core/quantity.ts";
import { load, save } from "../core/storage.ts";
import { Calculator, Figure } from "../ui/calculator.tsx";
import { Curves } from "../ui/curves.tsx";

interface Column {
  generator: string;
  activity: string;
  equilibrium: string;
  elute: string;
  efficiency: string;
  breakthrough: string;
}

interface Elution {
  after_s: number;
  eluted_bq: number;
  parent_on_column_bq: number;
  breakthrough_bq: number;
  carrier_free_fraction: number | null;
}

interface Elutions {
  parent: string;
  daughter: string;
  peak_s: number | null;
  elutions: Elution[];
}

const KINDS = ["Mo-99/Tc-99m", "Ge-68/Ga-68", "Sr-82/Rb-82", "W-188/Re-188", "Ac-225/Bi-213", "Ra-224/Pb-212", "Ac-227/Ra-223"]
  .map((one) => [one, one] as const);
const START: Column = { generator: "Mo-99/Tc-99m", activity: "20 GBq", equilibrium: "true", elute: "24 h, 48 h, 72 h, 96 h", efficiency: "90 %", breakthrough: "0.00001" };
const KEPT = "moly.production.generator";

export function GeneratorTab() {
  const [column, setColumn] = useState<Column>(() => load<Column>(KEPT) ?? START);
  const fields = useMemo(() => asFields(column), [column]);
  const { result, refusal } = useCalculation<ReturnType<typeof asFields>, Elutions>("generator", fields);
  const change = (next: Column) => {
    setColumn(next);
    save(KEPT, next);
  };
  const first = result?.elutions[0];
  return (
    <>
      <Calculator
        values={column} refusal={refusal} onChange={change}
        fields={[
          { key: "generator", label: t("Generator"), choices: KINDS },
          { key: "activity", label: t("Parent at calibration") },
          { key: "equilibrium", label: t("Column at calibration"), choices: [["true", t("long at rest")], ["false", t("pure parent")]] },
          { key: "efficiency", label: t("Elution efficiency") },
          { key: "breakthrough", label: t("Breakthrough of the parent") },
          { key: "elute", label: t("Elute after") },
        ]}
      />
      {result !== undefined && first !== undefined && (
        <>
          <ul class="figures">
            <Figure name={t("{nuclide} in the first eluate", { nuclide: result.daughter })} value={activity(first.eluted_bq)} />
            {result.peak_s !== null && <Figure name={t("Most {nuclide} after an elution", { nuclide: result.daughter })} value={duration(result.peak_s)} />}
          </ul>
          <Schedule made={result} />
        </>
      )}
    </>
  );
}

/** As the command has its fields: a list of times, a switch. */
function asFields(column: Column) {
  return { ...column, equilibrium: column.equilibrium === "true", elute: column.elute.split(",").map((one) => one.trim()), efficiency: [column.efficiency] };
}

function Schedule({ made }: { made: Elutions }) {
  const curves = useMemo(
    () => [
      { name: made.daughter, xs: made.elutions.map((one) => one.after_s), ys: made.elutions.map((one) => one.eluted_bq), isPoints: true },
      { name: made.parent, xs: made.elutions.map((one) => one.after_s), ys: made.elutions.map((one) => one.parent_on_column_bq) },
    ],
    [made],
  );
  return (
    <>
      <div class="table-wrap" tabIndex={0} role="region" aria-labelledby="elutions-title">
        <table class="table">
          <caption id="elutions-title">{t("Elutions")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("After")}</th><th scope="col" class="end">{t("{nuclide} eluted", { nuclide: made.daughter })}</th>
              <th scope="col" class="end">{t("{nuclide} on the column", { nuclide: made.parent })}</th>
              <th scope="col" class="end">{t("{nuclide} in the eluate", { nuclide: made.parent })}</th><th scope="col" class="end">{t("Carrier-free")}</th>
            </tr>
          </thead>
          <tbody>
            {made.elutions.map((one) => (
              <tr key={one.after_s}>
                <th scope="row" class="num">{duration(one.after_s)}</th>
                <td class="end num">{activity(one.eluted_bq)}</td>
                <td class="end num">{activity(one.parent_on_column_bq)}</td>
                <td class="end num">{one.breakthrough_bq > 0 ? activity(one.breakthrough_bq) : "–"}</td>
                <td class="end num">{one.carrier_free_fraction === null ? "–" : `${significant(100 * one.carrier_free_fraction, 3)} %`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {made.elutions.length > 1 && (
        <div class="production-plots">
          <figure>
            <figcaption>{t("What each elution gives, and the parent on the column")}</figcaption>
            <Curves curves={curves} label={t("Elutions over time")} isTime xText={(x) => duration(x)} yText={(y) => activity(y, 3)}
              xTitle={t("Since calibration")} yTitle={t("Activity")} />
          </figure>
        </div>
      )}
    </>
  );
}
