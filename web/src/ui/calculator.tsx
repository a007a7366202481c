// SPDX-License-Identifier: Apache-2.0
// Fields of a calculation: units stand in them, a refusal stands beside the field that it is of.
import type { Refusal } from "../core/api.ts";
import { t } from "../core/i18n.ts";
import { unitsIn } from "../core/words.ts";
import { Icon } from "./icon.tsx";

export interface CalculatorField {
  key: string;
  label: string;
  choices?: readonly (readonly [value: string, name: string])[];
}

interface CalculatorProps<Fields> {
  fields: readonly CalculatorField[];
  values: Fields;
  refusal: Refusal | undefined;
  onChange: (values: Fields) => void;
}

/** The field that a refusal names first, as in "energy: …", of those that are here. */
function fieldOf(refusal: Refusal | undefined, fields: readonly CalculatorField[]): string | undefined {
  const named = /^(?:--)?([a-z-]+)[:,]/.exec(refusal?.message ?? "")?.[1];
  return fields.find((one) => one.key === named)?.key;
}

export function Calculator<Fields extends Record<keyof Fields, string>>({ fields, values, refusal, onChange }: CalculatorProps<Fields>) {
  const wrong = fieldOf(refusal, fields);
  const put = (key: string, value: string) => onChange({ ...values, [key]: value });
  return (
    <>
      <form class="production-fields" onSubmit={(event) => event.preventDefault()}>
        {fields.map(({ key, label, choices }) => {
          const value = values[key as keyof Fields];
          const common = {
            class: choices === undefined ? "input num" : "input",
            value,
            "aria-invalid": wrong === key,
            "aria-describedby": wrong === key ? `wrong-${key}` : undefined,
          };
          return (
            <label key={key} class="production-field"><span>{label}</span>
              {choices === undefined ? (
                <input {...common} autocomplete="off" onInput={(event) => put(key, event.currentTarget.value)} />
              ) : (
                <select {...common} onChange={(event) => put(key, event.currentTarget.value)}>
                  {choices.map(([one, name]) => <option key={one} value={one}>{name}</option>)}
                </select>
              )}
              {wrong === key && refusal !== undefined && (
                <strong class="problem" id={`wrong-${key}`} role="alert"><Icon name="warn" size={18} /> {unitsIn(refusal.message)}</strong>
              )}
            </label>
          );
        })}
      </form>
      {refusal !== undefined && wrong === undefined && (
        <p class="notice notice-bad" role="alert"><Icon name="warn" size={28} /> <span>{unitsIn(refusal.message)}</span></p>
      )}
    </>
  );
}

export function Usual<Fields>({ usual, onChoose }: { usual: readonly (readonly [name: string, fields: Fields])[]; onChoose: (fields: Fields) => void }) {
  return (
    <div class="chips" role="group" aria-label={t("Usual targets")}>
      {usual.map(([name, fields]) => (
        <button key={name} type="button" class="chip" onClick={() => onChoose(fields)}>{name}</button>
      ))}
    </div>
  );
}

export function Figure({ name, value }: { name: string; value: string }) {
  return <li class="figure"><span class="figure-name">{name}</span><span class="figure-value num">{value}</span></li>;
}
