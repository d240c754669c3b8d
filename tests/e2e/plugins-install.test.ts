// Installing, updating and removing plugins from the Plugins page, in a real Chromium against a real recorder and a real
// registry on loopback: what a person sees of it, also when a new version does not start or wants to run programs.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { PluginRegistry, pack, writePlugin } from "../support/plugin-registry.ts";
import {
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const YARD = "nightjar-camera-yard";
const LONG = { timeout: 60_000 };

describe("installing plugins from the page", { skip: skipBrowserTests, timeout: 300_000 }, () => {
  const root = tempDir("nightjar-plugins-install-");
  const sources = root.join("sources");
  let registry: PluginRegistry;
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;

  const publish = (
    version: string,
    setup = "",
    card: Readonly<Record<string, unknown>> = {},
  ): Promise<void> => registry.publish(writePlugin(sources, { name: YARD, version, setup, card }));
  const card = (name: string) => page.getByRole("article", { name });
  const job = (name: string) => page.getByRole("region", { name });

  before(async () => {
    registry = await PluginRegistry.start(root.join("registry"));
    const nightjar = { displayName: "Yard cameras", permissions: { network: ["yard.example"] } };
    await publish("1.0.0", "", { nightjar });
    await publish("1.1.0", "", { nightjar });
    recorder = await startRecorder(true, [], async (dataDir) => {
      const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
      await config.update("/pluginRegistry/url", registry.url);
      await config.close();
    });
    browser = await openBrowser();
    page = await (await openContext(browser, recorder)).newPage();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
    await registry?.stop();
    root.remove();
  });

  it("says what to do where nothing was added, and finds plugins when asked to", async () => {
    await visit(page, recorder, "plugins");
    await page.getByText("Nothing was added yet").waitFor();
    await page
      .getByRole("region", { name: "Added to this recorder" })
      .getByRole("button", { name: "Find plugins" })
      .click();
    await page.getByText("only when you press Search").waitFor();
    await page.getByLabel("Find plugins").fill("nothing of the kind");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Nothing found").waitFor();
    await page.getByLabel("Find plugins").fill("yard");
    await page.keyboard.press("Enter");
    const offer = page.getByRole("listitem").filter({ hasText: YARD });
    await offer.getByText("1.1.0").waitFor();
    await screenshot(page, "plugins-found");
  });

  it("installs a version with its progress in sight, and starts it", async () => {
    await page.getByLabel("Install what you know").fill(`${YARD}@1.0.0`);
    await page.keyboard.press("Enter");
    const installing = job(`Install ${YARD}`);
    await installing
      .getByRole("log")
      .getByText(/installing/)
      .waitFor(LONG);
    await screenshot(page, "plugins-installing");
    await installing.getByText("done", { exact: true }).waitFor(LONG);
    await installing.getByText("to speak with yard.example").waitFor();
    await page.getByRole("button", { name: "Installed", exact: true }).click();
    await card("Yard cameras").getByText("running", { exact: true }).waitFor();
    await card("Yard cameras").getByText(`${YARD} 1.0.0`).waitFor();
    await installing.getByRole("button", { name: "Put aside" }).click();
    await installing.waitFor({ state: "detached" });
  });

  it("tells of a newer version when asked to, and updates to it", async () => {
    await page.getByRole("button", { name: "Check for updates" }).click();
    await card("Yard cameras").getByText("Version 1.1.0 is there").waitFor();
    await screenshot(page, "plugins-update");
    await card("Yard cameras").getByRole("button", { name: "Update: Yard cameras" }).click();
    await job(`Update ${YARD}`).getByText("done", { exact: true }).waitFor(LONG);
    await card("Yard cameras").getByText(`${YARD} 1.1.0`).waitFor();
  });

  it("takes back a version that does not start, says why, and still says so after a reload", async () => {
    await publish("1.2.0", 'throw new RangeError("the yard is flooded");');
    await page.getByRole("button", { name: "Check for updates" }).click();
    await card(`Yard cameras`).getByRole("button", { name: "Update: Yard cameras" }).click();
    const undone = job(`Update ${YARD}`).filter({ hasText: "taken back" });
    await undone.getByText("the yard is flooded").first().waitFor(LONG);
    await undone.getByText("It did not work and was taken back").waitFor();
    await undone.getByText("NJ_PLUGIN_NOT_STARTED").waitFor();
    await card("Yard cameras").getByText(`${YARD} 1.1.0`).waitFor();
    await card("Yard cameras").getByText("running", { exact: true }).waitFor(LONG);
    await screenshot(page, "plugins-undone");
    await page.reload();
    await undone.getByText("the yard is flooded").first().waitFor();
    await undone.getByRole("button", { name: "Put aside" }).click();
    await page.reload();
    await card("Yard cameras").waitFor();
    assert.equal(await undone.count(), 0, "what was put aside stays aside");
  });

  it("asks before packages run programs, naming them, and runs them only then", async () => {
    const ran = root.join("ran");
    const folder = writePlugin(sources, {
      name: "nightjar-camera-gate",
      card: {
        nightjar: { displayName: "Gate cameras" },
        scripts: { postinstall: `node -e "require('fs').writeFileSync('${ran}', '')"` },
      },
    });
    await visit(page, recorder, "plugins?view=find");
    await page.getByLabel("Install what you know").fill(folder);
    await page.getByRole("button", { name: "Install", exact: true }).click();
    await page.getByText("Allow programs to run?").waitFor(LONG);
    await page.getByRole("listitem").getByText("nightjar-camera-gate@1.0.0").waitFor();
    await screenshot(page, "plugins-scripts");
    assert.ok(!existsSync(ran));
    assert.ok(!(await names()).includes("nightjar-camera-gate"));
    await page.getByRole("button", { name: "Allow and install" }).click();
    await job("Install nightjar-camera-gate").getByText("done", { exact: true }).waitFor(LONG);
    assert.ok(existsSync(ran));
    assert.ok((await names()).includes("nightjar-camera-gate"));
  });

  it("takes a file from this computer, and says what it is and asks for before it is installed", async () => {
    const shed = { nightjar: { displayName: "Shed cameras" }, description: "Cameras in a shed." };
    const tarball = await pack(
      writePlugin(sources, { name: "nightjar-camera-shed", card: shed }),
      root.join("tarballs"),
    );
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Choose a .tgz file" }).click(),
    ]);
    await chooser.setFiles(tarball);
    await page.getByText("Cameras in a shed.").waitFor();
    await page.getByRole("status").getByText("Asks for nothing beyond its own folder.").waitFor();
    assert.ok(!(await names()).includes("nightjar-camera-shed"));
    await screenshot(page, "plugins-upload");
    await page.getByRole("button", { name: "Install nightjar-camera-shed" }).click();
    await job("Install nightjar-camera-shed").getByText("done", { exact: true }).waitFor(LONG);
    assert.ok((await names()).includes("nightjar-camera-shed"));
  });

  it("gives a file up that is on its way, and keeps nothing of it", async () => {
    const uploads = join(recorder.dataDir, "plugins", "uploads");
    const kept = (): string[] => (existsSync(uploads) ? readdirSync(uploads) : []);
    const before = kept();
    await page.goto(`${recorder.url}/plugins?view=find`);
    const line = await page.context().newCDPSession(page);
    await line.send("Network.enable");
    const speed = { offline: false, latency: 0, downloadThroughput: -1 };
    await line.send("Network.emulateNetworkConditions", { ...speed, uploadThroughput: 64 * 1024 });
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Choose a .tgz file" }).click(),
    ]);
    const large = root.join("large.tgz");
    writeFileSync(large, randomBytes(3 << 20));
    await chooser.setFiles(large);
    await until("its beginning is there", async () => kept().length > before.length);
    const given = page.waitForEvent("requestfailed");
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    assert.match((await given).url(), /plugins\/upload$/);
    await page.getByText("Given up: nothing of the file is kept.").waitFor();
    await until("nothing of it is left", async () => kept().every((name) => before.includes(name)));
    await line.send("Network.emulateNetworkConditions", { ...speed, uploadThroughput: -1 });
    await line.detach();
  });

  it("says why something could not be installed, and that nothing was changed", async () => {
    await page.getByLabel("Install what you know").fill("nightjar-camera-nowhere");
    await page.keyboard.press("Enter");
    const failed = job("Install nightjar-camera-nowhere");
    await failed.getByText("Nothing was changed").waitFor(LONG);
    await failed.getByText("NJ_PLUGIN_NOT_ON_REGISTRY").waitFor();
    await page.getByLabel("Install what you know").fill("https://example.org/x.tgz");
    await page.keyboard.press("Enter");
    await page.getByText("NJ_PLUGIN_SOURCE").waitFor();
    assert.equal(await page.getByLabel("Install what you know").inputValue(), "https://example.org/x.tgz");
  });

  it("removes a plugin after a question, on a phone as well", async () => {
    await page.setViewportSize(PHONE);
    await visit(page, recorder, "plugins");
    await card("Yard cameras").getByRole("button", { name: "Remove: Yard cameras" }).click();
    const question = page.getByRole("dialog", { name: "Remove Yard cameras?" });
    await question.getByText("Its settings and what it has stored stay").waitFor();
    await screenshot(page, "phone-plugins-remove");
    await question.getByRole("button", { name: "Cancel" }).click();
    assert.ok((await names()).includes(YARD));
    await card("Yard cameras").getByRole("button", { name: "Remove: Yard cameras" }).click();
    await question.getByRole("button", { name: "Remove" }).click();
    await job(`Remove ${YARD}`).getByText("done", { exact: true }).waitFor(LONG);
    await card("Yard cameras").waitFor({ state: "detached" });
    await screenshot(page, "phone-plugins-removed");
    assert.ok(!(await names()).includes(YARD));
    await until("the others", async () => (await names()).includes("nightjar-camera-gate"));
  });

  async function names(): Promise<string[]> {
    const { plugins } = await recorder.api<{ plugins: { name: string }[] }>("GET", "/plugins");
    return plugins.map(({ name }) => name);
  }
});
