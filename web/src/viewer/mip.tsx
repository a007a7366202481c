// SPDX-License-Identifier: Apache-2.0
// The turning projection of the whole volume; a click finds the hottest place on its ray.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { Icon } from "../ui/icon.tsx";
import { rayVoxel, type Lattice, type Projection } from "./projection.ts";
import type { Colours } from "./slices.ts";

const N_ANGLES = 36;
const TURN_MS = 110;

interface Turned {
  projection: Projection;
  n: [number, number, number];
  spacing_mm: [number, number, number];
}

export interface MipProps {
  lattice: Lattice;
  low: number;
  high: number;
  colours: Colours;
  /** fractions of the volume, x right, y front, z up */
  onPick: (fraction: [number, number, number]) => void;
}

export function Mip({ lattice, low, high, colours, onPick }: MipProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [turned, setTurned] = useState<Turned | null>(null);
  const [angle, setAngle] = useState(0);
  const [isTurning, setTurning] = useState(false);

  useEffect(() => {
    const worker = new Worker(new URL("./projection.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = (message: MessageEvent<Turned>) => {
      setTurned(message.data);
      worker.terminate();
    };
    worker.postMessage({ lattice, nAngles: N_ANGLES });
    return () => worker.terminate();
  }, [lattice]);

  useEffect(() => {
    if (!isTurning) return;
    const timer = window.setInterval(() => setAngle((at) => (at + 1) % N_ANGLES), TURN_MS);
    return () => window.clearInterval(timer);
  }, [isTurning]);

  useEffect(() => {
    if (turned !== null && canvas.current !== null) draw(canvas.current, turned.projection, angle, low, high, colours);
  }, [turned, angle, low, high, colours]);

  const pick = (event: MouseEvent) => {
    if (turned === null) return;
    const { projection, n, spacing_mm } = turned;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * projection.width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * projection.height);
    const depth = projection.depths[angle]?.[row * projection.width + column];
    if (depth === undefined) return;
    const around: Lattice = { n, spacing_mm, values: lattice.values };
    const [x, y] = rayVoxel(around, projection.pixel_mm, (2 * Math.PI * angle) / N_ANGLES,
      (projection.width - 1) / 2 - column, depth - (projection.steps - 1) / 2);
    onPick([(x + 0.5) / n[0], (y + 0.5) / n[1], (n[2] - 1 - row + 0.5) / n[2]]);
  };

  const aspect = turned === null ? 1 : (turned.projection.width * turned.projection.pixel_mm) / (turned.projection.height * turned.projection.row_mm);
  return (
    <div class={`mip mip-${colours}`}>
      <div class="mip-box">
        <canvas ref={canvas} style={{ "--aspect": String(aspect) }} onClick={pick} role="img" data-ready={turned !== null}
          aria-label={t("Projection of the largest values, turned by {angle} degrees", { angle: Math.round((360 * angle) / N_ANGLES) })} />
        {turned === null && <span class="quiet">{t("Projecting…")}</span>}
      </div>
      <div class="mip-tools">
        <button type="button" class="quiet-button" aria-pressed={isTurning} onClick={() => setTurning(!isTurning)}
          aria-label={isTurning ? t("Stop turning") : t("Turn")} title={isTurning ? t("Stop turning") : t("Turn")}>
          <Icon name={isTurning ? "pause" : "play"} />
        </button>
        <input type="range" min={0} max={N_ANGLES - 1} value={angle} aria-label={t("Angle")}
          onInput={(event) => {
            setTurning(false);
            setAngle(Number(event.currentTarget.value));
          }} />
      </div>
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, projection: Projection, angle: number, low: number, high: number, colours: Colours): void {
  const { width, height } = projection;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = projection.images[angle];
  if (context === null || image === undefined) return;
  const pixels = context.createImageData(width, height);
  const out = pixels.data;
  const scale = 255 / (high - low);
  for (let i = 0, o = 0; i < image.length; i++, o += 4) {
    const v = Math.min(Math.max((image[i]! - low) * scale, 0), 255);
    if (colours === "hot") {
      out[o] = Math.min(3 * v, 255);
      out[o + 1] = Math.min(Math.max(3 * v - 255, 0), 255);
      out[o + 2] = Math.max(3 * v - 510, 0);
    } else {
      const grey = colours === "inverse" ? 255 - v : v;
      out[o] = out[o + 1] = out[o + 2] = grey;
    }
    out[o + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}
