// SPDX-License-Identifier: Apache-2.0
// Patients: find one; and one patient's way through the department.
import { useState } from "preact/hooks";
import { clockTime, dayOf } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import { activity, quantity } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { adjust, link, route } from "../core/route.ts";
import { isInstant, label, valueText } from "../core/words.ts";
import type { Item, Json, JsonObject } from "../core/types.ts";
import { CumulativeChart } from "../ui/chart.tsx";
import { ActsOn } from "./record.tsx";
import { Icon, iconOfKind } from "../ui/icon.tsx";
import { Empty, Loading, Members, NodeLink, Page, State } from "../ui/parts.tsx";

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

export function Patients() {
  const [search, setSearch] = useState(route.get().query.get("search") ?? "");
  const { data, refusal } = useReading<{ results: Item[] }>(`/api/patients?search=${encodeURIComponent(search)}`);
  return (
    <Page title={t("Patients")} tools={<SearchBox value={search} onChange={(text) => {
      setSearch(text);
      adjust(text === "" ? {} : { search: text });
    }} />}>
      {data === undefined ? <Loading refusal={refusal} /> : <PatientList items={data.results} />}
    </Page>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <label class="search">
      <Icon name="search" />
      <input class="input" type="search" data-search value={value} aria-label={t("Name or number")} placeholder={t("Name or number")}
        onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}

function PatientList({ items }: { items: Item[] }) {
  if (items.length === 0) return <Empty>{t("No patient is like that.")}</Empty>;
  return (
    <ul class="rows">
      {items.map((item) => (
        <li key={item.id}>
          <a class="row" href={link(["patient", item.id])}>
            <Icon name="person" size={28} />
            <strong>{textOf(item["name"]) || item.id}</strong>
            <span class="num quiet">{item.id}</span>
            <span class="quiet">{personal(item)}</span>
            <State state={textOf(item["state"])} />
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Born when, sex, weight: what a second identifier is compared with. */
function personal(item: JsonObject): string {
  const parts: string[] = [];
  for (const name of ["birth_date", "birth-date", "born", "sex"]) {
    const text = textOf(item[name]);
    if (text !== "") parts.push(name === "sex" ? word(text) : text);
  }
  for (const name of ["weight_kg", "mass_kg", "body_mass_kg"]) {
    const kg = item[name];
    if (typeof kg === "number") parts.push(quantity(kg, "kg", 3));
  }
  return parts.join(" · ");
}

/* ---- one patient ------------------------------------------------------------------------- */

interface PatientAnswer {
  patient: Item;
  referrals?: Item[];
  orders?: Item[];
  doses?: Item[];
  studies?: Item[];
  cumulative?: { nuclide: string; activity_bq: number; administrations?: number }[];
}

interface Happening {
  at: string;
  kind: string;
  item: Item;
}

export function PatientPage({ id }: { id: string }) {
  const { data, refusal } = useReading<PatientAnswer>(`/api/patients/${encodeURIComponent(id)}`);
  if (data === undefined) return <Page title={id}><Loading refusal={refusal} /></Page>;
  const patient = data.patient ?? (data as unknown as Item);
  const line = happenings(data);
  return (
    <Page
      title={textOf(patient["name"]) || patient.id}
      lead={<span class="num">{[patient.id, personal(patient)].filter(Boolean).join(" · ")}</span>}
      tools={<a class="button" href={link(["trace", "patient", patient.id])}><Icon name="trace" /> {t("Trace")}</a>}
      className="patient"
    >
      <ActsOn kind="patient" id={patient.id} />
      <div class="split">
        <section aria-labelledby="line-title">
          <h2 id="line-title">{t("What has happened")}</h2>
          {line.length === 0 ? <Empty>{t("Nothing has happened yet.")}</Empty> : <Line line={line} />}
        </section>
        <div class="stack">
          <Cumulative answer={data} />
          <section class="card">
            <h2 class="card-head">{t("Details")}</h2>
            <Members rows={details(patient)} />
          </section>
        </div>
      </div>
    </Page>
  );
}

const details = (patient: Item): [string, string][] =>
  Object.entries(patient)
    .filter(([name, value]) => !["kind", "id", "seq"].includes(name) && value !== null && typeof value !== "object")
    .map(([name, value]) => [label(name), valueText(name, value)]);

const whenOf = (item: Item): string => {
  for (const name of ["administered_at", "at", "due", "planned_at", "recorded_at"]) {
    if (isInstant(item[name])) return textOf(item[name]);
  }
  return "";
};

function happenings(answer: PatientAnswer): Happening[] {
  const groups: [string, Item[] | undefined][] = [
    ["referral", answer.referrals], ["order", answer.orders], ["dose", answer.doses], ["study", answer.studies],
  ];
  return groups
    .flatMap(([kind, items]) => (items ?? []).map((item) => ({ at: whenOf(item), kind: item.kind ?? kind, item })))
    .sort((a, b) => b.at.localeCompare(a.at));
}

const KIND_NAMES: Record<string, () => string> = {
  referral: () => t("Referral"),
  order: () => t("Order"),
  dose: () => t("Dose"),
  study: () => t("Study"),
};

function Line({ line }: { line: Happening[] }) {
  return (
    <ol class="line">
      {line.map(({ at, kind, item }) => (
        <li key={`${kind}/${item.id}`}>
          <span class="line-sign"><Icon name={iconOfKind(kind)} size={22} /></span>
          <time class="num" dateTime={at}>{at === "" ? "" : <><span>{dayOf(at)}</span> <strong>{clockTime(at)}</strong></>}</time>
          <div class="line-body">
            <p class="line-head">
              <strong>{KIND_NAMES[kind]?.() ?? label(kind)}</strong> <NodeLink node={`${kind}/${item.id}`} />
              <State state={textOf(item["state"])} />
            </p>
            <p class="line-facts">{facts(item)}</p>
            {kind === "study" && <a class="button" href={link(["study", item.id])}><Icon name="studies" size={20} /> {t("Look at it")}</a>}
          </div>
        </li>
      ))}
    </ol>
  );
}

const FACTS = [
  "description", "indication", "justification", "procedure", "product", "prescribed_bq", "activity_bq", "measured_bq",
  "residual_bq", "net_bq", "volume_ml", "nuclide",
];

function facts(item: Item) {
  return FACTS.filter((name) => item[name] !== undefined && item[name] !== null).map((name) => (
    <span key={name}><span class="quiet">{label(name)}</span> <span class="num">{valueText(name, item[name])}</span></span>
  ));
}

function Cumulative({ answer }: { answer: PatientAnswer }) {
  const sums = answer.cumulative ?? [];
  if (sums.length === 0) return null;
  const given = (answer.doses ?? [])
    .map((dose) => ({ at: Date.parse(whenOf(dose)), bq: given_bq(dose), nuclide: textOf(dose["nuclide"]) }))
    .filter((one) => one.bq > 0 && !Number.isNaN(one.at));
  return (
    <section class="card">
      <h2 class="card-head">{t("Activity given in all")}</h2>
      <ul class="figures figures-small">
        {sums.map((one) => (
          <li key={one.nuclide} class="figure">
            <span class="figure-name">{one.nuclide}</span>
            <span class="figure-value num">{activity(one.activity_bq)}</span>
          </li>
        ))}
      </ul>
      {given.length > 1 && <CumulativeChart given={given} />}
    </section>
  );
}

function given_bq(dose: Item): number {
  const state = textOf(dose["state"]);
  for (const name of ["net_bq", "net_activity_bq", "administered_bq"]) {
    if (typeof dose[name] === "number") return dose[name] as number;
  }
  const bq = dose["activity_bq"];
  return ["administered", "given", "measured", "discharged"].includes(state) && typeof bq === "number" ? bq : 0;
}
