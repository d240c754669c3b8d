// The frame around every page: bar on top (search, health, alarms, account), rail of pages at the side (at the foot on a phone).
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type MessageKey, t } from "../locale/messages.ts";
import { Icon, type IconName, Logo } from "../parts/icon.tsx";
import { lazyPart } from "../parts/lazy-page.tsx";
import { followLink, href, place, turned } from "../router.ts";
import { flowsEditor } from "../state/flows-editor.ts";
import { railCollapsed } from "../state/preferences.ts";
import { connected, mayAdminister, mayOperate, status } from "../state/recorder.ts";
import { useShortcuts } from "../state/shortcuts.ts";
import { AccountMenu } from "./account-menu.tsx";
import { AlarmBar } from "./alarm-bar.tsx";
import { AlarmBell } from "./alarm-bell.tsx";
import { CameraSearch } from "./camera-search.tsx";
import { HealthButton } from "./health.tsx";
import { ShortcutSheet } from "./shortcut-sheet.tsx";
import { MuteButton, SoundBar } from "./sound-bar.tsx";

const EditorFrame = lazyPart(async () => (await import("../pages/flows/editor-frame.tsx")).EditorFrame);

const PAGES: readonly {
  name: string;
  icon: IconName;
  text: MessageKey;
  for: "all" | "operators" | "administrators";
  /** Where there is little room it has no place of its own: the page of this name leads to it. */
  within?: string;
}[] = [
  { name: "live", icon: "live", text: "nav.live", for: "all" },
  { name: "playback", icon: "playback", text: "nav.playback", for: "all" },
  { name: "events", icon: "events", text: "nav.events", for: "all" },
  { name: "arming", icon: "moon", text: "arming.page", for: "administrators", within: "events" },
  { name: "linkage", icon: "link", text: "linkage.page", for: "administrators", within: "events" },
  { name: "io", icon: "io", text: "nav.io", for: "operators" },
  { name: "tills", icon: "receipt", text: "tills.title", for: "all", within: "events" },
  { name: "cameras", icon: "cameras", text: "nav.cameras", for: "all" },
  { name: "storage", icon: "storage", text: "nav.storage", for: "operators" },
  { name: "plugins", icon: "plugins", text: "nav.plugins", for: "administrators" },
  { name: "system", icon: "system", text: "nav.system", for: "all" },
  { name: "system/flows", icon: "flows", text: "flows.title", for: "administrators", within: "system" },
  { name: "users", icon: "users", text: "nav.users", for: "administrators" },
];

function maySee(page: (typeof PAGES)[number]): boolean {
  if (page.for === "administrators") return mayAdminister.value;
  return page.for === "all" || mayOperate.value;
}

/** On a phone the rail may be longer than the screen is wide. */
function bringIntoView(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** Bar, rail and the page inside. */
export function Shell({ page, children }: { readonly page: string; readonly children: ComponentChildren }) {
  const { path } = place.value;
  const current = PAGES.some(({ name }) => name === path) ? path : page;
  const within = PAGES.find(({ name }) => name === current)?.within;
  const [sheet, setSheet] = useState(false);
  useEffect(() => setSheet(false), [turned.value]);
  useShortcuts(
    () => [{ keys: ["?"], shown: "?", text: "keys.help", run: () => setSheet((open) => !open) }],
    [],
  );
  return (
    <div class={`shell${railCollapsed.value ? " collapsed" : ""}`}>
      <a class="skip" href="#page">
        {t("skip")}
      </a>
      <header class="bar">
        <a class="logo" href={href("live")} onClick={followLink} aria-label="Nightjar">
          <Logo />
          <span>Nightjar</span>
        </a>
        <CameraSearch />
        <div class="spring" />
        <HealthButton key={`health ${turned.value}`} />
        <AlarmBell />
        <MuteButton />
        <button
          type="button"
          class="icon-button wide-only"
          aria-label={t("keys.help")}
          title={t("keys.help")}
          onClick={() => setSheet(true)}
        >
          <Icon name="keyboard" size={18} />
        </button>
        <AccountMenu key={`account ${turned.value}`} />
      </header>
      <nav class="rail" aria-label={t("nav.label")}>
        {PAGES.filter(maySee).map((one) => (
          <a
            key={one.name}
            href={href(one.name)}
            onClick={followLink}
            ref={one.name === current || one.name === within ? bringIntoView : null}
            class={
              one.within === undefined ? (one.name === within ? "holds-current" : undefined) : "wide-only"
            }
            aria-current={one.name === current ? "page" : undefined}
            title={railCollapsed.value ? t(one.text) : undefined}
          >
            <Icon name={one.icon} size={18} />
            <span>{t(one.text)}</span>
          </a>
        ))}
        <div class="rail-foot">
          <button
            type="button"
            class="icon-button"
            aria-expanded={!railCollapsed.value}
            aria-label={railCollapsed.value ? t("nav.expand") : t("nav.collapse")}
            title={railCollapsed.value ? t("nav.expand") : t("nav.collapse")}
            onClick={() => {
              railCollapsed.value = !railCollapsed.value;
            }}
          >
            <Icon name={railCollapsed.value ? "right" : "left"} />
          </button>
          <small>{status.value === undefined ? "" : `Nightjar ${status.value.version}`}</small>
        </div>
      </nav>
      <main class="page" id="page" tabIndex={-1}>
        <SoundBar />
        <AlarmBar />
        {connected.value ? null : (
          <p class="stale-banner" role="status">
            <Icon name="warning" />
            {t("line.lost")}
          </p>
        )}
        {children}
        {flowsEditor.value === "away" ? null : <EditorFrame />}
      </main>
      {sheet ? <ShortcutSheet onClose={() => setSheet(false)} /> : null}
    </div>
  );
}
