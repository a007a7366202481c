// SPDX-License-Identifier: Apache-2.0
// Screens are addressed by the fragment: #/act/pharmacy.elute?generator=G-000001. Any web server
// can deliver that, and reload and the back button work.
import { atom } from "./atom.ts";

export interface Route {
  parts: string[];
  query: URLSearchParams;
}

function read(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return {
    parts: path.split("/").filter((part) => part !== "").map(decodeURIComponent),
    query: new URLSearchParams(query),
  };
}

export const route = atom<Route>(read());
window.addEventListener("hashchange", () => route.set(read()));

export function link(parts: string[], query?: Record<string, string>): string {
  const path = parts.map(encodeURIComponent).join("/");
  const asked = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
  return `#/${path}${asked}`;
}

export function go(parts: string[], query?: Record<string, string>): void {
  location.hash = link(parts, query);
}

/** Change the query without a new entry in the history. */
export function adjust(query: Record<string, string>): void {
  history.replaceState(null, "", link(route.get().parts, query));
  route.set(read());
}

/** "eluate/E-000001" as kind and id. */
export function splitNode(node: string): [string, string] {
  const cut = node.indexOf("/");
  return cut < 0 ? ["", node] : [node.slice(0, cut), node.slice(cut + 1)];
}
