// The interface in a real Chromium: the first run from the one-time code to live pictures, login, the size of its script, its
// languages and keys, roles, cameras tested and removed; nothing overflows, nothing throws. Every page by itself, and whether it
// has room on desktop and phone: axe.test.ts; its states: page-states.test.ts.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import {
  counterOf,
  DESKTOP,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  turnTo,
  until,
  visit,
  watchFaults,
  widthExcess,
} from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder, startRecorder } from "./support/recorder.ts";

async function tokenOf(context: BrowserContext, url: string): Promise<string> {
  const cookies = await context.cookies(url);
  return cookies.find((one) => one.name.endsWith("nightjar"))?.value ?? "";
}

describe("pages", { skip: skipBrowserTests }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let signedIn: Recorder;
  /** An administrator's, loaded once. */
  let home: Page;
  const faults: string[] = [];

  const watch = (page: Page): Page => watchFaults(page, faults);

  before(async () => {
    recorder = await startRecorder(false);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
  });

  it("leads from the one-time code to live pictures", async () => {
    const context = await openContext(browser, recorder);
    const page = watch(await context.newPage());
    await page.goto(`${recorder.url}/?code=${recorder.code}`);
    await page.getByLabel("Your name").fill(ADMINISTRATOR.username);
    await page.getByLabel("New password", { exact: true }).fill("short");
    await until(
      "the rule is told",
      async () => (await page.getByText("Use 12 to 128 characters").count()) > 0,
    );
    await screenshot(page, "wizard-1-activate");
    await page.getByLabel("New password", { exact: true }).fill(ADMINISTRATOR.password);
    await page.getByLabel("New password, again").fill(ADMINISTRATOR.password);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "Where is the recorder?" }).waitFor();
    await until(
      "the browser's zone is proposed",
      async () => (await page.locator("select").last().inputValue()) === "Europe/Berlin",
    );
    const network = page.getByLabel("Let other devices of this network in");
    assert.equal(await network.isChecked(), true);
    await page.getByText(/By HTTPS on port \d+, signed in only/).waitFor();
    await screenshot(page, "wizard-2-zone");
    await network.uncheck();
    await page.getByText(/Only this machine can open Nightjar/).waitFor();
    await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "Where are recordings kept?" }).waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("heading", { name: "Where is the recorder?" }).waitFor();
    assert.equal(
      await page.getByLabel("Time zone").inputValue(),
      "Asia/Tokyo",
      "the browser's is not proposed again",
    );
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "Where are recordings kept?" }).waitFor();
    await page.getByText(/One usual camera of 4.0 Mbit\/s fills this in about/).waitFor();
    await page.getByRole("button", { name: "By size" }).click();
    await page.getByLabel("Most for each camera (GB)").fill("0.01");
    await page.getByText("A size of 0.1 GB or more").waitFor();
    assert.equal(await page.getByRole("button", { name: "Next" }).isDisabled(), true);
    await page.getByRole("button", { name: "By days" }).click();
    await page.getByRole("button", { name: "30 days" }).click();
    await page.getByLabel("Record sound as well").check();
    await page.reload();
    await page.getByText("Not saved yet").waitFor();
    assert.equal(await page.getByLabel("Record sound as well").isChecked(), true, "a reload costs nothing");
    assert.equal(await page.getByRole("button", { name: "30 days" }).getAttribute("aria-pressed"), "true");
    await screenshot(page, "wizard-3-storage");
    // Never a real disk of this machine, nor one of a test beside this.
    await page.getByRole("radio", { name: /own folder/ }).check();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "The first camera" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "The first camera" }).waitFor();
    await screenshot(page, "wizard-4-camera");
    // Another browser, at the recorder's bare address, goes on where this one stands.
    const second = await openContext(browser, {
      ...recorder,
      token: await tokenOf(context, recorder.url),
    });
    const other = watch(await second.newPage());
    await other.goto(`${recorder.url}/`);
    await other.getByRole("heading", { name: "The first camera" }).waitFor();
    await second.close();
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("heading", { name: "Where are recordings kept?" }).waitFor();
    assert.equal(await page.getByLabel("Record sound as well").isChecked(), true);
    assert.equal(
      await page.getByRole("button", { name: "30 days" }).getAttribute("aria-pressed"),
      "true",
      "what was chosen is still chosen",
    );
    assert.equal(await page.getByRole("radio", { name: /own folder/ }).isChecked(), true, "nor another disk");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("button", { name: /Done/ }).click();
    await until("live pictures", () => counterOf(page), 20_000);
    signedIn = { ...recorder, token: await tokenOf(context, recorder.url) };
    const settings = (await page.evaluate(`fetch("/api/v1/settings").then((answer) => answer.json())`)) as {
      timeZone: string;
      network: { https: { host: string } };
    };
    assert.equal(settings.timeZone, "Asia/Tokyo");
    assert.equal(settings.network.https.host, "127.0.0.1", "HTTPS serves this machine alone");
    const { cameras } = (await page.evaluate(`fetch("/api/v1/cameras").then((answer) => answer.json())`)) as {
      cameras: { record: { retentionDays: number; audio: boolean } }[];
    };
    assert.equal(cameras[0]?.record.retentionDays, 30);
    assert.equal(cameras[0]?.record.audio, true);
    await page.goto(`${recorder.url}/`);
    await page.locator(".head h1").waitFor();
    await page.goto(`${recorder.url}/cameras/new`);
    await until(
      "the days chosen in the wizard are proposed for the next camera",
      async () => (await page.getByLabel("Keep recordings for (days)").inputValue()) === "30",
    );
    await context.close();
  });

  it("asks for name and password, and says when they are wrong", async () => {
    const context = await openContext(browser, recorder);
    const page = watch(await context.newPage());
    await page.goto(`${recorder.url}/cameras`);
    await page.getByLabel("Name").fill(ADMINISTRATOR.username);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    assert.match((await page.getByRole("alert").textContent()) ?? "", /NJ_/);
    await screenshot(page, "login-wrong");
    await page.getByLabel("Password").fill(ADMINISTRATOR.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Cameras" }).waitFor();
    assert.match(page.url(), /\/cameras$/, "the page that was asked for");
    await context.close();
  });

  it("loads at most 150 kB of compressed script, in a dozen files, before the first live picture", async () => {
    const page = watch(await (await openContext(browser, signedIn, { viewport: DESKTOP })).newPage());
    home = page;
    await page.goto(`${recorder.url}/live`);
    await until("a picture", () => counterOf(page), 20_000);
    const [files, bytes] = (await page.evaluate(`(() => {
      const scripts = performance.getEntriesByType("resource").filter((one) => /\\.js$/.test(new URL(one.name).pathname));
      return [scripts.length, scripts.reduce((sum, one) => sum + one.encodedBodySize, 0)];
    })()`)) as [number, number];
    assert.ok(bytes > 10_000 && bytes <= 150_000, `${bytes} bytes`);
    assert.ok(files <= 12, `${files} files`);
  });

  it("speaks every language without overflowing, in the colours that were chosen", async () => {
    for (const language of ["de", "zh", "es", "en"]) {
      await home.evaluate(
        `localStorage.setItem("nightjar.preferences", JSON.stringify({ theme: "light", language: "${language}" }))`,
      );
      await home.reload();
      // English is where the others began.
      if (language === "en") continue;
      for (const name of [
        "plugins",
        "live",
        "playback",
        "cameras",
        "storage",
        "plugins?view=find",
        "system",
      ]) {
        await visit(home, recorder, name);
        await home.locator(".head h1").first().waitFor();
        const { lang, theme } = (await home.evaluate(
          `({ lang: document.documentElement.lang, theme: document.documentElement.dataset.theme })`,
        )) as { lang: string; theme: string };
        assert.deepEqual([lang, theme], [language, "light"]);
        assert.equal(await widthExcess(home), 0, `${name} in ${language} has room`);
        await screenshot(home, `${name.replaceAll(/\W+/g, "-")}-${language}`);
      }
    }
  });

  it("lists the keys, and reaches everything by Tab", async () => {
    const page = home;
    await turnTo(page, recorder, "live");
    await page.locator(".head h1").waitFor();
    // The heading is there a moment before keys are listened for.
    await until("the list of keys", async () => {
      if ((await page.getByRole("dialog").count()) === 0) await page.keyboard.press("?");
      return (await page.getByRole("dialog").count()) > 0;
    });
    assert.match((await page.getByRole("dialog").textContent()) ?? "", /Full screen/);
    await screenshot(page, "shortcuts");
    await page.keyboard.press("Escape");
    const reached = new Set<string>();
    for (let press = 0; press < 45; press += 1) {
      await page.keyboard.press("Tab");
      reached.add(
        (await page.evaluate(
          `(() => { const at = document.activeElement; return at.getAttribute("aria-label") ?? at.textContent.trim(); })()`,
        )) as string,
      );
    }
    for (const wanted of [
      "Live",
      "Playback",
      "Cameras",
      "Find a camera",
      "Save a snapshot",
      "Record now",
      "Figures",
    ]) {
      assert.ok(
        [...reached].some((one) => one.includes(wanted)),
        `${wanted} is reached: ${[...reached].join(" | ")}`,
      );
    }
    // Wherever that ended: keys do not act in fields.
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("?");
    await page.getByLabel("Single keys act as shortcuts").uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.keyboard.press("?");
    assert.equal(await page.getByRole("dialog").count(), 0, "single keys are off");
    assert.notEqual(await page.evaluate("document.activeElement.type"), "search");
    await page.reload();
    await page.locator(".head h1").waitFor();
    await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
    await page.getByLabel("Single keys act as shortcuts").check();
    await page.keyboard.press("Escape");
    await until(
      "focus goes back to what opened the dialog",
      async () =>
        (await page.evaluate("document.activeElement.getAttribute('aria-label')")) === "Keyboard shortcuts",
    );
    await until("the cursor is in the search", async () => {
      await page.keyboard.press("/");
      return (await page.evaluate("document.activeElement.type")) === "search";
    });
    await page.locator("input[type=search]").fill("");
    await page.keyboard.type("demo");
    await page.locator("#search-found button").waitFor();
    await page.keyboard.press("Enter");
    await until("the found camera is open", async () => page.url().includes("camera="));
  });

  it("finds a plugin among many by what its card says", async () => {
    await turnTo(home, recorder, "plugins");
    await home.locator(".plugin-card").nth(8).waitFor();
    await home.getByRole("searchbox", { name: "Search these plugins" }).fill("cameras onvif");
    await home.getByRole("heading", { name: "ONVIF cameras" }).waitFor();
    assert.equal(await home.locator(".plugin-card").count(), 1);
    await home.getByRole("searchbox", { name: "Search these plugins" }).fill("no such plugin");
    await home.getByRole("button", { name: "Show all" }).click();
    await home.locator(".plugin-card").nth(8).waitFor();
  });

  it("says why a camera cannot be tested, and adds nothing", async () => {
    const page = home;
    await turnTo(page, recorder, "cameras/new");
    await page.getByRole("button", { name: "By URL" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Nowhere");
    await page.getByLabel("URL of the main stream").fill("rtsp://192.0.2.1:9/none");
    assert.equal(await page.getByRole("button", { name: "Save" }).isEnabled(), true);
    await page.getByLabel("URL of the main stream").fill("http://192.0.2.1");
    await until("a wrong URL is told", async () => (await page.getByText("begins with rtsp://").count()) > 0);
    assert.equal(await page.getByRole("button", { name: "Save" }).isDisabled(), true);
    await page.getByLabel("URL of the main stream").fill("rtsp://localhost:1/none");
    await page.getByRole("button", { name: "Test" }).click();
    const note = page.locator(".error-note");
    await note.waitFor({ timeout: 20_000 });
    assert.match(
      (await note.textContent()) ?? "",
      /^Nothing listens at localhost:1\..*NJ_STREAM_CONNECTION_REFUSED$/,
    );
    await screenshot(page, "camera-test-failed");
  });

  it("keeps pages from those whose role does not include them, and hides what they may not do", async () => {
    const admin = home;
    await turnTo(admin, recorder, "users");
    await admin.getByRole("button", { name: "Add user" }).click();
    await admin.getByRole("dialog").getByLabel("Name").fill("vera");
    await admin.getByRole("dialog").getByLabel("Password").fill("looks at pictures only");
    await admin.getByRole("dialog").getByRole("button", { name: "Add user" }).click();
    await admin.getByText("vera was added").waitFor();
    await screenshot(admin, "users-added");

    const context = await openContext(browser, recorder);
    const page = watch(await context.newPage());
    await page.goto(`${recorder.url}/live`);
    await page.getByLabel("Name").fill("vera");
    await page.getByLabel("Password").fill("looks at pictures only");
    await page.getByRole("button", { name: "Sign in" }).click();
    await until("live pictures", () => counterOf(page), 20_000);
    assert.equal(await page.getByRole("button", { name: "Record now" }).count(), 0);
    assert.equal(await page.getByRole("link", { name: "Users" }).count(), 0);
    await visit(page, recorder, "users");
    await page.getByText("Not for your role").waitFor();
    await screenshot(page, "users-denied");
    await context.close();
  });

  it("says that the recorder cannot be reached, and what to do; and is there by itself once it can", async () => {
    const context: BrowserContext = await openContext(browser, signedIn);
    const page = watch(await context.newPage());
    await page.route("**/api/v1/setup", (route) => route.abort());
    await page.goto(`${recorder.url}/live`);
    await page.getByText("The recorder cannot be reached").waitFor();
    await screenshot(page, "unreachable");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The recorder cannot be reached").waitFor();
    // Nobody clicks at a wall.
    await page.unroute("**/api/v1/setup");
    await page.locator(".head h1").waitFor();
    await context.close();
  });

  it("removes a camera with its footage after asking", async () => {
    const page = home;
    await turnTo(page, recorder, "cameras");
    await page.evaluate(`fetch("/api/v1/cameras", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Spare", driver: "demo", config: {} }),
    })`);
    await page.getByRole("button", { name: "Remove Spare" }).click();
    await page.getByText("Delete the footage as well").click();
    const remove = page.getByRole("dialog").getByRole("button", { name: "Remove" });
    assert.equal(await remove.isDisabled(), true, "footage goes only after its camera's name was typed");
    await page.getByLabel("Type “Spare” to confirm").fill("spare");
    await screenshot(page, "camera-remove");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("Spare was removed").waitFor();
    assert.equal(await page.getByRole("button", { name: "Remove Spare" }).count(), 0);
  });

  it("removes the demo camera with its footage by one click", async () => {
    const page = home;
    await turnTo(page, recorder, "cameras");
    const asked = page.waitForRequest((request) => request.method() === "DELETE");
    await page.getByRole("button", { name: "Remove the demo camera" }).click();
    assert.match((await asked).url(), /footage=remove$/);
    await page.getByText("No cameras yet").first().waitFor();
    await screenshot(page, "cameras-empty");
    await visit(page, recorder, "live");
    await page.getByText("No cameras yet").first().waitFor();
    await page.getByRole("link", { name: "Add camera" }).waitFor();
    await screenshot(page, "live-empty");
  });

  it("throws nothing and breaks no content policy on the way", () => {
    assert.deepEqual(faults, []);
  });
});
