// SPDX-License-Identifier: Apache-2.0
// The electronic signature: who signs, what it means, and the password again.
import { useState } from "preact/hooks";
import { session } from "../core/api.ts";
import { t, word } from "../core/i18n.ts";
import type { Act } from "../core/types.ts";
import { Icon } from "../ui/icon.tsx";
import { onEnter } from "./field.tsx";

export interface Signing {
  password: string;
  secondUser: string;
  secondPassword: string;
  /** Of the second person's telephone, who has no session here. */
  secondCode: string;
}

export function SignaturePanel(props: { act: Act; signing: Signing; onChange: (signing: Signing) => void }) {
  const { act, signing, onChange } = props;
  const person = session.get();
  const [isSecondAsked, askSecond] = useState(false);
  const needsSecond = act.signature === "two";
  return (
    <fieldset class="signature">
      <legend><Icon name="pen" /> {t("Signature")}</legend>
      <p>
        <strong>{person?.name || person?.user}</strong>{" "}
        {act.meaning ? t("signs: “{meaning}”", { meaning: word(act.meaning) }) : t("signs this act")}
      </p>
      <label class="field-label" for="sign-password">{t("Your password")}</label>
      <input
        id="sign-password" class="input" type="password" autocomplete="off" value={signing.password} data-entry
        onKeyDown={onEnter} onInput={(event) => onChange({ ...signing, password: event.currentTarget.value })}
      />
      {needsSecond || isSecondAsked ? (
        <div class="second">
          <p>{t("A second person, present here, confirms with a name and password of their own.")}</p>
          <label class="field-label" for="second-user">{t("Second person")}</label>
          <input
            id="second-user" class="input" autocomplete="off" autocapitalize="none" spellcheck={false} value={signing.secondUser}
            data-entry onKeyDown={onEnter}
            onInput={(event) => onChange({ ...signing, secondUser: event.currentTarget.value.trim() })}
          />
          <label class="field-label" for="second-password">{t("Password of the second person")}</label>
          <input
            id="second-password" class="input" type="password" autocomplete="off" value={signing.secondPassword} data-entry
            onKeyDown={onEnter}
            onInput={(event) => onChange({ ...signing, secondPassword: event.currentTarget.value })}
          />
          <label class="field-label" for="second-code">{t("Code of the second person's telephone, if there is one")}</label>
          <input
            id="second-code" class="input" inputMode="numeric" autocomplete="off" value={signing.secondCode}
            onInput={(event) => onChange({ ...signing, secondCode: event.currentTarget.value.trim() })}
          />
        </div>
      ) : (
        <button type="button" class="text-button" onClick={() => askSecond(true)}>{t("A second person signs too")}</button>
      )}
    </fieldset>
  );
}
