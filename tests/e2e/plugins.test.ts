// Strangers' plugins in a real recorder and a real Chromium: a camera that a plugin in a process of its own drives is
// recorded and shown, a plugin that cannot be loaded is named with its reason, and both stand on the Plugins page.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { SenderProcesses } from "../bench/sender-process.ts";
import { DEMO_CLIP } from "../support/recorder-rig.ts";
import {
  counterOf,
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
import { givePlugins, sharedRecorder } from "./support/shared-recorder.ts";

const LONG_MS = 40_000;
/** A page that says what it can reach. */
const PAGE_FILES = {
  "index.html": `<!doctype html><html><head><link rel="stylesheet" href="page.css"><script src="nightjar.js"></script>
    <script type="module" src="page.mjs"></script></head><body><ul id="said"></ul></body></html>`,
  "page.css": "ul { padding-left: 3px; }",
  "page.mjs": `const say = (text) => document.querySelector("#said").append(Object.assign(document.createElement("li"), { textContent: text }));
    const attempt = async (what, work) => { try { await work(); say(what + " OPEN"); } catch { say(what + " closed"); } };
    const lamp = await nightjar.request("GET", "/lamps/hall");
    say("lamp " + lamp.lamp + " is dark, asked by " + lamp.userName + ", " + nightjar.theme + " " + nightjar.locale);
    if (getComputedStyle(document.querySelector("#said")).paddingLeft === "3px") say("module and style are there");
    await attempt("cookie", () => { if (document.cookie === undefined) throw 0; });
    await attempt("fetch", () => fetch("/api/v1/status"));
    await attempt("parent", () => parent.document.title);
    say("way out by tabs " + await nightjar.request("GET", "/.\\t./.\\t./.\\t./status").then(() => "OPEN", (error) => error.code));
    say("way out by line feeds " + await nightjar.request("GET", "/.\\n./.\\n./.\\n./status").then(() => "OPEN", (error) => error.code));
    for (const path of ["/../restart", "/%2e%2e/restart", "//evil.example/", "status"])
      say("way out by " + path + " " + await nightjar.request("GET", path).then(() => "OPEN", (error) => error.code));`,
} as const;

/** One that is a custom element, and tells of itself what it was handed. */
const ELEMENT_FILES = {
  "element.js": `class Lamps extends HTMLElement {
      static observedAttributes = ["theme"];
      attributeChangedCallback(name, before, theme) { if (before !== null) this.say("now " + theme); }
      connectedCallback() {
        this.attachShadow({ mode: "open" }).innerHTML = "<style>p { margin: 12px }</style>";
        this.say(this.getAttribute("theme") + " " + this.getAttribute("locale") + " " + this.nightjar.plugin);
        this.nightjar.request("GET", "/lamps/hall").then(({ lamp }) => this.say("lamp " + lamp));
        this.nightjar.request("GET", "/../restart").catch(({ code }) => this.say("way out " + code));
        fetch("/api/v1/status").then(() => this.say("fetch OPEN"), () => this.say("fetch closed"));
        try { parent.document.title; this.say("parent OPEN"); } catch { this.say("parent closed"); }
      }
      say(text) { this.shadowRoot.append(Object.assign(document.createElement("p"), { textContent: text })); }
    }
    customElements.define("nightjar-bridge-lamps", Lamps);`,
} as const;

/** A plugin with a resource. */
function withLamp(name: string): string {
  return `import { definePlugin, Type } from "@nightjar/core";
    export default definePlugin({
      name: ${JSON.stringify(name)},
      configSchema: Type.Object({}),
      setup(nvr) {
        nvr.routes.register({
          id: "lamp", method: "GET", path: "/lamps/:lamp", permission: "settings.view", summary: "A lamp.",
          async handle({ params, userName }) { return { lamp: params.lamp, userName }; },
        });
      },
    });`;
}

function writePlugin(
  folder: string,
  name: string,
  displayName: string,
  code: string,
  files: Record<string, string> = {},
): void {
  mkdirSync(join(folder, name, "nightjar-ui"), { recursive: true });
  for (const [file, text] of Object.entries(files))
    writeFileSync(join(folder, name, "nightjar-ui", file), text);
  writeFileSync(
    join(folder, name, "package.json"),
    JSON.stringify({
      name,
      version: "1.2.3",
      type: "module",
      exports: "./index.js",
      keywords: ["nightjar-plugin"],
      engines: { nightjar: "^0.1.0" },
      nightjar: { displayName, page: { permission: "settings.view" } },
    }),
  );
  writeFileSync(join(folder, name, "index.js"), code);
}

function writePlugins(folder: string): void {
  writePlugin(
    folder,
    "nightjar-camera-remote",
    "Remote cameras",
    `import { definePlugin, Type } from "@nightjar/core";
     export default definePlugin({
       name: "nightjar-camera-remote",
       configSchema: Type.Object({}),
       setup(nvr) {
         nvr.cameraDrivers.register({
           id: "remote",
           displayName: "Remote",
           configSchema: Type.Object({ address: Type.String({ title: "Address" }) }, { additionalProperties: false }),
           async streams({ address }) {
             if (address === "crash") process.exit(1);
             return { main: { kind: "rtsp", url: address, transport: "tcp" } };
           },
         });
       },
     });`,
  );
  writePlugin(
    folder,
    "nightjar-camera-cracked",
    "Cracked cameras",
    'throw new RangeError("no lens is long enough");',
  );
  writePlugin(
    folder,
    "@acme/nightjar-camera-page",
    "A camera with a page",
    withLamp("@acme/nightjar-camera-page"),
    PAGE_FILES,
  );
  writePlugin(folder, "nightjar-bridge-lamps", "Lamps", withLamp("nightjar-bridge-lamps"), ELEMENT_FILES);
  writePlugin(folder, "nightjar-bridge-dark", "Dark", withLamp("nightjar-bridge-dark"), {
    "element.js": "export {};",
  });
}

givePlugins(writePlugins);

describe("strangers' plugins", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let sender: SenderProcesses;
  let camera: string | undefined;

  before(async () => {
    recorder = await sharedRecorder();
    sender = await SenderProcesses.start(DEMO_CLIP, 1);
    browser = await openBrowser();
    page = await (await openContext(browser, recorder)).newPage();
  });
  after(async () => {
    await browser?.close();
    if (camera !== undefined) await recorder.api("DELETE", `/cameras/${camera}?footage=remove`);
    await sender?.stop();
  });

  it("drive cameras that are recorded and shown like any other", async () => {
    const { id } = await recorder.api<{ id: string }>("POST", "/cameras", {
      name: "Remote yard",
      driver: "remote",
      config: { address: sender.url(1) },
      record: { mode: "continuous", streams: "main" },
    });
    camera = id;
    await visit(page, recorder, `live?camera=${id}`);
    await until(
      "the remote camera's picture",
      () => counterOf(page, `[data-camera="${id}"] .picture`),
      LONG_MS,
    );
    await until(
      "its recording",
      async () => {
        const camera = await recorder.api<{ recording: { active: boolean } }>("GET", `/cameras/${id}`);
        return camera.recording.active;
      },
      LONG_MS,
    );
  });

  it("that fail again and again are left alone, and cost nothing that is recorded", async () => {
    for (let failure = 0; failure < 5; failure += 1) {
      await until(
        "the plugin to run",
        async () => (await statusOf("nightjar-camera-remote")) === "running",
        LONG_MS,
      );
      await recorder
        .api("POST", "/cameras/probe", { driver: "remote", config: { address: "crash" } })
        .catch(() => undefined);
      await until("its end", async () => (await statusOf("nightjar-camera-remote")) !== "running", LONG_MS);
    }
    assert.equal(await statusOf("nightjar-camera-remote"), "quarantined");
    const { cameras } = await recorder.api<{ cameras: { recording: { active: boolean } }[] }>(
      "GET",
      "/cameras",
    );
    assert.deepEqual(
      cameras.map(({ recording }) => recording.active),
      [true, true],
    );
  });

  it("are named on the Plugins page with what is wrong, and started anew from there", async () => {
    await visit(page, recorder, "plugins");
    const cracked = page.getByRole("article", { name: "Cracked cameras" });
    await cracked.getByText("no lens is long enough").waitFor();
    const remote = page.getByRole("article", { name: "Remote cameras" });
    await remote.getByText(/failed 5 times within five minutes/).waitFor();
    await screenshot(page, "plugins-quarantined");
    await page.setViewportSize(PHONE);
    await screenshot(page, "phone-plugins-quarantined");
    await remote.getByRole("button", { name: "Restart: Remote cameras" }).click();
    await remote.getByText("running", { exact: true }).waitFor();
    await page.getByText("Remote cameras was started anew").waitFor();
    // What it costs the event loop: its own, or the recorder's.
    await remote.getByText(/^\d+ ms late \(99 %\)$/).waitFor();
    await page
      .getByText(/^held up to [\d.]+ ms$/)
      .first()
      .waitFor();
  });

  it("show pages of their own, which reach the plugin's resources and nothing else", async () => {
    await page.setViewportSize(DESKTOP);
    await visit(page, recorder, "plugins");
    await page
      .getByRole("article", { name: "A camera with a page" })
      .getByRole("link", { name: "Open its page" })
      .click();
    assert.equal(new URL(page.url()).searchParams.get("name"), "@acme/nightjar-camera-page");
    const frame = page.frameLocator("iframe.plugin-page");
    await frame.getByText("lamp hall is dark, asked by admin, dark en").waitFor();
    await frame.getByText("module and style are there").waitFor();
    await screenshot(page, "plugin-page");
    await frame.getByText("cookie closed").waitFor();
    await frame.getByText("fetch closed").waitFor();
    await frame.getByText("parent closed").waitFor();
    await frame.getByText("way out by tabs NJ_UI_REFUSED").waitFor();
    await frame.getByText("way out by line feeds NJ_UI_REFUSED").waitFor();
    await frame.getByText("way out by /../restart NJ_UI_REFUSED").waitFor();
    await frame.getByText("way out by /%2e%2e/restart NJ_UI_REFUSED").waitFor();
    await frame.getByText("way out by //evil.example/ NJ_ROUTE_UNKNOWN").waitFor();
    await frame.getByText("way out by status NJ_UI_REFUSED").waitFor();
  });

  it("show pages that are a custom element of theirs, within the same walls", async () => {
    await visit(page, recorder, "plugin?name=nightjar-bridge-lamps");
    const element = page.frameLocator("iframe.plugin-page").locator("nightjar-bridge-lamps");
    for (const said of ["dark en nightjar-bridge-lamps", "lamp hall", "way out NJ_UI_REFUSED"])
      await element.getByText(said).waitFor();
    await element.getByText("fetch closed").waitFor();
    await element.getByText("parent closed").waitFor();
    await screenshot(page, "plugin-element");
    await page.getByRole("button", { name: "Account of admin" }).click();
    await page.getByLabel("Theme").selectOption("light");
    await element.getByText("now light").waitFor();
    await page.getByLabel("Theme").selectOption("dark");
    await element.getByText("now dark").waitFor();
  });

  it("are said to have no page to show where theirs defines no element", async () => {
    await visit(page, recorder, "plugin?name=nightjar-bridge-dark");
    await page.getByRole("alert").getByText("Its page cannot be shown").waitFor();
    await screenshot(page, "plugin-element-missing");
  });

  async function statusOf(name: string): Promise<string | undefined> {
    const { plugins } = await recorder.api<{ plugins: { name: string; status: string }[] }>(
      "GET",
      "/plugins",
    );
    return plugins.find((one) => one.name === name)?.status;
  }
});
