// SPDX-License-Identifier: Apache-2.0
// The box that a scan goes into. It has the focus on every screen that is no form, so that a gloved hand
// needs nothing but the scanner; a tablet's keyboard comes up only when the box is touched.
import { useEffect, useRef, useState } from "preact/hooks";
import { lostSince } from "../core/api.ts";
import { useAtom } from "../core/atom.ts";
import { t } from "../core/i18n.ts";
import { open } from "../core/scanner.ts";
import { Icon } from "./icon.tsx";

export function ScanBox({ path }: { path: string }) {
  const [code, setCode] = useState("");
  const [isTouched, touch] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const box = useRef<HTMLInputElement>(null);
  const isLost = useAtom(lostSince) !== null;
  useEffect(() => {
    setCode("");
    touch(false);
  }, [path]);
  const submit = async () => {
    if (code.trim() === "" || isBusy) return;
    setBusy(true);
    await open(code);
    setBusy(false);
    setCode("");
    box.current?.focus({ preventScroll: true });
  };
  return (
    <form class="scan" role="search" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <Icon name="scan" size={26} />
      <input
        ref={box} class="input" data-scan value={code} autocomplete="off" autocapitalize="none" spellcheck={false} enterkeyhint="go"
        inputMode={isTouched ? "text" : "none"} disabled={isLost} aria-label={t("Scan a code, or type a number")}
        placeholder={isLost ? t("No connection: nothing can be looked up") : t("Scan a label, a patient, a person")}
        onPointerDown={() => touch(true)}
        onInput={(event) => setCode(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setCode("");
          document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
        }}
      />
      {code !== "" && <button class="button button-primary" disabled={isBusy}>{t("Go")}</button>}
    </form>
  );
}
