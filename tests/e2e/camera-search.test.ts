// Searching the network in a browser: a device that answers by multicast is shown with what it says, added with a test picture
// before anything is saved, and is "already there" afterwards; hostile words stay words (attack list A22). The command line finds the same.
import assert from "node:assert/strict";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import { type FakeOnvifDevice, fakeOnvifDevice } from "../../core/testing/fake-onvif-device.ts";
import { nightjar } from "../support/nightjar-command.ts";
import { openBrowser, openContext, PHONE, screenshot, skipBrowserTests, until } from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const LONG_MS = 40_000;
const GROUP = "239.255.255.250";
const CANARY = "<img src=x onerror=window.broken=1>";

/** Answers as a dome and as a stranger with a wicked name, by which both are on this machine. */
function answers(probe: string, port: number): string[] {
  const relatesTo = /MessageID>([^<]+)</.exec(probe)?.[1] ?? "";
  const said = (id: string, at: string, scopes: readonly string[]): string =>
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header><a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:${id}</a:Address></a:EndpointReference><d:Scopes>${scopes.map((scope) => `onvif://www.onvif.org/${scope}`).join(" ")}</d:Scopes><d:XAddrs>${at}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`;
  const dome = ["name/Front%20door", "hardware/DS-2CD2032", "manufacturer/Example", "location/yard"];
  return [
    said("dome", `http://127.0.0.1:${port}/onvif/device_service`, dome),
    said("stranger", "http://127.0.0.1:9/onvif/device_service", [`name/${encodeURIComponent(CANARY)}`]),
  ];
}

describe("searching the network for cameras", { skip: skipBrowserTests, timeout: 180_000 }, () => {
  let camera: FakeCamera;
  let device: FakeOnvifDevice;
  let socket: Socket;
  let recorder: Recorder;
  let browser: Browser;

  before(async () => {
    camera = await fakeCamera({ auth: "digest", paths: ["/stream"] });
    const { username, password } = camera;
    device = await fakeOnvifDevice({
      ...{ username, password, streamUrl: camera.url },
      profiles: [{ token: "main", width: 320, height: 180 }],
    });
    socket = createSocket({ type: "udp4", reuseAddr: true });
    socket.on("message", (datagram: Buffer, from: RemoteInfo) => {
      // Only what comes from this machine's own loopback: a real network beside it is left alone.
      if (from.address !== "127.0.0.1") return;
      for (const text of answers(datagram.toString("utf8"), device.port))
        socket.send(text, from.port, from.address);
    });
    socket.bind(3_702);
    await once(socket, "listening");
    socket.addMembership(GROUP, "127.0.0.1");
    recorder = await sharedRecorder();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    socket?.close();
    await device?.close();
    await camera?.close();
  });

  it("shows who answers, leads into the form, tests before it saves, and knows it afterwards", async () => {
    const context = await openContext(browser, recorder);
    const page = await context.newPage();
    await page.goto(`${recorder.url}/cameras`);
    await page.getByRole("button", { name: "Search the network" }).click();
    const dialog = page.getByRole("dialog", { name: "Cameras in the network" });
    const row = dialog.locator(".offer", { hasText: "Front door" });
    await row.waitFor({ timeout: LONG_MS });
    assert.match(
      (await row.textContent()) ?? "",
      new RegExp(`127\\.0\\.0\\.1:${device.port}.*Example DS-2CD2032.*yard.*ONVIF`),
    );
    await dialog.getByText(CANARY).waitFor();
    assert.equal(await page.evaluate("window.broken"), undefined);
    assert.deepEqual(device.asked, [], "the search connects to nobody");
    await screenshot(page, "camera-search");
    await page.setViewportSize(PHONE);
    const right = `Math.max(...[...document.querySelectorAll(".head > *, dialog *")].map((one) => one.getBoundingClientRect().right))`;
    assert.ok(Number(await page.evaluate(right)) <= PHONE.width, "it fits a phone");
    await screenshot(page, "camera-search-phone");
    await page.setViewportSize({ width: 1_440, height: 900 });
    await row.getByRole("button", { name: "Add Front door" }).click();

    await page.getByLabel("Name", { exact: true }).waitFor();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Front door");
    assert.equal(await page.getByLabel("Kind of camera").inputValue(), "onvif");
    assert.equal(await page.getByLabel("Address").inputValue(), `127.0.0.1:${device.port}`);
    await page.getByLabel("User", { exact: true }).fill(camera.username);
    await page.getByLabel("Password", { exact: true }).fill(camera.password);
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByAltText("Picture of the camera").waitFor({ timeout: LONG_MS });
    await screenshot(page, "camera-search-form");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Front door was added").waitFor();
    await until("the camera to be there", async () => {
      const { cameras } = await recorder.api<{ cameras: readonly { id: string }[] }>("GET", "/cameras");
      return cameras.some(({ id }) => id === "front-door");
    });
    await context.close();

    const { code, out } = await nightjar(recorder.dataDir, ["camera", "search", "--json"]);
    const { found } = JSON.parse(out) as { found: { address: string; driver: string; camera?: string }[] };
    const known = found.find(({ address }) => address === `127.0.0.1:${device.port}`);
    assert.deepEqual([code, known?.driver, known?.camera], [0, "onvif", "front-door"]);
  });
});
