// SPDX-License-Identifier: Apache-2.0
// Where something came from and where it went: from a lot to every patient, from a patient to every lot.
import { useState } from "preact/hooks";
import { useAtom } from "../core/atom.ts";
import { t, word } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { go, link, splitNode } from "../core/route.ts";
import { resolve, unknownScan } from "../core/scanner.ts";
import { isInstant, valueText } from "../core/words.ts";
import type { LedgerEvent, Trace, TraceNode } from "../core/types.ts";
import { EventList } from "../ui/events.tsx";
import { Graph, nameOf, textOf, tree, type Branch } from "../ui/graph.tsx";
import { Icon, iconOfKind } from "../ui/icon.tsx";
import { Empty, Loading, Page, State } from "../ui/parts.tsx";

/** More than this is read faster as a list. */
const MOST_DRAWN = 150;

export function TracePage({ kind, id }: { kind: string; id: string }) {
  const path = id === "" ? null : `/api/trace/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
  const { data, refusal } = useReading<Trace>(path);
  return (
    <Page title={t("Trace")} lead={t("From any lot forward to the patients, from any patient back to the generator.")}>
      <TraceSearch key={id} id={id} />
      {path !== null && (data === undefined ? <Loading refusal={refusal} /> : <Ways trace={data} />)}
      {path === null && <Empty>{t("Scan or type the number of a generator, an eluate, a kit, a dose or a patient.")}</Empty>}
    </Page>
  );
}

function TraceSearch({ id }: { id: string }) {
  const [code, setCode] = useState(id);
  const missing = useAtom(unknownScan);
  const search = async () => {
    const item = await resolve(code);
    unknownScan.set(item === null ? code : null);
    if (item !== null) go(["trace", item.kind, item.id]);
  };
  return (
    <form class="trace-search" onSubmit={(event) => { event.preventDefault(); void search(); }}>
      <label class="record-input">
        <Icon name="scan" />
        <input class="input" value={code} data-search data-autofocus={id === "" || undefined} aria-label={t("Number or scan")} spellcheck={false}
          autocomplete="off" onInput={(event) => { setCode(event.currentTarget.value); unknownScan.set(null); }} />
      </label>
      <button class="button button-primary">{t("Trace")}</button>
      {missing !== null && <p class="problem" role="alert"><Icon name="warn" size={18} /> {t("“{text}” is not known here.", { text: missing })}</p>}
    </form>
  );
}

function Ways({ trace }: { trace: Trace }) {
  const [isList, setList] = useState(trace.forward.length + trace.backward.length > MOST_DRAWN);
  const events = useReading<{ results: LedgerEvent[] }>(`/api/events?subject=${encodeURIComponent(trace.node)}&newest=1&limit=50`);
  const patients = trace.forward.filter((one) => splitNode(one.node)[0] === "patient");
  return (
    <>
      <div class="segments segments-small trace-views" role="group" aria-label={t("How it is shown")}>
        <button type="button" aria-pressed={!isList} onClick={() => setList(false)}>{t("As a graph")}</button>
        <button type="button" aria-pressed={isList} onClick={() => setList(true)}>{t("As a list")}</button>
      </div>
      {isList ? <Lists trace={trace} /> : <Graph trace={trace} label={t("From what it was made and into what it went")} />}
      {patients.length > 0 && <Recall trace={trace} patients={patients} />}
      {events.data !== undefined && events.data.results.length > 0 && (
        <section aria-labelledby="life-title">
          <h2 id="life-title">{t("What happened to it")}</h2>
          <EventList events={events.data.results} />
        </section>
      )}
    </>
  );
}

function Lists({ trace }: { trace: Trace }) {
  return (
    <div class={`ways ${trace.backward.length === 0 ? "ways-forward" : trace.forward.length === 0 ? "ways-backward" : ""}`}>
      <Way title={t("It was made of")} nodes={trace.backward} root={trace.node} none={t("nothing that is recorded")} />
      <div class="way-root" role="img" aria-label={trace.node}>
        <Icon name={iconOfKind(splitNode(trace.node)[0])} size={36} />
        <strong>{splitNode(trace.node)[1]}</strong>
      </div>
      <Way title={t("It went into")} nodes={trace.forward} root={trace.node} none={t("nothing yet")} />
    </div>
  );
}

function Way({ title, nodes, root, none }: { title: string; nodes: TraceNode[]; root: string; none: string }) {
  const branches = tree(nodes, root);
  return (
    <section class="way">
      <h2>{title}</h2>
      {branches.length === 0 ? <p class="quiet">{none}</p> : <Branches branches={branches} />}
    </section>
  );
}

function Branches({ branches }: { branches: Branch[] }) {
  return (
    <ul class="tree">
      {branches.map((branch) => <li key={branch.node.node}><TraceCard node={branch.node} />{branch.children.length > 0 && <Branches branches={branch.children} />}</li>)}
    </ul>
  );
}

function TraceCard({ node }: { node: TraceNode }) {
  const [kind, id] = splitNode(node.node);
  const record = node.record ?? {};
  const name = nameOf(node);
  const at = record["at"];
  return (
    <a class="trace-card" href={kind === "outside" ? undefined : link(["trace", kind, id])}>
      <Icon name={iconOfKind(kind)} size={22} />
      <span>
        <span class="trace-role quiet">{word(node.role)}</span>
        <strong>{id}</strong> {name !== "" && <span>{name}</span>}
        {isInstant(at) && <span class="quiet num"> {valueText("at", at)}</span>}
      </span>
      <State state={textOf(record["state"])} />
    </a>
  );
}

/** Whom to call when a lot is bad. */
function Recall({ trace, patients }: { trace: Trace; patients: TraceNode[] }) {
  const byNode = new Map(trace.forward.map((one) => [one.node, one]));
  return (
    <section aria-labelledby="recall-title">
      <h2 id="recall-title">{t("Patients reached: {count}", { count: patients.length })}</h2>
      <div class="table-wrap" tabIndex={0} role="region" aria-label={t("Patients")}>
        <table class="table">
          <thead><tr><th scope="col">{t("Patient")}</th><th scope="col">{t("Number")}</th><th scope="col">{t("Through")}</th><th scope="col">{t("When")}</th><th scope="col" class="end">{t("Activity")}</th></tr></thead>
          <tbody>
            {patients.map((one) => {
              const id = splitNode(one.node)[1];
              const through = one.via === null || one.via === undefined ? undefined : byNode.get(one.via);
              const dose = through?.record ?? {};
              const at = dose["administered_at"] ?? dose["at"];
              const bq = ["net_bq", "activity_bq", "measured_bq"].map((name) => dose[name]).find((value) => typeof value === "number");
              return (
                <tr key={one.node}>
                  <td><a href={link(["patient", id])}>{textOf(one.record?.["name"]) || id}</a></td>
                  <td class="num">{id}</td>
                  <td>{one.via ? splitNode(one.via)[1] : "–"}</td>
                  <td class="num">{isInstant(at) ? valueText("at", at) : "–"}</td>
                  <td class="end num">{bq === undefined ? "–" : valueText("activity_bq", bq)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <button type="button" class="button" onClick={() => window.print()}><Icon name="report" size={20} /> {t("Print the list")}</button>
    </section>
  );
}
