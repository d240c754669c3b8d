// The gallery of bad plugins on the page of plugins, each with what is wrong in the viewer's words: in one real recorder
// and a real Chromium, in English, and some in German. Those that take long, or eat the machine, are there when pictures are
// taken (NIGHTJAR_TEST_SCREENSHOTS); what is said of them is tried in tests/integration/bad-plugins.test.ts.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { RecordConfig } from "../../core/config/camera-config.ts";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { BAD_PLUGINS, type BadPlugin, nameOf, writeBadPlugins } from "../support/bad-plugins.ts";
import { ROOT } from "../support/program.ts";
import { writeStranger } from "../support/stranger.ts";
import { openBrowser, openContext, PHONE, screenshot, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const LONG_MS = 60_000;
const FOR_NODE = "nightjar-camera-for-node";
const WITH_PICTURES = process.env["NIGHTJAR_TEST_SCREENSHOTS"] !== undefined;
const SHOWN = BAD_PLUGINS.filter(({ slow }) => slow !== true || WITH_PICTURES);

type Language = "en" | "de";
/** A plugin as the page is told of it. */
type Told = { readonly name: string };

/** What some cards say in German besides the state; what the plugin itself said stays as it is. */
const SAID_IN_GERMAN: Readonly<Record<string, RegExp>> = {
  "import-throws": /no lens is long enough/,
  "wants-another": /Es verlangt Nightjar \^9\.0\.0, dies ist/,
  "brings-core": /Es bringt ein zweites @nightjar\/core mit/,
  "wants-root": /Was es sich erlaubt haben will[\s\S]*"filesystem"/,
  "start-throws": /Fehler\s*1/,
};
const ERRORS = { en: /Errors\s*[1-9]/, de: /Fehler\s*[1-9]/ } as const;

function wordsOf(language: Language): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(ROOT, `ui/src/locale/${language}.json`), "utf8"));
}

/** Whether a card says what the gallery says of a plugin. */
function fits(bad: BadPlugin, text: string, language: Language, words: Readonly<Record<string, string>>) {
  // One that ended may run again, and its card tells why it ended.
  const states = bad.status === "ended" ? ["restarting", "quarantined", "running"] : [bad.status];
  const hasState = states.some((state) => text.includes(words[`plugins.${state}`] ?? "no such word"));
  const hasHint =
    text.includes(words["plugins.running"] ?? "no such word") ||
    states.some((state) => hintOf(state, text, words));
  const hasErrors = bad.errors !== true || ERRORS[language].test(text);
  const said = language === "de" ? SAID_IN_GERMAN[bad.id] : bad.reason && new RegExp(bad.reason.source, "i");
  return hasState && hasHint && hasErrors && (said === undefined || said.test(text));
}

function hintOf(state: string, text: string, words: Readonly<Record<string, string>>): boolean {
  return text.includes(words[`plugins.${state}.hint`] ?? "no such hint");
}

describe("bad plugins on the page of plugins", { skip: skipBrowserTests, timeout: 300_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    // First: plugins fail from the recorder's start on.
    browser = await openBrowser();
    recorder = await startRecorder(true, [], async (dataDir) => {
      const folder = join(dataDir, "plugins/node_modules");
      writeBadPlugins(folder, SHOWN);
      mkdirSync(join(folder, FOR_NODE));
      const engines = { nightjar: "^0.1.0", node: "<20" };
      writeStranger(join(folder, FOR_NODE), { card: { name: FOR_NODE, engines }, driver: "for-node" });
      const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
      await config.update((draft) => {
        draft.firstRun.demoRemoved = true;
        for (const { id, asked } of SHOWN) {
          if (asked === undefined) continue;
          const camera = { id: `of-${id}`, name: id, driver: id, enabled: true, config: { host: "a" } };
          draft.cameras.push({ ...camera, record: { mode: "off" } as RecordConfig });
        }
      });
      await config.close();
    });
    await recorder.api("PATCH", "/settings", { wizardDone: true });
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  /** The texts of all cards by the names of their packages. */
  async function cardsOf(page: Page): Promise<Map<string, string>> {
    const texts = await page.locator("article.plugin-card").allInnerTexts();
    return new Map(texts.map((text) => [/nightjar-[a-z]+-[\w-]+/.exec(text)?.[0] ?? "", text]));
  }

  for (const [language, shown] of [
    ["en", SHOWN],
    ["de", SHOWN.filter(({ id }) => id in SAID_IN_GERMAN)],
  ] as const) {
    it(`each card says what is wrong (${language})`, async () => {
      const context = await openContext(browser, recorder);
      const preferences = JSON.stringify(JSON.stringify({ language }));
      await context.addInitScript(`localStorage.setItem("nightjar.preferences", ${preferences});`);
      const page = await context.newPage();
      // The page reads its list again every five seconds; meanwhile what fails here would be started again and again.
      await page.addInitScript(
        "const slow = setInterval; window.setInterval = (act, ms, ...args) => slow(act, Math.min(ms, 1000), ...args);",
      );
      await page.goto(`${recorder.url}/plugins`);
      await page.locator("article.plugin-card").first().waitFor();
      const words = wordsOf(language);
      // A plugin that is started again runs for a moment each time: each card is right at some look, not all at the same one.
      const waited = new Set(shown);
      const seen: Told[] = [];
      let cards = new Map<string, string>();
      const isOver = async (): Promise<boolean> => {
        cards = await cardsOf(page);
        const told = WITH_PICTURES
          ? await recorder.api<{ plugins: Told[] }>("GET", "/plugins")
          : { plugins: [] };
        for (const bad of waited) {
          if (!fits(bad, cards.get(nameOf(bad)) ?? "", language, words)) continue;
          waited.delete(bad);
          seen.push(...told.plugins.filter(({ name }) => name === nameOf(bad)));
          // What was seen need not flood the log or be started again and again: that costs more than all the rest.
          if (!(bad.id in SAID_IN_GERMAN) && bad.status !== "refused")
            await recorder.api("POST", "/plugins/enable", { name: nameOf(bad), enabled: false });
        }
        return waited.size === 0;
      };
      await until("every card", isOver, LONG_MS).catch(() => {
        const left = [...waited].map((bad) => `${bad.id} ${bad.reason}: ${cards.get(nameOf(bad))}`);
        assert.fail(`${left.length} cards say something else:\n${left.join("\n\n")}`);
      });
      const unfit = language === "en" ? /It asks for Node <20/ : /Es verlangt Node <20/;
      assert.match(cards.get(FOR_NODE) ?? "", unfit);
      if (WITH_PICTURES) {
        // All at once, each as it was when it was looked at.
        await page.route("**/api/v1/plugins", (route) => route.fulfill({ json: { plugins: seen } }));
        await page.locator(`article:has-text("${FOR_NODE}")`).waitFor({ state: "detached" });
        await picture(page, 1_440, `plugin-gallery-${language}`);
        await picture(page, PHONE.width, `plugin-gallery-${language}-phone`);
      }
      await context.close();
    });
  }

  /** The whole list at once. */
  async function picture(page: Page, width: number, name: string): Promise<void> {
    await page.setViewportSize({ width, height: 900 });
    const height = await page.locator(".plugins").evaluate((list) => list.scrollHeight);
    await page.setViewportSize({ width, height: Math.min(height + 200, 16_000) });
    await screenshot(page, name);
  }
});
