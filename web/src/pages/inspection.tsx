// SPDX-License-Identifier: Apache-2.0
// Where an inspector begins: each question of an inspection with its answer as it is now, and the way to
// what it rests on. Nothing can be changed from here.
import { t } from "../core/i18n.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import type { Balance, Item, LedgerEvent, Limits } from "../core/types.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { overdueOf } from "./instruments.tsx";

interface Question {
  href: string;
  icon: IconName;
  title: string;
  answer: string | undefined;
  isBad?: boolean;
}

export function Inspection() {
  const events = useReading<{ results: LedgerEvent[] }>("/api/events?newest=1&limit=1").data;
  const corrections = useReading<{ results: LedgerEvent[] }>("/api/events?kind=centre.correct&newest=1&limit=100").data;
  const balance = useReading<Balance>("/api/balance").data;
  const limits = useReading<Limits>("/api/stock/limits").data;
  const instruments = useReading<{ results: Item[] }>("/api/records/instrument?limit=500").data;
  const off = balance?.discrepancies.length;
  const over = limits?.results.filter((one) => one.state === "over" || one.state === "not licensed").length;
  const overdue = instruments?.results.reduce((sum, one) => sum + overdueOf(one), 0);
  const count = (n: number | undefined): string | undefined => (n === undefined ? undefined : String(n));
  const questions: Question[] = [
    { href: link(["trace"]), icon: "trace", title: t("Follow a lot to its patients, and back"), answer: t("scan or type its number") },
    { href: link(["audit"]), icon: "audit", title: t("Who did what, when and why"), answer: events === undefined ? undefined : t("{count} events, chained", { count: events.results[0]?.seq ?? 0 }) },
    { href: link(["audit"], { kind: "centre.correct" }), icon: "pen", title: t("Corrections, with what stood before"), answer: count(corrections?.results.length) },
    { href: link(["balance"]), icon: "balance", title: t("Lines where the books do not balance"), answer: count(off), isBad: (off ?? 0) > 0 },
    { href: link(["stock"]), icon: "stock", title: t("Rooms over their licence"), answer: count(over), isBad: (over ?? 0) > 0 },
    { href: link(["instruments"]), icon: "gauge", title: t("Checks of instruments overdue"), answer: count(overdue), isBad: (overdue ?? 0) > 0 },
    { href: link(["papers"]), icon: "report", title: t("Journals and papers to take along (PDF)"), answer: t("in seven languages") },
    { href: link(["persons"]), icon: "admin", title: t("Persons and what they may do"), answer: "" },
  ];
  return (
    <section aria-labelledby="inspection-title">
      <h2 id="inspection-title">{t("What an inspection asks")}</h2>
      <ul class="task-list task-grid">
        {questions.map((one) => (
          <li key={one.href}>
            <a class={`task ${one.isBad === true ? "task-waiting" : ""}`} href={one.href}>
              <Icon name={one.icon} size={30} />
              <span class="task-what"><strong>{one.title}</strong><span class={one.isBad === true ? "late" : "quiet"}>{one.answer ?? "…"}</span></span>
              <Icon name="right" size={26} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
