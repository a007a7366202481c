// SPDX-License-Identifier: Apache-2.0
// Where a volume is seen: its planes, its projection, the scale. Who shows it says what is looked at
// first, and what stands beside.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { getBytes, Refusal } from "../core/api.ts";
import { t, word } from "../core/i18n.ts";
import { plain } from "../core/quantity.ts";
import { Mip } from "./mip.tsx";
import type { Lattice } from "./projection.ts";
import { Slices, type Colours, type Lps, type Reading } from "./slices.ts";

type Phase = "loading" | "shown" | "no-webgl" | "failed";

const STEPS: Record<string, [number, number, number]> = {
  ArrowLeft: [1, 0, 0], // radiological: the patient's right is at the left
  ArrowRight: [-1, 0, 0],
  ArrowUp: [0, 1, 0],
  ArrowDown: [0, -1, 0],
  PageUp: [0, 0, 1],
  PageDown: [0, 0, -1],
};

interface ScreenProps {
  /** Below which lie `/volume` and what may be laid over it; another path is another image. */
  path: string;
  slices: RefObject<Slices | null>;
  /** Upper end of the window: in the volume's unit, and as the scale names it. */
  high: number;
  scale: { high: number; units: string | undefined };
  colours: Colours;
  isFused?: boolean;
  onCross: (reading: Reading) => void;
  onHover?: (reading: Reading | null) => void;
  /** First view of the image; what takes longer is waited for while it is already seen. */
  onShown: (view: Slices, lattice: Lattice) => Promise<void>;
}

export function Screen(props: ScreenProps) {
  const { path, slices, high, colours, onHover } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [phase, setPhase] = useState<Phase>("loading");
  const [progress, setProgress] = useState(0);
  const [problem, setProblem] = useState("");
  const [lattice, setLattice] = useState<Lattice | null>(null);
  const [isTall, setTall] = useState(false);

  useEffect(() => {
    let isGone = false;
    const view = new Slices(props.onCross);
    void (async () => {
      try {
        if (document.createElement("canvas").getContext("webgl2") === null) {
          setPhase("no-webgl");
          return;
        }
        const bytes = await getBytes(`${path}/volume`, (received, total) => {
          if (total > 0 && !isGone) setProgress(received / total);
        });
        if (isGone || canvas.current === null) return;
        await view.attach(canvas.current);
        const { isTall: tall } = await view.show(bytes);
        if (isGone) return;
        slices.current = view;
        setTall(tall);
        const whole = view.lattice();
        setLattice(whole);
        const rest = props.onShown(view, whole);
        setPhase("shown");
        await rest;
      } catch (error) {
        if (isGone) return;
        setProblem(error instanceof Refusal ? error.message : t("The image could not be loaded."));
        setPhase("failed");
        if (!(error instanceof Refusal) && !(error instanceof TypeError)) throw error;
      }
    })();
    return () => {
      isGone = true;
      slices.current = null;
      view.close();
    };
  }, [path]);

  useEffect(() => slices.current?.window(0, high), [high, phase]);
  useEffect(() => slices.current?.colours(colours), [colours, phase]);

  return (
    <section class={`screen screen-${colours} ${isTall ? "screen-tall" : ""}`} aria-label={t("Image")}>
      <canvas
        ref={canvas} tabIndex={0} data-phase={phase} data-fused={props.isFused}
        aria-label={t("Planes; arrow keys and Page Up, Page Down move the crosshair")}
        onMouseMove={(event) => onHover?.(slices.current?.under(event.offsetX, event.offsetY) ?? null)}
        onMouseLeave={() => onHover?.(null)}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          if (step === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          slices.current?.step(...step);
        }}
      />
      {lattice !== null && (
        <Mip lattice={lattice} low={0} high={high} colours={colours}
          onPick={(f) => slices.current?.goTo(slices.current.lpsOf([
            f[0] * lattice.n[0] - 0.5, f[1] * lattice.n[1] - 0.5, f[2] * lattice.n[2] - 0.5,
          ]))} />
      )}
      {phase === "shown" && <Legend {...props.scale} colours={colours} />}
      {phase === "loading" && (
        <p class="screen-note" role="status">{t("Loading the image…")} <progress value={progress} max={1} aria-label={t("Loading the image…")} /></p>
      )}
      {phase === "no-webgl" && <p class="screen-note" role="alert">{t("This browser has no WebGL 2, so planes cannot be drawn. The numbers are valid.")}</p>}
      {phase === "failed" && <p class="screen-note" role="alert">{problem}</p>}
    </section>
  );
}

/** What the greys or colours mean; it stands in the image, so that a picture of it still says so. */
function Legend({ high, colours, units }: { high: number; colours: Colours; units: string | undefined }) {
  return (
    <div class="legend num" role="img" aria-label={t("Scale from 0 to {high} {units}", { high, units: units ?? "SUV" })}>
      <div class={`legend-bar legend-${colours}`} />
      <div class="legend-ends"><span>0</span><span>{plain(high / 2)}</span><span>{plain(high)} {units ?? ""}</span></div>
    </div>
  );
}

/** How the image is coloured; the first one is the usual one where it stands. */
export function ColourChoice(props: { order: readonly Colours[]; colours: Colours; onColours: (colours: Colours) => void }) {
  const names: Record<Colours, string> = { hot: t("Hot"), inverse: t("Inverse"), grey: t("Grey") };
  return (
    <div class="segments segments-small colours" role="group" aria-label={t("Colours")}>
      {props.order.map((one) => (
        <button key={one} type="button" aria-pressed={props.colours === one} onClick={() => props.onColours(one)}>{names[one]}</button>
      ))}
    </div>
  );
}

export const mm = (lps: Lps): string => `LPS ${lps.map((one) => one.toFixed(1).replace("-", "−")).join("  ")} ${word("mm")}`;
