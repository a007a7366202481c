// SPDX-License-Identifier: Apache-2.0
// The rules by their numbers (docs/requirements.md), in one sentence each for the person refused.
import { t } from "./i18n.ts";

const RULES: Record<string, () => string> = {
  "R-01": () => t("Every change is kept with who, when, what and why."),
  "R-02": () => t("The records are chained; an altered byte is found."),
  "R-03": () => t("Nothing can be signed while the clock has stepped back."),
  "R-04": () => t("A correction needs a reason; the original stays beside it."),
  "R-08": () => t("Each person has an account and roles of their own."),
  "R-09": () => t("Who makes a product cannot release it."),
  "R-10": () => t("The password is entered again for each signature."),
  "R-11": () => t("A signature ends when the signed record changes."),
  "R-13": () => t("Steps are done in their order."),
  "R-14": () => t("A critical value without a device is entered twice or by two persons."),
  "R-20": () => t("A lot stays in quarantine until it is accepted."),
  "R-21": () => t("Each elution is compared with its predicted yield."),
  "R-22": () => t("Molybdenum-99 must stay below the limit until the planned time of use."),
  "R-24": () => t("A kit has a maximum activity and an expiry; neither may be passed."),
  "R-26": () => t("Every lot can be followed to the patients and back."),
  "R-33": () => t("The volume of a dose follows from the activity at the time of injection."),
  "R-34": () => t("An activity outside the tolerance needs a reason."),
  "R-35": () => t("A justified prescription comes before the dose."),
  "R-36": () => t("Pregnancy, breast-feeding and allergies are asked before the dose."),
  "R-37": () => t("The patient is known by two identifiers and the syringe is scanned."),
  "R-38": () => t("Incidents are recorded with their deadline."),
};

export const ruleText = (rule: string): string => RULES[rule]?.() ?? "";
