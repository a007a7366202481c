// SPDX-License-Identifier: Apache-2.0
// One act on one screen: a form made from its declaration, kept until it is accepted.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { acts, actNamed, keyOf, may } from "../core/acts.ts";
import { get, lostSince, NoAnswer, post, Refusal, session, sessionHolds } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { moment, nowMs } from "../core/clock.ts";
import { find } from "../core/scanner.ts";
import { dropDraft, keepDraft, loadDraft, newSent, type Entry, type Sent } from "../core/drafts.ts";
import { t } from "../core/i18n.ts";
import { link } from "../core/route.ts";
import { label, roleWord, unitsIn } from "../core/words.ts";
import type { Act, Field, LedgerEvent } from "../core/types.ts";
import { Beside } from "../form/beside.tsx";
import { blank, isFilled, problemOf, wireValue } from "../form/entry.ts";
import { FieldRow } from "../form/field.tsx";
import { Done } from "../form/done.tsx";
import { SignaturePanel, type Signing } from "../form/signature.tsx";
import { Icon } from "../ui/icon.tsx";
import { Loading, Page, Refused } from "../ui/parts.tsx";

export function ActPage({ name, query }: { name: string; query: URLSearchParams }) {
  useAtom(acts);
  const act = actNamed(name);
  const [done, setDone] = useState<LedgerEvent | null>(null);
  if (act === undefined) {
    const isKnown = acts.get().length > 0;
    return <Page title={name}>{isKnown ? <p>{t("There is no such act.")}</p> : <Loading />}</Page>;
  }
  if (done !== null) return <Done act={act} event={done} onAgain={() => setDone(null)} />;
  return <ActForm act={act} query={query} onDone={setDone} />;
}

const NO_SIGNING: Signing = { password: "", secondUser: "", secondPassword: "", secondCode: "" };

function ActForm({ act, query, onDone }: { act: Act; query: URLSearchParams; onDone: (event: LedgerEvent) => void }) {
  const user = session.get()?.user ?? "";
  const about = query.toString();
  const kept = useMemo(() => loadDraft(user, act.name, about), [user, act.name, about]);
  const [entries, setEntries] = useState<Record<string, Entry>>(() => start(act, kept?.entries, query));
  const [signing, setSigning] = useState<Signing>(NO_SIGNING);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [isBusy, setBusy] = useState(false);
  // A form that was left without an answer goes on asking for it.
  const [isUnsure, setUnsure] = useState(kept?.sent !== undefined);
  const [isNotThere, setNotThere] = useState(false);
  const [isKept, setKept] = useState(true);
  const [hasDraft, setHasDraft] = useState(kept !== undefined);
  const [isRestored] = useState(kept !== undefined);
  const form = useRef<HTMLFormElement>(null);
  const lost = useAtom(lostSince);
  const sent = useRef<Sent | undefined>(kept?.sent);

  const keep = (next: Record<string, Entry>) => {
    const secrets = new Set(act.fields.filter((field) => field.secret).map(keyOf));
    const open = Object.fromEntries(Object.entries(next).filter(([one]) => !secrets.has(one)));
    setKept(keepDraft(user, act.name, about, open, sent.current));
    setHasDraft(true);
  };

  const change = (key: string, entry: Entry) => {
    const next = { ...entries, [key]: entry };
    setEntries(next);
    keep(next);
    setNotThere(false);
    if (problems[key] !== undefined) {
      const { [key]: _gone, ...rest } = problems;
      setProblems(rest);
    }
  };

  /** A code that was scanned into one field goes to the field that is for such a record.
   *  @returns whether it found one */
  const scan = async (from: Field, code: string): Promise<boolean> => {
    const found = (await find(code))?.results ?? [];
    const wants = (field: Field): boolean => field.record !== undefined && found.some((item) => item.kind === field.record);
    const target = wants(from) ? from : act.fields.find((field) => wants(field) && !isFilled(entries[keyOf(field)]));
    const item = found.find((one) => one.kind === target?.record);
    if (target === undefined || item === undefined) return false;
    const next = { ...entries, [keyOf(from)]: blank(from), [keyOf(target)]: { text: item.id } };
    setEntries(next);
    keep(next);
    return true;
  };

  const accept = (event: LedgerEvent) => {
    dropDraft(user, act.name, about);
    onDone(event);
  };

  const submit = async () => {
    if (isBusy) return;
    const found = check(act, entries);
    setProblems(found);
    setRefusal(null);
    const first = act.fields.find((field) => found[keyOf(field)] !== undefined);
    if (first !== undefined) {
      document.getElementById(`f-${keyOf(first)}`)?.focus();
      return;
    }
    // The same name until there is an answer, so that it cannot be done twice.
    sent.current ??= newSent(nowMs());
    keep(entries);
    setNotThere(false);
    setBusy(true);
    try {
      accept(await post<LedgerEvent>(`/api/acts/${act.name}`, request(act, entries, signing, sent.current.at), sent.current.key));
    } catch (error) {
      if (error instanceof Refusal) {
        sent.current = undefined;
        keep(entries);
        if (error.http === 401 && !(await sessionHolds())) return;
        const about = fieldOf(act, error);
        if (about !== undefined) {
          setProblems({ [keyOf(about.field)]: about.problem });
          document.getElementById(`f-${keyOf(about.field)}`)?.focus();
          return;
        }
        setRefusal(error);
        setSigning(NO_SIGNING);
        form.current?.scrollIntoView({ block: "start" });
        window.scrollTo(0, 0);
      } else if (error instanceof NoAnswer) setUnsure(true);
      else throw error;
    } finally {
      setBusy(false);
    }
  };

  // The answer to an act was lost: when the connection is back, ask the ledger what became of it.
  useEffect(() => {
    if (!isUnsure || lost !== null) return;
    let isCurrent = true;
    void (async () => {
      try {
        const event = await get<LedgerEvent>(`/api/acts/${act.name}/requests/${sent.current?.key ?? ""}`);
        if (isCurrent) accept(event);
      } catch (error) {
        if (!(error instanceof Refusal) || error.http !== 404 || !isCurrent) return;
        setUnsure(false);
        setNotThere(true);
      }
    })();
    return () => {
      isCurrent = false;
    };
  }, [isUnsure, lost]);

  const isMine = may(act);
  const isAside = (field: Field): boolean => isMinor(field) || isOther(act, field, entries);
  const aside = act.fields.filter(isAside);
  const first = firstOpen(act, entries);
  const row = (field: Field) => (
    <FieldRow
      key={keyOf(field)}
      field={field}
      act={act.name}
      entry={entries[keyOf(field)] ?? blank(field)}
      problem={problems[keyOf(field)]}
      isFirst={field === first}
      onChange={(entry) => change(keyOf(field), entry)}
      onScan={scan}
    />
  );
  return (
    <Page
      title={act.summary}
      lead={<a class="back" href={link(["today"])}><Icon name="back" size={18} /> {t("Today")}</a>}
      tools={<a class="button button-quiet" href={link(["sheet", act.name])}><Icon name="report" /> {t("Paper sheet")}</a>}
      className="act"
    >
      {isRestored && hasDraft && (
        <p class="notice notice-good restored" role="status">
          <Icon name="pen" size={28} />
          <span><strong>{t("Restored: what you typed until {time}.", { time: moment(kept?.keptAt ?? 0) })}</strong> {t("It is not recorded yet.")}</span>
        </p>
      )}
      {!isMine && (
        <p class="notice notice-wait" role="status">
          <Icon name="lock" />
          <span>{t("Only {roles} may do this.", { roles: act.roles.map(roleWord).join(", ") })}</span>
        </p>
      )}
      {refusal !== null && (
        <Refused refusal={refusal}>
          <WayOut refusal={refusal} act={act} entries={entries} />
          <p class="quiet">{t("Nothing was recorded. What you entered is still here.")}</p>
        </Refused>
      )}
      {isUnsure && (
        <div class="notice notice-wait" role="alert">
          <Icon name="offline" size={28} />
          <div>
            <strong>{t("No answer has come back.")}</strong>
            <p>{t("Whether it was recorded is not known yet. Moly looks into the ledger as soon as the connection is back; until then do not repeat it.")}</p>
          </div>
        </div>
      )}
      {isNotThere && (
        <div class="notice notice-wait" role="status">
          <Icon name="warn" size={28} />
          <div>
            <strong>{t("It was not recorded.")}</strong>
            <p>{t("The ledger does not have it. Record it again: it will be done once, even if the first attempt still arrives.")}</p>
          </div>
        </div>
      )}
      <div class="act-columns">
        <form
          ref={form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && event.ctrlKey) {
              event.preventDefault();
              void submit();
            }
          }}
        >
          {act.fields.filter((field) => !isAside(field)).map(row)}
          {aside.length > 0 && (
            <details class="minor" open={aside.some((field) => problems[keyOf(field)] !== undefined)}>
              <summary>{t("More: {fields}", { fields: aside.map((field) => label(field.name)).join(", ") })}</summary>
              {aside.map(row)}
            </details>
          )}
          {(act.signature !== "none" || refusal?.http === 401) && (
            <SignaturePanel act={act} signing={signing} onChange={setSigning} />
          )}
          <div class="act-end">
            <button class="button button-primary button-huge" type="submit" disabled={isBusy || isUnsure || lost !== null}>
              <Icon name={act.signature === "none" ? "check" : "pen"} />
              {isBusy ? t("Recording…") : act.signature === "none" ? t("Record it") : t("Sign and record")}
            </button>
            <DraftNote isKept={isKept} hasDraft={hasDraft} isLost={lost !== null}
              onDrop={() => {
                dropDraft(user, act.name, about);
                sent.current = undefined;
                setNotThere(false);
                setEntries(start(act, undefined, query));
                setProblems({});
                setRefusal(null);
                setHasDraft(false);
              }} />
          </div>
        </form>
        <Beside act={act} entries={entries} request={previewable(act, entries) ? request(act, entries, NO_SIGNING, nowMs()) : null} />
      </div>
    </Page>
  );
}

/** What a refusal says to do, as a button: the act that it names, on the record in hand. */
function WayOut({ refusal, act, entries }: { refusal: Refusal; act: Act; entries: Record<string, Entry> }) {
  const named = [...new Set([...refusal.message.matchAll(/\(([a-z]+\.[a-z_]+)\)/g)].map((match) => match[1]!))];
  const found = named.flatMap((name) => actNamed(name) ?? []).filter((one) => one.name !== act.name && may(one));
  if (found.length === 0) return null;
  return (
    <p class="next-row">
      {found.map((one) => {
        const shared = one.fields.filter((field) => field.record !== undefined && isFilled(entries[keyOf(field)]));
        const query = Object.fromEntries(shared.map((field) => [keyOf(field), entries[keyOf(field)]!.text]));
        return <a key={one.name} class="button" href={link(["act", one.name], query)}>{one.summary} <Icon name="right" size={20} /></a>;
      })}
    </p>
  );
}

function DraftNote(props: { isKept: boolean; hasDraft: boolean; isLost: boolean; onDrop: () => void }) {
  const [isAsking, setAsking] = useState(false);
  if (!props.isKept) {
    return <p class="late" role="alert">{t("This browser cannot keep drafts: do not leave this screen.")}</p>;
  }
  if (!props.hasDraft) return null;
  return (
    <p class="draft-note quiet" role="status">
      <Icon name="pen" size={16} />
      {props.isLost ? t("Draft kept on this device; it can be recorded when the connection is back.") : t("Draft kept on this device.")}
      {isAsking ? (
        <>
          <button type="button" class="text-button" onClick={() => { setAsking(false); props.onDrop(); }}>{t("Yes, clear")}</button>
          <button type="button" class="text-button" onClick={() => setAsking(false)}>{t("No, keep it")}</button>
        </>
      ) : (
        <button type="button" class="text-button" onClick={() => setAsking(true)}>{t("Clear")}</button>
      )}
    </p>
  );
}

/** Enough is filled in to ask what would happen: records named, nothing half written. */
function previewable(act: Act, entries: Record<string, Entry>): boolean {
  if (lostSince.get() !== null || !may(act)) return false;
  const records = act.fields.filter((field) => field.record !== undefined);
  if (records.length === 0 || !records.some((field) => isFilled(entries[keyOf(field)]))) return false;
  return Object.keys(check(act, entries)).length === 0;
}

/** Where the work begins: a draft, then what the address brings (a record to act on), then defaults. */
function start(act: Act, kept: Record<string, Entry> | undefined, query: URLSearchParams): Record<string, Entry> {
  const entries: Record<string, Entry> = {};
  for (const field of act.fields) {
    const key = keyOf(field);
    const given = query.get(key);
    if (given !== null) entries[key] = { ...blank(field), text: given };
    else entries[key] = kept?.[key] ?? blank(field);
  }
  return entries;
}

/** The first field that still wants something: there the scanner's text goes. */
function firstOpen(act: Act, entries: Record<string, Entry>): Field | undefined {
  return act.fields.find((field) => !isFilled(entries[keyOf(field)])) ?? act.fields[0];
}

/** Fields that are seldom wanted stand folded below the others. */
const MINOR = new Set(["id", "note", "instrument", "reading", "again", "container"]);
const isMinor = (field: Field): boolean => !field.required && MINOR.has(field.name);

/** "kit, or eluate, or vial": once one of several records is named, the others stand aside. */
function isOther(act: Act, field: Field, entries: Record<string, Entry>): boolean {
  const isChoice = (one: Field): boolean => one.record !== undefined && !one.required && !isMinor(one);
  return isChoice(field) && !isFilled(entries[keyOf(field)]) && act.fields.some((one) => isChoice(one) && isFilled(entries[keyOf(one)]));
}

function check(act: Act, entries: Record<string, Entry>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of act.fields) {
    const problem = problemOf(field, entries[keyOf(field)] ?? blank(field), label(field.name));
    if (problem !== "") found[keyOf(field)] = problem;
  }
  return found;
}

/** "volume: 900 mL is above the most allowed, 50 mL": said beside the field that it is about. */
function fieldOf(act: Act, refusal: Refusal): { field: Field; problem: string } | undefined {
  if (refusal.rule !== "" || (refusal.http !== 400 && refusal.http !== 422)) return undefined;
  const [, name = "", rest = ""] = /^([a-z-]+): (.+)$/s.exec(refusal.message) ?? [];
  const field = act.fields.find((one) => one.name === name);
  if (field === undefined) return undefined;
  return { field, problem: unitsIn(rest.charAt(0).toUpperCase() + rest.slice(1)) };
}

function request(act: Act, entries: Record<string, Entry>, signing: Signing, now: number): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of act.fields) {
    const value = wireValue(field, entries[keyOf(field)] ?? blank(field), now);
    if (value !== undefined) body[keyOf(field)] = value;
  }
  // An act with a field "password" of its own (a new person's) takes the signer's under another name.
  const own = act.fields.some((field) => keyOf(field) === "password");
  if (signing.password !== "") body[own ? "signer_password" : "password"] = signing.password;
  if (signing.secondUser !== "") {
    body["second_user"] = signing.secondUser;
    body["second_password"] = signing.secondPassword;
    if (signing.secondCode !== "") body["second_code"] = signing.secondCode;
  }
  return body;
}

