// SPDX-License-Identifier: Apache-2.0
// Sheets of paper for the hours without power: an act with its fields to be written by hand and entered
// afterwards, and an empty journal of doses. They are made of the same declarations as the forms.
import { actNamed, acts, byWork, may } from "../core/acts.ts";
import { useAtom } from "../core/atom.ts";
import { dayOf, nowMs } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { label } from "../core/words.ts";
import type { Act, Field, Site } from "../core/types.ts";
import { FAVOURITES, unitsOf } from "../form/entry.ts";
import { Icon } from "../ui/icon.tsx";
import { Loading, Page } from "../ui/parts.tsx";

const SHOWN_UNITS = 3, ROWS = 14;
export const JOURNAL = "journal";

export function Sheets() {
  const all = useAtom(acts).filter((act) => may(act) && act.subject_kind !== "person").sort(byWork);
  if (all.length === 0) return <Page title={t("Sheets for when the power is out")}><Loading /></Page>;
  return (
    <Page title={t("Sheets for when the power is out")} lead={t("Print a few of each now and keep them in the hot lab. What is written on them is entered afterwards, with the time at which it was done.")}>
      <ul class="tiles">
        <li><a class="tile" href={link(["sheet", JOURNAL])}><Icon name="report" /> <span class="tile-name">{t("Journal of doses, empty")}</span></a></li>
        {all.map((act) => <li key={act.name}><a class="tile" href={link(["sheet", act.name])}><Icon name="report" /> <span class="tile-name">{act.summary}</span></a></li>)}
      </ul>
    </Page>
  );
}

export function SheetPage({ name }: { name: string }) {
  useAtom(acts);
  const site = useReading<Site>("/api/site").data;
  const act = actNamed(name);
  if (act === undefined && name !== JOURNAL) return <Page title={name}><Loading /></Page>;
  const title = act?.summary ?? t("Journal of doses");
  return (
    <Page
      title={title} className={`paper ${act === undefined ? "paper-wide" : ""}`}
      lead={<a class="back" href={link(["sheets"])}><Icon name="back" size={18} /> {t("Sheets for when the power is out")}</a>}
      tools={<button type="button" class="button button-primary" data-autofocus onClick={() => window.print()}><Icon name="report" /> {t("Print")}</button>}
    >
      <article class="paper-sheet" aria-label={title}>
        <header class="paper-head">
          <strong>{title}</strong>
          <span>{site?.name ?? "Moly"}</span>
          <span class="quiet">{t("Form {name}, printed {day}", { name, day: dayOf(nowMs()) })}</span>
        </header>
        {act === undefined ? <JournalRows /> : <Lines act={act} />}
        <footer class="paper-foot">
          <Blank name={t("Done by (name, signature)")} />
          {act !== undefined && act.signature !== "none" && <Blank name={act.signature === "two" ? t("Second person (name, signature)") : t("Signed as: {meaning}", { meaning: word(act.meaning ?? "") })} />}
          <div class="paper-after">
            <strong>{t("Entered afterwards")}</strong>
            <Blank name={t("by")} /><Blank name={t("on, at")} /><Blank name={t("event number")} />
          </div>
        </footer>
      </article>
    </Page>
  );
}

const Blank = ({ name }: { name: string }) => <span class="paper-blank"><span>{name}</span><i /></span>;

function Lines({ act }: { act: Act }) {
  const fields = act.fields.filter((field) => field.secret !== true && field.type !== "json" && field.hint !== "FILE" && field.name !== "id");
  return <ol class="paper-lines">{fields.map((field) => <Line key={field.name} field={field} />)}</ol>;
}

const commonUnits = (field: Field): string[] => unitsOf(field).filter((unit, i) => i === 0 || FAVOURITES.includes(unit)).slice(0, SHOWN_UNITS);

function Line({ field }: { field: Field }) {
  return (
    <li>
      <span class="paper-name">{label(field.name)}{field.required ? " *" : ""}<small>{field.help}</small></span>
      <span class="paper-value"><Value field={field} /></span>
    </li>
  );
}

/** Where it is written, with the units or the choices to be ticked. */
function Value({ field }: { field: Field }) {
  if (field.type === "instant") return <><i class="paper-box" /> <small>{t("date")}</small> <i class="paper-box" /> <small>{t("time")}</small></>;
  if (field.type === "boolean") return <Ticks words={[t("yes"), t("no")]} />;
  if (field.type === "choice" && (field.choices?.length ?? 0) <= 6) return <Ticks words={field.choice_labels ?? (field.choices ?? []).map(word)} />;
  if (field.type === "quantity") return <><i class="paper-box paper-number" /> <Ticks words={commonUnits(field).map(word)} /></>;
  return <i class="paper-box paper-line" />;
}

const Ticks = ({ words }: { words: string[] }) =>
  words.length === 1 ? <span>{words[0]}</span> : <>{words.map((one) => <span key={one} class="paper-tick"><i /> {one}</span>)}</>;

function JournalRows() {
  const columns = [t("Time drawn"), t("Patient, born"), t("Product"), t("Vial, lot"), t("Activity, MBq"), t("Volume, mL"), t("Time given"), t("Residual, MBq"), t("Drawn by"), t("Given by")];
  return (
    <table class="paper-table">
      <thead><tr>{columns.map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
      <tbody>{Array.from({ length: ROWS }, (_one, i) => <tr key={i}>{columns.map((one) => <td key={one} />)}</tr>)}</tbody>
    </table>
  );
}
