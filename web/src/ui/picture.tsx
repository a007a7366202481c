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

export interface PictureProps {
  picture: Picture | undefined;
  label: string;
  /** width over height of the picture as it is shown */
  aspect: number;
  /** share of the largest value that is black */
  high?: number;
  className?: string;
}

/** White is nothing, black is most, as a reading room has it. */
export function PictureCanvas({ picture, label, aspect, high = 1, className }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (picture !== undefined && canvas.current !== null) draw(canvas.current, picture, high);
  }, [picture, high]);
  return (
    <canvas ref={canvas} class={className} role="img" aria-label={label} style={{ aspectRatio: String(aspect) }}
      data-ready={picture !== undefined} data-maximum={picture?.maximum} />
  );
}

function draw(canvas: HTMLCanvasElement, picture: Picture, high: number): void {
  const { columns, rows } = picture;
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
  for (let i = 0, o = 0; i < values.length; i++, o += 4) {
    out[o] = out[o + 1] = out[o + 2] = 255 - Math.min(values[i]! * scale, 255);
    out[o + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}
