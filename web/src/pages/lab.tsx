// SPDX-License-Identifier: Apache-2.0
// The hot lab: every act as a tile, in the order of work. What a person may not do stays visible,
// with who may.
import { actNamed, acts, byWork, may, STAGE_NAMES, stageOf } from "../core/acts.ts";
import { session } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { drafts, type KeptDraft } from "../core/drafts.ts";
import { t } from "../core/i18n.ts";
import { link } from "../core/route.ts";
import { roleWord } from "../core/words.ts";
import type { Act } from "../core/types.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Loading, Page } from "../ui/parts.tsx";

const STAGES: Record<string, { icon: IconName; name: () => string }> = {
  beam: { icon: "target", name: () => t("Cyclotron") },
  generator: { icon: "generator", name: () => t("Generator") },
  kit: { icon: "vial", name: () => t("Kits") },
  patient: { icon: "person", name: () => t("Patient and order") },
  dose: { icon: "syringe", name: () => t("Dose") },
  waste: { icon: "waste", name: () => t("Waste") },
  other: { icon: "acts", name: () => t("Other acts") },
};

export function HotLab() {
  const all = useAtom(acts).filter((act) => act.subject_kind !== "person").sort(byWork);
  const kept = drafts(session.get()?.user ?? "").filter((draft) => all.some((act) => act.name === draft.act));
  if (all.length === 0) return <Page title={t("Hot lab")}><Loading /></Page>;
  return (
    <Page title={t("Hot lab")} lead={t("Choose what you are going to do, or scan a label.")} className="lab"
      tools={<a class="button" href={link(["papers"])}><Icon name="report" /> {t("Papers")}</a>}>
      {kept.length > 0 && <Drafts kept={kept} />}
      {STAGE_NAMES.map((stage) => {
        const here = all.filter((act) => stageOf(act.name) === stage);
        if (here.length === 0) return null;
        return (
          <section key={stage} class="stage" aria-labelledby={`stage-${stage}`}>
            <h2 id={`stage-${stage}`}><Icon name={STAGES[stage]!.icon} /> {STAGES[stage]!.name()}</h2>
            <ul class="tiles">
              {here.map((act) => <Tile key={act.name} act={act} />)}
            </ul>
          </section>
        );
      })}
    </Page>
  );
}

/** What was begun and not recorded yet. */
function Drafts({ kept }: { kept: KeptDraft[] }) {
  return (
    <section class="stage" aria-labelledby="stage-drafts">
      <h2 id="stage-drafts"><Icon name="pen" /> {t("Begun and not recorded")}</h2>
      <ul class="next-row">
        {kept.map((draft) => (
          <li key={`${draft.act}?${draft.about}`}>
            <a class="button draft" href={link(["act", draft.act]) + (draft.about === "" ? "" : `?${draft.about}`)}>
              {actNamed(draft.act)?.summary}
              <span class="quiet num">{[...new URLSearchParams(draft.about).values()].join(", ")}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Tile({ act }: { act: Act }) {
  const isMine = may(act);
  return (
    <li>
      <a class={`tile ${isMine ? "" : "tile-closed"}`} href={link(["act", act.name])}>
        <span class="tile-name">{act.summary}</span>
        <span class="tile-marks">
            {!isMine && (
            <span class="mark"><Icon name="lock" size={16} /> {act.roles.map(roleWord).join(", ")}</span>
          )}
          {isMine && act.signature !== "none" && (
            <span class="mark">
              <Icon name="pen" size={16} /> {act.signature === "two" ? t("two signatures") : t("signature")}
            </span>
          )}
        </span>
      </a>
    </li>
  );
}
