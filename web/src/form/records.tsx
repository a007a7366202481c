// SPDX-License-Identifier: Apache-2.0
// A field that names a record: scan it, type it, or choose it from the list.
import { useMemo, useRef, useState } from "preact/hooks";
import { keyOf } from "../core/acts.ts";
import { t } from "../core/i18n.ts";
import { activity } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { splitNode } from "../core/route.ts";
import { moment } from "../core/clock.ts";
import { isInstant, toneOf, valueText } from "../core/words.ts";
import type { Item } from "../core/types.ts";
import { Icon, iconOfKind } from "../ui/icon.tsx";
import { State } from "../ui/parts.tsx";
import { advance, describedBy, inputId, onEnter, type FieldProps } from "./field.tsx";

const SHOWN = 8;

/** What people call it: the patient whom it is for, or its number. */
const titleOf = (item: Item): string => {
  const name = item["name"] ?? item["patient_name"];
  return typeof name === "string" && name !== "" ? name : item.id;
};

/** What tells records of one kind apart at a glance. */
export function describe(item: Item): string {
  const parts: string[] = titleOf(item) === item.id ? [] : [item.id];
  const most = parts.length + 2;
  for (const key of ["name", "label", "patient_name", "product", "examination", "supplier", "serial", "nuclide", "lot", "model"]) {
    const value = item[key];
    if (typeof value === "string" && value !== "" && value !== item.id && value !== titleOf(item)) parts.push(valueText(key, value));
    if (parts.length === most) break;
  }
  const bq = item["activity_bq"];
  if (typeof bq === "number") parts.push(activity(bq, 3));
  const at = item["due"] ?? item["at"];
  if (isInstant(at)) parts.push(moment(at));
  return parts.join(" · ");
}

/** Open work first, then what is done. */
const rank = (item: Item): number => {
  const state = typeof item["state"] === "string" ? item["state"] : undefined;
  if (item.kind === "order") return state === "ordered" ? 0 : state === "drawn" ? 3 : 4;
  return { good: 0, wait: 1, plain: 2, bad: 3, done: 4 }[toneOf(state)];
};

/** Of open orders and doses the next due, of all else the newest. */
function byUse(a: Item, b: Item): number {
  const difference = rank(a) - rank(b);
  if (difference !== 0) return difference;
  const [one, other] = [a, b].map((item) => item["planned"] ?? (item.kind === "order" ? item["at"] : undefined));
  if (rank(a) < 3 && isInstant(one) && isInstant(other) && one !== other) return one.localeCompare(other);
  return b.id.localeCompare(a.id);
}

const NEWEST = 60;
const WHOLE_ID = /^[A-Z]{2,4}-\d{4,}$/i;

/** Records to choose from: the newest, or of patients those whose name or number has the text; and
 *  the one that was scanned, however old it is. */
function useChoices(kind: string, asked: string): { all: Item[]; isRead: boolean } {
  const isWhole = WHOLE_ID.test(asked);
  const list = useReading<{ results: Item[] }>(kind === "patient" && !isWhole
    ? `/api/patients?search=${encodeURIComponent(asked)}&limit=${NEWEST}`
    : `/api/records/${kind}?limit=${NEWEST}&newest=1`);
  const has = list.data?.results.some((item) => item.id.toLowerCase() === asked);
  const scanned = useReading<Item>(isWhole && has === false ? `/api/records/${kind}/${asked.toUpperCase()}` : null);
  const last = useRef(list.data); // while the next list is read, the last one stays
  last.current = list.data ?? last.current;
  const all = useMemo(() => {
    const items = [...(last.current?.results ?? [])].sort(byUse);
    return scanned.data === undefined ? items : [scanned.data, ...items];
  }, [list.data, scanned.data]);
  return { all, isRead: list.data !== undefined && (!isWhole || has === true || scanned.data !== undefined || scanned.refusal !== undefined) };
}

/** "dose/D-000001", as printed on labels (behind the mark and the identifier of their DataMatrix), or
 *  "D-000001". */
export function idFrom(code: string, kind: string): string {
  const bare = code.trim().replace(/^\]d2/, "").replace(/^\u001d/, "").replace(/^\(?90\)?(?=[a-z_]+\/)/, "");
  const [said, id] = splitNode(bare);
  return said === "" || said === kind ? id : bare;
}

export function RecordField(props: FieldProps) {
  const { field, entry, problem, isFirst, onChange } = props;
  const kind = field.record ?? "";
  const asked = idFrom(entry.text, kind).toLowerCase();
  const { all, isRead } = useChoices(kind, asked);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const exact = all.find((item) => item.id.toLowerCase() === asked);
  const matching = useMemo(() => {
    if (asked === "" || exact !== undefined || kind === "patient") return all;
    return all.filter((item) => `${titleOf(item)} ${item.id} ${describe(item)}`.toLowerCase().includes(asked));
  }, [all, asked, exact]);
  const shown = matching.slice(0, SHOWN);
  const listId = `l-${keyOf(field)}`;
  const isUnknown = asked !== "" && exact === undefined && isRead && matching.length === 0;

  const choose = (item: Item) => {
    onChange({ text: item.id });
    setOpen(false);
    setActive(-1);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((at) => (shown.length === 0 ? -1 : (at + step + shown.length) % shown.length));
      return;
    }
    if (event.key === "Escape") {
      setOpen(false);
      return;
    }
    if (event.key !== "Enter" || event.ctrlKey) return;
    const picked = shown[active] ?? exact ?? (matching.length === 1 && asked !== "" ? matching[0] : undefined);
    if (picked !== undefined) choose(picked);
    else if (asked !== "") {
      event.preventDefault();
      const here = event.currentTarget as HTMLInputElement;
      void props.onScan(field, entry.text).then((isFound) => {
        if (isFound) window.setTimeout(() => advance(here)); // an unknown code stays where it is, to be seen
      });
      return;
    }
    onEnter(event);
  };

  return (
    <div class="record-field" onFocusOut={(event) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOpen(false);
    }}>
      <div class="record-input">
        <Icon name="scan" />
        <input
          ref={input} id={inputId(field)} class="input" value={entry.text} autocomplete="off" spellcheck={false}
          role="combobox" aria-expanded={isOpen && shown.length > 0 && exact === undefined} aria-controls={listId} aria-autocomplete="list"
          aria-activedescendant={isOpen && active >= 0 ? `${listId}-${active}` : undefined}
          aria-describedby={describedBy(field, problem)} aria-invalid={problem !== undefined || isUnknown} aria-required={field.required}
          placeholder={t("scan, type or choose")} data-entry data-autofocus={isFirst || undefined} data-kind={kind}
          onFocus={() => setOpen(true)} onClick={() => setOpen(true)} onKeyDown={onKeyDown}
          onInput={(event) => {
            onChange({ text: event.currentTarget.value });
            setOpen(true);
            setActive(-1);
          }}
        />
        {exact !== undefined && <State state={typeof exact["state"] === "string" ? exact["state"] : undefined} />}
      </div>
      {isUnknown && <p class="problem" role="alert"><Icon name="warn" size={18} /> {t("“{text}” is not known here.", { text: entry.text.trim() })}</p>}
      <ul class="choices" id={listId} role="listbox" aria-label={t("Choose")} hidden={!isOpen || shown.length === 0 || exact !== undefined}>
        {shown.map((item, i) => (
          <li
            key={item.id} id={`${listId}-${i}`} role="option" aria-selected={i === active || item.id === exact?.id}
            class={i === active ? "active" : ""}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              choose(item);
              input.current?.focus();
              setOpen(false);
            }}
          >
            <Icon name={iconOfKind(kind)} size={22} />
            <span class="choice">
              <strong>{titleOf(item)}</strong>
              <span class="quiet num">{describe(item)}</span>
            </span>
            <State state={typeof item["state"] === "string" ? item["state"] : undefined} />
          </li>
        ))}
      </ul>
    </div>
  );
}
