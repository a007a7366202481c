// SPDX-License-Identifier: Apache-2.0
// Papers of the hot lab, in the language of who will read them.
import { useState } from "preact/hooks";
import { useAtom } from "../core/atom.ts";
import { nowMs, offsetMinutes } from "../core/clock.ts";
import { language, t } from "../core/i18n.ts";
import { load, save } from "../core/storage.ts";
import { Icon } from "../ui/icon.tsx";
import { link } from "../core/route.ts";
import { Page } from "../ui/parts.tsx";

/** As they call themselves. */
const LANGUAGES: readonly (readonly [string, string])[] = [
  ["en", "English"], ["ru", "Русский"], ["ky", "Кыргызча"], ["sr-Latn", "Srpski"], ["sr-Cyrl", "Српски"], ["ar", "العربية"], ["fr", "Français"],
];
const KEPT = "moly.papers.language";

export const paperLanguage = (spoken: string): string => load<string>(KEPT) ?? spoken;

export function paperAddress(name: string, given: Record<string, string>, spoken: string): string {
  return `/api/papers/${name}?${new URLSearchParams({ ...given, paper_lang: paperLanguage(spoken) }).toString()}`;
}

/** Midnights of the site around a day, as instants. */
function dayOf(day: string, offset_minutes: number): { from: string; until: string } {
  const start = Date.parse(`${day}T00:00:00Z`) - offset_minutes * 60_000;
  return { from: new Date(start).toISOString(), until: new Date(start + 86_400_000 - 1).toISOString() };
}

export function Papers() {
  const spoken = useAtom(language);
  const offset = useAtom(offsetMinutes);
  const today = new Date(nowMs() + offset * 60_000).toISOString().slice(0, 10);
  const [chosen, choose] = useState(paperLanguage(spoken));
  const [from, setFrom] = useState(`${today.slice(0, 8)}01`);
  const [until, setUntil] = useState(today);
  const [day, setDay] = useState(today);
  const period = { from: dayOf(from || today, offset).from, until: dayOf(until || today, offset).until };
  const papers: readonly (readonly [string, string, Record<string, string>])[] = [
    ["day", t("Doses of the day, to work by when the power is out"), dayOf(day || today, offset)],
    ["journal", t("Journal of generators and radiopharmaceuticals"), period],
    ["waste", t("Radioactive waste"), {}],
    ["activity", t("Activity in the centre"), {}],
  ];
  return (
    <Page title={t("Papers")} lead={t("Printed from the records as they are now. Labels and certificates are on the page of each record.")} className="papers">
      <form class="production-fields" onSubmit={(event) => event.preventDefault()}>
        <label class="production-field"><span>{t("Language of the paper")}</span>
          <select class="input" value={chosen} onChange={(event) => { choose(event.currentTarget.value); save(KEPT, event.currentTarget.value); }}>
            {LANGUAGES.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
          </select>
        </label>
        <label class="production-field"><span>{t("Day of the doses")}</span><input class="input" type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} /></label>
        <label class="production-field"><span>{t("Journal from")}</span><input class="input" type="date" value={from} onInput={(event) => setFrom(event.currentTarget.value)} /></label>
        <label class="production-field"><span>{t("Journal until")}</span><input class="input" type="date" value={until} onInput={(event) => setUntil(event.currentTarget.value)} /></label>
      </form>
      <ul class="tiles">
        <li><a class="tile" href={link(["sheets"])}><Icon name="pen" /> <span>{t("Empty sheets to write on when the power is out")}</span></a></li>
        {papers.map(([name, title, given]) => (
          <li key={name}>
            <a class="tile" target="_blank" rel="noopener" href={`${paperAddress(name, given, chosen)}`}><Icon name="report" /> <span>{title}</span></a>
          </li>
        ))}
      </ul>
    </Page>
  );
}
