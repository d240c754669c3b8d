// The Plugins page in a real recorder and a real Chromium: what is shown of each plugin, its settings by form and by JSON
// with the same errors, secrets that go in and never out, restart, and switching off and on.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { addAccount } from "../support/accounts.ts";
import {
  DESKTOP,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  turnTo,
  until,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { givePlugins, sharedRecorder } from "./support/shared-recorder.ts";

const NAME = "@some/nightjar-camera-far";
const CANARY = "canary-4711";
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><script>fetch("/api/v1/session")</script><circle cx="12" cy="12" r="9" fill="#35bfd3"/></svg>';
const SCHEMA = {
  type: "object",
  required: ["host"],
  properties: {
    host: {
      type: "string",
      title: "Server",
      description: "Name or address of the cloud server.",
      minLength: 3,
    },
    port: { type: "integer", title: "Port", minimum: 1, maximum: 65535, default: 443 },
    patience: { type: "number", title: "Patience", minimum: 0.5, "x-unit": "s", default: 5 },
    account: { enum: ["none", "password"], title: "Account", default: "none" },
    user: { type: "string", title: "User" },
    password: { type: "string", title: "Password", "x-secret": true, minLength: 4 },
    tags: {
      type: "array",
      title: "Tag",
      description: "Cameras with one of these are taken.",
      items: { type: "string", minLength: 1 },
    },
    doors: {
      type: "array",
      title: "Door",
      items: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", title: "Name", minLength: 1 },
          locked: { type: "boolean", title: "Locked" },
        },
        additionalProperties: false,
      },
    },
    proxy: {
      type: "object",
      title: "Proxy",
      description: "Only where the recorder has no way out by itself.",
      required: ["address"],
      properties: { address: { type: "string", title: "Address" } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
  allOf: [
    {
      if: { properties: { account: { const: "password" } }, required: ["account"] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
      then: { required: ["user", "password"] },
    },
  ],
};

function writePlugin(
  folder: string,
  place: string,
  card: object,
  files: Readonly<Record<string, string>>,
): void {
  mkdirSync(join(folder, place, "translations"), { recursive: true });
  const whole = {
    version: "1.2.3",
    type: "module",
    exports: "./index.js",
    keywords: ["nightjar-plugin"],
    ...card,
  };
  writeFileSync(join(folder, place, "package.json"), JSON.stringify(whole));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, place, name), text);
}

/** One that runs, one that does not start, and one that this recorder is too old for. */
function writePlugins(folder: string): void {
  const engines = { nightjar: "^0.1.0" };
  writePlugin(
    folder,
    "far",
    {
      name: NAME,
      engines,
      description: "Cameras that live in a cloud far away, by way of their maker's server.",
      homepage: "https://example.org/far",
      nightjar: {
        displayName: "Far cameras",
        configSchema: "./config.schema.json",
        icon: "./icon.svg",
        permissions: { network: ["cloud.example"], hooks: ["recordingPlan"] },
      },
    },
    {
      "config.schema.json": JSON.stringify(SCHEMA),
      "icon.svg": ICON,
      "translations/de.json": JSON.stringify({
        displayName: "Ferne Kameras",
        provides: { "camera-driver:far": "Fern" },
        settings: { "/host": { title: "Rechner", description: "Name oder Adresse des Servers." } },
      }),
      "index.js": `import { writeFileSync } from "node:fs";
        import { join } from "node:path";
        import { definePlugin, Type } from "@nightjar/core";
        export default definePlugin({
          name: "${NAME}",
          configSchema: Type.Unsafe({ type: "object" }),
          setup(nvr, config) {
            nvr.log.notice("<b>far</b> away", { server: config.host ?? "none", plugin: "nightjar-camera-broken" });
            writeFileSync(join(nvr.storageDir, "config.json"), JSON.stringify({ ...config, lives: Math.random() }));
            nvr.cameraDrivers.register({ id: "far", displayName: "Far", configSchema: Type.Object({}), async streams() { return {}; } });
          },
        });`,
    },
  );
  writePlugin(
    folder,
    "broken",
    { name: "nightjar-camera-broken", engines, nightjar: { displayName: "Broken cameras" } },
    { "index.js": 'throw new RangeError("no lens is long enough");' },
  );
  writePlugin(
    folder,
    "future",
    { name: "nightjar-vca-future", engines: { nightjar: "^9.0.0" } },
    { "index.js": "" },
  );
}

givePlugins(writePlugins);

describe("the Plugins page", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    page = await (await openContext(browser, recorder)).newPage();
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await turnTo(page, recorder, "plugins");
    await statusIs("running");
  });
  after(async () => {
    await browser?.close();
  });

  const card = (name: string) => page.getByRole("article", { name });
  const dialog = () => page.getByRole("dialog");
  const button = (name: string, exact = true) => dialog().getByRole("button", { name, exact });

  it("says of each plugin how it is and why, with its own picture, in which nothing runs", async () => {
    const far = card("Far cameras");
    await far.getByText("running", { exact: true }).waitFor();
    await far.getByText("camera-driver:far").waitFor();
    await far.getByText("on its own").waitFor();
    const picture = far.locator("img");
    await until("the picture", () =>
      picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0),
    );
    const address = (await picture.getAttribute("src")) ?? "";
    const answer = await page.request.get(new URL(address, recorder.url).href);
    assert.match(answer.headers()["content-security-policy"] ?? "", /sandbox/);
    assert.equal(answer.headers()["x-content-type-options"], "nosniff");
    await card("Broken cameras").getByText("no lens is long enough").waitFor();
    const refused = card("nightjar-vca-future");
    await refused.getByText(/wants Nightjar \^9\.0\.0/).waitFor();
    assert.equal(await refused.getByRole("button").count(), 0);
    await card("Demo camera").getByText("with the recorder").waitFor();
    // What it said, and what the recorder said of it, and nothing of the others; as letters.
    await far.getByText("Log", { exact: true }).click();
    const lines = far.locator(".log-lines");
    await lines.getByText("<b>far</b> away server=none").first().waitFor();
    const broken = card("Broken cameras");
    await broken.getByText("Log", { exact: true }).click();
    await broken.locator(".log-lines").getByText("no lens is long enough").first().waitFor();
    assert.equal(await broken.getByText("<b>far</b>").count(), 0);
    assert.equal(await far.locator(".log-lines").getByText("no lens").count(), 0);
    await screenshot(page, "plugins");
    assert.ok(!asked.includes("/api/v1/plugins/search"), "nobody was asked for plugins");
  });

  it("takes settings by a form, and the plugin runs with them at once", async () => {
    const log = card("Far cameras").locator(".plugin-log");
    await card("Far cameras").getByRole("button", { name: "Settings: Far cameras" }).click();
    await dialog().getByLabel("Server").fill("far.example");
    assert.equal(
      await dialog().getByLabel("Password", { exact: true }).count(),
      0,
      "nobody asked for it yet",
    );
    await dialog().getByLabel("Account").selectOption("password");
    await dialog().getByLabel("User").fill("kim");
    await dialog().getByLabel("Password", { exact: true }).fill(CANARY);
    await dialog().getByRole("group", { name: "Tag" }).getByRole("button", { name: "Add" }).click();
    await page.keyboard.type("yard");
    await dialog()
      .getByRole("group", { name: "Door", exact: true })
      .getByRole("button", { name: "Add" })
      .click();
    await page.keyboard.type("Gate");
    await dialog().getByLabel("Set Proxy").check();
    await dialog().getByLabel("Address").fill("proxy.example");
    await dialog().getByLabel("Patience (s)").fill("2.5");
    await screenshot(page, "plugins-settings");
    await saveSettings();
    await page.getByText("The settings of Far cameras were saved").waitFor();
    // Open, it follows.
    if ((await log.getAttribute("open")) === null) await log.locator("summary").click();
    await log.getByText("server=far.example").first().waitFor();
    const { lives: _, ...heard } = await until("the plugin's own word", async () => told());
    assert.deepEqual(heard, {
      host: "far.example",
      account: "password",
      user: "kim",
      password: CANARY,
      tags: ["yard"],
      doors: [{ name: "Gate" }],
      proxy: { address: "proxy.example" },
      patience: 2.5,
    });
  });

  it("never shows a secret again, keeps it when left empty, tells it to no other server, and takes it away when told to", async () => {
    const answers: string[] = [];
    page.on("response", (response) => {
      if (response.url().includes("/api/"))
        response.text().then(
          (text) => answers.push(text),
          () => undefined,
        );
    });
    await turnTo(page, recorder, `plugins?settings=${encodeURIComponent(NAME)}`);
    await dialog().getByText("Is set and not shown").waitFor();
    await button("JSON").click();
    const text = await dialog().getByLabel("Settings as JSON").inputValue();
    assert.ok(!text.includes(CANARY));
    assert.match(text, /"far\.example"/);
    await button("Form").click();
    await dialog().getByLabel("Patience (s)").fill("9");
    await saveSettings();
    await until("more patience", async () => told().patience === 9);
    assert.equal(told().password, CANARY);
    assert.ok(!answers.join().includes(CANARY));

    // Another server is told it only by whoever types it again.
    await openSettings();
    await dialog().getByLabel("Server").fill("farther.example");
    await button("Save").click();
    await dialog().getByText("was given for another address or account").first().waitFor();
    await dialog().getByLabel("Password").fill(CANARY);
    await saveSettings();
    await until("the new server", async () => told().host === "farther.example");
    assert.equal(told().password, CANARY);

    await openSettings();
    await dialog().getByLabel("Account").selectOption("");
    await button("Take away").click();
    await dialog().getByText("Is taken away when you save").waitFor();
    await saveSettings();
    await until("no password", async () => told().password === undefined);
  });

  it("shows the same problems at the same places, by form and by JSON, and loses nothing on the way", async () => {
    await openSettings();
    await dialog().getByLabel("Port").fill("70000");
    const sentence = "must be 65535 or less";
    await dialog().getByText(sentence).waitFor();
    await dialog().getByLabel("Server").fill("");
    await button("JSON").click();
    await dialog()
      .getByRole("button", { name: `/port ${sentence}` })
      .waitFor();
    await dialog().getByRole("button", { name: "/host is missing" }).waitFor();
    await screenshot(page, "plugins-settings-json");
    await dialog()
      .getByRole("button", { name: `/port ${sentence}` })
      .click();
    const selected = await page.evaluate(
      "getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)",
    );
    assert.match(String(selected), /^70000/, "a click leads to the place");

    const editor = dialog().getByLabel("Settings as JSON");
    const whole = await editor.inputValue();
    await editor.fill(whole.replace("70000", "70000,,"));
    await dialog()
      .getByText(/cannot be read as JSON/)
      .waitFor();
    assert.ok(await button("Save").isDisabled());
    await button("Form").click();
    await dialog().getByText("cannot be read yet").waitFor();
    await button("JSON").click();
    assert.match(await editor.inputValue(), /70000,,/, "half-typed text is still there");
    await editor.fill('{ "host": "ab", "colour": "red", "tags": ["yard"] }');
    const problems = ["/host must not have fewer than 3 characters", "/colour is not a known key"];
    for (const name of problems) await dialog().getByRole("button", { name }).waitFor();
    await button("Save").click();
    await dialog().getByText("Not saved: 2 to mend").waitFor();
    await button("Form").click();
    assert.equal(await dialog().getByLabel("Server").getAttribute("aria-invalid"), "true");
    await dialog().getByText("must not have fewer than 3 characters").waitFor();
    await dialog().getByText("is not a known key").waitFor();
    await screenshot(page, "plugins-settings-problems");

    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await openSettings();
    await dialog().getByText("What you typed before is still here").waitFor();
    await button("Discard it").click();
    assert.equal(await dialog().getByLabel("Server").inputValue(), "farther.example");
    await button("Cancel").click();
    assert.equal(told().host, "farther.example");
  });

  it("speaks the viewer's language: what the plugin translates, and what is wrong with its settings", async () => {
    const other = await openContext(browser, recorder, { theme: "dark" });
    await other.addInitScript(
      'localStorage.setItem("nightjar.preferences", JSON.stringify({ theme: "dark", language: "de" }));',
    );
    const german = await other.newPage();
    await turnTo(german, recorder, `plugins?settings=${encodeURIComponent(NAME)}`);
    const box = german.getByRole("dialog");
    await box.getByLabel("Rechner").fill("ab");
    await box.getByText("Name oder Adresse des Servers.").waitFor();
    await box.getByText("muss mindestens 3 Zeichen haben").waitFor();
    await box.getByLabel("Port").fill("70000");
    await box.getByText("darf höchstens 65535 sein").waitFor();
    await screenshot(german, "plugins-settings-german");
    await box.getByRole("heading", { name: "Ferne Kameras" }).waitFor();
    await turnTo(german, recorder, "plugins");
    await german.getByRole("article", { name: "RTSP-Kameras" }).waitFor();
    await turnTo(german, recorder, "cameras/new");
    const driver = german.getByRole("option", { name: "Fern", exact: true });
    await driver.waitFor({ state: "attached" });
    await other.close();
  });

  it("is told of private registries and how to sign in, and never shows a login again", async () => {
    await turnTo(page, recorder, "plugins?view=find");
    await page.getByText("Where plugins come from", { exact: true }).click();
    await page.getByRole("button", { name: "Add a scope" }).click();
    const scoped = page.getByRole("group", { name: "@" });
    await scoped.getByLabel("Scope").fill("@house");
    const house = page.getByRole("group", { name: "@house" });
    await house.getByLabel("Address").fill("https://npm.house.example/");
    await house.getByLabel("Sign in").selectOption("token");
    await house.getByLabel("Token").fill(CANARY);
    await screenshot(page, "plugins-registries");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved where plugins come from").waitFor();
    await house.getByText("Is set and not shown").waitFor();
    assert.equal(await house.getByLabel("Token").inputValue(), "");
    const kept = await recorder.api<unknown>("GET", "/plugins/registries");
    assert.deepEqual((kept as { scopes: unknown }).scopes, [
      { scope: "@house", url: "https://npm.house.example/", login: "token" },
    ]);
    for (const file of ["config.json", "secrets.json"])
      assert.ok(!readFileSync(join(recorder.dataDir, file), "utf8").includes(CANARY));
    await house.getByLabel("Address").fill("https://elsewhere.example/");
    assert.equal(
      await house
        .getByLabel("Token")
        .evaluate((input) => (input as unknown as { required: boolean }).required),
      true,
    );
    await house.getByRole("button", { name: "Take away @house" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await house.waitFor({ state: "detached" });
  });

  it("lists what a plugin asks for, and takes it away and gives it back one by one, restarting it alone", async () => {
    await turnTo(page, recorder, "plugins");
    const far = card("Far cameras");
    type Listed = { plugins: { name: string; asks?: { permission: string; granted: boolean }[] }[] };
    const asks = async () =>
      (await recorder.api<Listed>("GET", "/plugins")).plugins.find(({ name }) => name === NAME)?.asks;
    const network = far.getByLabel("Use the network");
    await far.getByText("It says that it talks to cloud.example.").waitFor();
    assert.equal(await network.isChecked(), true);
    const lives = () => JSON.stringify(told());
    const before = lives();
    await network.click();
    await far.getByLabel("Use the network (not allowed)").waitFor();
    await far.getByText("taken away", { exact: true }).waitFor();
    await until("its next life", async () => lives() !== before);
    assert.deepEqual(
      (await asks())?.map(({ permission, granted }) => [permission, granted]),
      [
        ["network", false],
        ["recordingPlan", true],
      ],
    );
    await far.getByLabel("Change what is recorded").click();
    await far.getByLabel("Change what is recorded (not allowed)").waitFor();
    await screenshot(page, "plugins-grants");
    await far.getByLabel("Use the network (not allowed)").click();
    await far.getByText("allowed", { exact: true }).waitFor();
    // The page shows what is meant at once; written down is what was done.
    const said = await until("three acts in the log", async () => {
      const { entries } = await recorder.api<{ entries: { action: string }[] }>("GET", "/audit");
      const acts = entries.map(({ action }) => action).filter((act) => act.startsWith("plugin-permission"));
      return acts.length >= 3 && acts;
    });
    assert.deepEqual(said, [
      "plugin-permission-granted",
      "plugin-permission-withdrawn",
      "plugin-permission-withdrawn",
    ]);
  });

  it("puts a plugin of ours into a process of its own and back, and offers that for no other", async () => {
    type Listed = { plugins: { name: string; isolation?: string }[] };
    const where = async () =>
      (await recorder.api<Listed>("GET", "/plugins")).plugins.find(
        ({ name }) => name === "nightjar-camera-rtsp",
      )?.isolation;
    const apart = card("RTSP cameras").getByLabel("In a process of its own");
    assert.equal(await apart.isChecked(), false);
    await apart.click();
    await page.getByText("RTSP cameras runs on its own now").waitFor();
    await card("RTSP cameras").getByText("running", { exact: true }).waitFor();
    assert.equal(await where(), "process");
    await screenshot(page, "plugins-place");
    await apart.click();
    await page.getByText("RTSP cameras runs with the recorder now").waitFor();
    assert.equal(await where(), "inline");
    assert.equal(await card("Far cameras").getByLabel("In a process of its own").count(), 0);
    const refused = await recorder
      .api("POST", "/plugins/isolation", { name: NAME, isolation: "inline" })
      .then(() => "taken", String);
    assert.match(refused, /NJ_PLUGIN_ISOLATION/);
    const { entries } = await recorder.api<{ entries: { action: string; detail: object }[] }>(
      "GET",
      "/audit",
    );
    assert.deepEqual(
      entries.filter(({ action }) => action === "plugin-moved").map(({ detail }) => detail),
      ["inline", "process"].map((isolation) => ({ plugin: "nightjar-camera-rtsp", isolation })),
    );
  });

  it("restarts a plugin, switches it off, and on again", async () => {
    const before = told().lives;
    await card("Far cameras").getByRole("button", { name: "Restart: Far cameras" }).click();
    await page.getByText("Far cameras was started anew").waitFor();
    await until("another life", async () => told().lives !== before);
    await card("Far cameras").getByRole("button", { name: "Switch off: Far cameras" }).click();
    await card("Far cameras").getByText("switched off", { exact: true }).waitFor();
    assert.equal(await status(), "disabled");
    await card("Far cameras").getByRole("button", { name: "Switch on: Far cameras" }).click();
    await card("Far cameras").getByText("running", { exact: true }).waitFor();
    assert.equal(await status(), "running");
  });

  it("is only looked at by operators, and not at all by viewers", async () => {
    for (const role of ["operator", "viewer"] as const) {
      const password = "heron quarry lantern";
      const token = await addAccount(recorder, { username: role, password, role });
      const context = await openContext(browser, { url: recorder.url, token });
      const other = await context.newPage();
      await turnTo(other, recorder, `plugins?settings=${encodeURIComponent(NAME)}`);
      if (role === "operator") {
        await other
          .getByRole("article", { name: "Far cameras" })
          .getByText("running", { exact: true })
          .waitFor();
        assert.equal(await other.getByRole("article").getByRole("button").count(), 0);
        await turnTo(other, recorder, "system");
        await other.getByRole("link", { name: "Show plugins" }).click();
        await other.getByRole("article", { name: "Far cameras" }).waitFor();
      } else {
        await other.getByText("Not for your role").waitFor();
        assert.equal(await other.getByRole("article").count(), 0);
      }
      assert.equal(await other.getByRole("dialog").count(), 0);
      await context.close();
    }
  });

  it("fits a phone and the light theme", async () => {
    const context = await openContext(browser, recorder, { theme: "dark", viewport: PHONE });
    const other = await context.newPage();
    for (const [theme, viewport] of [
      ["dark", PHONE],
      ["light", PHONE],
      ["light", DESKTOP],
    ] as const) {
      const name = `${viewport === PHONE ? "phone-" : ""}plugins-${theme}`;
      await other.setViewportSize(viewport);
      await turnTo(other, recorder, "plugins");
      await other.evaluate(`document.documentElement.dataset.theme = "${theme}"`);
      await other.getByRole("article", { name: "Far cameras" }).waitFor();
      await screenshot(other, name);
      const wide = await other.evaluate(
        "document.documentElement.scrollWidth > innerWidth || document.querySelector('.page').scrollWidth > document.querySelector('.page').clientWidth",
      );
      assert.equal(wide, false, `${name} scrolls sideways`);
      await turnTo(other, recorder, `plugins?settings=${encodeURIComponent(NAME)}`);
      await other.getByRole("dialog").getByLabel("Server").waitFor();
      await screenshot(other, `${name}-settings`);
      await turnTo(other, recorder, "plugins?view=find");
      await other.getByLabel("Find plugins").first().waitFor();
      await screenshot(other, `${name}-find`);
    }
    await context.close();
  });

  /** Saves, and fails with what the dialog says against it. */
  async function saveSettings(): Promise<void> {
    await button("Save").click();
    const refused = dialog().getByRole("alert");
    const saved = dialog().waitFor({ state: "detached" });
    saved.catch(() => undefined);
    await Promise.race([saved, refused.waitFor().then(async () => assert.fail(await dialog().innerText()))]);
  }

  /** As a stranger would: signing in with a session at hand would end that one. */
  async function openSettings(): Promise<void> {
    await card("Far cameras").getByRole("button", { name: "Settings: Far cameras" }).click();
    await dialog().getByLabel("Server").waitFor();
  }

  function told(): Record<string, unknown> {
    const storage = join(recorder.dataDir, "plugins", "storage");
    const own = readdirSync(storage).find((name) => name.endsWith("nightjar-camera-far")) ?? "";
    return JSON.parse(readFileSync(join(storage, own, "config.json"), "utf8")) as Record<string, unknown>;
  }

  async function status(): Promise<string | undefined> {
    const { plugins } = await recorder.api<{ plugins: { name: string; status: string }[] }>(
      "GET",
      "/plugins",
    );
    return plugins.find((one) => one.name === NAME)?.status;
  }

  async function statusIs(wanted: string): Promise<void> {
    await until(`the plugin to be ${wanted}`, async () => (await status()) === wanted, 40_000);
  }
});
