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
import { describedBy, inputId, onEnter, type FieldProps } from "./field.tsx";

const SHOWN = 8;

/** What tells records of one kind apart at a glance. */
export function describe(item: Item): string {
  const parts: string[] = [];
  for (const key of ["name", "label", "product", "patient_name", "nuclide", "lot", "model", "patient"]) {
    const value = item[key];
    if (typeof value === "string" && value !== "" && value !== item.id) parts.push(valueText(key, value));
    if (parts.length === 2) break;
  }
  const bq = item["activity_bq"];
  if (typeof bq === "number") parts.push(activity(bq, 3));
  const at = item["due"] ?? item["at"];
  if (isInstant(at)) parts.push(moment(at));
  return parts.join(" · ");
}

/** Open work first, then what is done; the newest first. */
const rank = (item: Item): number => {
  const tone = toneOf(typeof item["state"] === "string" ? item["state"] : undefined);
  return { good: 0, wait: 1, plain: 2, bad: 3, done: 4 }[tone];
};

/** "dose/D-000001", as printed on labels, or "D-000001". */
export function idFrom(code: string, kind: string): string {
  const [said, id] = splitNode(code.trim());
  return said === "" || said === kind ? id : code.trim();
}

export function RecordField(props: FieldProps) {
  const { field, entry, problem, isFirst, onChange } = props;
  const kind = field.record ?? "";
  const { data } = useReading<{ results: Item[] }>(`/api/records/${kind}?limit=500`);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const all = useMemo(
    () => [...(data?.results ?? [])].sort((a, b) => rank(a) - rank(b) || b.id.localeCompare(a.id)),
    [data],
  );
  const asked = idFrom(entry.text, kind).toLowerCase();
  const exact = all.find((item) => item.id.toLowerCase() === asked);
  const matching = useMemo(() => {
    if (asked === "" || exact !== undefined) return all;
    return all.filter((item) => `${item.id} ${describe(item)}`.toLowerCase().includes(asked));
  }, [all, asked, exact]);
  const shown = matching.slice(0, SHOWN);
  const listId = `l-${keyOf(field)}`;
  const isUnknown = asked !== "" && exact === undefined && data !== undefined && matching.length === 0;

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
      return; // an unknown code stays where it is, to be seen
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
            <strong>{item.id}</strong>
            <span class="quiet">{describe(item)}</span>
            <State state={typeof item["state"] === "string" ? item["state"] : undefined} />
          </li>
        ))}
      </ul>
    </div>
  );
}
