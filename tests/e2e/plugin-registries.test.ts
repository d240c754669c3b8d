// What people see of log-in and storage by plugins: somebody of a directory signs in on the page, the page of users says where
// the account comes from, and the page of storage which plugin makes a folder ready, and why it is not.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import {
  type HouseDirectory,
  houseDirectory,
  LOGIN_PLUGIN,
  LOGIN_SOURCE,
  writeLoginPlugin,
} from "../support/login-plugin.ts";
import { STORAGE_PLUGIN, STORAGE_SOURCE, writeStoragePlugin } from "../support/storage-plugin.ts";
import {
  DESKTOP,
  inBothThemes,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  visit,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { givePlugins, prepareSharedRecorder, sharedRecorder } from "./support/shared-recorder.ts";

const SCREENS = [
  ["phone", PHONE],
  ["desktop", DESKTOP],
] as const;
const ANNA = { username: "anna", password: "thistle copper meadow" } as const;

let house: HouseDirectory;

givePlugins((folder) => {
  writeLoginPlugin(join(folder, LOGIN_PLUGIN));
  writeStoragePlugin(join(folder, STORAGE_PLUGIN), { mounts: false });
});
prepareSharedRecorder(async (dataDir) => {
  house = await houseDirectory();
  house.people.set(ANNA.username, { password: ANNA.password, groups: ["guards"] });
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.plugins[LOGIN_PLUGIN] = { enabled: true, config: { url: house.url } };
    draft.logins.push({
      source: LOGIN_SOURCE,
      groups: [{ group: "guards", role: "operator", cameras: "all" }],
      role: null,
      cameras: "all",
    });
    for (const [name, mode] of [
      ["vault", { mode: "throw" }],
      ["share", {}],
    ] as const)
      draft.storage.volumes.push({
        path: join(dataDir, name),
        overwrite: true,
        driver: { source: STORAGE_SOURCE, config: mode },
      });
    draft.firstRun.wizardDone = true;
  });
  await config.close();
});

describe("log-in and storage by plugins", { skip: skipBrowserTests, timeout: 170_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    page = await (await openContext(browser, recorder, { theme: "dark" })).newPage();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  it("somebody of the directory signs in on the page, and is told in words when nobody can say", async () => {
    const context = await openContext(browser, { ...recorder, token: "" }, { theme: "dark" });
    const door = await context.newPage();
    await door.goto(`${recorder.url}/account`);
    await door.getByLabel("Name").fill("throw-1");
    await door.getByLabel("Password").fill(ANNA.password);
    await door.keyboard.press("Enter");
    await door.getByText("The directory that knows this name does not answer.").waitFor();
    await screenshot(door, "login-provider-away");
    await door.getByLabel("Name").fill(ANNA.username);
    await door.getByLabel("Password").fill(ANNA.password);
    await door.keyboard.press("Enter");
    await door.getByRole("button", { name: "Account of anna" }).waitFor();
    await context.close();
  });

  it("the page of users says where the account comes from, and leaves role and password alone", async () => {
    await visit(page, recorder, "users");
    for (const [name, viewport] of SCREENS) {
      await page.setViewportSize(viewport);
      await page.getByText(`from ${LOGIN_SOURCE}`).waitFor();
      assert.ok(await page.getByLabel("Role of anna").isDisabled());
      assert.equal(await page.getByRole("button", { name: /password of anna/i }).count(), 0);
      await page.getByRole("heading", { name: "Log-in by plugins" }).waitFor();
      await inBothThemes(page, `users-providers-${name}`);
    }
  });

  it("the page of storage names the plugin of a folder, and why it is not ready", async () => {
    await visit(page, recorder, "storage");
    for (const [name, viewport] of SCREENS) {
      await page.setViewportSize(viewport);
      const vault = page.getByRole("region", { name: join(recorder.dataDir, "vault") });
      await vault.getByText("Made ready by House").waitFor();
      await vault.getByText(/The house burns at/).waitFor();
      await page
        .getByRole("region", { name: join(recorder.dataDir, "share") })
        .getByText("ready", { exact: true })
        .waitFor();
      await inBothThemes(page, `storage-drivers-${name}`);
    }
  });
});
