// SPDX-License-Identifier: Apache-2.0
// What was begun and not recorded yet.
import { actNamed, acts } from "../core/acts.ts";
import { session } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { moment } from "../core/clock.ts";
import { drafts } from "../core/drafts.ts";
import { t } from "../core/i18n.ts";
import { link } from "../core/route.ts";
import { Icon } from "./icon.tsx";

export function Drafts() {
  useAtom(acts);
  const kept = drafts(session.get()?.user ?? "").filter((draft) => actNamed(draft.act) !== undefined);
  if (kept.length === 0) return null;
  return (
    <section class="stage" aria-labelledby="stage-drafts">
      <h2 id="stage-drafts"><Icon name="pen" /> {t("Begun and not recorded")}</h2>
      <ul class="next-row">
        {kept.map((draft) => (
          <li key={`${draft.act}?${draft.about}`}>
            <a class="button draft" href={link(["act", draft.act]) + (draft.about === "" ? "" : `?${draft.about}`)}>
              {actNamed(draft.act)?.summary}
              <span class="quiet num">{[...new URLSearchParams(draft.about).values(), moment(draft.keptAt)].join(", ")}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
