// SPDX-License-Identifier: Apache-2.0
// Beside the form: what is known about the records that were chosen, so that nobody signs blind.
import { actNamed, keyOf } from "../core/acts.ts";
import type { Entry } from "../core/drafts.ts";
import { t } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { actsIn, label, valueText } from "../core/words.ts";
import type { Act, Field, Item } from "../core/types.ts";
import { Members, NodeLink, State } from "../ui/parts.tsx";
import { ruleText } from "../core/rules.ts";
import { Preview } from "./preview.tsx";
import { idFrom } from "./records.tsx";

const HIDDEN = new Set(["kind", "id", "seq", "state", "owner"]);

export function Beside(props: { act: Act; entries: Record<string, Entry>; request: Record<string, unknown> | null }) {
  const { act, entries } = props;
  const chosen = act.fields.filter((field) => field.record !== undefined && (entries[keyOf(field)]?.text.trim() ?? "") !== "");
  return (
    <aside class="beside" aria-label={t("What is known")}>
      <Preview act={act} request={props.request} />
      {chosen.map((field) => (
        <RecordCard key={keyOf(field)} field={field} text={entries[keyOf(field)]?.text ?? ""} />
      ))}
      {act.description !== undefined && act.description !== null && act.description !== "" && (
        <section class="card">
          {act.description.split(/\n\s*\n/).map((paragraph) => (
            <p key={paragraph}>{actsIn(paragraph, (name) => actNamed(name)?.summary)}</p>
          ))}
        </section>
      )}
      <Rules act={act} />
    </aside>
  );
}

function RecordCard({ field, text }: { field: Field; text: string }) {
  const kind = field.record ?? "";
  const id = idFrom(text, kind);
  const { data: item } = useReading<Item>(/^[A-Z]{2,4}-\d{4,}$/i.test(id) ? `/api/records/${kind}/${id.toUpperCase()}` : null);
  if (item === undefined) return null;
  const rows = Object.entries(item).filter(([name, value]) =>
    !HIDDEN.has(name) && value !== null && typeof value !== "object" && String(value).length < 120);
  return (
    <section class="card">
      <h2 class="card-head">
        <NodeLink node={`${kind}/${item.id}`} />
        <State state={typeof item["state"] === "string" ? item["state"] : undefined} />
      </h2>
      <Members rows={rows.slice(0, 9).map(([name, value]) => [label(name), valueText(name, value)])} />
    </section>
  );
}

function Rules({ act }: { act: Act }) {
  const rules = act.rules.filter((rule) => ruleText(rule) !== "");
  if (rules.length === 0) return null;
  return (
    <section class="card rules">
      <h2 class="card-head">{t("What is checked")}</h2>
      <ul>
        {rules.map((rule) => <li key={rule}><span class="rule">{rule}</span> {ruleText(rule)}</li>)}
      </ul>
    </section>
  );
}
