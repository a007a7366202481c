// SPDX-License-Identifier: Apache-2.0
// A slider with its name and value, and buttons to go one further.
import { t } from "../core/i18n.ts";
import { Icon } from "./icon.tsx";

export function Slider(props: { name: string; value: number; most: number; shown: string; onChange: (value: number) => void }) {
  const { name, value, most, shown, onChange } = props;
  const to = (next: number) => onChange(Math.min(Math.max(next, 0), most));
  return (
    <div class="slider">
      <span class="slider-name">{name} <strong class="num">{shown}</strong></span>
      <button type="button" class="quiet-button" disabled={value <= 0} aria-label={`${name}: ${t("one back")}`} onClick={() => to(value - 1)}><Icon name="minus" /></button>
      <input type="range" min={0} max={most} step={1} value={value} disabled={most <= 0} aria-label={name} aria-valuetext={shown}
        onInput={(event) => to(Number(event.currentTarget.value))} />
      <button type="button" class="quiet-button" disabled={value >= most} aria-label={`${name}: ${t("one further")}`} onClick={() => to(value + 1)}><Icon name="plus" /></button>
    </div>
  );
}

const LEAST = 5;

/** The share of the largest value from which on all is black. */
export function Black({ high, onHigh }: { high: number; onHigh: (high: number) => void }) {
  return <Slider name={t("Black from")} value={high - LEAST} most={100 - LEAST} shown={`${high} %`} onChange={(value) => onHigh(value + LEAST)} />;
}
