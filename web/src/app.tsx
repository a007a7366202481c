// SPDX-License-Identifier: Apache-2.0
// The house around the screens: navigation, banners, shortcuts, scanner.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { listen, lostSince, session, signOut } from "./core/api.ts";
import { acts, loadActs } from "./core/acts.ts";
import { useAtom } from "./core/atom.ts";
import { clockSeconds, clockTime, offsetMinutes, offsetText, useNow, weekdayOf } from "./core/clock.ts";
import { language, speak, spoken, t } from "./core/i18n.ts";
import { isDark, theme, toggleTheme } from "./core/preferences.ts";
import { RECONSTRUCTING } from "./core/raw.ts";
import { forgetReadings, useReading } from "./core/resource.ts";
import { link, route } from "./core/route.ts";
import { useScanner } from "./core/scanner.ts";
import type { Site } from "./core/types.ts";
import { Icon, type IconName } from "./ui/icon.tsx";
import { screenOf } from "./pages/index.tsx";
import { ScanBox } from "./ui/scan.tsx";
import { Telephone } from "./pages/telephone.tsx";
import { SignIn } from "./pages/signin.tsx";
import { Shortcuts, useShortcuts } from "./ui/shortcuts.tsx";

interface Place {
  /** It is shown where this act exists. */
  needs?: string;
  /** It is shown to these, where the server has raw data. */
  rawFor?: readonly string[];
  path: string;
  key: string;
  icon: IconName;
  name: () => string;
}

const PLACES: readonly Place[] = [
  { path: "today", key: "t", icon: "today", name: () => t("Today") },
  { path: "lab", key: "h", icon: "lab", name: () => t("Hot lab") },
  { path: "dispensing", key: "d", icon: "syringe", name: () => t("Dispensing") },
  { path: "patients", key: "p", icon: "patients", name: () => t("Patients") },
  { path: "stock", key: "k", icon: "stock", name: () => t("Stock") },
  { path: "instruments", key: "i", icon: "gauge", name: () => t("Instruments") },
  { path: "batches", key: "q", icon: "vial", name: () => t("Batch records"), needs: "quality.do_step" },
  { path: "protection", key: "o", icon: "warn", name: () => t("Protection"), needs: "safety.survey" },
  { path: "studies", key: "s", icon: "studies", name: () => t("Studies") },
  { path: "raw", key: "w", icon: "sinogram", name: () => t("Raw data"), rawFor: RECONSTRUCTING },
  { path: "production", key: "c", icon: "target", name: () => t("Production") },
  { path: "plan", key: "l", icon: "plan", name: () => t("Planning") },
  { path: "trace", key: "r", icon: "trace", name: () => t("Trace") },
  { path: "balance", key: "b", icon: "balance", name: () => t("Books") },
  { path: "audit", key: "a", icon: "audit", name: () => t("Audit") },
  { path: "persons", key: "m", icon: "admin", name: () => t("Persons") },
];

export function App() {
  useAtom(spoken);
  useAtom(theme);
  return useAtom(session) === null ? <SignIn /> : <House />;
}

/** Screens that belong to a place in the navigation without being it. */
const INSIDE: Record<string, string> = { act: "lab", papers: "lab", patient: "patients", batch: "batches", instrument: "instruments", find: "today", sheet: "lab", sheets: "lab", study: "studies", reconstruction: "raw", record: "trace", telephone: "persons" };

function House() {
  const here = useAtom(route);
  const spokenNow = useAtom(language);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const site = useReading<Site>("/api/site").data;
  const place = here.parts[0] ?? "today";
  const known = useAtom(acts);
  const roles = useAtom(session)?.roles;
  const places = useMemo(() => PLACES.filter((one) =>
    (one.needs === undefined || known.some((act) => act.name === one.needs)) &&
    (one.rawFor === undefined || (site?.has_raw === true && one.rawFor.some((role) => roles?.includes(role))))), [known, site?.has_raw, roles]);
  const mustEnrol = useAtom(session)?.must_enrol === true;

  useEffect(listen, []);
  useEffect(() => forgetReadings, []);
  useEffect(() => {
    loadActs().catch(() => undefined);
  }, [spokenNow]);
  useEffect(() => {
    if (site !== undefined) offsetMinutes.set(site.utc_offset_minutes);
  }, [site]);
  // A new screen begins at its top and its title is read out.
  const path = here.parts.join("/");
  useEffect(() => {
    window.scrollTo(0, 0);
    const target = main.current?.querySelector<HTMLElement>("[data-autofocus]") ?? document.querySelector<HTMLElement>("[data-scan]:enabled")
      ?? main.current?.querySelector("h1");
    target?.focus({ preventScroll: true });
  }, [path]);
  useShortcuts(places, () => setHelpOpen(true));
  useScanner();
  useAtom(offsetMinutes);

  return (
    <div class="house">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        {t("Skip to the content")}
      </a>
      <nav class="rail" aria-label={t("Places")}>
        <a class="brand" href={link(["today"])} aria-label="Moly">
          <img src="./icon.svg" alt="" width={40} height={40} />
        </a>
        {places.map((one) => (
          <a
            key={one.path}
            href={link([one.path])}
            aria-current={(INSIDE[place] ?? place) === one.path ? "page" : undefined}
          >
            <Icon name={one.icon} size={26} />
            <span>{one.name()}</span>
          </a>
        ))}
      </nav>
      {site?.is_training === true && (
        <p class="training" role="status"><Icon name="warn" size={18} /> {t("Training: nothing here is about a real patient.")}</p>
      )}
      <TopBar site={site} path={path} onHelp={() => setHelpOpen(true)} />
      <main id="main" ref={main} tabIndex={-1}>
        <Banners />
        {mustEnrol ? <Telephone /> : screenOf(here)}
      </main>
      {isHelpOpen && <Shortcuts places={places} onClose={() => setHelpOpen(false)} />}
    </div>
  );
}

function TopBar({ site, path, onHelp }: { site: Site | undefined; path: string; onHelp: () => void }) {
  const now = useNow();
  const person = useAtom(session);
  return (
    <header class="top">
      <span class="site">{site?.name ?? "Moly"}</span>
      {!path.startsWith("act/") && <ScanBox path={path} />}
      <time class="clock" dateTime={new Date(now).toISOString()} title={offsetText()}>
        <span class="quiet">{weekdayOf(now)}</span> <strong>{clockSeconds(now)}</strong>
      </time>
      <LanguageSwitch />
      <button class="quiet-button" type="button" onClick={toggleTheme}
        aria-label={isDark() ? t("Light colours") : t("Dark colours")}
        title={isDark() ? t("Light colours") : t("Dark colours")}>
        <Icon name={isDark() ? "sun" : "moon"} />
      </button>
      <button class="quiet-button keys" type="button" onClick={onHelp}
        aria-label={t("Keyboard")} title={t("Keyboard")}>
        <Icon name="keyboard" />
      </button>
      <span class="person">
        <Icon name="person" size={20} />
        {person?.name || person?.user}
      </span>
      <button class="quiet-button" type="button" onClick={() => void signOut().catch(() => undefined)}
        aria-label={t("Sign out")} title={t("Sign out")}>
        <Icon name="leave" />
      </button>
    </header>
  );
}

const OWN_NAMES: Record<string, string> = { en: "English", ru: "Русский" };

export function LanguageSwitch() {
  const now = useAtom(language);
  return (
    <div class="languages" role="group" aria-label={t("Language")}>
      {Object.entries(OWN_NAMES).map(([code, name]) => (
        <button key={code} type="button" lang={code} aria-pressed={now === code} title={name}
          onClick={() => void speak(code)}>
          {code.toUpperCase()}
        </button>
      ))}
    </div>
  );
}

function Banners() {
  const since = useAtom(lostSince);
  return <div class="banners">{since !== null && <OfflineBanner since={since} />}</div>;
}

export function OfflineBanner({ since }: { since: number }) {
  return (
    <p class="banner banner-offline" role="alert">
      <Icon name="offline" size={24} />
      <span>
        <strong>{t("No connection since {time}.", { time: clockTime(since) })}</strong>{" "}
        {t("What you type is kept on this device; send it when the connection is back. Numbers on the screen may be old.")}
      </span>
    </p>
  );
}
