// The ways to the recorder: by HTTPS with a cookie that other sites cannot set, and behind a reverse proxy below a path.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import {
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  until,
} from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder, startRecorder } from "./support/recorder.ts";
import { openReverseProxy, type ReverseProxy } from "./support/reverse-proxy.ts";

const LONG_MS = 30_000;

describe("doors", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let proxy: ReverseProxy | undefined;

  before(async () => {
    recorder = await startRecorder(true);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await proxy?.close();
    await recorder?.stop();
  });

  it("let in by HTTPS with a __Host- cookie that scripts cannot read, and show pictures", async () => {
    assert.match(recorder.secureUrl, /^https:/);
    const context = await openContext(browser, recorder, { secure: true });
    const page = await context.newPage();
    await page.goto(`${recorder.secureUrl}/live`);
    await page.getByLabel("Name").fill(ADMINISTRATOR.username);
    await page.getByLabel("Password").fill(ADMINISTRATOR.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await until("live pictures", () => counterOf(page), LONG_MS);
    const [cookie, ...others] = await context.cookies(recorder.secureUrl);
    assert.deepEqual(others, []);
    assert.equal(cookie?.name, "__Host-nightjar");
    assert.equal(cookie.secure, true);
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, "Strict");
    assert.equal(cookie.path, "/");
    assert.equal(await page.evaluate("document.cookie"), "");
    assert.equal(await page.evaluate("isSecureContext"), true);
    await page.goto(`${recorder.secureUrl}/playback`);
    await until("a recorded picture", () => counterOf(page), LONG_MS);
    await context.close();
  });

  it("lead behind a reverse proxy to every page below its path, and nowhere else", async () => {
    const before = recorder.url;
    await recorder.api("PATCH", "/settings", { network: { basePath: "/nvr" } });
    proxy = await openReverseProxy(before, "/nvr");
    const { url } = proxy;
    await until(
      "the base path holds",
      async () =>
        (await fetch(`${url}/api/v1/setup`)).status === 200 && (await fetch(`${before}/live`)).status === 404,
      LONG_MS,
    );
    const context = await openContext(browser, { ...recorder, token: "" });
    const page = await context.newPage();
    await page.goto(`${url}/live`);
    await page.getByLabel("Name").fill(ADMINISTRATOR.username);
    await page.getByLabel("Password").fill(ADMINISTRATOR.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await until("live pictures", () => counterOf(page), LONG_MS);
    await page.getByRole("link", { name: "Playback" }).first().click();
    await until("a recorded picture", () => counterOf(page), LONG_MS);
    assert.ok(page.url().startsWith(`${url}/playback`), page.url());
    await page.reload();
    await until("the recorded picture again", () => counterOf(page), LONG_MS);
    await page.getByRole("link", { name: "Cameras" }).first().click();
    await until(
      "the thumbnail",
      async () => (await page.evaluate(`document.querySelector("img.thumb")?.naturalWidth ?? 0`)) === 160,
      LONG_MS,
    );
    await page.goto(`${url}/system`);
    await page.getByRole("heading", { name: "System" }).waitFor();
    await screenshot(page, "system-base-path");
    assert.deepEqual(proxy.strays, []);
    await context.close();
  });
});
