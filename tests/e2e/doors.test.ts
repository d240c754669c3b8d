// The ways to the recorder: by HTTPS with a cookie that other sites cannot set, and behind a reverse proxy below a path.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Cookie, Page } from "playwright-core";
import { generate } from "selfsigned";
import {
  collectCounters,
  counterOf,
  openBrowser,
  openContext,
  PLAIN_HOST,
  screenshot,
  skipBrowserTests,
  until,
  visit,
} from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { openReverseProxy, type ReverseProxy } from "./support/reverse-proxy.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const LONG_MS = 30_000;
/** Node-RED starts. */
const FLOWS_MS = 60_000;

/** The session's, and the one by which the browser is known again: both for this host over TLS alone. */
function assertCookies(cookies: readonly Cookie[]): void {
  assert.deepEqual(cookies.map(({ name }) => name).sort(), ["__Host-nightjar", "__Host-nightjar-device"]);
  for (const { secure, httpOnly, sameSite, path } of cookies) {
    assert.deepEqual(
      { secure, httpOnly, sameSite, path },
      { secure: true, httpOnly: true, sameSite: "Strict", path: "/" },
    );
  }
}

describe("doors", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let proxy: ReverseProxy | undefined;

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await proxy?.close();
  });

  it("let in by HTTPS with a __Host- cookie that scripts cannot read, and show pictures", async () => {
    assert.match(recorder.secureUrl, /^https:/);
    const context = await openContext(browser, recorder, { secure: true });
    const page = await context.newPage();
    await page.goto(`${recorder.secureUrl}/live`);
    await page.getByLabel("Language").selectOption("de");
    await page.getByRole("heading", { name: "Anmelden" }).waitFor();
    await page.getByLabel("Sprache").selectOption("en");
    await page.getByLabel("Name").fill(ADMINISTRATOR.username);
    await page.getByLabel("Password").fill(ADMINISTRATOR.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await until("live pictures", () => counterOf(page), LONG_MS);
    assertCookies(await context.cookies(recorder.secureUrl));
    assert.equal(await page.evaluate("document.cookie"), "");
    assert.equal(await page.evaluate("isSecureContext"), true);
    await visit(page, { url: recorder.secureUrl }, "playback");
    await until("a recorded picture", () => counterOf(page), LONG_MS);
    await context.close();
  });

  it("show pictures over plain HTTP by MSE, as browsers keep WebCodecs from such pages, and say why", async () => {
    const url = recorder.url.replace("localhost", PLAIN_HOST);
    const context = await openContext(browser, { ...recorder, token: "" });
    const page = await context.newPage();
    await page.goto(`${url}/live`);
    assert.equal(await page.evaluate("isSecureContext"), false);
    assert.equal(await page.evaluate("typeof VideoDecoder"), "undefined");
    await page.getByLabel("Name").fill(ADMINISTRATOR.username);
    await page.getByLabel("Password").fill(ADMINISTRATOR.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await collectCounters(page, 10, LONG_MS);
    assert.equal(await page.locator("video.picture").count(), 1);
    await page.locator("video.picture").waitFor();
    assert.equal(await page.locator("canvas.picture").count(), 0);
    await page.keyboard.press("i");
    await page.locator(".figures", { hasText: "MSE, as this page came over plain HTTP" }).waitFor();
    await screenshot(page, "live-plain-http");
    await visit(page, { url }, "system");
    await page.getByText("This page came over plain HTTP").waitFor();
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
      async () => (await page.evaluate(`document.querySelector(".thumb img")?.naturalWidth ?? 0`)) === 160,
      LONG_MS,
    );
    await visit(page, { url }, "system");
    await page.getByRole("heading", { name: "System" }).waitFor();
    await screenshot(page, "system-base-path");
    await assertInstallable(page, url);
    await assertEditor(page, url);
    assert.deepEqual(proxy.strays, []);
    await context.close();
  });

  it("lead behind a proxy where TLS ends, with the cookie of HTTPS, WebSockets and the root certificate", async () => {
    const made = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      curve: "P-256",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    await proxy?.close();
    proxy = await openReverseProxy(recorder.url, "/nvr", { cert: made.cert, key: made.private });
    const { url } = proxy;
    const signIn = (headers: Record<string, string>) =>
      fetch(`${recorder.url}/nvr/api/v1/session`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(ADMINISTRATOR),
      });
    const forged = { "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
    // Nobody is a trusted proxy yet: what a stranger claims changes nothing.
    const stranger = await signIn(forged);
    assert.match(stranger.headers.get("set-cookie") ?? "", /^nightjar=/);
    const token = ((await stranger.json()) as { token: string }).token;
    await fetch(`${recorder.url}/nvr/api/v1/settings`, {
      method: "PATCH",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ network: { trustedProxies: ["127.0.0.1", "::1"] } }),
    });
    await until(
      "the proxy is believed",
      async () => (await signIn(forged)).headers.get("set-cookie")?.startsWith("__Host-nightjar=") === true,
      LONG_MS,
    );

    const context = await openContext(browser, { ...recorder, token: "" }, { secure: true });
    const page = await context.newPage();
    await page.goto(`${url}/live`);
    await page.getByLabel("Name").fill(ADMINISTRATOR.username);
    await page.getByLabel("Password").fill(ADMINISTRATOR.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await until("live pictures", () => counterOf(page), LONG_MS);
    assertCookies(await context.cookies(url));
    await page.getByRole("link", { name: "Playback" }).first().click();
    await until("a recorded picture", () => counterOf(page), LONG_MS);
    await page.evaluate(
      `new Promise((resolve) => {
        const socket = new WebSocket(new URL("api/v1/changes?types=camera", document.baseURI.replace(/^http/, "ws")));
        window.told = new Promise((done) => {
          socket.onmessage = ({ data }) => { done(JSON.parse(data).type); socket.close(); };
          socket.onclose = ({ code }) => done("closed " + code);
        });
        socket.onopen = resolve;
        socket.onerror = resolve;
      })`,
    );
    const renamed = await fetch(`${recorder.url}/nvr/api/v1/cameras/demo`, {
      method: "PATCH",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ name: "Yard behind a proxy" }),
    });
    assert.equal(renamed.status, 200);
    const told = await page.evaluate("window.told");
    assert.equal(told, "camera");
    const api = await context.request.get(`${url}/api/v1/openapi.json`);
    assert.equal(api.status(), 200);
    const root = await context.request.get(`${url}/ca.crt`);
    assert.match(await root.text(), /^-----BEGIN CERTIFICATE-----/);
    assert.equal((await context.request.get(`${url}/metrics`)).status(), 200);
    await visit(page, { url }, "system/certificate");
    await page.getByRole("heading", { name: "Certificate", exact: true }).waitFor();
    const link = page.getByRole("link", { name: "Download the root certificate" });
    assert.equal(
      await link.evaluate((element) => (element as unknown as { href: string }).href),
      `${url}/ca.crt`,
    );
    assert.deepEqual(proxy.strays, []);
    await context.close();
  });
});

/** The editor of flows stands in its frame below the path, with its socket, and no other origin may frame it. */
async function assertEditor(page: Page, url: string): Promise<void> {
  const { request } = page.context();
  const headers = { origin: new URL(url).origin };
  const enabled = await request.patch(`${url}/api/v1/flows`, { headers, data: { enabled: true } });
  assert.equal(enabled.status(), 200, await enabled.text());
  await page.setViewportSize({ width: 1280, height: 800 });
  const socket = page.waitForEvent("websocket", {
    predicate: (opened) => opened.url().includes("/comms"),
    timeout: FLOWS_MS,
  });
  await visit(page, { url }, "system/flows");
  const frame = page.locator("iframe");
  await frame.waitFor({ timeout: FLOWS_MS });
  assert.equal(
    await frame.evaluate((element) => (element as unknown as { src: string }).src),
    `${url}/flows/`,
  );
  await page.frameLocator("iframe").locator("#red-ui-editor").waitFor({ timeout: FLOWS_MS });
  assert.equal((await socket).url(), `${url.replace("http", "ws")}/flows/comms`);
  const answer = await request.get(`${url}/flows/`);
  assert.match(answer.headers()["content-security-policy"] ?? "", /frame-ancestors 'self'$/);
  assert.equal(answer.headers()["x-frame-options"], "SAMEORIGIN");
  const stranger = await page.context().newPage();
  await stranger.setContent(`<iframe src="${url}/flows/"></iframe>`);
  await until(
    "the frame is refused",
    async () => stranger.frames().at(-1)?.url().startsWith("chrome-error:") === true,
    LONG_MS,
  );
}

interface Manifest {
  readonly start_url: string;
  readonly scope: string;
  readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string }[];
  readonly shortcuts: readonly { readonly url: string }[];
}

/** The page can be installed as an app: its manifest is one, leads nowhere else, and its icons are what it says of them. */
async function assertInstallable(page: Page, url: string): Promise<void> {
  const { request } = page.context();
  const hrefOf = (rel: string): Promise<string> =>
    page.evaluate(`document.querySelector("link[rel=${rel}]").href`);
  const manifestUrl = await hrefOf("manifest");
  assert.equal(manifestUrl, `${url}/manifest.webmanifest`);
  const answer = await request.get(manifestUrl);
  assert.equal(answer.headers()["content-type"], "application/manifest+json");
  const manifest = (await answer.json()) as Manifest;
  const absolute = (path: string): string => new URL(path, manifestUrl).href;
  assert.equal(absolute(manifest.start_url), `${url}/`);
  assert.equal(absolute(manifest.scope), `${url}/`);
  for (const { url: place } of manifest.shortcuts)
    assert.equal((await request.get(absolute(place))).headers()["content-type"], "text/html; charset=utf-8");
  const apple = { src: await hrefOf("apple-touch-icon"), sizes: "180x180", type: "image/png" };
  for (const { src, sizes, type } of [...manifest.icons, apple]) {
    assert.equal((await request.get(absolute(src))).headers()["content-type"], type);
    const side: number = await page.evaluate(
      `new Promise((resolve) => Object.assign(new Image(), {
        src: ${JSON.stringify(absolute(src))},
        onload() { resolve(this.naturalWidth); },
        onerror() { resolve(0); },
      }))`,
    );
    if (sizes === "any") assert.ok(side > 0, src);
    else assert.equal(sizes, `${side}x${side}`, src);
  }
  const tools = await page.context().newCDPSession(page);
  const { errors, url: found } = await tools.send("Page.getAppManifest");
  assert.deepEqual([found, errors], [manifestUrl, []]);
  const { installabilityErrors } = await tools.send("Page.getInstallabilityErrors");
  // Pages of tests live in a window without history, from which nothing is installed.
  assert.deepEqual(
    installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"),
    [],
  );
}
