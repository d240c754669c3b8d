// What is wrong, as somebody reads it who works in German: a camera with a wrong password, one that nothing answers for, a
// form that is refused, a volume that is away, a plugin that does not fit, a process that ended. In a real Chromium.
import assert from "node:assert/strict";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import {
  DESKTOP,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { prepareSharedRecorder, sharedRecorder } from "./support/shared-recorder.ts";

const LONG_MS = 30_000;
/** Words that the recorder's own sentences are made of. */
const ENGLISH = /\b(?:the|check|refused|is not|was|cannot|this)\b/i;

/** A package that wants a Nightjar of the future. */
async function plantPlugin(dataDir: string): Promise<void> {
  const folder = join(dataDir, "plugins/node_modules/nightjar-camera-morgen");
  await mkdir(folder, { recursive: true });
  const card = {
    name: "nightjar-camera-morgen",
    version: "1.0.0",
    keywords: ["nightjar-plugin"],
    engines: { nightjar: "^9.0" },
    nightjar: { displayName: "Morgen" },
    exports: "./index.js",
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(card));
}

prepareSharedRecorder(plantPlugin);

describe("what is wrong, in German", { skip: skipBrowserTests, timeout: 300_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let locked: FakeCamera;

  before(async () => {
    locked = await fakeCamera({ auth: "digest", username: "admin", password: "richtig-und-lang" });
    recorder = await sharedRecorder();
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    const record = { mode: "continuous" };
    await recorder.api("POST", "/cameras", {
      name: "Tor",
      driver: "rtsp",
      config: { url: locked.url, username: "admin", password: "falsch" },
      record,
    });
    await recorder.api("POST", "/cameras", {
      name: "Hof",
      driver: "rtsp",
      // Nobody listens there; a port that was free a moment ago may be another's by now.
      config: { url: "rtsp://127.0.0.1:1/nobody" },
      record,
    });
    browser = await openBrowser();
    const context = await openContext(browser, recorder);
    await context.addInitScript(
      `localStorage.setItem("nightjar.preferences", ${JSON.stringify(JSON.stringify({ language: "de" }))});`,
    );
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await locked?.close();
  });

  /** The page on both screens, for people to look at. */
  async function pictures(name: string): Promise<void> {
    await screenshot(page, `german-${name}`);
    await page.setViewportSize(PHONE);
    await screenshot(page, `german-${name}-phone`);
    await page.setViewportSize(DESKTOP);
  }

  it("says why cameras give no picture, with their addresses", async () => {
    await visit(page, recorder, "cameras");
    const gate = page.getByRole("row", { name: /Tor/ });
    await gate
      .getByText(/Die Kamera unter .*:\d+ lehnt Benutzername oder Passwort ab/)
      .waitFor({ timeout: LONG_MS });
    const yard = page.getByRole("row", { name: /Hof/ });
    await yard.getByText(/Unter .*:\d+ antwortet nichts/).waitFor({ timeout: LONG_MS });
    assert.doesNotMatch((await page.locator("table").innerText()) ?? "", ENGLISH);
    await pictures("cameras");
  });

  it("says it over the tiles and in the list of what is wrong", async () => {
    await visit(page, recorder, "live");
    await page
      .locator(".notice")
      .getByText(/lehnt Benutzername oder Passwort ab/)
      .first()
      .waitFor({ timeout: LONG_MS });
    await page.locator("button.health").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/lehnt Benutzername oder Passwort ab/).waitFor({ timeout: LONG_MS });
    const sentences = (await dialog.locator("p:not(.problem-foot)").allInnerTexts()).join("\n");
    assert.ok(sentences.includes("Beides auf ihrer eigenen Seite prüfen."), sentences);
    assert.doesNotMatch(sentences, ENGLISH);
    await pictures("live");
  });

  it("says what a form was refused for, by the labels of its fields", async () => {
    await page.goto(`${recorder.url}/cameras/new`);
    await page.getByRole("button", { name: "Nach URL" }).click();
    await page.getByLabel("Name", { exact: true }).fill("x".repeat(300));
    await page.getByLabel("URL des Hauptstreams").fill("rtsp://127.0.0.1:1/a");
    await page.locator('form button[type="submit"]').click();
    const note = page.locator(".error-note");
    await note.getByText(/Name: darf höchstens \d+ Zeichen haben/).waitFor({ timeout: LONG_MS });
    assert.doesNotMatch(await note.innerText(), ENGLISH);
    await pictures("form");
  });

  it("says why a plugin is refused", async () => {
    await visit(page, recorder, "plugins");
    await page.getByText(/Es verlangt Nightjar \^9\.0, dies ist/).waitFor({ timeout: LONG_MS });
    await pictures("plugins");
  });

  it("says how a process ended", async () => {
    const { processes } = await recorder.api<{ processes: { name: string; pid: number }[] }>(
      "GET",
      "/status",
    );
    process.kill(processes.find(({ name }) => name === "media")?.pid ?? 0, "SIGKILL");
    await visit(page, recorder, "system");
    await page.getByText("Davor: beendet durch SIGKILL.").waitFor({ timeout: LONG_MS });
    await pictures("system");
  });

  it("says what is wrong with a volume that is away", async () => {
    const volume = join(recorder.dataDir, "volumes/default");
    await visit(page, recorder, "storage");
    await rename(volume, `${volume}-away`);
    const reason = page.locator(".volumes .bad-text", { hasText: "Die Platte ist nicht da" });
    await until("the volume's reason", () => reason.first().isVisible(), LONG_MS);
    await pictures("storage");
    await rename(`${volume}-away`, volume);
  });
});
