// SPDX-License-Identifier: Apache-2.0
import { project, reduced, type Lattice } from "./projection.ts";

const MOST_VOXELS = 200;

self.onmessage = (message: MessageEvent<{ lattice: Lattice; nAngles: number }>) => {
  const lattice = reduced(message.data.lattice, MOST_VOXELS);
  const projection = project(lattice, message.data.nAngles);
  const buffers = [...projection.images, ...projection.depths].map((one) => one.buffer);
  self.postMessage({ projection, n: lattice.n, spacing_mm: lattice.spacing_mm }, { transfer: buffers });
};
