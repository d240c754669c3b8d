// The pages of exceptions and of other recorders in a real browser: what goes on stands first and leaves when it is over, ticks are kept and the bell
// follows them, a rule that follows is shown and tried; another recorder is watched, lost, told of and back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { madeCertificate, nodeServer } from "../support/node-servers.ts";
import { inBothThemes, PHONE, screenshot, skipBrowserTests, until, visit } from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

describe("the page of exceptions (manual 11.7)", { skip: skipBrowserTests, timeout: 120_000 }, () => {
  let recorder: Recorder;
  const kind = "exception-illegal-login";
  before(async () => {
    recorder = await sharedRecorder();
  });
  after(async () => {
    await forgetNodes();
    for (const type of [kind, "motion"])
      await recorder.api("PATCH", `/event-types/${type}`, { bell: false, sound: "off" });
    await recorder.api("PUT", "/linkage/rules", { rules: [] });
  });

  it("tells of each kind how it is, where it is told of and what follows", async () => {
    await recorder.api("PUT", "/linkage/rules", {
      rules: [
        {
          ...{ id: "guess", name: "Somebody guesses", types: [kind] },
          actions: [{ action: "sound", settings: { pattern: "chime" } }],
        },
      ],
    });
    const page = await keptPage(recorder);
    await visit(page, recorder, "system");
    await page.getByRole("link", { name: "Show exceptions" }).click();
    const row = page.locator(`[data-kind="${kind}"]`);
    await row.getByText("Not so far").waitFor();
    assert.equal(await page.locator('[data-kind="exception-poe-overload"]').isVisible(), false);

    await row.getByRole("checkbox", { name: "Bell" }).check();
    await until("it is kept", async () => {
      const { alarms } = JSON.parse(await readFile(join(recorder.dataDir, "config.json"), "utf8"));
      return JSON.stringify(alarms?.hints) === JSON.stringify([{ type: kind, bell: true }]);
    });
    assert.equal(await guess(), 401);
    await row.getByText("In 24 hours: 1").waitFor();
    await page.locator(".bell-count").waitFor();
    await page.locator(".bell > button").click();
    await page.locator(".bell-panel").getByText("Illegal login").waitFor();
    await page.keyboard.press("Escape");

    await row.getByRole("link", { name: "Somebody guesses" }).waitFor();
    await row.getByRole("button", { name: "Test rule Somebody guesses" }).click();
    await page.getByText("Somebody guesses: 1 done").waitFor();
    await page.getByRole("button", { name: "Silence" }).first().click();
    await screenshot(page, "exceptions");
    await page.setViewportSize(PHONE);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(Number(overflow) <= 0, `${String(overflow)} px too wide on a phone`);
    await screenshot(page, "exceptions-phone");

    await row.getByRole("checkbox", { name: "Bell" }).uncheck();
    await page.locator(".bell > button").click();
    await page.locator(".bell-panel").getByText("Illegal login").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await row.getByRole("link", { name: "Add a rule" }).click();
    const form = page.getByRole("dialog");
    await form.locator("summary", { hasText: "Illegal login" }).waitFor();

    // Of every kind of event, from the bell itself: none of them needs a rule.
    await recorder.api("PUT", "/linkage/rules", { rules: [] });
    await page.keyboard.press("Escape");
    await page.locator(".bell > button").click();
    await page.locator(".bell-panel").getByRole("link", { name: "Event hints" }).click();
    await page.getByRole("heading", { name: "Event hints" }).waitFor();
    await page.getByRole("checkbox", { name: "Bell: Motion", exact: true }).check();
    await page.getByRole("combobox", { name: "Sound: Illegal login" }).selectOption("Beep");
    await until("they are kept", async () => {
      const { alarms } = JSON.parse(await readFile(join(recorder.dataDir, "config.json"), "utf8"));
      const wanted = [
        { type: "motion", bell: true },
        { type: kind, sound: "beep" },
      ];
      return JSON.stringify(alarms?.hints) === JSON.stringify(wanted);
    });
    const phone = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(Number(phone) <= 0, `${String(phone)} px too wide on a phone`);
    await screenshot(page, "hints-phone");
    await page.setViewportSize({ width: 1280, height: 800 });
    await screenshot(page, "hints");
    // From another address than before it is an event of its own.
    assert.equal(await guess("127.0.0.2"), 401);
    await page.locator(".sound-bar").getByText("Illegal login").waitFor();
    await page.getByRole("button", { name: "Silence" }).first().click();
    await page.locator(".sound-bar").waitFor({ state: "detached" });
  });

  it("tells of another recorder that is watched when it is gone, and when it is back", async (t) => {
    const node = await nodeServer(t);
    const page = await keptPage(recorder);
    await visit(page, recorder, "system");
    await page.getByRole("link", { name: "Show other recorders" }).click();
    await page.getByText("No other recorder is watched").waitFor();
    await inBothThemes(page, "nodes-empty");
    await page.getByRole("button", { name: "Watch a recorder" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Name").fill("Barn");
    await form.getByLabel("Address").fill("barn");
    await form.getByText("An address is like").waitFor();
    await form.getByLabel("Address").fill(node.url);
    await form.getByRole("button", { name: "Test" }).click();
    await form.getByText("A Nightjar 0.1.0 answers there.").waitFor();
    await form.getByRole("button", { name: "Save" }).click();
    const row = page.locator('[data-node="barn"]');
    await row.getByText("Online", { exact: true }).waitFor();
    await page.getByLabel("Lost after (seconds)").fill("4");
    await page.getByText("5 to 300 seconds").waitFor();
    await page.getByLabel("Lost after (seconds)").fill("5");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved, and in force").first().waitFor();
    await inBothThemes(page, "nodes-online");

    await node.stop();
    const patience = { timeout: 30_000 };
    await row.getByText("Lost", { exact: true }).waitFor(patience);
    await row.getByText("refuses the connection").waitFor();
    await page.locator(".alarm-bar, [role=alert]").getByText("Barn is lost").first().waitFor(patience);
    await inBothThemes(page, "nodes-lost");
    await page.setViewportSize(PHONE);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(Number(overflow) <= 0, `${String(overflow)} px too wide on a phone`);
    await inBothThemes(page, "nodes-lost-phone");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator(".bell > button").click();
    await page.locator(".bell-panel").getByText("Recorder not reached").waitFor();
    await page.keyboard.press("Escape");
    await visit(page, recorder, "system/exceptions");
    const exception = page.locator('[data-kind="exception-hot-spare"].on');
    await exception.getByRole("heading", { name: "Recorder not reached" }).waitFor();
    await exception.getByText("Barn", { exact: true }).waitFor();
    await screenshot(page, "exceptions-node");

    await nodeServer(t, undefined, { port: node.port });
    await exception.waitFor({ ...patience, state: "detached" });
    await visit(page, recorder, "system/nodes");
    await row.getByText("Online", { exact: true }).waitFor(patience);
    await row.getByRole("button", { name: "Watch Barn no more" }).click();
    await screenshot(page, "nodes-remove");
    await page.getByRole("dialog").getByRole("button", { name: "Watch no more" }).click();
    await page.getByText("No other recorder is watched").waitFor();
  });

  it("has a certificate of another recorder's own making compared before it is trusted", async (t) => {
    const root = await madeCertificate("Nightjar at the barn", undefined, true);
    const own = await madeCertificate("barn", root);
    const tls = { key: own.key, cert: own.cert + root.cert };
    const node = await nodeServer(t, undefined, { tls });
    const page = await keptPage(recorder);
    await visit(page, recorder, "system/nodes?node=new");
    const form = page.getByRole("dialog");
    await form.getByLabel("Name").fill("Barn");
    await form.getByLabel("Address").fill(node.url);
    await form.getByRole("button", { name: "Test" }).click();
    await form.getByText("Nightjar at the barn").waitFor();
    assert.equal(await form.locator(".fingerprint code").innerText(), root.fingerprint);
    await inBothThemes(page, "node-untrusted");
    await page.setViewportSize(PHONE);
    await inBothThemes(page, "node-untrusted-phone");
    await page.setViewportSize({ width: 1280, height: 800 });
    await form.getByRole("button", { name: "trust it" }).click();
    await form.getByText("It shows the certificate that you trust.").waitFor();
    assert.equal(await form.getByLabel("Trusted certificate").inputValue(), root.fingerprint);
    await screenshot(page, "node-trusted");
    // The list comes late, as it was before the other recorder had answered: the word of that is not lost.
    let isFirst = true;
    await page.route("**/api/v1/cluster/nodes", async (route) => {
      if (route.request().method() !== "GET" || !isFirst) return route.fallback();
      isFirst = false;
      const response = await route.fetch();
      const view = (await response.json()) as { nodes: { status: string }[] };
      await waitFor(async () => (await statusOf("barn")) === "online" || undefined);
      for (const node of view.nodes) node.status = "unknown";
      await route.fulfill({ response, json: view }).catch(() => undefined);
    });
    await form.getByRole("button", { name: "Save" }).click();
    await page.locator('[data-node="barn"]').getByText("Online", { exact: true }).waitFor();
    // The page may know before the late list has come.
    await page.unrouteAll({ behavior: "wait" });
    await forgetNodes();
  });

  async function statusOf(node: string): Promise<string | undefined> {
    const { nodes } = await recorder.api<{ nodes: { id: string; status: string }[] }>(
      "GET",
      "/cluster/nodes",
    );
    return nodes.find(({ id }) => id === node)?.status;
  }

  async function forgetNodes(): Promise<void> {
    const { nodes } = await recorder.api<{ nodes: { id: string }[] }>("GET", "/cluster/nodes");
    for (const { id } of nodes) await recorder.api("DELETE", `/cluster/nodes/${id}`);
    await recorder.api("PATCH", "/cluster/nodes", { lostSeconds: 15 });
  }

  /** Somebody tries a password, from this address of the machine. */
  function guess(localAddress = "127.0.0.1"): Promise<number | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const headers = { "content-type": "application/json" };
    const asked = request(
      `${recorder.url}/api/v1/session`,
      { method: "POST", headers, localAddress },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    asked.on("error", reject);
    asked.end(JSON.stringify({ username: ADMINISTRATOR.username, password: "not-the-password" }));
    return promise;
  }
});
