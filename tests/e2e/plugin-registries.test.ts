// What people see of log-in and storage by plugins: somebody of a directory signs in on the page, the page of users says where
// the account comes from, and the page of storage which plugin makes a folder ready, and why it is not.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import {
  type HouseDirectory,
  houseDirectory,
  LOGIN_PLUGIN,
  LOGIN_SOURCE,
  writeLoginPlugin,
} from "../support/login-plugin.ts";
import { STORAGE_PLUGIN, STORAGE_SOURCE, writeStoragePlugin } from "../support/storage-plugin.ts";
import { DESKTOP, openBrowser, openContext, PHONE, screenshot, skipBrowserTests } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const ANNA = { username: "anna", password: "thistle copper meadow" } as const;

describe("log-in and storage by plugins", { skip: skipBrowserTests, timeout: 170_000 }, () => {
  const dir = tempDir("nightjar-registries-");
  let house: HouseDirectory;
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    house = await houseDirectory();
    house.people.set(ANNA.username, { password: ANNA.password, groups: ["guards"] });
    mkdirSync(dir.join("plugins"));
    writeLoginPlugin(dir.join("plugins", LOGIN_PLUGIN));
    writeStoragePlugin(dir.join("plugins", STORAGE_PLUGIN), { mounts: false });
    recorder = await startRecorder(true, ["--plugin-path", dir.join("plugins")], async (dataDir) => {
      const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
      await config.update((draft) => {
        draft.plugins[LOGIN_PLUGIN] = { enabled: true, config: { url: house.url } };
        draft.logins.push({
          source: LOGIN_SOURCE,
          groups: [{ group: "guards", role: "operator", cameras: "all" }],
          role: null,
          cameras: "all",
        });
        draft.storage.volumes.push(
          {
            path: dir.join("vault"),
            overwrite: true,
            driver: { source: STORAGE_SOURCE, config: { mode: "throw" } },
          },
          {
            path: dir.join("share"),
            overwrite: true,
            driver: { source: STORAGE_SOURCE, config: {} },
          },
        );
        draft.firstRun.wizardDone = true;
      });
      await config.close();
    });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
    await house?.close();
    dir.remove();
  });

  async function withPage(
    options: {
      readonly who?: { readonly token: string };
      readonly theme: "dark" | "light";
      readonly phone?: true;
    },
    test: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await openContext(
      browser,
      { ...recorder, ...options.who },
      { theme: options.theme, viewport: options.phone === true ? PHONE : DESKTOP },
    );
    try {
      await test(await context.newPage());
    } finally {
      await context.close();
    }
  }

  it("somebody of the directory signs in on the page, and is told in words when nobody can say", async () => {
    await withPage({ who: { token: "" }, theme: "dark" }, async (page) => {
      await page.goto(`${recorder.url}/live`);
      await page.getByLabel("Name").fill("throw-1");
      await page.getByLabel("Password").fill(ANNA.password);
      await page.keyboard.press("Enter");
      await page.getByText("The directory that knows this name does not answer.").waitFor();
      await screenshot(page, "login-provider-away");
      await page.getByLabel("Name").fill(ANNA.username);
      await page.getByLabel("Password").fill(ANNA.password);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Account of anna" }).waitFor();
    });
  });

  it("the page of users says where the account comes from, and leaves role and password alone", async () => {
    for (const [theme, phone] of [
      ["dark", undefined],
      ["light", true],
    ] as const) {
      await withPage({ theme, ...(phone === undefined ? {} : { phone }) }, async (page) => {
        await page.goto(`${recorder.url}/users`);
        await page.getByText(`from ${LOGIN_SOURCE}`).waitFor();
        assert.ok(await page.getByLabel("Role of anna").isDisabled());
        assert.equal(await page.getByRole("button", { name: /password of anna/i }).count(), 0);
        await page.getByRole("heading", { name: "Log-in by plugins" }).waitFor();
        await screenshot(page, `users-providers-${theme}`);
      });
    }
  });

  it("the page of storage names the plugin of a folder, and why it is not ready", async () => {
    for (const [theme, phone] of [
      ["light", undefined],
      ["dark", true],
    ] as const) {
      await withPage({ theme, ...(phone === undefined ? {} : { phone }) }, async (page) => {
        await page.goto(`${recorder.url}/storage`);
        const vault = page.getByRole("region", { name: dir.join("vault") });
        await vault.getByText("Made ready by House").waitFor();
        await vault.getByText(/The house burns at/).waitFor();
        await page
          .getByRole("region", { name: dir.join("share") })
          .getByText("ready", { exact: true })
          .waitFor();
        await screenshot(page, `storage-drivers-${theme}`);
      });
    }
  });
});
