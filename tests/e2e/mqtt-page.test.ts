// The page of MQTT in a browser: how the broker is and who is connected, another base topic, another broker that is not
// there; pictures of it for people to look at.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connect } from "mqtt";
import type { Browser, Page } from "playwright-core";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import {
  DESKTOP,
  inBothThemes,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  turnTo,
  visit,
} from "./support/browser.ts";
import { ADMINISTRATOR, type Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

describe("the page of MQTT", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;
  let kept: MqttView["settings"] | undefined;
  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    kept = (await view()).settings;
    page = await (await openContext(browser, recorder, { theme: "dark", touch: true })).newPage();
  });
  after(async () => {
    await browser?.close();
    if (kept !== undefined) await recorder.api("PATCH", "/mqtt", kept);
  });
  const view = () => recorder.api<MqttView>("GET", "/mqtt");

  it("shows the broker and its clients, on all screens", async () => {
    const { state } = await waitFor(async () => {
      const now = await view();
      return now.state.tcp === undefined || now.state.tls === undefined ? undefined : now;
    });
    const client = connect(`mqtt://127.0.0.1:${state.tcp?.port}`, {
      ...ADMINISTRATOR,
      protocolVersion: 4,
      clientId: "kitchen-display",
      reconnectPeriod: 0,
    });
    try {
      await client.subscribeAsync("nightjar/#", { qos: 1 });
      for (const [name, viewport] of [
        ["mqtt-phone", PHONE],
        ["mqtt", DESKTOP],
      ] as const) {
        await page.setViewportSize(viewport);
        await visit(page, recorder, "system");
        await page.getByRole("link", { name: "Open MQTT" }).click();
        await page.getByText("kitchen-display").waitFor();
        await page.getByText("Running", { exact: true }).waitFor();
        await page.getByText(`mosquitto_sub -h 127.0.0.1 -p ${state.tcp?.port}`).waitFor();
        const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert.ok(Number(overflow) <= 0, `${name} is ${String(overflow)} px too wide`);
        await inBothThemes(page, name);
      }
    } finally {
      client.end(true);
    }
  });

  it("changes the base topic, and says why another broker is not reached", async () => {
    await turnTo(page, recorder, "system/mqtt");
    await page.getByLabel("Base topic").fill("house");
    await page.getByLabel("Web address").fill("https://nvr.example");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("house/#", { exact: true }).waitFor();
    await page.getByLabel("Take MQTT over WebSocket").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(`${recorder.url.replace(/^http/, "ws")}/mqtt`, { exact: true }).waitFor();
    const { base, webAddress } = (await view()).settings;
    assert.deepEqual([base, webAddress], ["house", "https://nvr.example"]);
    await page.getByLabel("Broker").selectOption("external");
    await page.getByLabel("Address", { exact: true }).fill("mqtt://127.0.0.1:9");
    await page.getByLabel("Password").fill("a secret of theirs");
    // A reload loses nothing but the secret, which is kept nowhere.
    await page.reload();
    assert.equal(await page.getByLabel("Address", { exact: true }).inputValue(), "mqtt://127.0.0.1:9");
    await page.getByText("Not saved yet").waitFor();
    assert.equal(await page.getByLabel("Password").inputValue(), "");
    assert.equal(
      (await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).includes("a secret of theirs"),
      false,
    );
    // Others change the same meanwhile: what was typed is still there, and so is theirs.
    const theirs = (await view()).settings;
    await recorder.api("PATCH", "/mqtt", { ...theirs, base: "theirs" });
    await page.reload();
    await page.getByText(/Somebody else has changed this/).waitFor();
    assert.equal(await page.getByLabel("Base topic").inputValue(), "house");
    await page.getByRole("button", { name: "Take theirs" }).click();
    assert.equal(await page.getByLabel("Base topic").inputValue(), "theirs");
    await page.getByRole("button", { name: "Put mine back" }).click();
    assert.equal(await page.getByLabel("Address", { exact: true }).inputValue(), "mqtt://127.0.0.1:9");
    await page.reload();
    await page.getByText("Not saved yet").waitFor();
    assert.equal(await page.getByText(/Somebody else/).count(), 0, "chosen once");
    await page.getByRole("button", { name: "Discard" }).click();
    assert.equal(await page.getByLabel("Broker").inputValue(), "embedded");
    await page.getByLabel("Broker").selectOption("external");
    await page.getByLabel("Address", { exact: true }).fill("mqtt://127.0.0.1:9");
    await page.getByLabel("Password").fill("a secret of theirs");
    await page.getByRole("button", { name: "Save" }).click();
    // Nobody asks: what is said to have been saved is that it is being connected to.
    await page
      .getByText(/Not working: The MQTT broker mqtt:\/\/127\.0\.0\.1:9 cannot be reached: /)
      .waitFor();
    await screenshot(page, "mqtt-failed");
    assert.equal(await page.getByLabel("Password").inputValue(), "");
    assert.equal((await page.content()).includes("a secret of theirs"), false);
    // Whose certificate nobody knows is told to it here.
    const signer = page.getByLabel("CA certificate of the broker");
    assert.equal(await signer.count(), 0, "in clear there is none");
    await page.getByLabel("Address", { exact: true }).fill("mqtts://127.0.0.1:9");
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    await signer.fill(pem);
    await page.getByText(/The stored password was for another address, user or CA certificate/).waitFor();
    await screenshot(page, "mqtt-signer");
    await page.getByRole("button", { name: "Save" }).click();
    await waitFor(async () => (await view()).settings.external.ca === pem);
  });
});
