// SPDX-License-Identifier: Apache-2.0
// Radionuclidic purity by a gamma spectrum: the verdict first, then each limit with what was found.
import { moment } from "../core/clock.ts";
import { t, word } from "../core/i18n.ts";
import { plain, significant } from "../core/quantity.ts";
import type { Body } from "../core/types.ts";
import { State } from "./parts.tsx";

interface Impurity {
  impurity: string;
  ratio_bq_per_bq: number | null;
  ratio_sd_bq_per_bq: number | null;
  at_most_bq_per_bq: number | null;
  limit_bq_per_bq: number;
  met_until: string | null;
  verdict: string;
  source: string;
}

interface Identification {
  verdict: string;
  impurities: Impurity[];
  nuclides: { nuclide: string; activity_bq: number | null }[];
}

/** What an event or a preview says of purity, where it is about that. */
export function identificationOf(body: Body): Identification | undefined {
  const found = body["identification"] as unknown as Identification | null | undefined;
  return Array.isArray(found?.impurities) ? found : undefined;
}

const percent = (ratio: number): string => `${plain(100 * ratio, 2)}\u00a0%`;

function foundText(one: Impurity): string {
  if (one.ratio_bq_per_bq !== null) {
    const sd = one.ratio_sd_bq_per_bq;
    return sd === null || sd === 0 ? percent(one.ratio_bq_per_bq) : `${percent(one.ratio_bq_per_bq)} ± ${significant((100 * sd) / one.ratio_bq_per_bq, 2)}\u00a0%`;
  }
  return one.at_most_bq_per_bq === null ? "–" : t("not seen, less than {most}", { most: percent(one.at_most_bq_per_bq) });
}

export function Purity({ found }: { found: Identification }) {
  return (
    <div class="purity">
      <p class="purity-verdict">
        <strong>{t("Radionuclidic purity")}</strong> <State state={found.verdict} />
      </p>
      <ul class="plain-list">
        {found.impurities.map((one) => (
          <li key={one.impurity}>
            <p><strong>{word(one.impurity)}</strong> <span class="num">{foundText(one)}</span> <State state={one.verdict} /></p>
            <p class="quiet">
              {t("at most {limit} ({source})", { limit: percent(one.limit_bq_per_bq), source: one.source })}
              {one.met_until !== null && one.verdict === "met" && <> · {t("met until {time}", { time: moment(one.met_until) })}</>}
            </p>
          </li>
        ))}
      </ul>
      <p class="quiet">{t("Seen in the spectrum: {nuclides}", { nuclides: found.nuclides.map((one) => one.nuclide).join(", ") || "–" })}</p>
    </div>
  );
}
