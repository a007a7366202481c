// SPDX-License-Identifier: Apache-2.0
// A chromatogram with its peaks shaded and their shares, on the baseline under which nothing was counted.
import { t } from "../core/i18n.ts";
import { significant } from "../core/quantity.ts";
import type { Chromatogram, Peak } from "../core/plans.ts";

const WIDTH = 560, HEIGHT = 200, LEFT = 8, RIGHT = 8, TOP = 26, BOTTOM = 26;

export function ChromatogramPlot({ data, peaks, label }: { data: Chromatogram; peaks: Peak[]; label: string }) {
  const { position, signal, baseline } = data;
  const from = position[0] ?? 0, to = position[position.length - 1] ?? 1;
  const low = Math.min(0, ...signal), high = Math.max(...signal, 1e-9);
  const x = (at: number): number => LEFT + ((at - from) / (to - from || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const path = (keep: (at: number) => boolean): string => {
    let drawn = "";
    for (let i = 0; i < position.length; i++) {
      if (keep(position[i]!)) drawn += `${drawn === "" ? "M" : "L"}${x(position[i]!).toFixed(1)} ${y(signal[i]!).toFixed(1)}`;
    }
    return drawn;
  };
  return (
    <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}: ${peaks.map((peak) => t("peak at {at}, {share}", { at: significant(peak.apex, 3), share: `${significant(100 * peak.share, 3)} %` })).join("; ")}`}>
      {peaks.map((peak) => (
        <g key={peak.apex} class={peak.product ? "peak peak-product" : "peak"}>
          <path d={`${path((at) => at >= peak.from && at <= peak.to)}L${x(peak.to)} ${y(baseline[1] ?? 0)}L${x(peak.from)} ${y(baseline[0] ?? 0)}Z`} />
          <text x={x(peak.apex)} y={TOP - 8} text-anchor="middle">{significant(100 * peak.share, 3)} %</text>
        </g>
      ))}
      <line class="trend-limit" x1={LEFT} x2={WIDTH - RIGHT} y1={y(baseline[0] ?? 0)} y2={y(baseline[1] ?? 0)} />
      <path class="trend-line" d={path(() => true)} />
      <text x={LEFT} y={HEIGHT - 6}>{significant(from, 3)}</text>
      <text x={WIDTH - RIGHT} y={HEIGHT - 6} text-anchor="end">{significant(to, 3)}</text>
    </svg>
  );
}
