// Storage, the system page and the alarm of what is wrong, in a real Chromium against a real recorder: limits changed and
// taken back, footage deleted only after the name was typed, log and doctor read, a process killed and config.json spoilt.
import assert from "node:assert/strict";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { addAccount } from "../support/accounts.ts";
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
import { sharedRecorder } from "./support/shared-recorder.ts";

const LONG_MS = 30_000;

interface Storage {
  readonly volumes: readonly {
    readonly id: string;
    readonly reserveBytes: number;
    readonly reserveChosen: boolean;
  }[];
  readonly cameras: readonly { readonly id: string; readonly storedBytes: number }[];
}

describe("storage and health", { skip: skipBrowserTests, timeout: 300_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    recorder = await sharedRecorder();
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    browser = await openBrowser();
    context = await openContext(browser, recorder, { theme: "dark" });
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
  });

  const storage = () => recorder.api<Storage>("GET", "/storage");

  it("shows volumes and cameras with what they take, and a forecast", async () => {
    // Away until it was seen: the page asks again by itself.
    await page.route("**/api/v1/storage", (route) => route.abort());
    await visit(page, recorder, "storage");
    await page.getByRole("alert").getByText("NJ_UI_OFFLINE").waitFor();
    await screenshot(page, "storage-error");
    await page.unroute("**/api/v1/storage");
    await page.getByText("in order", { exact: true }).waitFor();
    const row = page.locator(".storage-table tbody tr").first();
    await row.getByText(/keeps about|keeps .* as chosen/).waitFor({ timeout: LONG_MS });
    await row
      .getByText(/bit\/s/)
      .first()
      .waitFor();
    await page.getByText(/^Longest sync of the last minute: .* the last \d+ s\.$/).waitFor();
    await screenshot(page, "storage-filled");
  });

  it("changes what is kept free, and takes it back", async () => {
    const [before] = (await storage()).volumes;
    assert.equal(before?.reserveChosen, false);
    await page.getByLabel("Keep free (GB)").fill("1");
    await page.getByRole("button", { name: "Save" }).click();
    await until("the new reserve", async () => (await storage()).volumes[0]?.reserveBytes === 1e9);
    await page.getByRole("button", { name: "Undo" }).click();
    await until("the default again", async () => (await storage()).volumes[0]?.reserveChosen === false);
    await page.getByLabel("Keep free (GB)").fill("999999999");
    await page.getByText("no more than the disk has").waitFor();
    assert.equal(await page.getByRole("button", { name: "Save" }).isDisabled(), true);
    await page.getByRole("button", { name: "Discard" }).click();
  });

  it("changes days at once, and asks for the name before footage goes", async () => {
    const days = page.getByLabel(/^Days of /);
    const cameraDays = async () =>
      (
        await recorder.api<{
          cameras: { record: { retentionDays: number | null; quotaBytes: number | null } }[];
        }>("GET", "/cameras")
      ).cameras[0]?.record;
    await days.fill("12");
    await page.locator(".limits").getByRole("button", { name: "Save" }).click();
    await until("twelve days", async () => (await cameraDays())?.retentionDays === 12);
    await page.getByRole("button", { name: "Undo" }).click();
    await until("no limit again", async () => (await cameraDays())?.retentionDays === null);
    await days.fill("0");
    await page.getByText("A number of days from 1 to 9999").waitFor();
    await screenshot(page, "storage-days-wrong");
    // As if the camera had been there for ten days.
    await page.route("**/api/v1/storage", async (route) => {
      const answer = (await (await route.fetch()).json()) as { cameras: object[] };
      const oldest = new Date(Date.now() - 10 * 86_400_000).toISOString();
      await route.fulfill({
        json: { ...answer, cameras: answer.cameras.map((one) => ({ ...one, oldest })) },
      });
    });
    await page.reload();
    await days.fill("3");
    await page.locator(".limits").getByRole("button", { name: "Save" }).click();
    const dialog = page.getByRole("dialog");
    const save = dialog.getByRole("button", { name: "Save" });
    assert.equal(await save.isDisabled(), true);
    await screenshot(page, "storage-confirm");
    assert.equal((await cameraDays())?.retentionDays, null);
    const [demo] = (await recorder.api<{ cameras: { name: string }[] }>("GET", "/cameras")).cameras;
    await dialog.getByRole("textbox").fill(demo?.name ?? "");
    await save.click();
    await until("three days", async () => (await cameraDays())?.retentionDays === 3);
    await page.unrouteAll({ behavior: "wait" });
  });

  it("shows how every process is, the log and what doctor finds", async () => {
    await visit(page, recorder, "system");
    for (const name of ["supervisor", "media", "core", "gateway"]) {
      const row = page.getByRole("row", { name: new RegExp(`^${name}`) });
      await row.getByText("running", { exact: true }).waitFor();
      await until(`memory of ${name}`, async () => /\d MB/.test((await row.textContent()) ?? ""), LONG_MS);
    }
    await page.getByLabel("From level").selectOption("debug");
    await page
      .getByText(/Nothing was written down|\d\d:\d\d/)
      .first()
      .waitFor();
    await screenshot(page, "system-filled");
    await page.getByRole("link", { name: "Check …" }).click();
    // Held until it is given up: a look may be over before anybody can cancel it.
    await page.route("**/api/v1/doctor", () => undefined, { times: 1 });
    await page.getByRole("button", { name: "Check now" }).click();
    const given = page.waitForEvent("requestfailed");
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.match((await given).url(), /doctor$/);
    await page.getByText("Given up.").waitFor();
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByText("config.json is valid").waitFor({ timeout: LONG_MS });
    // The recorder that answers is the one that is looked at, and its ports are its own.
    assert.equal(await page.getByText(/no recorder runs|is another program/i).count(), 0);
    await screenshot(page, "doctor");
  });

  it("tells on every page within seconds that a process ended, with the way to more", async () => {
    await visit(page, recorder, "users");
    await page.locator("table").waitFor();
    const { processes } = await recorder.api<{ processes: { name: string; pid: number }[] }>(
      "GET",
      "/status",
    );
    const media = processes.find(({ name }) => name === "media");
    assert.ok(media !== undefined);
    process.kill(media.pid, "SIGKILL");
    const bar = page.locator(".alarm-bar");
    await bar.getByText(/media/).first().waitFor({ timeout: LONG_MS });
    await screenshot(page, "alarm-process");
    await bar.getByRole("link", { name: "What to do" }).click();
    await page.getByRole("heading", { name: "System" }).waitFor();
    await page.locator(".problem-list").getByText("ended by SIGKILL").first().waitFor({ timeout: LONG_MS });
    // What was noted is in the log, which outlives the process.
    await page.getByLabel("Process", { exact: true }).selectOption("supervisor");
    await page
      .locator(".log-lines")
      .getByText("process ended and is started again")
      .first()
      .waitFor({ timeout: LONG_MS });
    await page.locator(".log-lines").scrollIntoViewIfNeeded();
    await screenshot(page, "system-log");
  });

  it("tells of a spoilt config.json, and stops telling when it is mended", async () => {
    const file = join(recorder.dataDir, "config.json");
    const good = await readFile(file, "utf8");
    await visit(page, recorder, "live");
    await page.locator(".head h1").waitFor();
    await writeFile(file, good.replace('"timeZone"', '"timeZoen"'));
    const bar = page.locator(".alarm-bar");
    await bar.getByText("config.json cannot be used").waitFor({ timeout: LONG_MS });
    await screenshot(page, "alarm-config");
    await page.setViewportSize(PHONE);
    await screenshot(page, "alarm-config-phone");
    await page.setViewportSize(DESKTOP);
    await bar.getByRole("button", { name: "Put aside until something else goes wrong" }).click();
    await bar.waitFor({ state: "detached" });
    await page.locator("button.health").click();
    await page.getByRole("dialog").getByText("config.json cannot be used").waitFor();
    await screenshot(page, "health-dialog");
    await page.keyboard.press("Escape");
    await writeFile(file, good);
    await until(
      "the dot says so no more",
      async () => !/config\.json/.test((await page.locator("button.health").getAttribute("title")) ?? ""),
      LONG_MS,
    );
  });

  it("tells of a disk that is away, where it is looked after, until it is back", async () => {
    const volume = join(recorder.dataDir, "volumes/default");
    await visit(page, recorder, "playback");
    await page.locator(".head h1").waitFor();
    await rename(volume, `${volume}-away`);
    const bar = page.locator(".alarm-bar");
    await bar.getByText(/^The volume .* is not in order$/).waitFor({ timeout: LONG_MS });
    await bar.getByRole("link", { name: "What to do" }).click();
    await page.locator(".volumes .bad-text").first().waitFor({ timeout: LONG_MS });
    await screenshot(page, "storage-volume-away");
    await rename(`${volume}-away`, volume);
    await page.locator(".volumes").getByText("in order", { exact: true }).waitFor({ timeout: LONG_MS });
  });

  it("shows what is on its way, and what to do where there is no camera yet", async () => {
    const held = Promise.withResolvers<void>();
    await page.route("**/api/v1/storage", async (route) => {
      await held.promise;
      const answer = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...answer, cameras: [] } });
    });
    await visit(page, recorder, "storage");
    await page.getByLabel("Loading …").waitFor();
    await screenshot(page, "storage-loading");
    held.resolve();
    await page.getByText("No cameras yet").first().waitFor();
    await screenshot(page, "storage-empty");
    await page.unrouteAll({ behavior: "wait" });
  });

  it("shows storage and system on a phone", async () => {
    const phone = await openContext(browser, recorder, { viewport: PHONE, theme: "light", touch: true });
    const small = await phone.newPage();
    for (const name of ["storage", "system"]) {
      await visit(small, recorder, `${name}`);
      await small.locator(name === "storage" ? ".storage-table" : ".log-bar").waitFor();
      await screenshot(small, `${name}-whole-phone-light`);
      const excess = await small.evaluate("document.querySelector('main').scrollWidth - innerWidth");
      assert.ok((excess as number) <= 0, `${name} is ${excess} px too wide`);
    }
    await phone.close();
  });

  it("keeps storage from viewers", async () => {
    const token = await addAccount(recorder, {
      username: "ida",
      password: "looks at pictures only",
      role: "viewer",
    });
    const hers = await openContext(browser, { ...recorder, token });
    const look = await hers.newPage();
    await visit(look, recorder, "storage");
    await look.getByText("Not for your role").waitFor();
    assert.equal(await look.getByRole("link", { name: "Storage" }).count(), 0);
    await screenshot(look, "storage-denied");
    await hers.close();
  });
});
