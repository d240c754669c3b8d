// What pages show when the recorder does not answer them: why, with a button that asks again and brings the page; and that
// a line about what is wrong takes its room from the page, not from what stands below it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  DESKTOP,
  openBrowser,
  openContext,
  PHONE,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";
import { SCREENS } from "./support/screens.ts";
import { withholdAnswers } from "./support/withheld-answers.ts";

const LONG_MS = 20_000;
/** What the interface asks for once, when it is loaded, and keeps from page to page. */
const KEPT = ["cameras", "settings", "status", "setup"];

describe("pages that get no answer", { skip: skipBrowserTests, timeout: 300_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let camera: string;
  let pages: Page | undefined;

  before(async () => {
    recorder = await startRecorder(true);
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
    // So that the list of events has one.
    const refused = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "admin", password: "not the password" }),
    });
    assert.equal(refused.status, 401);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  async function openPage(viewport: typeof DESKTOP | typeof PHONE): Promise<Page> {
    const context = await openContext(browser, recorder, { viewport, touch: viewport === PHONE });
    return context.newPage();
  }

  for (const screen of SCREENS.filter(({ asks, door }) => asks.length > 0 && door === undefined)) {
    it(`say why, and come when asked again: ${screen.name}`, async () => {
      // The code of the pages is read once.
      pages ??= await openPage(DESKTOP);
      const page = pages;
      await withholdAnswers(page, screen.asks, "refuse");
      const address = screen.path.replace("{camera}", camera);
      if (screen.asks.some((ask) => KEPT.includes(ask))) await page.goto(`${recorder.url}/${address}`);
      else await visit(page, recorder, address);
      for (const selector of screen.open ?? []) await page.locator(selector).first().click();
      const note = page.locator(".error-note").first();
      await note.waitFor({ timeout: LONG_MS });
      assert.match((await note.textContent()) ?? "", /NJ_CORE_AWAY/);
      assert.equal(await page.locator(".skeleton").count(), 0, "nothing seems to be on its way");
      await page.unrouteAll();
      // Several sections of one page ask for themselves.
      await until(
        "everything that was refused is there",
        async () => {
          const again = page.getByRole("button", { name: screen.again ?? "Try again" }).first();
          if ((await page.locator(".error-note").count()) > 0) await again.click({ timeout: 2_000 });
          return (
            (await page.locator(".error-note").count()) === 0 &&
            (await page.locator(screen.filled).first().isVisible())
          );
        },
        LONG_MS,
      );
    });
  }

  it("say so when their own code does not come", async () => {
    const page = await openPage(DESKTOP);
    await page.goto(`${recorder.url}/live`);
    await page.locator(".tile").first().waitFor();
    await page.route("**/assets/users-page-*.js", (route) => route.abort());
    await page.getByRole("link", { name: "Users" }).click();
    await page.locator(".error-note").waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("table").waitFor();
    await page.context().close();
  });

  it("take news of one camera for no list of all", async () => {
    const page = await openPage(DESKTOP);
    await withholdAnswers(page, ["cameras"], "refuse");
    await page.goto(`${recorder.url}/cameras`);
    await page.locator(".error-note").waitFor();
    // Opened after the page's own stream of changes, and so told after it.
    await page.evaluate(
      `new Promise((resolve) => {
        window.news = new Promise((told) => {
          const source = new EventSource("/api/v1/changes");
          source.addEventListener("open", resolve);
          source.addEventListener("camera", told);
        });
      })`,
    );
    await recorder.api("PATCH", `/cameras/${camera}`, { name: "Demo yard, renamed" });
    await page.evaluate("window.news.then(() => new Promise(requestAnimationFrame)).then(() => undefined)");
    assert.equal(await page.locator(".error-note").count(), 1);
    assert.equal(await page.locator(".camera-table").count(), 0);
    await page.context().close();
  });

  it("come by themselves once the recorder answers, if it refused the list of cameras at first", async () => {
    const page = await openPage(DESKTOP);
    await page.clock.install();
    await withholdAnswers(page, ["cameras"], "refuse");
    await page.goto(`${recorder.url}/cameras`);
    await page.locator(".error-note").waitFor();
    await page.unrouteAll();
    await page.clock.runFor(16_000);
    await page.locator(".camera-table").waitFor();
    await page.context().close();
  });
});

describe("a line about what is wrong", { skip: skipBrowserTests, timeout: 120_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    recorder = await startRecorder(true);
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    await recorder.api("POST", "/cameras", {
      name: "Nobody there",
      driver: "rtsp",
      config: { url: "rtsp://localhost:1/none" },
    });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  for (const [device, viewport] of [
    ["desktop", DESKTOP],
    ["phone", PHONE],
  ] as const) {
    it(`leaves what is below it whole on a ${device}`, async () => {
      const context = await openContext(browser, recorder, { viewport, touch: device === "phone" });
      const page = await context.newPage();
      for (const path of ["live", "playback", "cameras/new", "system"]) {
        await visit(page, recorder, path);
        await page.locator(".head h1").first().waitFor();
        const bar = page.locator(".alarm-bar");
        await bar.waitFor({ timeout: LONG_MS });
        assert.equal(
          (await bar.textContent())?.match(/Nobody there/g)?.length,
          1,
          "what is wrong is named once",
        );
        const [barEnd, buttonEnd, headStart] = (await page.evaluate(
          `[".alarm-bar", ".alarm-bar .button", ".head"].map((one, index) => document.querySelector(one).getBoundingClientRect()[index < 2 ? "bottom" : "top"])`,
        )) as [number, number, number];
        assert.ok(
          buttonEnd <= barEnd,
          `${path}: its button ends at ${buttonEnd} px, the line at ${barEnd} px`,
        );
        assert.ok(
          barEnd <= headStart,
          `${path}: the line ends at ${barEnd} px, the page begins at ${headStart} px`,
        );
        if (device === "phone" || path === "cameras/new" || path === "system") continue;
        const end = (await page.evaluate(
          `document.querySelector(".wall, .dock").getBoundingClientRect().bottom`,
        )) as number;
        assert.ok(end <= viewport.height, `${path} ends at ${end} px of ${viewport.height}`);
      }
      await context.close();
    });
  }
});
