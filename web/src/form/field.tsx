// SPDX-License-Identifier: Apache-2.0
// One field of an act, drawn from its declaration: large targets, a scanner's Enter goes on to the
// next field instead of sending the form.
import { keyOf } from "../core/acts.ts";
import { nowMs, offsetText, toWall, useNow } from "../core/clock.ts";
import type { Entry } from "../core/drafts.ts";
import { t, word } from "../core/i18n.ts";
import { boundText, label } from "../core/words.ts";
import type { Field } from "../core/types.ts";
import { Icon } from "../ui/icon.tsx";
import { instantOf, unitIn, unitsOf, useUnit, wallText } from "./entry.ts";
import { FileField } from "./file.tsx";
import { RecordField } from "./records.tsx";

export interface FieldProps {
  field: Field;
  act: string;
  entry: Entry;
  problem: string | undefined;
  isFirst: boolean;
  onChange: (entry: Entry) => void;
  /** A code that is not in the list was entered: what it names may belong here or into another field. */
  onScan: (field: Field, code: string) => Promise<boolean>;
}

export const inputId = (field: Field): string => `f-${keyOf(field)}`;

/** Ids of what explains the input to a screen reader. */
export const describedBy = (field: Field, problem: string | undefined): string =>
  problem === undefined ? `h-${keyOf(field)}` : `h-${keyOf(field)} p-${keyOf(field)}`;

/** Enter moves to the next thing to fill; Ctrl+Enter is left to the form. */
export function onEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || event.ctrlKey) return;
  event.preventDefault();
  advance(event.currentTarget as HTMLElement);
}

/** The next thing that is still to be filled. */
export function advance(here: HTMLElement): void {
  const all = [...(here.closest("form")?.querySelectorAll<HTMLElement>("[data-entry], .act-end button") ?? [])];
  const next = all.slice(all.indexOf(here) + 1).find((one) => !(one instanceof HTMLInputElement && one.value !== ""));
  (next ?? all[all.length - 1])?.focus();
}

export function FieldRow(props: FieldProps) {
  const { field, problem } = props;
  const key = keyOf(field);
  const isGroup = field.type === "instant" || field.type === "boolean" || isSegmented(field);
  const name = (
    <>
      {label(field.name)}
      {!field.required && field.default !== "now" && <span class="optional">{t("optional")}</span>}
    </>
  );
  const inside = (
    <>
      <Control {...props} />
      <p class="help" id={`h-${key}`}>
        {field.help}
        {field.min_text !== undefined && field.type !== "text" && (
          <span class="bounds">{boundsText(field)}</span>
        )}
      </p>
      {problem !== undefined && (
        <p class="problem" id={`p-${key}`} role="alert"><Icon name="warn" size={18} /> {problem}</p>
      )}
    </>
  );
  if (isGroup) {
    return (
      <fieldset class={`field field-${field.type}`} aria-describedby={describedBy(field, problem)}>
        <legend class="field-label">{name}</legend>
        {inside}
      </fieldset>
    );
  }
  return (
    <div class={`field field-${field.type} ${field.record !== undefined ? "field-record" : ""}`}>
      <label class="field-label" for={inputId(field)}>{name}</label>
      {inside}
    </div>
  );
}

/** An upper bound that only says how long a number may be is not worth reading. */
function boundsText(field: Field): string {
  const [min, max] = [boundText(field.min_text ?? ""), boundText(field.max_text ?? "")];
  return (field.max ?? 0) >= 1e15 ? t("from {min}", { min }) : t("from {min} to {max}", { min, max });
}

const isSegmented = (field: Field): boolean => field.type === "choice" && (field.choices?.length ?? 0) <= 5;

function Control(props: FieldProps) {
  const { field } = props;
  switch (field.type) {
    case "quantity":
      return <QuantityField {...props} />;
    case "instant":
      return <InstantField {...props} />;
    case "boolean":
      return <Segments {...props} choices={["true", "false"]} labels={[t("Yes"), t("No")]} />;
    case "choice":
      if (isSegmented(field)) {
        return <Segments {...props} choices={field.choices ?? []} labels={field.choice_labels ?? field.choices ?? []} />;
      }
      return <ChoiceField {...props} />;
    case "texts":
    case "quantities":
    case "json":
      return <LongField {...props} />;
    default:
      if (field.hint === "FILE") return <FileField {...props} />;
      return field.record === undefined ? <TextField {...props} /> : <RecordField {...props} />;
  }
}

function TextField({ field, entry, problem, isFirst, onChange }: FieldProps) {
  const isLong = /reason|comment|note|justification|indication|finding|conclusion/.test(field.name);
  const common = {
    id: inputId(field),
    class: "input",
    value: entry.text,
    "aria-describedby": describedBy(field, problem),
    "aria-invalid": problem !== undefined,
    "aria-required": field.required,
    "data-entry": true,
    "data-autofocus": isFirst || undefined,
  };
  if (isLong && field.secret !== true) {
    return <textarea {...common} rows={2} onInput={(event) => onChange({ text: event.currentTarget.value })} />;
  }
  const onInput = (event: { currentTarget: HTMLInputElement }) => onChange({ text: event.currentTarget.value });
  const isDate = field.hint === "YYYY-MM-DD";
  // On a keypad of digits there is no hyphen: 19610412 becomes 1961-04-12.
  const onDate = (event: { currentTarget: HTMLInputElement }) =>
    onChange({ text: event.currentTarget.value.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3") });
  if (field.secret === true) {
    return <input {...common} type="password" autocomplete="new-password" onKeyDown={onEnter} onInput={onInput} />;
  }
  return (
    <input {...common} type="text" inputMode={field.type === "integer" || isDate ? "numeric" : "text"} autocomplete="off"
      placeholder={isDate ? "1961-04-12" : field.hint === "KIND/ID" ? "dose/DOS-000001" : undefined}
      onKeyDown={onEnter} onInput={isDate ? onDate : onInput} />
  );
}

function LongField({ field, entry, problem, isFirst, onChange }: FieldProps) {
  return (
    <textarea
      id={inputId(field)} class="input" rows={3} value={entry.text} data-entry data-autofocus={isFirst || undefined}
      aria-describedby={describedBy(field, problem)} aria-invalid={problem !== undefined}
      placeholder={field.type === "json" ? "{ }" : t("one a line")}
      onInput={(event) => onChange({ text: event.currentTarget.value })}
    />
  );
}

function QuantityField({ field, act, entry, problem, isFirst, onChange }: FieldProps) {
  const units = unitsOf(field);
  const unit = unitIn(field, act, entry);
  return (
    <div class="quantity">
      <input
        id={inputId(field)} class="input num" inputMode="decimal" autocomplete="off" value={entry.text} data-entry
        data-autofocus={isFirst || undefined}
        aria-describedby={describedBy(field, problem)} aria-invalid={problem !== undefined} aria-required={field.required}
        onKeyDown={onEnter}
        onInput={(event) => onChange({ text: event.currentTarget.value, unit })}
      />
      {units.length === 1 && <span class="unit-only">{word(unit)}</span>}
      {units.length > 1 && (
        <select
          class="input unit" value={unit} aria-label={t("Unit of {field}", { field: label(field.name) })}
          onChange={(event) => {
            useUnit(act, field, event.currentTarget.value);
            onChange({ text: entry.text, unit: event.currentTarget.value });
          }}
        >
          {units.map((one) => <option key={one} value={one}>{word(one)}</option>)}
        </select>
      )}
    </div>
  );
}

function Segments({ field, entry, choices, labels, isFirst, onChange }: FieldProps & { choices: string[]; labels: string[] }) {
  return (
    <div class="segments">
      {choices.map((choice, i) => (
        <label key={choice} class={entry.text === choice ? "chosen" : ""}>
          <input
            type="radio" name={keyOf(field)} id={i === 0 ? inputId(field) : undefined} value={choice}
            checked={entry.text === choice} data-autofocus={(isFirst && i === 0) || undefined}
            onChange={() => onChange({ text: choice })}
          />
          {labels[i] ?? word(choice)}
        </label>
      ))}
    </div>
  );
}

function ChoiceField({ field, entry, problem, isFirst, onChange }: FieldProps) {
  return (
    <select
      id={inputId(field)} class="input" value={entry.text} data-entry data-autofocus={isFirst || undefined}
      aria-describedby={describedBy(field, problem)} aria-invalid={problem !== undefined}
      onChange={(event) => onChange({ text: event.currentTarget.value })}
    >
      <option value="" />
      {(field.choices ?? []).map((choice, i) => (
        <option key={choice} value={choice}>{field.choice_labels?.[i] ?? word(choice)}</option>
      ))}
    </select>
  );
}

const STEPS_MIN = [-5, 5, 30, 60];

/** A time in the site's wall clock; it follows the clock until it is changed. */
function InstantField({ field, entry, problem, isFirst, onChange }: FieldProps) {
  const now = useNow();
  const [date = "", time = ""] = entry.text.split(" ");
  const put = (nextDate: string, nextTime: string) => onChange({ text: `${nextDate.trim()} ${nextTime.trim()}`.trim() });
  const shift = (minutes: number) => {
    const base = instantOf(entry.text);
    onChange({ text: wallText((Number.isNaN(base) ? nowMs() : base) + minutes * 60_000) });
  };
  const isFollowing = entry.isNow === true;
  // A calibration or an expiry is written on a label: it is asked for, never taken to be now.
  if (isFollowing || (entry.text === "" && !field.required)) {
    return (
      <div class="instant">
        <button type="button" id={inputId(field)} class={`chip num ${isFollowing ? "chosen" : ""}`} aria-pressed={isFollowing}
          data-autofocus={isFirst || undefined} onClick={() => onChange({ text: "", isNow: true })}>
          {t("Now")} {isFollowing && toWall(now).time}
        </button>
        <button type="button" class="chip" onClick={() => onChange({ text: wallText(nowMs()) })}>{t("Another time")}</button>
        {isFollowing && field.default !== "now" && !field.required && (
          <button type="button" class="chip" onClick={() => onChange({ text: "" })}>{t("None")}</button>
        )}
        <span class="zone quiet">{offsetText()}</span>
      </div>
    );
  }
  return (
    <div class="instant">
      <input
        class="input num date" id={inputId(field)} value={date} size={10} aria-label={t("Date")} autocomplete="off" data-entry
        data-autofocus={isFirst || undefined} aria-invalid={problem !== undefined} placeholder="2026-11-23"
        onKeyDown={onEnter} onInput={(event) => put(event.currentTarget.value, time)}
      />
      <input
        class="input num time" value={time} size={8} aria-label={t("Time")} autocomplete="off" data-entry placeholder="14:05"
        aria-invalid={problem !== undefined}
        onKeyDown={onEnter} onInput={(event) => put(date || toWall(now).date, event.currentTarget.value)}
      />
      <span class="zone quiet">{offsetText()}</span>
      <div class="instant-steps">
        {STEPS_MIN.map((minutes) => (
          <button key={minutes} type="button" class="chip num" onClick={() => shift(minutes)}>
            {minutes < 0 ? "−" : "+"}{Math.abs(minutes)} {word("min")}
          </button>
        ))}
        <button type="button" class="chip" onClick={() => onChange({ text: "", isNow: true })}>{t("Now")}</button>
        {!field.required && field.default !== "now" && (
          <button type="button" class="chip" onClick={() => onChange({ text: "" })}>{t("None")}</button>
        )}
      </div>
    </div>
  );
}
