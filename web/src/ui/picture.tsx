// SPDX-License-Identifier: Apache-2.0
// A picture of the server's, drawn as greys; it keeps the last one until the next is there.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, NoAnswer, Refusal } from "../core/api.ts";
import { levels, type Picture } from "../core/raw.ts";

/** Read a picture again whenever its path or `version` changes. While one is under way no other is
 *  asked for: a slow server gets behind by none. */
export function usePicture<T extends Picture>(path: string | null, version: number): { picture: T | undefined; refusal: Refusal | undefined } {
  const [picture, setPicture] = useState<T>();
  const [refusal, setRefusal] = useState<Refusal>();
  const wanted = useRef("");
  const isReading = useRef(false);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);
  useEffect(() => {
    if (path === null) return;
    wanted.current = `${path} ${version}`;
    if (isReading.current) return; // it goes on with what is wanted by then
    isReading.current = true;
    const read = async () => {
      for (let done = ""; !isGone.current && done !== wanted.current;) {
        done = wanted.current;
        try {
          setPicture(await get<T>(done.slice(0, done.lastIndexOf(" "))));
          setRefusal(undefined);
        } catch (error) {
          if (error instanceof Refusal) setRefusal(error);
          else if (!(error instanceof NoAnswer)) throw error;
        }
      }
    };
    void read().finally(() => {
      isReading.current = false;
    });
  }, [path, version]);
  return { picture, refusal };
}

/** Columns and rows from..to, the last one not among them. */
export interface Crop {
  x: [number, number];
  y: [number, number];
}

const FAINT = 0.08; // of the largest value
const MARGIN = 0.12; // of the picture

/** Where there is something to see, with a margin. */
export function cropOf(picture: Picture): Crop {
  const { columns, rows } = picture;
  const values = levels(picture);
  const least = FAINT * values.reduce((most, value) => Math.max(most, value), 0);
  let [left, right, top, bottom] = [columns, -1, rows, -1];
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      if (values[i]! <= least) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return { x: [0, columns], y: [0, rows] };
  const grown = (from: number, to: number, n: number): [number, number] => {
    const margin = Math.ceil(MARGIN * (to - from + 1));
    return [Math.max(from - margin, 0), Math.min(to + 1 + margin, n)];
  };
  return { x: grown(left, right, columns), y: grown(top, bottom, rows) };
}

export interface PictureProps {
  picture: Picture | undefined;
  label: string;
  /** width over height of the picture as it is shown */
  aspect: number;
  /** share of the largest value that is black */
  high?: number;
  /** what of it is shown; all without it */
  crop?: Crop | undefined;
}

/** White is nothing, black is most, as a reading room has it. */
export function PictureCanvas({ picture, label, aspect, high = 1, crop }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (picture !== undefined && canvas.current !== null) draw(canvas.current, picture, high, crop ?? { x: [0, picture.columns], y: [0, picture.rows] });
  }, [picture, high, crop]);
  return (
    <canvas ref={canvas} role="img" aria-label={label} style={{ "--aspect": String(aspect) }}
      data-ready={picture !== undefined} data-maximum={picture?.maximum} />
  );
}

function draw(canvas: HTMLCanvasElement, picture: Picture, high: number, { x, y }: Crop): void {
  const columns = x[1] - x[0];
  const rows = y[1] - y[0];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = canvas.getContext("2d");
  if (context === null) return;
  const pixels = context.createImageData(columns, rows);
  const out = pixels.data;
  const values = levels(picture);
  const scale = 255 / (65535 * high);
  for (let row = 0, o = 0; row < rows; row++) {
    for (let column = 0, i = (row + y[0]) * picture.columns + x[0]; column < columns; column++, i++, o += 4) {
      out[o] = out[o + 1] = out[o + 2] = 255 - Math.min(values[i]! * scale, 255);
      out[o + 3] = 255;
    }
  }
  context.putImageData(pixels, 0, 0);
}
