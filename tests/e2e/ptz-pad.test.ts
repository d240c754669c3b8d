// An ONVIF camera in a real browser: added with its picture tried before, then turned by the pad on the live page, which turns as
// long as somebody holds, by pointer and by key, and lets go when the page loses the focus.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import { type FakeOnvifDevice, fakeOnvifDevice } from "../../core/testing/fake-onvif-device.ts";
import {
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

describe("an ONVIF camera in a browser", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let source: FakeCamera;
  let device: FakeOnvifDevice;

  before(async () => {
    source = await fakeCamera({ auth: "digest", username: "dome", password: "bright-dome" });
    device = await fakeOnvifDevice({
      ...{ username: "dome", password: "bright-dome", streamUrl: source.url, namedHost: "192.0.2.7" },
      profiles: [{ token: "main", width: 640, height: 360 }],
    });
    recorder = await sharedRecorder();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await device?.close();
    await source?.close();
  });

  it("is added with its picture tried before, and turned as long as somebody holds", async () => {
    const context = await openContext(browser, recorder);
    const page = await context.newPage();
    await page.goto(`${recorder.url}/cameras/new`);
    await page.getByLabel("Kind of camera").selectOption({ label: "ONVIF" });
    await page.getByLabel("Name", { exact: true }).fill("Dome");
    await page.getByLabel("Address", { exact: true }).fill(`127.0.0.1:${device.port}`);
    await page.getByLabel("User", { exact: true }).fill("dome");
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText(/refuses user and password/).waitFor();
    await page.getByLabel("Password", { exact: true }).fill("bright-dome");
    const test = page.getByRole("button", { name: "Test" });
    await until(
      "the picture of the camera",
      async () => {
        if (await page.locator(".probe img").isVisible()) return true;
        // A busy machine may take longer than a try does.
        if ((await test.isVisible()) && (await test.isEnabled())) await test.click();
        return false;
      },
      60_000,
    );
    await screenshot(page, "onvif-add");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Dome").first().waitFor();

    await visit(page, recorder, "live?camera=dome");
    await page.getByRole("button", { name: "Turn the camera" }).click();
    const right = page.getByRole("button", { name: "Right", exact: true });
    await right.hover();
    await page.mouse.down();
    await until("the camera to turn", async () => device.state.isMoving);
    const from = device.state.position.pan;
    // Longer than a word lasts: it is said again meanwhile.
    await until(
      "it to turn on",
      async () => device.asked.filter((one) => one === "ContinuousMove").length >= 3,
    );
    assert.ok(device.state.isMoving && device.state.position.pan > from);
    await page.mouse.up();
    await until("the camera to stop", async () => !device.state.isMoving && device.asked.includes("Stop"));

    // Another direction: pressing it takes the focus from the first one, and the camera turns on all the same.
    const before = device.asked.filter((one) => one === "ContinuousMove").length;
    await page.getByRole("button", { name: "Up", exact: true }).hover();
    await page.mouse.down();
    await until(
      "it to turn up, and on",
      async () => device.asked.filter((one) => one === "ContinuousMove").length >= before + 3,
    );
    assert.ok(device.state.isMoving);
    await page.mouse.up();
    await until("the camera to stop", async () => !device.state.isMoving);
    const at = device.state.position.pan;

    await page.keyboard.down("ArrowLeft");
    await until("the camera to turn back", async () => device.state.isMoving);
    await page.evaluate("dispatchEvent(new Event('blur'))");
    await until("the camera to be let go", async () => !device.state.isMoving);
    assert.ok(device.state.position.pan < at);
    await page.keyboard.up("ArrowLeft");
    await screenshot(page, "ptz-pad");

    await page.getByLabel("Go to").selectOption({ label: "Yard & shed" });
    await until("the preset", async () => device.state.position.pan === 0.5);
    await page.getByRole("button", { name: "Keep this view as a preset" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("Shed");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page
      .getByLabel("Go to")
      .locator("option", { hasText: "Shed" })
      .last()
      .waitFor({ state: "attached" });
    assert.equal(device.state.presets.get("3")?.name, "Shed");
    await page.setViewportSize(PHONE);
    await screenshot(page, "ptz-pad-phone");
    await page.getByRole("button", { name: "Down and right" }).click({ trial: true });
    await page.setViewportSize(DESKTOP);

    // Its relay as an alarm output.
    await visit(page, recorder, "io");
    await page.getByRole("button", { name: "Add output" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Gate");
    await dialog.getByLabel("Switched by").selectOption("camera");
    await dialog.getByLabel("Camera", { exact: true }).selectOption("dome");
    await dialog.getByLabel("Relay, siren or light").selectOption({ label: "Relay 2" });
    await screenshot(page, "io-camera");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Trigger Gate" }).click();
    await until("the relay", async () => device.state.relays.get("relay1") === true);
    await context.close();
  });
});
