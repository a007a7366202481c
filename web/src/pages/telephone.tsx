// SPDX-License-Identifier: Apache-2.0
// A telephone that makes codes: scanned once, and asked for at each signing in from then on.
import { useEffect, useState } from "preact/hooks";
import { NoAnswer, post, Refusal, session, signOut } from "../core/api.ts";
import { t } from "../core/i18n.ts";
import { Icon } from "../ui/icon.tsx";
import { Page } from "../ui/parts.tsx";

interface Offer {
  nonce: string;
  secret: string;
  svg: string;
}

/** In fours, as it is typed. */
const inFours = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1 ");

export function Telephone() {
  const [offer, setOffer] = useState<Offer | null>(null);
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const told = (error: unknown) => {
    if (error instanceof Refusal) setProblem(error.message);
    else if (error instanceof NoAnswer) setProblem(t("Moly does not answer. Is the server running and the cable in?"));
    else throw error;
  };
  useEffect(() => {
    post<Offer>("/api/second-factor", {}).then(setOffer, told);
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (offer === null) return;
    setBusy(true);
    setProblem("");
    try {
      await post("/api/acts/centre.enrol_second_factor", { nonce: offer.nonce, code: code.trim(), password });
      await signOut().catch(() => undefined); // sessions without the telephone have ended
    } catch (error) {
      told(error);
      setCode("");
      document.getElementById("code")?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Page title={t("Your telephone as second factor")}
      lead={t("A thief of your password cannot sign in without it. It needs no network.")}>
      {offer !== null && (
        <form class="telephone" onSubmit={(event) => void submit(event)}>
          <p>{t("1. Scan this with an authenticator. It is shown only now.")}</p>
          <img src={`data:image/svg+xml,${encodeURIComponent(offer.svg)}`} width={240} height={240}
            alt={t("The secret as a QR code")} />
          <p>{t("Or type:")} <code>{inFours(offer.secret)}</code></p>
          <p>{t("2. Enter what it shows, and your password, and sign in again with the next code.")}</p>
          <label class="field-label" for="code">{t("Six digits")}</label>
          <input id="code" class="input" inputMode="numeric" autocomplete="one-time-code" required value={code}
            onInput={(event) => setCode(event.currentTarget.value)} />
          <label class="field-label" for="password">{t("Your password")}</label>
          <input id="password" class="input" type="password" autocomplete="current-password" required value={password}
            onInput={(event) => setPassword(event.currentTarget.value)} />
          <button class="button button-primary" disabled={isBusy}>{t("Use this telephone")}</button>
        </form>
      )}
      {problem !== "" && <p class="notice notice-bad" role="alert"><Icon name="stop" /><span>{problem}</span></p>}
      {session.get()?.must_enrol === true && (
        <p class="notice notice-wait"><Icon name="lock" /><span>{t("Here your roles, or this machine, need it before anything else.")}</span></p>
      )}
    </Page>
  );
}
