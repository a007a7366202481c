// SPDX-License-Identifier: Apache-2.0
// Any record: what it is now, what can be done with it, and every event that touched it.
import { actsOn, keyOf, may } from "../core/acts.ts";
import { useAtom } from "../core/atom.ts";
import { language, t } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { useWork } from "../core/work.ts";
import { link } from "../core/route.ts";
import { label, valueText } from "../core/words.ts";
import type { Item, LedgerEvent } from "../core/types.ts";
import { TaskRow } from "../ui/tasks.tsx";
import { EventList } from "../ui/events.tsx";
import { Icon } from "../ui/icon.tsx";
import { paperAddress } from "./papers.tsx";
import { Loading, Members, Page, State } from "../ui/parts.tsx";

const LABELLED = ["dose", "kit", "eluate", "vial"], CERTIFIED = ["kit", "eluate", "vial"];
const RECALLED = ["lot", "generator", "kit", "eluate", "vial", "batch"];

function Paper({ name, title, id }: { name: string; title: string; id: string }) {
  return <a class="button" target="_blank" rel="noopener" href={paperAddress(name, { id }, language.get())}><Icon name="report" /> {title}</a>;
}

/** What waits for this person first, with its reason; then all that the roles allow on such a record. */
export function ActsOn({ kind, id }: { kind: string; id: string }) {
  const { tasks } = useWork();
  const waiting = (tasks ?? []).filter((one) => (one.kind === kind && one.id === id) || Object.values(one.fields).includes(id)).slice(0, 3);
  const open = actsOn(kind).filter((one) => may(one.act) && !waiting.some((task) => task.act === one.act.name));
  if (waiting.length + open.length === 0) return null;
  return (
    <nav class="acts-on" aria-label={t("What can be done")}>
      {waiting.length > 0 && <ol class="task-list">{waiting.map((task, i) => <TaskRow key={task.href} task={task} isFirst={i === 0} />)}</ol>}
      {open.length > 0 && (
        <ul class="tiles">
          {open.map((one) => (
            <li key={one.act.name}><a class="tile" href={link(["act", one.act.name], { [keyOf(one.field)]: id })}><span class="tile-name">{one.act.summary}</span></a></li>
          ))}
        </ul>
      )}
    </nav>
  );
}

export function RecordPage({ kind, id }: { kind: string; id: string }) {
  const node = `${kind}/${id}`;
  const speaks = useAtom(language);
  const { data, refusal } = useReading<Item>(`/api/records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`);
  const events = useReading<{ results: LedgerEvent[] }>(`/api/events?subject=${encodeURIComponent(node)}&newest=1&limit=50`);
  if (data === undefined) return <Page title={id}><Loading refusal={refusal} /></Page>;
  const rows = Object.entries(data).filter(([name, value]) => !["kind", "id", "seq", "state"].includes(name) && value !== null);
  return (
    <Page
      title={id}
      lead={<>{label(kind)} <State state={typeof data["state"] === "string" ? data["state"] : undefined} /></>}
      tools={
        <>
          {kind === "patient" && <a class="button" href={link(["patient", id])}><Icon name="person" /> {t("Patient")}</a>}
          {kind === "study" && <a class="button" href={link(["study", id])}><Icon name="studies" /> {t("Look at it")}</a>}
          <a class="button" target="_blank" rel="noopener"
            href={`/api/records/${encodeURIComponent(kind)}/${encodeURIComponent(id)}/report.pdf?lang=${speaks}`}>
            <Icon name="report" /> {t("Print (PDF)")}
          </a>
          {LABELLED.includes(kind) && <Paper name="label" title={t("Label")} id={id} />}
          {CERTIFIED.includes(kind) && <Paper name="certificate" title={t("Certificate")} id={id} />}
          {RECALLED.includes(kind) && <Paper name="recall" title={t("Recall list")} id={id} />}
          {kind === "instrument" && <a class="button" href={link(["instrument", id])}><Icon name="gauge" /> {t("Checks")}</a>}
          <a class="button" href={link(["trace", kind, id])}><Icon name="trace" /> {t("Trace")}</a>
        </>
      }
    >
      <ActsOn kind={kind} id={id} />
      <div class="split">
        <section aria-labelledby="events-title">
          <h2 id="events-title">{t("What happened to it")}</h2>
          {events.data === undefined ? <Loading refusal={events.refusal} /> : <EventList events={events.data.results} />}
        </section>
        <section class="card">
          <h2 class="card-head">{t("What it is now")}</h2>
          <Members rows={rows.map(([name, value]) => [label(name), valueText(name, value)])} />
        </section>
      </div>
    </Page>
  );
}
