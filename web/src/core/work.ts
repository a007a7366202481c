// SPDX-License-Identifier: Apache-2.0
// What waits for this person: what the server's order of work says, and what the books say.
import { actNamed, acts, keyOf, may } from "./acts.ts";
import { session } from "./api.ts";
import { useAtom } from "./atom.ts";
import { t, word } from "./i18n.ts";
import { useReading } from "./resource.ts";
import { link } from "./route.ts";
import type { Balance, Block, Limits, Work, WorkItem } from "./types.ts";

const REFRESH_MS = 60_000;

export interface Task extends WorkItem {
  /** Where it is done: the act's form with its fields filled in, or a page to look at. */
  href: string;
  title: string;
}

const may_do = (name: string): boolean => {
  const act = actNamed(name);
  return act !== undefined && may(act);
};

const taskOf = (item: WorkItem): Task => ({
  ...item,
  href: link(["act", item.act], item.fields),
  title: actNamed(item.act)?.summary ?? item.act,
});

/** Lines of the books that nobody has explained. */
function unexplained(balance: Balance | undefined): Task[] {
  return (balance?.discrepancies ?? []).map((one) => taskOf({
    act: "safety.explain", fields: { event: String(one.seq) }, kind: "event", id: String(one.seq), label: one.account,
    why: t("the books do not balance: find out why"), rule: "R-38", due: null, when: "now",
  }));
}

/** Rooms that hold nearly as much as their licence allows, or more. */
function crowded(limits: Limits | undefined): Task[] {
  return (limits?.results ?? []).filter((one) => one.state !== "within").map((one) => ({
    act: "", fields: {}, kind: "room", id: one.room, label: `${one.name}, ${one.nuclide}`, why: word(one.state), rule: "R-54", due: null,
    when: one.state === "near" ? "later" : "now", href: link(["stock"]), title: t("Activity against the licence"),
  }));
}

const RANK = ["waiting", "now", "today", "later"] as const;

/** The patient who waits first, then the order in which they came. */
export function inOrder(tasks: Task[]): Task[] {
  return tasks.map((one, i) => ({ one, i })).sort((a, b) => RANK.indexOf(a.one.when) - RANK.indexOf(b.one.when) || a.i - b.i).map(({ one }) => one);
}

/** What stands in the way of something, where its remedy is an act that this person may do. */
export function taskOfBlock(block: Block): Task | undefined {
  const name = /\(([a-z]+\.[a-z_]+)\)/.exec(block.remedy ?? "")?.[1] ?? "";
  // who made or tested something does not release it: such work is not offered again by a block
  if (name === "pharmacy.release") return undefined;
  const field = actNamed(name)?.fields.find((one) => one.record === block.kind);
  const fields = block.fields ?? (field === undefined ? undefined : { [keyOf(field)]: block.id ?? "" });
  if (!may_do(name) || fields === undefined || block.id === undefined || block.is_warning === true) return undefined;
  return {
    ...taskOf({ act: name, fields, kind: block.kind ?? "", id: block.id, label: block.id, why: block.why, rule: block.rule ?? "", due: null, when: "now" }),
    ...(block.template === undefined ? {} : { template: block.template }), ...(block.values === undefined ? {} : { values: block.values }),
  };
}

/** Undefined while it is read for the first time. */
export function useWork(): { tasks: Task[] | undefined; own: WorkItem[] } {
  useAtom(acts);
  const isProtector = may_do("safety.explain") || (session.get()?.roles.includes("inspector") ?? false);
  const work = useReading<Work>("/api/work", REFRESH_MS).data;
  const balance = useReading<Balance>(isProtector ? "/api/balance" : null).data;
  const limits = useReading<Limits>(isProtector ? "/api/stock/limits" : null).data;
  if (work === undefined) return { tasks: undefined, own: [] };
  const books = may_do("safety.explain") ? unexplained(balance) : [];
  return { tasks: inOrder([...work.results.map(taskOf), ...books, ...crowded(limits)]), own: work.results };
}
