// SPDX-License-Identifier: Apache-2.0
// A code that names several things, or none: choose one, or take in what has come.
import { actNamed, acts, may } from "../core/acts.ts";
import { useAtom } from "../core/atom.ts";
import { t, word } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { pageOf } from "../core/scanner.ts";
import type { Found } from "../core/types.ts";
import { describe } from "../form/records.tsx";
import { Icon, iconOfKind } from "../ui/icon.tsx";
import { Loading, Page, State } from "../ui/parts.tsx";

export function FindPage({ code }: { code: string }) {
  const { data, refusal } = useReading<Found>(code === "" ? null : `/api/find?code=${encodeURIComponent(code)}`);
  if (data === undefined) return <Page title={code}><Loading refusal={refusal} /></Page>;
  return (
    <Page title={data.results.length > 0 ? t("Which one?") : t("“{text}” is not known here.", { text: code })} lead={code}>
      {data.results.length > 0 ? (
        <ul class="task-list">
          {data.results.map((item) => (
            <li key={`${item.kind}/${item.id}`}>
              <a class="task" href={link(pageOf(item))}>
                <Icon name={iconOfKind(item.kind)} size={30} />
                <span class="task-what"><strong>{typeof item["name"] === "string" ? item["name"] : item.id}</strong><span class="quiet num">{word(item.kind)} · {item.id} · {describe(item)}</span></span>
                <State state={typeof item["state"] === "string" ? item["state"] : undefined} />
              </a>
            </li>
          ))}
        </ul>
      ) : <Arrived found={data} code={code} />}
    </Page>
  );
}

/** Elements of a maker's barcode as the fields of what receives it. YYMMDD; day 00 is the month's last. */
function expiryOf(text: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(text ?? "") ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const last = new Date(Date.UTC(2000 + Number(year), Number(month), 0)).getUTCDate();
  return `20${year}-${month}-${day === "00" ? last : day} 23:59`;
}

const RECEIVING: readonly (readonly [act: string, number: string])[] = [
  ["pharmacy.receive_kit", "number"], ["pharmacy.receive_generator", "serial"], ["pharmacy.receive_vial", "lot"], ["stock.receive_package", "number"],
];

function Arrived({ found, code }: { found: Found; code: string }) {
  useAtom(acts);
  const open = RECEIVING.flatMap(([name, field]) => {
    const act = actNamed(name);
    return act !== undefined && may(act) ? [{ act, field }] : [];
  });
  const number = found.gs1?.serial ?? found.gs1?.lot ?? code;
  const expiry = expiryOf(found.gs1?.expiry);
  if (open.length === 0) return <p>{t("Look at the label: is it of this centre? Who receives goods can take it in.")}</p>;
  return (
    <section aria-labelledby="arrived-title">
      <h2 id="arrived-title">{t("Has it just arrived? Take it in:")}</h2>
      <ul class="task-list task-grid">
        {open.map(({ act, field }) => (
          <li key={act.name}>
            <a class="task" href={link(["act", act.name], {
              [field]: field === "serial" ? number : (found.gs1?.lot ?? number),
              ...(expiry !== undefined && act.fields.some((one) => one.name === "expiry") ? { expiry } : {}),
            })}>
              <Icon name="plus" size={30} /> <span class="task-what"><strong>{act.summary}</strong><span class="quiet num">{number}</span></span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
