// SPDX-License-Identifier: Apache-2.0
// Activity given over time, as steps. uPlot is loaded only where a curve is drawn.
import { useEffect, useRef } from "preact/hooks";
import { offsetMinutes } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { activity, scaled } from "../core/quantity.ts";

export interface Given {
  at: number;
  bq: number;
  nuclide: string;
}

export function CumulativeChart({ given }: { given: Given[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let plot: { destroy(): void } | undefined;
    let isGone = false;
    void (async () => {
      const [{ default: UPlot }] = await Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]);
      if (isGone || box.current === null) return;
      const style = getComputedStyle(document.documentElement);
      const color = (name: string) => style.getPropertyValue(name).trim();
      const axis = { stroke: color("--quiet"), grid: { stroke: color("--line") }, ticks: { stroke: color("--line") } };
      const sorted = [...given].sort((a, b) => a.at - b.at);
      let sum = 0;
      const xs = sorted.map((one) => one.at / 1000);
      const ys = sorted.map((one) => (sum += one.bq) / 1e6);
      plot = new UPlot(
        {
          width: box.current.clientWidth,
          height: 180,
          tzDate: (s) => new Date(s * 1000 + (offsetMinutes.get() + new Date().getTimezoneOffset()) * 60_000),
          legend: { show: false },
          series: [{}, {
            stroke: color("--accent"), width: 2, fill: color("--accent-faint"), points: { show: true, size: 8 },
            paths: UPlot.paths.stepped!({ align: 1 }),
          }],
          axes: [axis, { ...axis, size: 64, values: (_u, values) => values.map((v) => scaled(v * 1e6, "bq", 3).value) }],
        },
        [xs, ys],
        box.current,
      );
    })();
    return () => {
      isGone = true;
      plot?.destroy();
    };
  }, [given]);
  const all = given.reduce((sum, one) => sum + one.bq, 0);
  return (
    <div ref={box} class="chart" role="img"
      aria-label={t("{count} administrations, {activity} in all", { count: given.length, activity: activity(all) })} />
  );
}
