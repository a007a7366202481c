// SPDX-License-Identifier: Apache-2.0
// Stands for the codecs of Zarr chunks (Blosc, LZ4, Zstandard; 1.4 MB), which NiiVue's loader names.
// Moly gives the viewer NIfTI alone; who asks for a codec is told so.
export default {
  fromConfig(): never {
    throw new Error("Moly's viewer reads NIfTI, not Zarr");
  },
};
