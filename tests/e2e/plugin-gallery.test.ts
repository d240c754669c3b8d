// Bad plugins on the page of plugins, each with what is wrong in the viewer's words: some of the gallery, in a real recorder
// and a real Chromium, in English and in German.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { BAD_PLUGINS, nameOf, writeBadPlugins } from "../support/bad-plugins.ts";
import { writeStranger } from "../support/stranger.ts";
import { openBrowser, openContext, PHONE, screenshot, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const LONG_MS = 60_000;
const FOR_NODE = "nightjar-camera-for-node";

/** What the card says in each language; what the plugin itself said stays as it is. */
const SAID: Readonly<Record<string, Readonly<Record<"en" | "de", RegExp>>>> = {
  "import-throws": {
    en: /It failed 5 times within five minutes[\s\S]*no lens is long enough/,
    de: /Es ist 5-mal innerhalb von fünf Minuten gescheitert[\s\S]*no lens is long enough/,
  },
  "wants-another": {
    en: /It wants Nightjar \^9\.0\.0, this is/,
    de: /Es verlangt Nightjar \^9\.0\.0, dies ist/,
  },
  "brings-core": { en: /second @nightjar\/core/, de: /Es bringt ein zweites @nightjar\/core mit/ },
  "wants-root": { en: /"filesystem"/, de: /Was es sich erlaubt haben will[\s\S]*"filesystem"/ },
  "start-throws": { en: /running[\s\S]*Errors\s*1/, de: /Läuft[\s\S]*Fehler\s*1/ },
};

describe("bad plugins on the page of plugins", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    recorder = await startRecorder(true, [], async (dataDir) => {
      const folder = join(dataDir, "plugins/node_modules");
      writeBadPlugins(
        folder,
        BAD_PLUGINS.filter(({ id }) => id in SAID),
      );
      mkdirSync(join(folder, FOR_NODE));
      const engines = { nightjar: "^0.1.0", node: "<20" };
      writeStranger(join(folder, FOR_NODE), { card: { name: FOR_NODE, engines }, driver: "for-node" });
    });
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    await until(
      "the plugin that fails to be left alone",
      async () => {
        type Listed = { readonly plugins: readonly { readonly name: string; readonly status: string }[] };
        const { plugins } = await recorder.api<Listed>("GET", "/plugins");
        const failing = plugins.find(({ name }) => name === nameOf({ id: "import-throws" }));
        return failing?.status === "quarantined";
      },
      LONG_MS,
    );
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  for (const language of ["en", "de"] as const) {
    it(`each card says what is wrong (${language})`, async () => {
      const context = await openContext(browser, recorder);
      const preferences = JSON.stringify(JSON.stringify({ language }));
      await context.addInitScript(`localStorage.setItem("nightjar.preferences", ${preferences});`);
      const page = await context.newPage();
      await page.goto(`${recorder.url}/plugins`);
      const card = (name: string) => page.locator("article.plugin-card").filter({ hasText: name });
      for (const [id, said] of Object.entries(SAID)) {
        const one = card(nameOf({ id }));
        await one.waitFor({ timeout: LONG_MS });
        await until(id, async () => said[language].test(await one.innerText())).catch(
          async (error: unknown) => {
            assert.match(await one.innerText(), said[language], String(error));
          },
        );
      }
      const text = await card(FOR_NODE).innerText();
      assert.match(text, language === "en" ? /It asks for Node <20/ : /Es verlangt Node <20/);
      await screenshot(page, `plugin-gallery-${language}`);
      await page.setViewportSize(PHONE);
      await screenshot(page, `plugin-gallery-${language}-phone`);
      await context.close();
    });
  }
});
