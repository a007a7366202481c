// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import { lostSince, NoAnswer, Refusal, sessionEnded, signIn } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { speak, t } from "../core/i18n.ts";
import { load, save } from "../core/storage.ts";
import { LanguageSwitch, OfflineBanner } from "../app.tsx";
import { Icon } from "../ui/icon.tsx";

export function SignIn() {
  const [user, setUser] = useState(load<string>("moly.user") ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, askCode] = useState(false);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const hasEnded = useAtom(sessionEnded);
  const lost = useAtom(lostSince);

  useEffect(() => {
    document.title = `${t("Sign in")} · Moly`;
  });

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      const opened = await signIn(user.trim(), password, needsCode ? code.trim() : undefined);
      save("moly.user", user.trim());
      if (opened.language !== undefined && load("moly.language") === undefined) await speak(opened.language);
    } catch (error) {
      if (error instanceof Refusal && error.rule === "R-12") {
        // The password is right; the person's telephone has the rest.
        if (needsCode) setProblem(error.message);
        askCode(true);
        setCode("");
        setTimeout(() => document.getElementById("code")?.focus());
        return;
      }
      if (error instanceof Refusal) setProblem(error.message);
      else if (error instanceof NoAnswer) setProblem(t("Moly does not answer. Is the server running and the cable in?"));
      else throw error;
      setPassword("");
      document.getElementById("password")?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <main class="signin">
      <div class="signin-card">
        <div class="signin-head">
          <img src="./icon.svg" alt="" width={56} height={56} />
          <div>
            <h1>Moly</h1>
            <p class="quiet">{t("The software of a nuclear-medicine centre")}</p>
          </div>
        </div>
        {lost !== null && <OfflineBanner since={lost} />}
        {hasEnded && (
          <p class="notice notice-wait" role="status">
            <Icon name="lock" />
            <span>{t("Your session has ended. Sign in again: what you had typed is still there.")}</span>
          </p>
        )}
        <form onSubmit={(event) => void submit(event)}>
          <label class="field-label" for="user">{t("User")}</label>
          <input id="user" class="input" name="user" autocomplete="username" autocapitalize="none" spellcheck={false}
            required value={user} autofocus={user === ""} onInput={(event) => setUser(event.currentTarget.value)} />
          <label class="field-label" for="password">{t("Password")}</label>
          <input id="password" class="input" name="password" type="password" autocomplete="current-password"
            required value={password} autofocus={user !== ""}
            onInput={(event) => setPassword(event.currentTarget.value)} />
          {needsCode && (
            <>
              <label class="field-label" for="code">{t("Code of your telephone")}</label>
              <input id="code" class="input" name="code" inputMode="numeric" autocomplete="one-time-code"
                required value={code} onInput={(event) => setCode(event.currentTarget.value)} />
            </>
          )}
          {problem !== "" && (
            <p class="notice notice-bad" role="alert"><Icon name="stop" /><span>{problem}</span></p>
          )}
          <button class="button button-primary button-wide" disabled={isBusy}>
            {isBusy ? t("Signing in…") : t("Sign in")}
          </button>
        </form>
        <LanguageSwitch />
      </div>
    </main>
  );
}
