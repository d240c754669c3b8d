// What one viewer likes on one device: theme, language, zone of times, grid. Kept in localStorage, never sent.
import { effect, signal } from "@preact/signals";
import { LANGUAGES, type Language, language, preferredLanguage, useLanguage } from "../locale/messages.ts";
import { soundsMuted } from "./alarm-sounds.ts";
import { wallNameOf } from "./wall.ts";

const STORAGE_KEY = "nightjar.preferences";

export type Theme = "dark" | "light" | "system";
export type ZoneChoice = "viewer" | "recorder";

interface Kept {
  theme?: string;
  language?: string;
  zone?: string;
  grid?: number;
  railCollapsed?: boolean;
  figures?: boolean;
  singleKeys?: boolean;
  wall?: string;
  soundsMuted?: boolean;
}

function read(): Kept {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const kept = read();
const GRIDS = [1, 4, 9, 16] as const;
/** Tiles on the live page. */
export type GridSize = (typeof GRIDS)[number];

/** The smallest grid that shows all of so many cameras, or the largest there is. */
export function fittingGrid(cameras: number): GridSize {
  return GRIDS.find((size) => size >= cameras) ?? 16;
}

/** Reads a grid size from text or number; undefined if it is none. */
export function gridSize(value: unknown): GridSize | undefined {
  return GRIDS.find((size) => size === Number(value));
}

export const theme = signal<Theme>(kept.theme === "light" || kept.theme === "system" ? kept.theme : "dark");
export const zoneChoice = signal<ZoneChoice>(kept.zone === "recorder" ? "recorder" : "viewer");
/** Tiles on the live page as chosen; undefined: as many as the cameras need. */
export const grid = signal<GridSize | undefined>(gridSize(kept.grid));
export const railCollapsed = signal(kept.railCollapsed === true);
/** Delay, bit rate and frame rate over every tile. */
export const figuresShown = signal(kept.figures === true);

/** Keys without Ctrl or the like act as shortcuts (WCAG 2.2, 2.1.4: they can be switched off). */
export const singleKeys = signal(kept.singleKeys !== false);

/** What this screen is called as a wall; undefined: it is none. */
export const wallName = signal<string | undefined>(
  typeof kept.wall === "string" ? wallNameOf(kept.wall) : undefined,
);
soundsMuted.value = kept.soundsMuted === true;

const systemLight = matchMedia("(prefers-color-scheme: light)");

function applyTheme(): void {
  const light = theme.value === "light" || (theme.value === "system" && systemLight.matches);
  shownTheme.value = light ? "light" : "dark";
  document.documentElement.dataset["theme"] = shownTheme.value;
  const meta = document.querySelector('meta[name="theme-color"]');
  meta?.setAttribute("content", light ? "#ffffff" : "#14181b");
  themeChanged.value += 1;
}

/** The theme on show: what `system` comes to as well. */
export const shownTheme = signal<"dark" | "light">("dark");

/** Rises when colours change: canvases that draw with the theme's colours listen. */
export const themeChanged = signal(0);

/** Loads the kept language and keeps every later change. */
export async function startPreferences(): Promise<void> {
  const wanted = LANGUAGES.find((one) => one === kept.language) ?? preferredLanguage(navigator.languages);
  await useLanguage(wanted);
  systemLight.addEventListener("change", applyTheme);
  theme.subscribe(applyTheme);
  effect(() => {
    const now: Kept = {
      theme: theme.value,
      language: language.value,
      zone: zoneChoice.value,
      ...(grid.value === undefined ? {} : { grid: grid.value }),
      railCollapsed: railCollapsed.value,
      figures: figuresShown.value,
      singleKeys: singleKeys.value,
      ...(wallName.value === undefined ? {} : { wall: wallName.value }),
      soundsMuted: soundsMuted.value,
    };
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(now));
    } catch {
      // A private window without storage: the choice lasts as long as the page.
    }
  });
}

/** Changes the language, once its words are there. */
export function chooseLanguage(wanted: Language): Promise<void> {
  return useLanguage(wanted);
}
