// Which door or page is shown, by the state of entry and the address. Pages beyond live are loaded when first opened.
import type { ComponentType } from "preact";
import { t } from "./locale/messages.ts";
import { LivePage } from "./pages/live/live-page.tsx";
import { LoginPage } from "./pages/login-page.tsx";
import { EmptyPage } from "./parts/controls.tsx";
import { Logo } from "./parts/icon.tsx";
import { lazyPage } from "./parts/lazy-page.tsx";
import { followLink, href, place } from "./router.ts";
import { Shell } from "./shell/shell.tsx";
import { Toasts } from "./shell/toasts.tsx";
import { enter, entry } from "./state/recorder.ts";

const PAGES: Readonly<Record<string, ComponentType>> = {
  "": LivePage,
  live: LivePage,
  playback: lazyPage(async () => (await import("./pages/playback/playback-page.tsx")).PlaybackPage),
  events: lazyPage(async () => (await import("./pages/events/events-page.tsx")).EventsPage),
  tills: lazyPage(async () => (await import("./pages/tills/tills-page.tsx")).TillsPage),
  io: lazyPage(async () => (await import("./pages/io/io-page.tsx")).IoPage),
  arming: lazyPage(async () => (await import("./pages/arming/arming-page.tsx")).ArmingPage),
  linkage: lazyPage(async () => (await import("./pages/linkage/linkage-page.tsx")).LinkagePage),
  cameras: lazyPage(async () => (await import("./pages/cameras/cameras-page.tsx")).CamerasPage),
  storage: lazyPage(async () => (await import("./pages/storage/storage-page.tsx")).StoragePage),
  plugins: lazyPage(async () => (await import("./pages/plugins/plugins-page.tsx")).PluginsPage),
  system: lazyPage(async () => (await import("./pages/system-page.tsx")).SystemPage),
  plugin: lazyPage(async () => (await import("./pages/plugin-page.tsx")).PluginPage),
  account: lazyPage(async () => (await import("./pages/account/account-page.tsx")).AccountPage),
  users: lazyPage(async () => (await import("./pages/users-page.tsx")).UsersPage),
};
const ActivatePage = lazyPage(
  async () => (await import("./pages/wizard/activate-page.tsx")).ActivatePage,
  Starting,
);
const WelcomePage = lazyPage(
  async () => (await import("./pages/wizard/welcome-page.tsx")).WelcomePage,
  Starting,
);

/** Before the recorder has said who is there, and what is to be shown at its door. */
function Starting() {
  return (
    <main class="door" aria-busy="true">
      <Logo size={48} />
    </main>
  );
}

function Unreachable({ code }: { readonly code: string }) {
  return (
    <main class="door">
      <EmptyPage icon="warning" title={t("unreachable.title")} text={t("unreachable.text")}>
        <button type="button" class="button primary" onClick={() => void enter()}>
          {t("tryAgain")}
        </button>
        <code>{code}</code>
      </EmptyPage>
    </main>
  );
}

function Page() {
  const now = entry.value;
  if (now.kind === "starting") return <Starting />;
  if (now.kind === "unreachable") return <Unreachable code={now.code} />;
  if (now.kind === "activate") return <ActivatePage />;
  if (now.kind === "login") return <LoginPage setup={now.setup} ended={now.ended} />;
  const name = place.value.path.split("/")[0] ?? "";
  if (name === "welcome") return <WelcomePage />;
  const Found = PAGES[name];
  return (
    <Shell page={name === "" ? "live" : name}>
      {Found === undefined ? (
        <EmptyPage icon="search" title={t("noPage.title")} text={t("noPage.text")}>
          <a class="button" href={href("live")} onClick={followLink}>
            {t("nav.live")}
          </a>
        </EmptyPage>
      ) : (
        <Found />
      )}
    </Shell>
  );
}

/** The whole interface. */
export function App() {
  return (
    <>
      <Page />
      <Toasts />
    </>
  );
}
