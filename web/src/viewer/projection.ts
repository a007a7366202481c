// SPDX-License-Identifier: Apache-2.0
// Maximum-intensity projections around the body axis, as a reading room turns them.
//
// The volume stands on a lattice x right, y front, z up. For an angle, the ray of column u and row z
// goes through (x, y) = centre + u (cos, sin) + s (-sin, cos); the largest value on it is drawn and
// its step s kept, so that a click on the projection finds the place in the body.

export interface Lattice {
  n: [number, number, number];
  spacing_mm: [number, number, number];
  values: Float32Array; // x fastest
}

export interface Projection {
  width: number;
  height: number;
  /** per angle: width x height maxima, head first */
  images: Float32Array[];
  /** per angle: step along the ray where the maximum stands */
  depths: Uint16Array[];
  steps: number;
  /** edge of a picture element, mm */
  pixel_mm: number;
  row_mm: number;
}

/** Halve the lattice, keeping maxima, until it is small enough to be turned quickly. */
export function reduced(lattice: Lattice, most: number): Lattice {
  let { n, spacing_mm, values } = lattice;
  while (Math.max(n[0], n[1]) > most || n[2] > 3 * most) {
    const f = [n[0] > most ? 2 : 1, n[1] > most ? 2 : 1, n[2] > 3 * most ? 2 : 1] as const;
    const m: [number, number, number] = [Math.ceil(n[0] / f[0]), Math.ceil(n[1] / f[1]), Math.ceil(n[2] / f[2])];
    const next = new Float32Array(m[0] * m[1] * m[2]).fill(-Infinity);
    for (let k = 0, i = 0; k < n[2]; k++) {
      for (let j = 0; j < n[1]; j++) {
        const row = (Math.floor(k / f[2]) * m[1] + Math.floor(j / f[1])) * m[0];
        for (let x = 0; x < n[0]; x++, i++) {
          const at = row + Math.floor(x / f[0]);
          if (values[i]! > next[at]!) next[at] = values[i]!;
        }
      }
    }
    spacing_mm = [spacing_mm[0] * f[0], spacing_mm[1] * f[1], spacing_mm[2] * f[2]];
    n = m;
    values = next;
  }
  return { n, spacing_mm, values };
}

/** Voxel (x, y) under column u and step s at an angle; both counted from the middle. */
export function rayVoxel(lattice: Lattice, pixel_mm: number, angle: number, u: number, s: number): [number, number] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const x_mm = (u * cos - s * sin) * pixel_mm;
  const y_mm = (u * sin + s * cos) * pixel_mm;
  return [
    Math.round((lattice.n[0] - 1) / 2 + x_mm / lattice.spacing_mm[0]),
    Math.round((lattice.n[1] - 1) / 2 + y_mm / lattice.spacing_mm[1]),
  ];
}

/** z fastest, head first: a ray then reads memory in order. */
function columns(lattice: Lattice): Float32Array {
  const [nx, ny, nz] = lattice.n;
  const slice = nx * ny;
  const out = new Float32Array(slice * nz);
  for (let at = 0; at < slice; at++) {
    for (let k = 0, to = at * nz + nz - 1; k < nz; k++, to--) out[to] = lattice.values[k * slice + at]!;
  }
  return out;
}

export function project(lattice: Lattice, nAngles: number): Projection {
  const { n, spacing_mm } = lattice;
  const nz = n[2];
  const pixel_mm = Math.min(spacing_mm[0], spacing_mm[1]);
  const width = Math.ceil(Math.hypot(n[0] * spacing_mm[0], n[1] * spacing_mm[1]) / pixel_mm);
  const steps = width;
  const values = columns(lattice);
  const images: Float32Array[] = [];
  const depths: Uint16Array[] = [];
  const most = new Float32Array(nz);
  const place = new Uint16Array(nz);
  for (let a = 0; a < nAngles; a++) {
    const angle = (2 * Math.PI * a) / nAngles;
    const image = new Float32Array(width * nz);
    const depth = new Uint16Array(width * nz);
    for (let column = 0; column < width; column++) {
      // Seen from the front the patient's right is at the left.
      const u = (width - 1) / 2 - column;
      most.fill(0);
      place.fill(0);
      for (let s = 0; s < steps; s++) {
        const [x, y] = rayVoxel(lattice, pixel_mm, angle, u, s - (steps - 1) / 2);
        if (x < 0 || y < 0 || x >= n[0] || y >= n[1]) continue;
        const at = (y * n[0] + x) * nz;
        for (let row = 0; row < nz; row++) {
          const value = values[at + row]!;
          if (value > most[row]!) {
            most[row] = value;
            place[row] = s;
          }
        }
      }
      for (let row = 0, to = column; row < nz; row++, to += width) {
        image[to] = most[row]!;
        depth[to] = place[row]!;
      }
    }
    images.push(image);
    depths.push(depth);
  }
  return { width, height: nz, images, depths, steps, pixel_mm, row_mm: spacing_mm[2] };
}
