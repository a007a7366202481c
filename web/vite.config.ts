// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
// @ts-expect-error a script without types
import { shell } from "./scripts/shell.mjs";

/** `npm run dev` draws the screens of these sources on a running Moly (`moly serve`). */
const server = process.env["MOLY_SERVER"] ?? "http://127.0.0.1:8040";

export default defineConfig({
  base: "./",
  plugins: [shell() as Plugin],
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 3000,
  },
  resolve: {
    alias: [{ find: /^numcodecs\/(blosc|lz4|zstd)$/, replacement: fileURLToPath(new URL("src/viewer/no-codec.ts", import.meta.url)) }],
  },
  worker: { format: "es" },
  // the example day stands in docs/
  server: { proxy: { "/api": { target: server } }, fs: { allow: [".."] } },
});
