// SPDX-License-Identifier: Apache-2.0
// Light or dark: as the system says, until a person chooses for this screen.
import { atom } from "./atom.ts";
import { load, save } from "./storage.ts";

export type Theme = "system" | "light" | "dark";

export const theme = atom<Theme>(load<Theme>("moly.theme") ?? "system");

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export const isDark = (): boolean =>
  theme.get() === "dark" || (theme.get() === "system" && systemIsDark.matches);

export function applyTheme(): void {
  document.documentElement.dataset["theme"] = isDark() ? "dark" : "light";
}

export function toggleTheme(): void {
  theme.set(isDark() ? "light" : "dark");
  save("moly.theme", theme.get());
  applyTheme();
}

systemIsDark.addEventListener("change", applyTheme);
