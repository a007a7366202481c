// SPDX-License-Identifier: Apache-2.0
// Studies, and the page around the viewer. The viewer itself is loaded only here.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { moment } from "../core/clock.ts";
import { t } from "../core/i18n.ts";
import { significant } from "../core/quantity.ts";
import { useReading } from "../core/resource.ts";
import { link } from "../core/route.ts";
import { isInstant } from "../core/words.ts";
import type { Json, Study } from "../core/types.ts";
import { Icon } from "../ui/icon.tsx";
import { Empty, Loading, Page, State } from "../ui/parts.tsx";

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

export const studyTitle = (study: Study): string =>
  textOf(study.patient_name) || textOf(study.header?.["patient_name"]).replace(/\^+/g, " ").trim() || textOf(study.patient) || study.id;

export function Studies() {
  const { data, refusal } = useReading<{ results: Study[] }>("/api/records/study?limit=200&newest=1");
  return (
    <Page title={t("Studies")}>
      {data === undefined ? <Loading refusal={refusal} /> : data.results.length === 0 ? (
        <Empty>{t("No study has been imported. “moly import FOLDER” reads DICOM.")}</Empty>
      ) : (
        <ul class="rows">
          {data.results.map((study) => (
            <li key={study.id}>
              <a class="row" href={link(["study", study.id])}>
                <Icon name="studies" size={28} />
                <strong>{studyTitle(study)}</strong>
                <span class="quiet num">{study.id}</span>
                <span class="quiet">{textOf(study.description).replace(/\^+/g, " ")}</span>
                {isInstant(study.at) && <span class="quiet num">{moment(study.at)}</span>}
                {study.suv !== undefined && <span class="num">{t("SUV max {value}", { value: significant(study.suv.max, 4) })}</span>}
                <State state={study.state} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

export function StudyPage({ id }: { id: string }) {
  const { data, refusal } = useReading<Study>(`/api/studies/${encodeURIComponent(id)}`);
  const [Viewer, setViewer] = useState<ComponentType<{ study: Study }> | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void import("../viewer/viewer.tsx").then((module) => {
      if (isCurrent) setViewer(() => module.Viewer);
    });
    return () => {
      isCurrent = false;
    };
  }, []);
  if (data === undefined) return <Page title={id}><Loading refusal={refusal} /></Page>;
  if (Viewer === null) return <Page title={studyTitle(data)}><Loading /></Page>;
  return <Viewer study={data} />;
}
