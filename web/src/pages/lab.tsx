// SPDX-License-Identifier: Apache-2.0
// The hot lab: every act as a tile, in the order of work. What a person may not do stays visible,
// with who may.
import { acts, byWork, may, STAGE_NAMES, stageOf } from "../core/acts.ts";
import { useAtom } from "../core/atom.ts";
import { t } from "../core/i18n.ts";
import { link } from "../core/route.ts";
import { roleWord } from "../core/words.ts";
import type { Act } from "../core/types.ts";
import { Drafts } from "../ui/drafts.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Loading, Page } from "../ui/parts.tsx";

const STAGES: Record<string, { icon: IconName; name: () => string }> = {
  beam: { icon: "target", name: () => t("Cyclotron") },
  generator: { icon: "generator", name: () => t("Generator") },
  kit: { icon: "vial", name: () => t("Kits") },
  patient: { icon: "person", name: () => t("Patient and order") },
  dose: { icon: "syringe", name: () => t("Dose") },
  instrument: { icon: "gauge", name: () => t("Instruments") },
  batch: { icon: "report", name: () => t("Batch records") },
  stock: { icon: "stock", name: () => t("Orders, receipt, rooms and sources") },
  waste: { icon: "waste", name: () => t("Waste and protection") },
  other: { icon: "acts", name: () => t("Other acts") },
};

export function HotLab() {
  const all = useAtom(acts);
  if (all.length === 0) return <Page title={t("Hot lab")}><Loading /></Page>;
  return (
    <Page title={t("Hot lab")} lead={t("Choose what you are going to do, or scan a label.")} className="lab"
      tools={<a class="button" href={link(["papers"])}><Icon name="report" /> {t("Papers")}</a>}>
      <Drafts />
      {STAGE_NAMES.map((stage) => <Tiles key={stage} stage={stage} />)}
    </Page>
  );
}

/** The acts of a stage. */
export function Tiles({ stage }: { stage: string }) {
  const here = useAtom(acts).filter((act) => act.subject_kind !== "person" && stageOf(act.name) === stage).sort(byWork);
  if (here.length === 0) return null;
  return (
    <section class="stage" aria-labelledby={`stage-${stage}`}>
      <h2 id={`stage-${stage}`}><Icon name={STAGES[stage]!.icon} /> {STAGES[stage]!.name()}</h2>
      <ul class="tiles">{here.map((act) => <Tile key={act.name} act={act} />)}</ul>
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
