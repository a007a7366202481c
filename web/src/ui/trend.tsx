// SPDX-License-Identifier: Apache-2.0
// Deviations over time between their limits, with what they are uncertain by. Drawn as SVG: a handful of
// points needs no library, prints well and takes the colours of the page.
import { dayOf } from "../core/clock.ts";
import { significant } from "../core/quantity.ts";
import type { Check } from "../core/types.ts";

const WIDTH = 480, HEIGHT = 190, LEFT = 62, RIGHT = 12, TOP = 10, BOTTOM = 26;

/** A value of a check as people read it: percent, or its unit. */
export const checkText = (value: number, unit: string | undefined, digits = 2): string => {
  const number = (unit === undefined ? significant(100 * value, digits) : significant(value, digits)).replace("-", "−");
  return `${number} ${unit ?? "%"}`;
};

export function Trend({ rows, label }: { rows: Check[]; label: string }) {
  const times = rows.map((one) => Date.parse(one.at));
  const from = Math.min(...times), to = Math.max(...times);
  const span = Math.max(to - from, 1);
  const reach = Math.max(...rows.map((one) => Math.max(Math.abs(one.deviation ?? 0) + (one.deviation_sd ?? 0), one.limit ?? 0))) * 1.15 || 0.01;
  const x = (at: number): number => (rows.length === 1 ? (LEFT + WIDTH - RIGHT) / 2 : LEFT + ((at - from) / span) * (WIDTH - LEFT - RIGHT));
  const y = (value: number): number => TOP + ((reach - value) / (2 * reach)) * (HEIGHT - TOP - BOTTOM);
  const limit = rows[rows.length - 1]?.limit ?? null;
  const unit = rows[rows.length - 1]?.unit;
  const ticks = limit === null ? [-reach, 0, reach] : [-limit, 0, limit];
  const line = rows.map((one, i) => `${i === 0 ? "M" : "L"}${x(times[i]!).toFixed(1)} ${y(one.deviation ?? 0).toFixed(1)}`).join("");
  return (
    <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {limit !== null && <rect class="trend-within" x={LEFT} width={WIDTH - LEFT - RIGHT} y={y(limit)} height={y(-limit) - y(limit)} />}
      {ticks.map((tick) => (
        <g key={tick}>
          <line class={tick === 0 ? "trend-zero" : "trend-limit"} x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 6} y={y(tick) + 5} text-anchor="end">{checkText(tick, unit)}</text>
        </g>
      ))}
      <path class="trend-line" d={line} />
      {rows.map((one, i) => (
        <g key={one.id} class={one.state === "passed" ? "trend-good" : "trend-bad"}>
          <title>{`${dayOf(one.at)}: ${checkText(one.deviation ?? 0, one.unit, 3)}`}</title>
          {(one.deviation_sd ?? 0) > 0 && (
            <line x1={x(times[i]!)} x2={x(times[i]!)} y1={y((one.deviation ?? 0) + one.deviation_sd!)} y2={y((one.deviation ?? 0) - one.deviation_sd!)} />
          )}
          {one.state === "passed"
            ? <circle cx={x(times[i]!)} cy={y(one.deviation ?? 0)} r={5} />
            : <path d={`M${x(times[i]!) - 6} ${y(one.deviation ?? 0) - 6}l12 12m0-12l-12 12`} />}
        </g>
      ))}
      <text x={LEFT} y={HEIGHT - 6}>{dayOf(from)}</text>
      {rows.length > 1 && <text x={WIDTH - RIGHT} y={HEIGHT - 6} text-anchor="end">{dayOf(to)}</text>}
    </svg>
  );
}
