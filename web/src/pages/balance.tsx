// SPDX-License-Identifier: Apache-2.0
// The books of activity at an instant: what should be where, and what does not balance, in plain words.
import { useState } from "preact/hooks";
import { fromWall, moment, toWall, nowMs } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { activity, significant } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import type { Balance } from "../core/types.ts";
import { actTitle } from "../ui/event.tsx";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, NodeLink, Page } from "../ui/parts.tsx";

export function BalancePage() {
  const [text, setText] = useState("");
  const [date = "", time = ""] = text.split(" ");
  const at = text === "" ? NaN : fromWall(date, time);
  const path = Number.isNaN(at) ? "/api/balance" : `/api/balance?at=${new Date(at).toISOString()}`;
  const { data, refusal } = useReading<Balance>(path, Number.isNaN(at) ? 60_000 : 0);
  return (
    <Page
      title={t("Books of activity")}
      lead={t("Every vessel is an account. Decay is the interest. What is measured must agree with the books.")}
      tools={<AtField text={text} onChange={setText} />}
    >
      {data === undefined ? <Loading refusal={refusal} /> : <Books balance={data} />}
    </Page>
  );
}

function AtField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const wall = toWall(nowMs());
  return (
    <div class="at-field">
      <label><span>{t("At")}</span>
        <input class="input num" value={text} placeholder={`${wall.date} ${wall.time.slice(0, 5)}`}
          onInput={(event) => onChange(event.currentTarget.value)} />
      </label>
      <button type="button" class={`chip ${text === "" ? "chosen" : ""}`} aria-pressed={text === ""} onClick={() => onChange("")}>{t("Now")}</button>
    </div>
  );
}

function Books({ balance }: { balance: Balance }) {
  const isEven = balance.discrepancies.length === 0;
  return (
    <>
      {isEven ? (
        <p class="notice notice-good" role="status">
          <Icon name="check" size={28} />
          <span><strong>{t("The books balance.")}</strong> {t("No measurement differs from the books by more than its uncertainty.")}</span>
        </p>
      ) : (
        <section aria-labelledby="missing-title">
          <h2 id="missing-title">{t("What does not balance")}</h2>
          <ul class="discrepancies">
            {balance.discrepancies.map((one) => <Discrepancy key={`${one.seq}${one.account}${one.nuclide}`} one={one} />)}
          </ul>
        </section>
      )}
      <ul class="figures">
        {balance.totals.filter((one) => one.activity_bq >= TRACE_BQ).map((one) => (
          <li key={one.nuclide} class="figure">
            <span class="figure-name">{t("{nuclide} in the house", { nuclide: one.nuclide })}</span>
            <span class="figure-value num">{activity(one.activity_bq)}</span>
          </li>
        ))}
      </ul>
      <Accounts balance={balance} />
    </>
  );
}

function Discrepancy({ one }: { one: Balance["discrepancies"][number] }) {
  const missing = one.difference_bq < 0;
  const amount = activity(Math.abs(one.difference_bq), 3);
  return (
    <li class="notice notice-bad">
      <Icon name="balance" size={32} />
      <div>
        <strong>
          {missing
            ? t("{amount} of {nuclide} are missing", { amount, nuclide: one.nuclide })
            : t("{amount} of {nuclide} too many", { amount, nuclide: one.nuclide })}
        </strong>
        <p>
          {t("Measured {measured}; by the books it should be {predicted}. That is {sigmas} times the uncertainty.", {
            measured: activity(one.measured_bq), predicted: activity(one.predicted_bq), sigmas: significant(Math.abs(one.sigmas), 2),
          })}
        </p>
        <p>
          <NodeLink node={one.account} />{" "}
          <a href={link(["audit"], { subject: one.account })}>{t("since “{act}”, {time}", { act: actTitle(one.kind), time: moment(one.at) })}</a>
        </p>
      </div>
    </li>
  );
}

/** Below this an amount is a trace: shown when asked for. */
const TRACE_BQ = 1000;

function Accounts({ balance }: { balance: Balance }) {
  const [areTracesShown, showTraces] = useState(false);
  const all = balance.results.filter((one) => !one.account.startsWith("outside/"));
  const rows = areTracesShown ? all : all.filter((one) => one.activity_bq >= TRACE_BQ);
  if (all.length === 0) return <Empty>{t("There is no activity in the house.")}</Empty>;
  return (
    <>
      <div class="table-wrap" tabIndex={0} role="region" aria-labelledby="accounts-title">
        <table class="table">
          <caption id="accounts-title">{t("Accounts at {time}", { time: moment(balance.at) })}</caption>
          <thead>
            <tr><th scope="col">{t("Account")}</th><th scope="col">{t("Nuclide")}</th><th scope="col" class="end">{t("Activity")}</th><th scope="col" class="end">{t("Uncertainty")}</th></tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.account + one.nuclide}>
                <td><NodeLink node={one.account} /></td>
                <td>{one.nuclide}</td>
                <td class="end num">{activity(one.activity_bq)}</td>
                <td class="end num quiet">{one.sd_bq === undefined || one.sd_bq === 0 ? "–" : `± ${activity(one.sd_bq, 2)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {all.length > rows.length && (
        <button type="button" class="button" onClick={() => showTraces(true)}>
          <Icon name="down" size={20} /> {t("Traces below 1 kBq: {count}", { count: all.length - rows.length })}
        </button>
      )}
    </>
  );
}
