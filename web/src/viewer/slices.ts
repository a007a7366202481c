// SPDX-License-Identifier: Apache-2.0
// NiiVue as Moly uses it: three planes in inverse grey, a crosshair, regions as an overlay. NiiVue's
// millimetres are RAS; Moly, like DICOM, speaks LPS, so x and y change their signs here and nowhere
// else.
import { NVImage, Niivue, SHOW_RENDER, SLICE_TYPE } from "@niivue/niivue";
import type { Region } from "../core/types.ts";
import type { Lattice } from "./projection.ts";

export type Lps = [number, number, number];

export interface Reading {
  lps_mm: Lps;
  bq_per_ml: number;
}

export type Colours = "inverse" | "grey" | "hot";

export const REGION_COLOURS = ["#d1495b", "#2e86ab", "#8fb339", "#e09f3e", "#7b5ea7", "#2a9d8f", "#c8553d", "#577590"];

const rgb = (hex: string): [number, number, number] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

/** Tall bodies get tall columns, phantoms a square of four; the free quarter holds the projection. */
export interface Layout {
  isTall: boolean;
}

export class Slices {
  private readonly nv: Niivue;
  private image: NVImage | undefined;
  private labels: NVImage | undefined;
  private over: NVImage | undefined;

  constructor(private readonly onMove: (reading: Reading) => void) {
    this.nv = new Niivue({
      backColor: [1, 1, 1, 1],
      crosshairColor: [0.04, 0.55, 0.6, 1],
      crosshairWidth: 1,
      crosshairWidthUnit: "mm",
      crosshairGap: 12,
      fontColor: [0.35, 0.4, 0.45, 1],
      fontMinPx: 12,
      isRadiologicalConvention: true,
      isColorbar: false,
      dragAndDropEnabled: false,
      multiplanarShowRender: SHOW_RENDER.NEVER,
      tileMargin: 4,
      logLevel: "error",
      loadingText: "",
    } as ConstructorParameters<typeof Niivue>[0]);
    this.nv.onLocationChange = (data) => {
      const place = data as { mm: number[]; values: { value: number }[] };
      this.onMove({ lps_mm: toLps(place.mm), bq_per_ml: place.values[0]?.value ?? NaN });
    };
  }

  async attach(canvas: HTMLCanvasElement): Promise<void> {
    await this.nv.attachToCanvas(canvas, true);
  }

  async show(volume: ArrayBuffer): Promise<Layout> {
    this.image = await NVImage.loadFromUrl({ url: "pet.nii.gz", name: "pet.nii.gz", buffer: volume, colormap: "gray" });
    this.nv.addVolume(this.image);
    const size = this.size_mm();
    const isTall = size[2] > 1.6 * Math.max(size[0], size[1]);
    this.nv.setSliceType(SLICE_TYPE.MULTIPLANAR);
    this.nv.setCustomLayout(
      isTall
        ? [
            { sliceType: SLICE_TYPE.AXIAL, position: [0, 0, 0.36, 0.5] },
            { sliceType: SLICE_TYPE.CORONAL, position: [0.36, 0, 0.36, 1] },
            { sliceType: SLICE_TYPE.SAGITTAL, position: [0.72, 0, 0.28, 1] },
          ]
        : [
            { sliceType: SLICE_TYPE.AXIAL, position: [0, 0, 0.5, 0.5] },
            { sliceType: SLICE_TYPE.CORONAL, position: [0.5, 0, 0.5, 0.5] },
            { sliceType: SLICE_TYPE.SAGITTAL, position: [0.5, 0.5, 0.5, 0.5] },
          ],
    );
    return { isTall };
  }

  private size_mm(): [number, number, number] {
    const { dims, spacing } = this.ras();
    return [dims[0] * spacing[0], dims[1] * spacing[1], dims[2] * spacing[2]];
  }

  private ras(): { dims: [number, number, number]; spacing: [number, number, number] } {
    const d = this.image?.dimsRAS ?? [3, 1, 1, 1];
    const p = this.image?.pixDimsRAS ?? [1, 1, 1, 1];
    return { dims: [d[1]!, d[2]!, d[3]!], spacing: [p[1]!, p[2]!, p[3]!] };
  }

  /** The volume x right, y front, z up, for the projections; a copy. */
  lattice(): Lattice {
    const image = this.image!;
    const { dims, spacing } = this.ras();
    const raw = image.img!;
    const slope = image.hdr!.scl_slope || 1;
    const inter = image.hdr!.scl_inter || 0;
    const start = image.img2RASstart!;
    const step = image.img2RASstep!;
    const values = new Float32Array(dims[0] * dims[1] * dims[2]);
    for (let k = 0, to = 0; k < dims[2]; k++) {
      for (let j = 0; j < dims[1]; j++) {
        let from = start[0]! + start[1]! + start[2]! + j * step[1]! + k * step[2]!;
        for (let i = 0; i < dims[0]; i++, to++, from += step[0]!) values[to] = raw[from]! * slope + inter;
      }
    }
    return { n: dims, spacing_mm: spacing, values };
  }

  window(low_bq_per_ml: number, high_bq_per_ml: number): void {
    if (this.image === undefined) return;
    this.image.cal_min = low_bq_per_ml;
    this.image.cal_max = high_bq_per_ml;
    this.nv.updateGLVolume();
  }

  colours(colours: Colours): void {
    if (this.image === undefined) return;
    const isInverse = colours === "inverse";
    this.image.colormapInvert = isInverse;
    this.image.colormap = colours === "hot" ? "hot" : "gray";
    this.nv.opts.backColor = isInverse ? [1, 1, 1, 1] : [0, 0, 0, 1];
    this.nv.updateGLVolume();
  }

  async showRegions(labels: ArrayBuffer, regions: Region[]): Promise<void> {
    this.labels = await NVImage.loadFromUrl({ url: "regions.nii.gz", name: "regions.nii.gz", buffer: labels, opacity: 0.55 });
    const colours = regions.map((_region, i) => rgb(REGION_COLOURS[i % REGION_COLOURS.length]!));
    const values = regions.map((region, i) => region.value ?? i + 1);
    this.labels.setColormapLabel({
      R: [0, ...colours.map((one) => one[0])],
      G: [0, ...colours.map((one) => one[1])],
      B: [0, ...colours.map((one) => one[2])],
      A: [0, ...colours.map(() => 255)],
      I: [0, ...values],
      labels: ["", ...regions.map((region) => region.label)],
    } as Parameters<NVImage["setColormapLabel"]>[0]);
    this.nv.addVolume(this.labels);
    this.nv.setAtlasOutline(1); // what lies under a region stays to be seen
  }

  regionsVisible(isVisible: boolean): void {
    const at = this.nv.volumes.indexOf(this.labels as NVImage);
    if (at > 0) this.nv.setOpacity(at, isVisible ? 0.55 : 0);
  }

  /** Another image of the same place in greys over the first one. */
  async overlay(volume: ArrayBuffer, low: number, high: number, opacity: number): Promise<void> {
    this.over = await NVImage.loadFromUrl({ url: "over.nii.gz", name: "over.nii.gz", buffer: volume, colormap: "gray", opacity });
    this.over.cal_min = low;
    this.over.cal_max = high;
    this.nv.addVolume(this.over);
  }

  overlayOpacity(opacity: number): void {
    const at = this.nv.volumes.indexOf(this.over as NVImage);
    if (at > 0) this.nv.setOpacity(at, opacity);
  }

  goTo(lps_mm: Lps): void {
    const ras = [-lps_mm[0], -lps_mm[1], lps_mm[2]] as unknown as Parameters<Niivue["mm2frac"]>[0];
    this.nv.scene.crosshairPos = this.nv.mm2frac(ras);
    this.nv.createOnLocationChange();
    this.nv.drawScene();
  }

  /** Centre of a voxel of lattice() as LPS mm. */
  lpsOf(voxel: [number, number, number]): Lps {
    const { dims } = this.ras();
    const frac = voxel.map((v, i) => (v + 0.5) / dims[i]!) as [number, number, number];
    return toLps([...this.nv.frac2mm(frac)]);
  }

  step(x: number, y: number, z: number): void {
    this.nv.moveCrosshairInVox(x, y, z);
  }

  /** What is under the pointer; null outside of the planes. */
  under(x_css: number, y_css: number): Reading | null {
    if (this.image === undefined) return null;
    const ratio = this.nv.uiData.dpr ?? 1;
    const frac = this.nv.canvasPos2frac([x_css * ratio, y_css * ratio]);
    if (frac[0] < 0) return null;
    const vox = this.nv.frac2vox(frac);
    return {
      lps_mm: toLps([...this.nv.frac2mm(frac)]),
      bq_per_ml: this.image.getValue(vox[0], vox[1], vox[2]),
    };
  }

  close(): void {
    this.nv.cleanup?.();
    this.nv.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

const toLps = (ras: number[]): Lps => [-ras[0]!, -ras[1]!, ras[2]!];
