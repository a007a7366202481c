// SPDX-License-Identifier: Apache-2.0
// What is in each room against its licence, and what is in stock.
import { actsOn, may } from "../core/acts.ts";
import { t, word } from "../core/i18n.ts";
import { activity, significant } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { valueText } from "../core/words.ts";
import type { Item, Limits } from "../core/types.ts";
import { moment } from "../core/clock.ts";
import { isInstant } from "../core/words.ts";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, NodeLink, Page, State } from "../ui/parts.tsx";
import { Tiles } from "./lab.tsx";

const REFRESH_MS = 60_000;
type Row = Limits["results"][number];

export function StockPage() {
  const { data, refusal } = useReading<Limits>("/api/stock/limits", REFRESH_MS);
  return (
    <Page title={t("Stock")} lead={t("From the books, decayed to this minute, against what the licence of each room allows.")} className="stock">
      {data === undefined ? <Loading refusal={refusal} /> : data.results.length === 0 ? <Empty>{t("No room is registered.")}</Empty> : <Rooms rows={data.results} />}
      <Lists />
      <Tiles stage="stock" />
    </Page>
  );
}

function Rooms({ rows }: { rows: Row[] }) {
  const rooms = [...new Set(rows.map((one) => one.room))];
  return (
    <div class="rooms">
      {rooms.map((room) => {
        const here = rows.filter((one) => one.room === room).sort((a, b) => (b.fraction ?? 2) - (a.fraction ?? 2));
        return (
          <section key={room} class="card" aria-labelledby={`room-${room}`}>
            <h2 class="card-head" id={`room-${room}`}>{here[0]!.name} <NodeLink node={`room/${room}`} /></h2>
            <ul class="bars">{here.map((one) => <LimitBar key={one.nuclide} row={one} />)}</ul>
          </section>
        );
      })}
    </div>
  );
}

const TONES: Record<Row["state"], "good" | "wait" | "bad"> = { within: "good", near: "wait", over: "bad", "not licensed": "bad" };

/** How much of the licence is used; what is over it is told by its word and not by the length. */
function LimitBar({ row }: { row: Row }) {
  const used = row.fraction ?? 1;
  return (
    <li class={`limit limit-${TONES[row.state]}`}>
      <span class="limit-name">{row.nuclide}</span>
      <span class="limit-bar" aria-hidden="true"><span style={{ inlineSize: `${Math.min(100 * used, 100)}%` }} /></span>
      <span class="limit-value num">
        <strong>{activity(row.activity_bq, 3)}</strong>{" "}
        <span class="quiet">{row.limit_bq === null ? "" : t("of {limit}", { limit: activity(row.limit_bq, 3) })}</span>
      </span>
      <span class="limit-state">{row.state === "within" ? <span class="quiet num">{significant(100 * used, 2)} %</span> : <State state={row.state} tone={TONES[row.state]} />}</span>
    </li>
  );
}

const LISTS: readonly (readonly [kind: string, name: () => string, members: string[]])[] = [
  ["lot", () => t("Kits"), ["product", "supplier", "number", "vials_left", "expiry"]],
  ["source", () => t("Sealed sources"), ["nuclide", "model", "serial", "activity_bq", "leak_test_due"]],
  ["supplier", () => t("Suppliers"), ["name", "supplies", "until"]],
  ["purchase", () => t("Purchases"), ["item", "supplier", "wanted"]],
  ["package", () => t("Packages"), ["supplier", "number", "nuclide", "at"]],
];

function Lists() {
  return <>{LISTS.map(([kind, name, members]) => <List key={kind} kind={kind} name={name()} members={members} />)}</>;
}

const text = (member: string, item: Item): string => {
  const value = item[member];
  if (value === undefined || value === null) return "";
  const shown = isInstant(value) ? moment(value) : valueText(member, value);
  return member === "vials_left" ? t("{count} vials", { count: shown }) : member === "expiry" || member === "until" ? t("until {time}", { time: shown })
    : member === "leak_test_due" ? t("leak test {time}", { time: shown }) : shown;
};

function List({ kind, name, members }: { kind: string; name: string; members: string[] }) {
  const { data } = useReading<{ results: Item[] }>(`/api/records/${kind}?limit=100&newest=1`);
  if (data === undefined || data.results.length === 0) return null;
  const next = actsOn(kind).filter((one) => may(one.act));
  return (
    <section aria-labelledby={`list-${kind}`}>
      <h2 id={`list-${kind}`}>{name}</h2>
      <ul class="rows">
        {data.results.map((item) => (
          <li key={item.id}>
            <a class="row" href={link(["record", kind, item.id])}>
              <strong>{text(members[0]!, item) === "" ? item.id : word(text(members[0]!, item))}</strong>
              <span class="num quiet">{item.id}</span>
              {members.slice(1).map((member) => <span key={member} class="quiet num">{text(member, item)}</span>)}
              <State state={String(item["state"] ?? "")} />
              {next.length > 0 && <Icon name="right" size={20} />}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

