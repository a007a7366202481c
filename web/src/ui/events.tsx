// SPDX-License-Identifier: Apache-2.0
// A list of events; each opens to what it changed, its signatures and its hash.
import { fullMoment, moment } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { label, valueText } from "../core/words.ts";
import type { Json, LedgerEvent } from "../core/types.ts";
import { Transfers } from "../form/done.tsx";
import { actTitle, ChangeTable, Signatures } from "./event.tsx";
import { splitNode } from "../core/route.ts";
import { Icon, iconOfKind } from "./icon.tsx";
import { identificationOf, Purity } from "./purity.tsx";
import { Warnings } from "./warnings.tsx";
import { Empty, Members, NodeLink } from "./parts.tsx";

export function EventList({ events }: { events: LedgerEvent[] }) {
  if (events.length === 0) return <Empty>{t("There are no such events.")}</Empty>;
  return (
    <ul class="events">
      {events.map((event) => (
        <li key={event.seq}><EventRow event={event} /></li>
      ))}
    </ul>
  );
}

const STRUCTURE = new Set(["records", "links", "transfers", "measurements", "closes", "warnings", "request_digest", "blobs", "identification"]);

function EventRow({ event }: { event: LedgerEvent }) {
  const fields = Object.entries(event.body).filter(([name, value]) => !STRUCTURE.has(name) && value !== null);
  const [kind, id] = splitNode(event.subject);
  const purity = identificationOf(event.body);
  return (
    <details class="event">
      <summary>
        <span class="event-seq num">{event.seq}</span>
        <time class="num" dateTime={event.recorded_at}>{moment(event.recorded_at)}</time>
        <strong class="event-what">{actTitle(event.kind)}</strong>
        <span class="event-subject"><Icon name={iconOfKind(kind)} size={16} /> {id}</span>
        <span class="event-who">
          <Icon name="person" size={16} /> {event.person}
          {(event.signatures ?? []).length > 0 && <span class="mark"><Icon name="pen" size={16} /> {t("signed")}</span>}
        </span>
      </summary>
      <div class="event-body">
        <Members rows={[
          [t("Done at"), fullMoment(event.at)],
          [t("Recorded at"), fullMoment(event.recorded_at)],
          [t("Known by"), event.authentication ?? "–"],
          [t("About"), <NodeLink key="n" node={event.subject} />],
          ...fields.map(([name, value]): [string, string] => [label(name), valueText(name, value as Json)]),
        ]} />
        <Warnings body={event.body} />
        {purity !== undefined && <Purity found={purity} />}
        {(event.body.transfers ?? []).length > 0 && <Transfers transfers={event.body.transfers ?? []} />}
        {(event.body.records ?? []).map((change) => <ChangeTable key={`${change.kind}/${change.id}`} change={change} />)}
        <Signatures event={event} />
        <p class="hash quiet"><span>{t("Hash")}</span> <code>{event.hash}</code></p>
      </div>
    </details>
  );
}
