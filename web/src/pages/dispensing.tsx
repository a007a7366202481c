// SPDX-License-Identifier: Apache-2.0
// The list of the day: what is eluted, labelled and drawn when, so that nothing is short in the afternoon.
import { actNamed, may } from "../core/acts.ts";
import { clockTime, moment } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import type { Dispensing, DispensingStep } from "../core/plans.ts";
import { activity, plain, quantity } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { link, splitNode } from "../core/route.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Empty, Loading, NodeLink, Page, State } from "../ui/parts.tsx";

const REFRESH_MS = 60_000;

const KINDS: Record<DispensingStep["do"], { icon: IconName; name: () => string; act: string }> = {
  elute: { icon: "generator", name: () => t("Elute"), act: "pharmacy.elute" },
  "label kit": { icon: "vial", name: () => t("Label a kit"), act: "pharmacy.label_kit" },
  draw: { icon: "syringe", name: () => t("Draw"), act: "clinic.draw_dose" },
  "not enough": { icon: "stop", name: () => t("Not enough"), act: "" },
};

/** The act with what the list knows; nothing for what is not there yet. */
function addressOf(step: DispensingStep): string | undefined {
  const act = actNamed(KINDS[step.do].act);
  if (act === undefined || !may(act)) return undefined;
  const [kind, id] = splitNode(step.what);
  const [fromKind, fromId] = splitNode(step.from ?? "");
  const isThere = act.fields.some((field) => field.record === fromKind && field.name === fromKind);
  if (step.do === "draw" && (!isThere || (step.why ?? "") !== "")) return undefined;
  return link(["act", act.name], { [kind]: id, ...(isThere ? { [fromKind]: fromId } : {}) });
}

export function DispensingPage() {
  const { data, refusal } = useReading<Dispensing>("/api/dispensing", REFRESH_MS);
  if (data === undefined) return <Page title={t("Doses of the day")}><Loading refusal={refusal} /></Page>;
  return (
    <Page
      title={t("Doses of the day")}
      lead={data.short > 0 ? <span class="late">{t("{count} of {all} doses are short.", { count: data.short, all: data.doses })}</span> : t("{count} doses to draw, none is short.", { count: data.doses })}
      tools={<a class="button" href={link(["papers"])}><Icon name="report" /> {t("Papers")}</a>}
    >
      {data.steps.length === 0 ? <Empty>{t("Nobody is due.")}</Empty> : <ol class="task-list">{data.steps.map((step, i) => <Step key={i} step={step} />)}</ol>}
      {data.vials.length > 0 && <Vials vials={data.vials} />}
    </Page>
  );
}

function Step({ step }: { step: DispensingStep }) {
  const kind = KINDS[step.do];
  const address = addressOf(step);
  const isBad = step.do === "not enough" || step.is_over_card === true;
  const inside = (
    <>
      <span class="step-time num">{clockTime(step.at)}</span>
      <Icon name={kind.icon} size={28} />
      <span class="task-what">
        <strong>{kind.name()}: {step.patient_name ?? splitNode(step.what)[1]}</strong>
        <span>{word(step.product)}{step.from !== undefined && <> · {t("from {vessel}", { vessel: splitNode(step.from)[1] })}</>}{step.due !== undefined && <span class="num"> · {t("injection {time}", { time: clockTime(step.due) })}</span>}</span>
        {step.why !== undefined && step.why !== "" && <span class={isBad ? "late" : "quiet"}>{word(step.why)}</span>}
        {step.card_bq !== undefined && (
          <span class={`num ${step.is_over_card === true ? "late" : "quiet"}`} title={step.card_source}>
            {t("dosage card for {weight} kg: {activity}, from {least} to {most}", { weight: plain(step.weight_kg ?? 0), activity: activity(step.card_bq, 3), least: activity(step.card_least_bq ?? 0, 3), most: activity(step.card_most_bq ?? 0, 3) })}
          </span>
        )}
      </span>
      <span class="task-due num">
        {step.activity_bq !== undefined && <strong>{activity(step.activity_bq, 3)}</strong>}
        {step.volume_ml !== undefined && <span>{quantity(step.volume_ml, "ml", 3)}</span>}
      </span>
    </>
  );
  const className = `task ${isBad ? "task-waiting" : step.do === "draw" ? "task-today" : ""}`;
  return <li>{address === undefined ? <div class={className}>{inside}</div> : <a class={className} href={address}>{inside}<Icon name="right" size={26} /></a>}</li>;
}

function Vials({ vials }: { vials: Dispensing["vials"] }) {
  return (
    <section aria-labelledby="vials-title">
      <h2 id="vials-title">{t("Vials they come from")}</h2>
      <ul class="rows">
        {vials.map((one) => (
          <li key={one.vessel} class="row">
            <strong><NodeLink node={one.vessel} /></strong>
            <span>{word(one.product)}</span>
            <span class="num">{activity(one.holds_bq, 3)}</span>
            <span class="num quiet">{t("{used} of {left} for {count} doses", { used: quantity(one.used_ml, "ml", 3), left: quantity(one.volume_left_ml, "ml", 3), count: one.doses })}</span>
            {one.expiry !== undefined && <span class="num quiet">{t("until {time}", { time: moment(one.expiry) })}</span>}
            <State state={one.state} />
          </li>
        ))}
      </ul>
    </section>
  );
}
