// SPDX-License-Identifier: Apache-2.0
// A trace as a graph: what it was made of before it, what it went into after it, a column a step. Cards
// are links; the lines between them are drawn behind.
import { word } from "../core/i18n.ts";
import { link, splitNode } from "../core/route.ts";
import { isInstant, valueText } from "../core/words.ts";
import type { Json, Trace, TraceNode } from "../core/types.ts";
import { Icon, iconOfKind } from "./icon.tsx";
import { State } from "./parts.tsx";

export interface Branch {
  node: TraceNode;
  children: Branch[];
}

/** The list of a trace as a tree, by the node through which each was reached. */
export function tree(nodes: TraceNode[], root: string): Branch[] {
  const branches = new Map<string, Branch>();
  const top: Branch[] = [];
  for (const node of [...nodes].sort((a, b) => a.depth - b.depth)) {
    if (branches.has(node.node)) continue;
    const branch: Branch = { node, children: [] };
    branches.set(node.node, branch);
    const parent = node.via === root || !node.via ? undefined : branches.get(node.via);
    (parent?.children ?? top).push(branch);
  }
  return top;
}

export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** What a person calls a node. */
export function nameOf(node: TraceNode): string {
  const record = node.record ?? {};
  return textOf(record["name"]) || (record["product"] === undefined ? "" : valueText("product", record["product"])) || textOf(record["label"]);
}

const WIDE = 236, GAP = 46, HIGH = 82, BETWEEN = 12;

interface Placed {
  node: TraceNode;
  column: number;
  row: number;
  /** where its line comes from */
  from?: Placed;
}

/** A leaf has a row of its own; what branches stands in the middle of its branches. */
function place(branches: Branch[], column: number, step: number, next: { row: number }, all: Placed[]): Placed[] {
  return branches.map((branch) => {
    const children = place(branch.children, column + step, step, next, all);
    const row = children.length === 0 ? next.row++ : (children[0]!.row + children[children.length - 1]!.row) / 2;
    const here: Placed = { node: branch.node, column, row };
    for (const child of children) child.from = here;
    all.push(here);
    return here;
  });
}

function layout(trace: Trace): { root: Placed; all: Placed[]; columns: number; rows: number } {
  const before: Placed[] = [], after: Placed[] = [];
  const left = { row: 0 }, right = { row: 0 };
  const first = place(tree(trace.backward, trace.node), -1, -1, left, before);
  const second = place(tree(trace.forward, trace.node), 1, 1, right, after);
  const rows = Math.max(left.row, right.row, 1);
  // the shorter side stands in the middle of the longer
  for (const one of before) one.row += (rows - Math.max(left.row, 1)) / 2;
  for (const one of after) one.row += (rows - Math.max(right.row, 1)) / 2;
  const root: Placed = { node: { node: trace.node, role: "", depth: 0 }, column: 0, row: (rows - 1) / 2 };
  for (const one of [...first, ...second]) one.from = root;
  const all = [...before, ...after];
  const lowest = Math.min(0, ...all.map((one) => one.column));
  for (const one of [root, ...all]) one.column -= lowest;
  return { root, all, columns: 1 + Math.max(root.column, ...all.map((one) => one.column)), rows };
}

const x = (one: Placed): number => one.column * (WIDE + GAP);
const y = (one: Placed): number => one.row * (HIGH + BETWEEN);

function lineOf(one: Placed): string {
  const from = one.from!;
  const [a, b] = one.column > from.column ? [from, one] : [one, from];
  const x1 = x(a) + WIDE, x2 = x(b), y1 = y(a) + HIGH / 2, y2 = y(b) + HIGH / 2, mid = (x1 + x2) / 2;
  return `M${x1} ${y1}C${mid} ${y1} ${mid} ${y2} ${x2} ${y2}`;
}

export function Graph({ trace, label }: { trace: Trace; label: string }) {
  const { root, all, columns, rows } = layout(trace);
  const width = columns * (WIDE + GAP) - GAP, height = rows * (HIGH + BETWEEN) - BETWEEN;
  return (
    <div class="graph-view" tabIndex={0} role="region" aria-label={label}>
      <div class="graph" style={{ inlineSize: `${width}px`, blockSize: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">{all.map((one) => <path key={one.node.node} d={lineOf(one)} />)}</svg>
        <GraphCard one={root} isRoot />
        {all.map((one) => <GraphCard key={one.node.node} one={one} isRoot={false} />)}
      </div>
    </div>
  );
}

function GraphCard({ one, isRoot }: { one: Placed; isRoot: boolean }) {
  const [kind, id] = splitNode(one.node.node);
  const record = one.node.record ?? {};
  const at = record["at"];
  const style = { insetInlineStart: `${x(one)}px`, insetBlockStart: `${y(one)}px`, inlineSize: `${WIDE}px`, blockSize: `${HIGH}px` };
  return (
    <a class={`graph-card ${isRoot ? "graph-root" : ""}`} style={style} href={kind === "outside" ? undefined : link([isRoot ? "record" : "trace", kind, id])}>
      <span class="graph-role">{isRoot ? word(kind) : word(one.node.role)} {isInstant(at) && <span class="num">{valueText("at", at)}</span>}</span>
      <span class="graph-name"><Icon name={iconOfKind(kind)} size={20} /> <strong>{kind === "outside" ? word(id) : id}</strong></span>
      <span class="graph-what"><span>{nameOf(one.node)}</span><State state={textOf(record["state"])} /></span>
    </a>
  );
}
