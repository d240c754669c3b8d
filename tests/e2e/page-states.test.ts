// The states of every page that asks for something: it waits, says why nothing comes with a button that asks again, and shows
// what then came; where there is nothing it says what to do next, and whom it is not for it tells so. And that a line about
// what is wrong takes its room from the page, not from what stands below it. One recorder, emptied, filled, then troubled.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { testPatience } from "../../core/testing/wait-for.ts";
import { addAccount } from "../support/accounts.ts";
import {
  DESKTOP,
  openBrowser,
  openContext,
  PHONE,
  skipBrowserTests,
  turnTo,
  until,
  visit,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { placed, SCREENS, type Screen } from "./support/screens.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";
import { withholdAnswers } from "./support/withheld-answers.ts";

const LONG_MS = 20_000 * testPatience();
/** What the interface asks for once, when it is loaded, and keeps from page to page. */
const KEPT = ["cameras", "settings", "status", "setup"];
/** By which a page says that it waits. */
const WAITING = "[aria-busy=true], .skeleton";
const INSIDE = SCREENS.filter(({ door }) => door === undefined);

describe("pages", { skip: skipBrowserTests, timeout: 300_000 * testPatience() }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let camera = "";
  /** One that does not answer. */
  let nobody = "";
  /** An administrator's; the code of the pages is read once. */
  let page: Page;
  let viewing: Page | undefined;

  before(async () => {
    recorder = await sharedRecorder();
    await recorder.api("PATCH", "/settings", { wizardDone: true });
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    for (const { id } of cameras) await recorder.api("DELETE", `/cameras/${id}?footage=remove`);
    browser = await openBrowser();
    page = await openPage(DESKTOP);
    await page.goto(`${recorder.url}/nowhere`);
  });
  after(async () => {
    await browser?.close();
    if (nobody !== "") await recorder.api("DELETE", `/cameras/${nobody}`);
  });

  async function openPage(
    viewport: typeof DESKTOP | typeof PHONE,
    token: string = recorder.token,
  ): Promise<Page> {
    const context = await openContext(
      browser,
      { url: recorder.url, token },
      { viewport, touch: viewport === PHONE },
    );
    return context.newPage();
  }

  async function open({ open: selectors = [] }: Screen): Promise<void> {
    for (const selector of selectors) await page.locator(selector).first().click({ timeout: LONG_MS });
  }

  for (const screen of INSIDE.filter(({ empty }) => empty !== undefined)) {
    it(`say what to do next where there is nothing: ${screen.name}`, async () => {
      await turnTo(page, recorder, screen.path);
      await open(screen);
      const found = page.locator(screen.empty ?? "").first();
      await found.waitFor({ timeout: LONG_MS });
      assert.notEqual((await found.innerText()).trim(), "");
      await until("nothing waits", async () => (await page.locator(WAITING).count()) === 0);
      assert.equal(await page.locator(".error-note").count(), 0);
      await page.keyboard.press("Escape");
    });
  }

  it("are filled with a camera, and an event, from here on", async () => {
    const added = await recorder.api<{ id: string }>("POST", "/cameras", {
      ...{ name: "Demo yard", driver: "demo", config: {}, record: { mode: "continuous" } },
    });
    camera = added.id;
    const refused = await fetch(`${recorder.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "admin", password: "not the password" }),
    });
    assert.equal(refused.status, 401);
  });

  for (const screen of INSIDE.filter(({ asks }) => asks.length > 0)) {
    it(`wait, say why nothing comes, and come when asked again: ${screen.name}`, async () => {
      const refuse = await withholdAnswers(page, screen.asks, "hold");
      const address = placed(screen.path, { camera });
      if (screen.asks.some((ask) => KEPT.includes(ask))) await page.goto(`${recorder.url}/${address}`);
      else await turnTo(page, recorder, address);
      await open(screen);
      await page.locator(WAITING).first().waitFor({ timeout: LONG_MS });
      assert.equal(await page.locator(".error-note").count(), 0);
      await refuse();
      const note = page.locator(".error-note").first();
      await note.waitFor({ timeout: LONG_MS });
      assert.match((await note.textContent()) ?? "", /NJ_CORE_AWAY/);
      await until(
        "nothing seems to be on its way",
        async () => (await page.locator(".skeleton").count()) === 0,
      );
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
        20_000,
      );
    });
  }

  for (const screen of INSIDE.filter(({ isBarred }) => isBarred === true)) {
    it(`say whom they are not for: ${screen.name}`, async () => {
      if (viewing === undefined) {
        const account = { username: "vera", password: "looks at pictures", role: "viewer" } as const;
        viewing = await openPage(DESKTOP, await addAccount(recorder, account));
        await viewing.goto(`${recorder.url}/nowhere`);
      }
      await turnTo(viewing, recorder, placed(screen.path, { camera }));
      await viewing.locator(".denied").first().waitFor({ timeout: LONG_MS });
      assert.equal(await viewing.locator(WAITING).count(), 0);
      assert.equal(await viewing.locator(`:is(${screen.filled}):not(.denied)`).count(), 0);
    });
  }

  it("come by themselves once the recorder answers again", async () => {
    await withholdAnswers(page, ["cameras", "camera-drivers"], "refuse");
    await page.goto(`${recorder.url}/cameras/new`);
    await page.locator(".error-note").waitFor();
    await page.unrouteAll();
    await page.locator("form .field").first().waitFor({ timeout: LONG_MS });
    await turnTo(page, recorder, "cameras");
    await page.locator(".camera-table").waitFor({ timeout: LONG_MS });
  });

  it("say so when their own code does not come", async () => {
    const page = await openPage(DESKTOP);
    await page.goto(`${recorder.url}/cameras`);
    await page.locator(".camera-table").waitFor();
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

  it("are told of a camera that does not answer, from here on", async () => {
    const added = await recorder.api<{ id: string }>("POST", "/cameras", {
      name: "Nobody there",
      driver: "rtsp",
      config: { url: "rtsp://localhost:1/none" },
    });
    nobody = added.id;
  });

  for (const [device, viewport] of [
    ["desktop", DESKTOP],
    ["phone", PHONE],
  ] as const) {
    it(`stay whole below a line about what is wrong on a ${device}`, async () => {
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
