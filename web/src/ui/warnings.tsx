// SPDX-License-Identifier: Apache-2.0
// The act is or can be done, but somebody should know.
import { said } from "../core/i18n.ts";
import { ruleText } from "../core/rules.ts";
import { unitsIn } from "../core/words.ts";
import type { Body } from "../core/types.ts";
import { Icon } from "./icon.tsx";

export function Warnings({ body }: { body: Body }) {
  const warnings = body.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings">
      {warnings.map((one) => (
        <li key={one.message} class="notice notice-wait" role="status">
          <Icon name="warn" size={28} />
          <span>{unitsIn(said(one.message, one))}</span>
          {one.rule !== undefined && <abbr class="rule" title={ruleText(one.rule)}>{one.rule}</abbr>}
        </li>
      ))}
    </ul>
  );
}
