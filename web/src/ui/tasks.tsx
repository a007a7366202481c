// SPDX-License-Identifier: Apache-2.0
// What to do now, in order: each item one large button that opens the act with its fields filled in.
import { clockTime, moment, useNow } from "../core/clock.ts";
import { said, t } from "../core/i18n.ts";
import { duration } from "../core/quantity.ts";
import { ruleText } from "../core/rules.ts";
import { unitsIn } from "../core/words.ts";
import type { Task } from "../core/work.ts";
import { Icon, iconOfKind } from "./icon.tsx";

const GROUPS: readonly (readonly [when: Task["when"], name: () => string, most: number])[] = [
  ["waiting", () => t("A patient waits"), 20],
  ["now", () => t("Now, in this order"), 12],
  ["today", () => t("Next doses"), 6],
  ["later", () => t("When there is time"), 6],
];

export function Tasks({ tasks }: { tasks: Task[] }) {
  return (
    <div class="tasks">
      {GROUPS.map(([when, name, most]) => {
        const here = tasks.filter((one) => one.when === when);
        if (here.length === 0) return null;
        const rest = here.slice(most);
        return (
          <section key={when} aria-labelledby={`tasks-${when}`}>
            <h2 id={`tasks-${when}`}>{name()}</h2>
            <ol class="task-list">{here.slice(0, most).map((one) => <TaskRow key={one.href} task={one} isFirst={one === tasks[0]} />)}</ol>
            {rest.length > 0 && (
              <details class="more">
                <summary>{t("{count} more", { count: rest.length })}</summary>
                <ol class="task-list">{rest.map((one) => <TaskRow key={one.href} task={one} isFirst={false} />)}</ol>
              </details>
            )}
          </section>
        );
      })}
    </div>
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function TaskRow({ task, isFirst }: { task: Task; isFirst: boolean }) {
  return (
    <li>
      <a class={`task task-${task.when} ${isFirst ? "task-first" : ""}`} href={task.href} data-act={task.act}>
        <Icon name={iconOfKind(task.kind)} size={30} />
        <span class="task-what">
          <strong>{task.title}</strong>
          <span>{task.label}</span>
          <span class="task-why">{sentence(unitsIn(said(task.why, task)))}{task.rule !== "" && <abbr class="rule" title={ruleText(task.rule)}>{task.rule}</abbr>}</span>
        </span>
        {task.due !== null && <Due at={task.due} />}
        <Icon name="right" size={26} />
      </a>
    </li>
  );
}

function Due({ at }: { at: string }) {
  const now = useNow(10_000);
  const away = (Date.parse(at) - now) / 1000;
  const isDay = Math.abs(away) < 20 * 3600;
  return (
    <span class="task-due num">
      <strong>{isDay ? clockTime(at) : moment(at)}</strong>
      <span class={away < 0 ? "late" : ""}>{away < 0 ? t("{time} late", { time: duration(away) }) : t("in {time}", { time: duration(away) })}</span>
    </span>
  );
}
