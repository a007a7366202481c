// SPDX-License-Identifier: Apache-2.0
// The audit trail: every event, newest first, to be filtered and opened.
import { useState } from "preact/hooks";
import { acts } from "../core/acts.ts";
import { useAtom } from "../core/atom.ts";
import { t } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { adjust } from "../core/route.ts";
import type { LedgerEvent } from "../core/types.ts";
import { EventList } from "../ui/events.tsx";
import { Icon } from "../ui/icon.tsx";
import { Loading, Page } from "../ui/parts.tsx";

const STEP = 50;

export function Audit({ query }: { query: URLSearchParams }) {
  const declared = useAtom(acts);
  const [kind, setKind] = useState(query.get("kind") ?? "");
  const [person, setPerson] = useState(query.get("person") ?? "");
  const [subject, setSubject] = useState(query.get("subject") ?? "");
  const [limit, setLimit] = useState(STEP);
  const asked = new URLSearchParams({ newest: "1", limit: String(limit) });
  const filters: Record<string, string> = {};
  for (const [name, value] of [["kind", kind], ["person", person.trim()], ["subject", subject.trim()]] as const) {
    if (value === "") continue;
    asked.set(name, value);
    filters[name] = value;
  }
  const { data, refusal } = useReading<{ results: LedgerEvent[] }>(`/api/events?${asked.toString()}`);
  const put = (set: (value: string) => void) => (event: Event) => {
    set((event.currentTarget as HTMLInputElement).value);
    setLimit(STEP);
  };
  const events = data?.results;
  return (
    <Page title={t("Audit")} lead={t("Nothing is ever changed or deleted; a correction is a new event.")}>
      <form class="filters" onSubmit={(event) => { event.preventDefault(); adjust(filters); }} onChange={() => adjust(filters)}>
        <label><span>{t("What was done")}</span>
          <select class="input" value={kind} onChange={put(setKind)}>
            <option value="">{t("everything")}</option>
            {declared.map((act) => <option key={act.name} value={act.name}>{act.summary}</option>)}
          </select>
        </label>
        <label><span>{t("By whom")}</span>
          <input class="input" value={person} autocapitalize="none" spellcheck={false} onInput={put(setPerson)} />
        </label>
        <label><span>{t("To what")}</span>
          <input class="input" value={subject} data-search placeholder="dose/DOS-000001" spellcheck={false} onInput={put(setSubject)} />
        </label>
      </form>
      {events === undefined ? <Loading refusal={refusal} /> : <EventList events={events} />}
      {events !== undefined && events.length >= limit && (
        <button type="button" class="button" onClick={() => setLimit(limit * 2)}><Icon name="down" /> {t("Show more")}</button>
      )}
    </Page>
  );
}
