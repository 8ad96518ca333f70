// What one person chose in this browser: theme, language, whether details are shown. Survives a reload.
import { computed, effect, signal } from "@preact/signals";
import { locale, toLocale, type Locale } from "../words";

type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** Storage may be blocked (private windows): then choices last as long as the page. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing to do: see readStored.
  }
}

// page.ts reads the same keys before the first paint.
const THEME = "kefu.theme";
const LOCALE = "kefu.locale";
const DETAILS = "kefu.details";
const DENSITY = "kefu.density";

type Density = "comfortable" | "compact";
export const DENSITIES: readonly Density[] = ["comfortable", "compact"];

export const theme = signal<Theme>("system");
export const density = signal<Density>("comfortable");
/** Height of a row of the list; the same stands in the styles. */
export const rowPx = computed(() => (density.value === "compact" ? 48 : 64));
export const isDetailsWanted = signal(true);

export function loadPreferences(pageLocale: string): void {
  const storedTheme = readStored(THEME);
  theme.value = storedTheme === "light" || storedTheme === "dark" ? storedTheme : "system";
  locale.value = toLocale(readStored(LOCALE) ?? pageLocale);
  isDetailsWanted.value = readStored(DETAILS) !== "no";
  density.value = readStored(DENSITY) === "compact" ? "compact" : "comfortable";

  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
  effect(() => {
    document.documentElement.dataset.density = density.value;
  });
  effect(() => {
    document.documentElement.lang = locale.value === "zh-Hans" ? "zh-Hans" : "en";
  });
}

export function chooseDensity(choice: Density): void {
  density.value = choice;
  writeStored(DENSITY, choice === "comfortable" ? null : choice);
}

export function chooseTheme(choice: Theme): void {
  theme.value = choice;
  writeStored(THEME, choice === "system" ? null : choice);
}

export function chooseLocale(choice: Locale): void {
  locale.value = choice;
  writeStored(LOCALE, choice);
  // The pages that Django renders (sign-in, admin) read this cookie.
  document.cookie = `kefu_locale=${choice.toLowerCase()}; path=/; max-age=31536000; samesite=lax`;
}

export function showDetails(shown: boolean): void {
  isDetailsWanted.value = shown;
  writeStored(DETAILS, shown ? null : "no");
}
