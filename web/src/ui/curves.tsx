// SPDX-License-Identifier: Apache-2.0
// Curves over one axis with a shaded stretch, for physics: excitation functions, activity over time.
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";

export interface Curve {
  name: string;
  xs: number[];
  ys: number[];
  /** Things that happen one by one, with nothing between them. */
  isPoints?: boolean;
}

interface CurvesProps {
  curves: Curve[];
  label: string;
  xText: (x: number) => string;
  yText: (y: number) => string;
  xTitle: string;
  yTitle: string;
  isLogarithmic?: boolean;
  /** The x axis is a time in seconds: its ticks stand on whole minutes, hours, days. */
  isTime?: boolean;
  /** from .. to on the x axis */
  shaded?: [number, number] | undefined;
}

const HEIGHT = 300;
const MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86_400;
const TICKS_S = [
  1, 2, 5, 10, 20, 30, ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE_S), ...[1, 2, 3, 6, 12].map((n) => n * HOUR_S),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * DAY_S),
];
/** Tokens that stay apart for the colour-blind, in light and dark. */
const STROKES = ["--accent", "--wait", "--bad", "--good", "--quiet"];

/** All curves on the union of their points; what a curve does not have is a gap that is bridged. */
function joined(curves: Curve[]): (number | null)[][] {
  const xs = [...new Set(curves.flatMap((one) => one.xs))].sort((a, b) => a - b);
  return [xs, ...curves.map((one) => {
    const known = new Map(one.xs.map((x, i) => [x, one.ys[i] ?? null]));
    return xs.map((x) => known.get(x) ?? null);
  })];
}

/** Nine lines a decade are a grey band where there are many decades. */
const decades = (_u: uPlot, at: number[]): (number | null)[] => at.map((y) => (Number.isInteger(Math.round(Math.log10(y) * 1e6) / 1e6) ? y : null));

function shade(shaded: [number, number], color: string) {
  return (u: uPlot) => {
    const [from, to] = shaded.map((x) => u.valToPos(x, "x", true)) as [number, number];
    u.ctx.save();
    u.ctx.fillStyle = color;
    const left = Math.max(from, u.bbox.left), right = Math.min(to, u.bbox.left + u.bbox.width);
    u.ctx.fillRect(left, u.bbox.top, Math.max(right - left, 0), u.bbox.height);
    u.ctx.restore();
  };
}

export function Curves(props: CurvesProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let plot: uPlot | undefined;
    let isGone = false;
    const resize = new ResizeObserver(() => {
      if (plot !== undefined && box.current !== null) plot.setSize({ width: box.current.clientWidth, height: HEIGHT });
    });
    void (async () => {
      const [{ default: UPlot }] = await Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]);
      if (isGone || box.current === null) return;
      const style = getComputedStyle(document.documentElement);
      const color = (name: string) => style.getPropertyValue(name).trim();
      const axis = { stroke: color("--text"), font: `14px ${color("--font")}`, labelFont: `600 14px ${color("--font")}`, grid: { stroke: color("--line") }, ticks: { stroke: color("--line") } };
      plot = new UPlot(
        {
          width: box.current.clientWidth,
          height: HEIGHT,
          scales: { x: { time: false }, y: props.isLogarithmic === true ? { distr: 3 } : {} },
          series: [
            { label: props.xTitle, value: (_u, x: number | null) => (x === null ? "–" : props.xText(x)) },
            ...props.curves.map((one, i) => ({
              label: one.name,
              stroke: color(STROKES[i % STROKES.length]!),
              width: 2.5,
              spanGaps: true,
              ...(one.isPoints === true ? { paths: () => null, points: { show: true, size: 10, fill: color(STROKES[i % STROKES.length]!) } } : { points: { show: false } }),
              value: (_u: uPlot, y: number | null) => (y === null ? "–" : props.yText(y)),
            })),
          ],
          axes: [
            { ...axis, label: props.xTitle, space: 80, ...(props.isTime === true ? { incrs: TICKS_S } : {}), values: (_u, values) => values.map((x) => props.xText(x)) },
            { ...axis, ...(props.isLogarithmic === true ? { grid: { ...axis.grid, filter: decades }, ticks: { ...axis.ticks, filter: decades } } : {}), label: props.yTitle, size: 90, values: (_u, values) => values.map((y) => (y === null ? "" : props.yText(y))) },
          ],
          hooks: props.shaded === undefined ? {} : { drawClear: [shade(props.shaded, color("--accent-faint"))] },
        },
        joined(props.curves) as uPlot.AlignedData,
        box.current,
      );
      resize.observe(box.current);
    })();
    return () => {
      isGone = true;
      resize.disconnect();
      plot?.destroy();
    };
  }, [props.curves, props.shaded?.[0], props.shaded?.[1], props.label]);
  return <div ref={box} class="chart" role="img" aria-label={props.label} />;
}
