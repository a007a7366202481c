// SPDX-License-Identifier: Apache-2.0
// What is wished of a reconstruction, from the declaration of `moly reconstruct`; one button starts it.
import { useState } from "preact/hooks";
import { NoAnswer, post, Refusal } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { language, t, word } from "../core/i18n.ts";
import type { RawData, Reconstruction, Wishes } from "../core/raw.ts";
import { useReading } from "../core/resource.ts";
import { go } from "../core/route.ts";
import type { Field } from "../core/types.ts";
import { Calculator, type CalculatorField } from "../ui/calculator.tsx";
import { Icon } from "../ui/icon.tsx";

type Values = Record<string, string>;

/** What most people turn; the rest stands under "More". */
const FIRST = ["algorithm", "iterations", "subsets", "tof", "psf", "filter", "voxel"];
/** Of the scan or of DICOM files, which the page does not write. */
const NOT_HERE = ["raw", "threads", "ranks", "start", "description", "weight", "injected", "injected-at", "patient-id", "patient-name"];

function usual(data: RawData): Values {
  return { algorithm: "osem", iterations: "4", ...((data.tof_bins ?? 1) > 1 && { tof: "yes" }), psf: "4.5 mm" };
}

const named = (): Record<string, string> => ({
  algorithm: t("Method"),
  iterations: t("Iterations"),
  subsets: t("Subsets (empty: as fits)"),
  tof: t("Time of flight"),
  psf: t("Resolution of the scanner"),
  filter: t("Smoothing afterwards"),
  voxel: t("Voxel (empty: as fits)"),
});

function fieldOf(field: Field, name: string): CalculatorField {
  const words = field.choices?.map((one, i) => [one, field.choice_labels?.[i] ?? one] as const);
  const yesNo = field.type === "boolean" ? ([["yes", t("yes")], ["no", t("no")]] as const) : undefined;
  const choices = words ?? yesNo;
  const isOpen = field.default === undefined && choices !== undefined;
  return { key: field.name, label: name, ...(choices !== undefined && { choices: isOpen ? [["", "–"] as const, ...choices] : choices }) };
}

export function ReconstructForm({ data }: { data: RawData }) {
  const speaks = useAtom(language);
  const wishes = useReading<Wishes>(`/api/reconstructions/parameters?lang=${speaks}`).data;
  const [values, setValues] = useState<Values>(() => usual(data));
  const [refusal, setRefusal] = useState<Refusal>();
  const [isSending, setSending] = useState(false);
  if (wishes === undefined || !wishes.is_offered) return null;
  const isSpect = data.kind === "SPECT projections";
  const known = wishes.params.filter((one) => !NOT_HERE.includes(one.name) && (one.name !== "tof" || (data.tof_bins ?? 1) > 1) && !(isSpect && one.name === "psf"));
  const names = named();
  const first = FIRST.flatMap((name) => known.filter((one) => one.name === name)).map((one) => fieldOf(one, names[one.name] ?? word(one.name)));
  const more = known.filter((one) => !FIRST.includes(one.name)).map((one) => fieldOf(one, one.help));
  const shown: Values = { ...Object.fromEntries(known.map((one) => [one.name, defaultOf(one)])), ...values };

  const start = async () => {
    setSending(true);
    setRefusal(undefined);
    try {
      const here = new Set(known.map((one) => one.name));
      const given = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== "" && here.has(name))
        .map(([name, value]) => [name, asDeclared(known.find((one) => one.name === name)?.type, value)]));
      const made = await post<Reconstruction>("/api/reconstructions", { raw: data.name, ...given });
      go(["reconstruction", made.id]);
    } catch (error) {
      if (error instanceof Refusal) setRefusal(error);
      else if (!(error instanceof NoAnswer)) throw error;
    }
    setSending(false);
  };
  const inFirst = refusal !== undefined && first.some((one) => refusal.message.startsWith(one.key));
  return (
    <section class="card reconstruct" aria-label={t("Reconstruct")}>
      <h2 class="card-head">{t("Reconstruct")}</h2>
      <button type="button" class="button button-primary button-huge button-wide" disabled={isSending} onClick={() => void start()}>
        <Icon name="play" /> {t("Reconstruct")}
      </button>
      <Calculator fields={first} values={shown} refusal={inFirst || more.length === 0 ? refusal : undefined} onChange={setValues} />
      {more.length > 0 && (
        <details class="minor" open={refusal !== undefined && !inFirst}>
          <summary>{t("More")}</summary>
          <Calculator fields={more} values={shown} refusal={inFirst ? undefined : refusal} onChange={setValues} />
        </details>
      )}
    </section>
  );
}

/** What is no number stays as it was typed: the server says what is wrong with it. */
function asDeclared(type: Field["type"] | undefined, value: string): string | number | boolean {
  if (type === "boolean") return value === "yes";
  return type === "integer" && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
}

const defaultOf = (field: Field): string => {
  const value = field.default ?? "";
  return field.type === "boolean" && (value === "true" || value === "false") ? (value === "true" ? "yes" : "no") : value;
};
