// The page of linkage in a real browser: a rule is made, its actions are tried and ticked, a refused sign-in has them done, and
// what came of them stands on the page and with the event. A screen that is a wall shows a camera because of one, and sounds.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page, Route } from "playwright-core";
import { mailServer, PASSWORD } from "../../plugins/linkage-email/tests/mail-server.ts";
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
import { sharedRecorder } from "./support/shared-recorder.ts";

const LONG_MS = 40_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The loudest that went to the loudspeaker: `window.nightjarPeak`. */
const METER = `
  window.nightjarPeak = 0;
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target === this.context.destination) {
      const meter = this.context.createAnalyser();
      connect.call(this, meter);
      const samples = new Float32Array(meter.fftSize);
      setInterval(() => {
        meter.getFloatTimeDomainData(samples);
        for (const sample of samples) window.nightjarPeak = Math.max(window.nightjarPeak, Math.abs(sample));
      }, 50);
    }
    return connect.call(this, target, ...rest);
  };`;

interface View {
  readonly stamp: string;
  readonly rules: readonly { readonly name: string; readonly enabled?: boolean }[];
}

describe("the page of linkage", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
  });

  /** From an address of its own: what comes from one within a minute is one event. */
  async function signInWrongly(localAddress: string): Promise<void> {
    const outgoing = request(`${recorder.url.replace("localhost", "127.0.0.1")}/api/v1/session`, {
      ...{ method: "POST", localAddress, agent: false },
      headers: { "content-type": "application/json" },
    });
    outgoing.end(JSON.stringify({ username: "admin", password: "heron lantern quarrx" }));
    const [refused] = (await once(outgoing, "response")) as [IncomingMessage];
    refused.resume();
    assert.equal(refused.statusCode, 401);
  }

  it("makes a rule whose actions are tried, done, and told; nobody's change is lost", async () => {
    await visit(page, recorder, "events");
    await page.getByRole("link", { name: "Linkage" }).click();
    await page.getByText("No rules yet").waitFor();
    await page.getByRole("button", { name: "Add a rule" }).click();
    const dialog = page.getByRole("dialog");
    const save = dialog.getByRole("button", { name: "Save" });
    await dialog.getByLabel("Name", { exact: true }).fill("A stranger");
    assert.equal(await save.isDisabled(), true, "a rule does something");
    await dialog.locator("summary", { hasText: "Events" }).click();
    await dialog.getByLabel("Motion", { exact: true }).uncheck();
    await dialog.getByLabel("Illegal login").check();
    for (const name of ["Record cameras", "Keep pictures"]) {
      const action = dialog.getByRole("group", { name });
      await action.getByLabel(name).check();
      // The refused sign-in is of no camera: the actions name one.
      await action.locator("summary", { hasText: "Cameras" }).click();
      await action.locator(".choices-list input").first().check();
    }
    const capture = dialog.getByRole("group", { name: "Keep pictures" });
    await capture.getByLabel("Pictures", { exact: true }).fill("9");
    await capture.getByRole("button", { name: "Test" }).click();
    await capture
      .getByRole("alert")
      .getByText(/^Pictures: must /)
      .waitFor();
    await capture.getByLabel("Pictures", { exact: true }).fill("1");
    await until("a picture can be taken", async () => {
      await capture.getByRole("button", { name: "Test" }).click();
      const told = capture.getByRole("status").locator(".state");
      await told.waitFor();
      return /done/.test((await told.textContent()) ?? "");
    });
    await save.click();
    await dialog.waitFor({ state: "detached" });
    const row = page.locator(".linkage-table tbody tr");
    assert.match((await row.textContent()) ?? "", /A stranger.*Illegal login/);
    assert.equal(await row.locator(".does .icon").count(), 2);

    // Tried as it is saved: all of its actions, one try at a time.
    const testRule = row.getByRole("button", { name: "Test rule A stranger" });
    const asked = Promise.withResolvers<Route>();
    await page.route("**/api/v1/linkage/test", asked.resolve, { times: 1 });
    await testRule.click();
    const held = await asked.promise;
    await until("it to wait for what comes of it", () => testRule.isDisabled());
    const answered = page.waitForResponse("**/api/v1/linkage/test");
    await held.continue();
    const { results } = (await (await answered).json()) as {
      results: readonly { readonly action: string; readonly status: string }[];
    };
    assert.deepEqual(
      results.map(({ action, status }) => `${action} ${status}`),
      ["record done", "capture done"],
    );
    await page.locator(".toast-good").getByText("A stranger: 2 done").waitFor();
    await until("it to be ready again", () => testRule.isEnabled());
    await screenshot(page, "linkage-rule");

    await signInWrongly("127.0.0.3");
    const lately = page.locator(".linkage-lately tbody tr");
    await until("what was done", async () => (await lately.count()) === 2, 60_000);
    for (const text of await lately.allTextContents()) assert.match(text, /A stranger.*: done/);
    await page.setViewportSize(PHONE);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.equal(overflow, 0);
    await screenshot(page, "linkage-rule-phone");

    // Somebody else changes the rules while the form is open: the form is told, and nothing is lost.
    await page.getByRole("button", { name: "Change A stranger" }).click();
    const before = await recorder.api<View>("GET", "/linkage");
    const other = before.rules.map((rule) => ({ ...rule, name: "Somebody" }));
    await recorder.api("PUT", "/linkage/rules", { rules: other, stamp: before.stamp });
    await dialog.getByLabel("Name", { exact: true }).fill("Me");
    await save.click();
    await dialog.getByRole("button", { name: "Take theirs" }).waitFor();
    assert.equal(await dialog.getByText("NJ_LINKAGE_CHANGED").count(), 0, "said once");
    await page.keyboard.press("Escape");
    await row.getByText("Somebody", { exact: true }).waitFor();
    // What was typed is kept, beside the other's.
    await page.getByRole("button", { name: "Change Somebody" }).click();
    await dialog.getByText("Not saved yet").waitFor();
    assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Me");
    await screenshot(page, "linkage-outdated");
    await dialog.getByRole("button", { name: "Take theirs" }).click();
    assert.equal(await dialog.getByLabel("Name", { exact: true }).inputValue(), "Somebody");
    assert.equal(await dialog.getByText("Not saved yet").count(), 0);
    // Where another rule was changed meanwhile, both hold.
    const { stamp, rules } = await recorder.api<View>("GET", "/linkage");
    const spare = {
      id: "spare",
      name: "Spare",
      types: ["motion"],
      actions: [{ action: "capture", settings: {} }],
    };
    await recorder.api("PUT", "/linkage/rules", { rules: [...rules, spare], stamp });
    await dialog.getByLabel("Name", { exact: true }).fill("Both");
    await save.click();
    await dialog.waitFor({ state: "detached" });
    const both = await recorder.api<View>("GET", "/linkage");
    assert.deepEqual(
      both.rules.map(({ name }) => name),
      ["Both", "Spare"],
    );
    // A rule of all cameras is tried of one, as in its form: this one keeps pictures of the event's camera.
    await page.getByRole("button", { name: "Test rule Spare" }).click();
    await page.locator(".toast-good").getByText("Spare: 1 done").waitFor();
    await recorder.api("PUT", "/linkage/rules", { rules, stamp: both.stamp });
    await page.reload();
    await page.getByLabel("Somebody is followed").uncheck();
    await until("it is off", async () => {
      const { rules } = await recorder.api<View>("GET", "/linkage");
      return rules[0]?.name === "Somebody" && rules[0].enabled === false;
    });

    await visit(page, recorder, "events?kind=exception-illegal-login");
    await page.locator(".done-list .capture").first().waitFor();
    assert.equal(await page.locator(".done-list li").count(), 2);
  });

  it("loses nothing that is typed when the page is loaded anew: camera, MQTT, tills, outputs, rule", async () => {
    await page.setViewportSize(DESKTOP);
    const forms: readonly { path: string; opens: readonly string[]; label: string; shown?: string }[] = [
      { path: "cameras/demo", opens: [], label: "Name" },
      { path: "system/mqtt", opens: [], label: "Base topic" },
      { path: "tills", opens: ["Set up tills", "Add a till"], label: "Name", shown: "Set up tills" },
      { path: "io", opens: ["Add output"], label: "Name", shown: "Add output" },
      { path: "linkage?rule=new", opens: [], label: "Name" },
    ];
    for (const { path, opens, label, shown } of forms) {
      await visit(page, recorder, `${path}`);
      // Where there is nothing yet, the page's empty state has the button of its head once more.
      for (const name of opens) await page.getByRole("button", { name }).first().click();
      const field = page.getByLabel(label, { exact: true });
      await field.fill("typed-in-haste");
      await page.getByText("Not saved yet").waitFor();
      if (path.startsWith("linkage")) await page.keyboard.press("Escape");
      await visit(page, recorder, `${path}`);
      if (shown !== undefined) await page.getByRole("button", { name: shown }).first().click();
      await page.getByText("Not saved yet").waitFor();
      assert.equal(await field.inputValue(), "typed-in-haste", path);
    }
    await page.setViewportSize(PHONE);
    await visit(page, recorder, "cameras/demo");
    await page.getByText("Not saved yet").waitFor();
    await screenshot(page, "camera-unsaved-phone");
    // Typed back, nothing is left to save.
    await page.getByLabel("Name", { exact: true }).fill("Demo yard");
    await page.getByText("Not saved yet").waitFor({ state: "detached" });
    await visit(page, recorder, "linkage");
  });

  it("has a camera shown over a wall, with a sound, until its time is over; and a test says where no wall is", async () => {
    const { stamp, rules } = await recorder.api<View>("GET", "/linkage");
    const { cameras } = await recorder.api<{ cameras: readonly { readonly id: string }[] }>(
      "GET",
      "/cameras",
    );
    const demo = cameras[0]?.id ?? "";
    const wallRule = {
      ...{ id: "wall", name: "Look", types: ["exception-illegal-login"] },
      actions: [
        { action: "popup", settings: { walls: ["Front desk"], cameras: [demo], dwellSeconds: 6 } },
        { action: "sound", settings: { where: "walls", pattern: "beep", untilAcknowledged: true } },
      ],
    };
    await recorder.api("PUT", "/linkage/rules", { rules: [...rules, wallRule], stamp });
    const test = () =>
      recorder.api<{ results: readonly { readonly code?: string; readonly note?: string }[] }>(
        "POST",
        "/linkage/test",
        { action: wallRule.actions[0] },
      );
    assert.equal((await test()).results[0]?.code, "NJ_LINKAGE_NO_WALL");

    // Of its own: it ends, and the wall with it.
    const page = await context.newPage();
    await page.addInitScript(METER);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await visit(page, recorder, "linkage");
    await page.getByRole("button", { name: "Test rule Look" }).click();
    // Each action that failed, as the table calls it, and why.
    const told =
      /^Look: Show on walls – failed\. No wall is open that may show it.*Front desk.*\nLook: Play a sound – failed\. No wall is open/s;
    await page.locator(".toast-bad").getByText(told).waitFor();
    await page.goto(`${recorder.url}/live?grid=4`);
    await page.getByRole("button", { name: "Use this screen as a wall" }).click();
    await page.getByRole("dialog").getByLabel("Name of the wall").fill(" Front desk ");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "This screen is the wall Front desk" }).waitFor();
    await until(
      "the recorder knows it",
      async () => (await test()).results[0]?.note === "Front desk",
      LONG_MS,
    );
    const popup = page.getByRole("dialog", { name: "Pop-up" });
    await popup.waitFor();
    await page.keyboard.press("Escape");
    await popup.waitFor({ state: "detached" });

    // The screen is filled by the grid alone: the pop-up lies above it.
    await page.keyboard.press("f");
    await until("full screen", () => page.evaluate("document.fullscreenElement !== null"), LONG_MS);
    await signInWrongly("127.0.0.2");
    await popup.waitFor({ timeout: LONG_MS });
    // At once: its time would be over before a busy machine has looked at everything.
    await popup.getByRole("button", { name: "Keep" }).click();
    await until("its picture", () => counterOf(page, ".popup .picture"), LONG_MS);
    const hit = "document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('.popup') !== null";
    assert.equal(await page.evaluate(hit), true);
    assert.match((await popup.textContent()) ?? "", /Illegal login/);
    await until(
      "it is heard",
      async () => Number(await page.evaluate("window.nightjarPeak")) > 0.01,
      LONG_MS,
    );
    await screenshot(page, "wall-popup");
    for (const theme of ["dark", "light"]) {
      const judged = `(async () => {
        document.documentElement.dataset.theme = "${theme}";
        if (window.axe === undefined) { ${AXE}; }
        const { violations } = await axe.run(".popup", { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag22aa"] } });
        return violations.map(({ id, nodes }) => id + ": " + nodes[0].target);
      })()`;
      assert.deepEqual(await page.evaluate(judged), [], theme);
    }
    await popup.getByRole("button", { name: "Silence" }).click();
    await popup.getByRole("button", { name: "Silence" }).waitFor({ state: "detached" });
    await popup.getByRole("button", { name: "Keep" }).click();
    await popup.waitFor({ state: "detached", timeout: LONG_MS });
    assert.equal(await page.locator(".wall-4 .tile[data-camera]").count(), cameras.length);
    assert.ok(page.url().endsWith("/live?grid=4"), "the address is the grid's");
    assert.deepEqual(faults, []);
    await page.close();
    await until(
      "it is told that the wall is closed",
      async () => {
        const { walls } = await recorder.api<{ walls: readonly { screens: number }[] }>("GET", "/linkage");
        return walls.length === 1 && walls[0]?.screens === 0;
      },
      LONG_MS,
    );
  });

  it("has a form for each action, with a test that says what came of it", async () => {
    // Behind the wall's page it was drawn now and then only.
    await page.bringToFront();
    await page.setViewportSize(DESKTOP);
    await visit(page, recorder, "linkage?rule=new");
    const dialog = page.getByRole("dialog");
    const forms = dialog.locator(".linkage-action");
    await forms.first().waitFor();
    // What this recorder has nothing for says so.
    const wanted: Readonly<Record<string, RegExp>> = {
      "Show on walls": /^failed.*No wall is open/,
      "Play a sound": /^done.*open pages: \d/,
      Webhook: /^failed.*name an address/,
      // What is not filled in yet, by the names that stand in the form.
      "E-mail": /Receivers: is missing/,
      Upload: /Target: is missing/,
      "Alarm outputs": /Outputs: is missing/,
      "Record cameras": /^done.*demo/,
      "Keep pictures": /^done$/,
      "Turn a camera": /^failed.*where the camera is to look/,
      "Siren and light of cameras": /^failed.*has a siren or a light/,
      "Push notification": /^failed.*No device is there/,
    };
    const names = await forms.locator("legend").allTextContents();
    assert.deepEqual(names.toSorted(), Object.keys(wanted).toSorted());
    for (const [name, told] of Object.entries(wanted)) {
      const form = dialog.getByRole("group", { name, exact: true });
      assert.equal(await form.getByRole("button", { name: "Test" }).count(), 0, name);
      await form.getByLabel(name, { exact: true }).check();
      await form.getByRole("button", { name: "Test" }).click();
      const state = form.locator(".linkage-tried .state, [role=alert]");
      await state.waitFor();
      assert.match((await state.textContent()) ?? "", told);
      if (name === "E-mail") await screenshot(page, "linkage-tried");
      await form.getByLabel(name, { exact: true }).uncheck();
      await state.waitFor({ state: "detached" });
    }
  });

  it("sends a mail with pictures to a real server as its form says, and nothing to the recorder itself", async () => {
    await using server = await mailServer();
    const put = (settings: object) =>
      recorder.api("PUT", "/plugins/settings", { name: "nightjar-linkage-email", config: settings });
    await visit(page, recorder, "linkage?rule=new");
    const dialog = page.getByRole("dialog");
    const mail = dialog.getByRole("group", { name: "E-mail" });
    await mail.getByLabel("E-mail").check();
    await mail.getByRole("button", { name: "Add", exact: true }).click();
    await mail.getByLabel("Receiver 1", { exact: true }).fill("nobody");
    await mail.locator(".field-bad").waitFor();
    await mail.getByLabel("Receiver 1", { exact: true }).fill("a@home.example");
    await mail.locator(".field-bad").waitFor({ state: "detached" });
    await mail.getByLabel("Pictures", { exact: true }).fill("2");
    await mail.getByLabel("Text", { exact: true }).fill("{recorder}\n{type}");
    const tried = async (): Promise<string> => {
      await mail.getByRole("button", { name: "Test" }).click();
      const told = mail.getByRole("status").locator(".state");
      await told.waitFor();
      return (await told.textContent()) ?? "";
    };
    assert.match(await tried(), /failed.*name the mail server/);
    await put({ ...server.settings, password: "wrong" });
    assert.match(await tried(), /failed.*refuses user name and password \(535\)/);
    await put(server.settings);
    await until("the mail to go out with its pictures", async () => {
      assert.match(await tried(), /done.*sent to 1/);
      return server.received.at(-1)?.mail.attachments.length === 2;
    });
    const { subject, text } = server.received.at(-1)?.mail ?? {};
    assert.match(subject ?? "", /^Test: Motion: /);
    assert.match(text ?? "", /^.+\r?\nMotion\s*$/);
    const kept = JSON.stringify(await recorder.api("GET", "/plugins/settings?name=nightjar-linkage-email"));
    assert.ok(!kept.includes(PASSWORD), "the password stays where it is");

    await put({ ...server.settings, port: Number(new URL(recorder.url).port) });
    assert.match(await tried(), /failed.*this recorder itself/);
    const circle = {
      ...{ id: "circle", name: "Circle", types: ["motion"] },
      actions: [{ action: "notify", settings: { url: `${recorder.url}/api/v1/events` } }],
    };
    await assert.rejects(
      recorder.api("PUT", "/linkage/rules", { rules: [circle] }),
      /422.*\/rules\/0\/actions\/0\/settings\/url.*this recorder itself/,
    );
  });
});
