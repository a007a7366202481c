// SPDX-License-Identifier: Apache-2.0
// An event of the ledger as people read it: who, when, what, before and after, signatures, hash.
import { acts } from "../core/acts.ts";
import { fullMoment } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import { label, valueText } from "../core/words.ts";
import type { Json, LedgerEvent, RecordChange } from "../core/types.ts";
import { Icon } from "./icon.tsx";
import { NodeLink } from "./parts.tsx";

export const actTitle = (kind: string): string =>
  acts.get().find((act) => act.name === kind)?.summary ?? word(kind);

export function Signatures({ event }: { event: LedgerEvent }) {
  const signatures = event.signatures ?? [];
  if (signatures.length === 0) return null;
  return (
    <section class="card">
      <h2 class="card-head"><Icon name="pen" size={20} /> {t("Signatures")}</h2>
      <ul class="plain-list">
        {signatures.map((one, i) => (
          <li key={i}>
            <strong>{one.name ?? one.person ?? event.person}</strong>: “{word(one.meaning)}”
            <span class="quiet num"> {fullMoment(one.at ?? event.recorded_at)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const show = (name: string, value: Json | undefined): string => valueText(name, value);

/** What a change did to a record: each member before and after. */
export function ChangeTable({ change }: { change: RecordChange }) {
  const names = Object.keys(change.set);
  return (
    <table class="changes">
      <caption>
        <NodeLink node={`${change.kind}/${change.id}`} />{" "}
        {change.before === null || change.before === undefined || Object.keys(change.before).length === 0 ? t("new") : ""}
      </caption>
      <thead>
        <tr><th scope="col">{t("Member")}</th><th scope="col">{t("Before")}</th><th scope="col">{t("After")}</th></tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{label(name)}</th>
            <td class="before">{show(name, change.before?.[name])}</td>
            <td>{show(name, change.set[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
