// SPDX-License-Identifier: Apache-2.0
// The keyboard: g and a letter goes to a place, ? lists all. Nothing here holds work, so a dialog
// can lose none.
import { useEffect, useRef } from "preact/hooks";
import { t } from "../core/i18n.ts";
import { go } from "../core/route.ts";
import { isTyping, SCAN_GAP_MS } from "../core/scanner.ts";

interface Target {
  path: string;
  key: string;
  name: () => string;
}

/** The scan box, which has the focus where no field is being filled. */
const scanned = (target: EventTarget | null): HTMLInputElement | null =>
  target instanceof HTMLInputElement && target.dataset["scan"] !== undefined ? target : null;

export function useShortcuts(places: readonly Target[], onHelp: () => void): void {
  useEffect(() => {
    let isGoing = false, last = 0;
    const onKey = (event: KeyboardEvent) => {
      const scan = scanned(event.target);
      const isSlow = event.timeStamp - last > SCAN_GAP_MS; // a person, not the scanner
      last = event.timeStamp;
      if ((isTyping(event.target) && scan === null) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (scan !== null && scan.value !== "" && !(isGoing && scan.value === "g" && isSlow)) {
        isGoing = false;
        return;
      }
      if (isGoing) {
        isGoing = false;
        const place = places.find((one) => one.key === event.key);
        if (place !== undefined) {
          event.preventDefault();
          go([place.path]);
        }
        return;
      }
      if (event.key === "g") isGoing = true;
      else if (event.key === "?") {
        event.preventDefault();
        onHelp();
      }
      else if (event.key === "/") {
        const search = document.querySelector<HTMLElement>("[data-search], [data-scan]:enabled");
        if (search === null) return;
        event.preventDefault();
        search.focus();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [places, onHelp]);
}

export function Shortcuts({ places, onClose }: { places: readonly Target[]; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="sheet" onClose={onClose} aria-labelledby="keys-title">
      <h2 id="keys-title">{t("Keyboard")}</h2>
      <table>
        <tbody>
          {places.map((place) => (
            <tr key={place.path}>
              <td><kbd>g</kbd> <kbd>{place.key}</kbd></td>
              <td>{place.name()}</td>
            </tr>
          ))}
          <tr><td><kbd>/</kbd></td><td>{t("Search on this screen")}</td></tr>
          <tr><td><kbd>?</kbd></td><td>{t("This list")}</td></tr>
          <tr><td><kbd>1</kbd> … <kbd>5</kbd></td><td>{t("Image: window up to SUV 5, 7, 10, 15, 20")}</td></tr>
          <tr><td><kbd>x</kbd> <kbd>o</kbd></td><td>{t("Image: to the maximum; regions on and off")}</td></tr>
          <tr><td><kbd>←</kbd> <kbd>↑</kbd> <kbd>PgUp</kbd></td><td>{t("Image: move the crosshair")}</td></tr>
          <tr><td><kbd>Ctrl</kbd> <kbd>Enter</kbd></td><td>{t("Record the act")}</td></tr>
        </tbody>
      </table>
      <p class="quiet">{t("A scan where no field is being filled opens the record that it names.")}</p>
      <form method="dialog"><button class="button">{t("Close")}</button></form>
    </dialog>
  );
}
