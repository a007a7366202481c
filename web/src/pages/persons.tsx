// SPDX-License-Identifier: Apache-2.0
// Who works here, what they may do, and the acts that change it.
import { acts, byWork } from "../core/acts.ts";
import { session } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { t } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { roleWord } from "../core/words.ts";
import type { Item, Json } from "../core/types.ts";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, Page, State } from "../ui/parts.tsx";
import { Tile } from "./lab.tsx";

const list = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? value.split(/[\s,]+/) : [];

export function Persons() {
  const all = useAtom(acts);
  const admin = all.filter((act) => act.subject_kind === "person").sort(byWork);
  const { data, refusal } = useReading<{ results: Item[] }>("/api/records/person?limit=500");
  return (
    <Page title={t("Persons")} lead={t("Each person signs with a name and a password of their own.")}>
      {session.get()?.second_factor === false && (
        <p><a class="button" href={link(["telephone"])}><Icon name="lock" /> {t("Sign in with a telephone's codes from now on")}</a></p>
      )}
      {admin.length > 0 && (
        <ul class="tiles">{admin.map((act) => <Tile key={act.name} act={act} />)}</ul>
      )}
      {data === undefined ? <Loading refusal={refusal} /> : data.results.length === 0 ? <Empty>{t("Nobody is recorded.")}</Empty> : (
        <ul class="rows">
          {data.results.map((person) => (
            <li key={person.id} class="row">
              <Icon name="person" size={28} />
              <strong>{String(person["name"] ?? person.id)}</strong>
              <span class="quiet">{person.id}</span>
              <span class="quiet">{list(person["roles"]).map(roleWord).join(", ")}</span>
              <State state={typeof person["state"] === "string" ? person["state"] : undefined} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}
