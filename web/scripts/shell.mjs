// SPDX-License-Identifier: Apache-2.0
// Emits the service worker with the built files of the shell by name, so that it loads without the server.
import { readFileSync } from "node:fs";

/** Larger ones (the viewer of images) are of no use without the server. */
const MOST_BYTES = 400_000;

/** A plugin of Vite that writes sw.js beside index.html. */
export function shell() {
  return {
    name: "moly-shell",
    apply: "build",
    // after Vite has thrown away the scripts that only brought a style sheet
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const files = Object.values(bundle)
          .filter((file) => file.fileName.startsWith("assets/") && Buffer.byteLength(file.type === "chunk" ? file.code : file.source) <= MOST_BYTES)
          .map((file) => `./${file.fileName}`).sort();
        // names carry hashes of what is in them, so that their list is a version
        let version = 0;
        for (const letter of files.join()) version = (Math.imul(version, 31) + letter.charCodeAt(0)) >>> 0;
        const source = readFileSync(new URL("../worker/sw.js", import.meta.url), "utf8")
          .replace("VERSION", version.toString(36)).replace("FILE_LIST", JSON.stringify(["./", "./icon.svg", ...files]));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
      },
    },
  };
}
