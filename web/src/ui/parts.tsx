// SPDX-License-Identifier: Apache-2.0
// The small parts that every screen is made of.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { lostSince, type Refusal } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { t, word } from "../core/i18n.ts";
import { link, splitNode } from "../core/route.ts";
import { ruleText } from "../core/rules.ts";
import { stateWord, toneOf, unitsIn, type Tone } from "../core/words.ts";
import { Icon, iconOfKind, type IconName } from "./icon.tsx";

const TONE_ICONS: Record<Tone, IconName | null> = {
  good: "check",
  wait: "wait",
  bad: "stop",
  done: "check",
  plain: null,
};

/** A state: a word with a sign and a colour, never a colour alone. */
export function State({ state, tone }: { state: string | undefined; tone?: Tone }) {
  if (state === undefined || state === "") return null;
  const shown = tone ?? toneOf(state);
  const icon = TONE_ICONS[shown];
  return (
    <span class={`state state-${shown}`}>
      {icon !== null && <Icon name={icon} size={16} />}
      {stateWord(state)}
    </span>
  );
}

/** A record as a link: "eluate/E-000001". */
export function NodeLink({ node, text }: { node: string; text?: string }) {
  const [kind, id] = splitNode(node);
  if (kind === "outside") return <span class="node">{word(id)}</span>;
  return (
    <a class="node" href={link(["record", kind, id])}>
      <Icon name={iconOfKind(kind)} size={18} />
      {text ?? id}
    </a>
  );
}

/** A page: its title, what can be done with it, and what is on it. */
export function Page(props: {
  title: string;
  lead?: ComponentChildren;
  tools?: ComponentChildren;
  className?: string;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${props.title} · Moly`;
  }, [props.title]);
  return (
    <div class={`page ${props.className ?? ""}`}>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{props.title}</h1>
          {props.lead !== undefined && <p class="lead">{props.lead}</p>}
        </div>
        {props.tools !== undefined && <div class="tools">{props.tools}</div>}
      </header>
      {props.children}
    </div>
  );
}

export function Loading({ refusal }: { refusal?: Refusal | undefined }) {
  const isLost = useAtom(lostSince) !== null;
  if (refusal !== undefined) return <Refused refusal={refusal} />;
  return (
    <p class="loading" role="status">
      {isLost ? t("Waiting for the connection.") : t("Reading…")}
    </p>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What was refused: the reason, the rule in words, and that nothing is lost. */
export function Refused({ refusal, children }: { refusal: Refusal; children?: ComponentChildren }) {
  const rule = ruleText(refusal.rule);
  const isRule = refusal.rule !== "";
  return (
    <div class="notice notice-bad" role="alert">
      <Icon name="stop" size={32} />
      <div>
        <strong>{isRule ? t("Refused by rule {rule}", { rule: refusal.rule }) : titleOf(refusal)}</strong>
        <p>{unitsIn(refusal.message)}</p>
        {rule !== "" && <p class="quiet">{rule}</p>}
        {children}
      </div>
    </div>
  );
}

function titleOf(refusal: Refusal): string {
  switch (refusal.http) {
    case 401:
      return t("The signature was not accepted");
    case 403:
      return t("Your roles do not permit this");
    case 404:
      return t("Not found");
    case 400:
    case 422:
      return t("Something that was entered cannot be right");
    case 429:
      return t("Too many attempts");
    default:
      return t("It could not be done");
  }
}

export function Members({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="members">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
