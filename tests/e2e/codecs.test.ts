// Cameras that this browser cannot play (Debian's Chromium decodes no H.265), served by GStreamer: the H.264 sub-stream
// takes the main one's place, else the recorder transcodes, else stills are shown; each says why. Never black.
// On the way: the camera is added by URL through the form, whose test shows the picture before anything is saved.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { type ForeignServer, gstreamerServer, hasGstreamer } from "../support/gstreamer-server.ts";
import {
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  until,
} from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const run = promisify(execFile);
const CLIP = join(import.meta.dirname, "../../plugins/camera-demo/media/sub.mp4");
const skip =
  skipBrowserTests !== false
    ? skipBrowserTests
    : hasGstreamer()
      ? false
      : "GStreamer's RTSP server is not installed";

describe("codecs that the browser lacks", { skip, timeout: 240_000 }, () => {
  const dir = tempDir();
  const servers: ForeignServer[] = [];
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let maxTranscodes = 0;
  let h265 = "";
  let h264 = "";

  before(async () => {
    const file = dir.join("h265.mkv");
    await run("ffmpeg", [
      ...[
        "-v",
        "error",
        "-i",
        CLIP,
        "-an",
        "-vf",
        "scale=320:180",
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
      ],
      ...["-x265-params", "keyint=20:log-level=error", file],
    ]);
    const plain = dir.join("h264.mkv");
    await run("ffmpeg", ["-v", "error", "-i", CLIP, "-an", "-c", "copy", plain]);
    for (const [media, video] of [
      [file, "h265"],
      [plain, "h264"],
    ] as const) {
      servers.push(await gstreamerServer(dir.path, { file: media, video, protocols: ["tcp"] }));
    }
    h265 = servers[0]?.url ?? "";
    h264 = servers[1]?.url ?? "";
    recorder = await sharedRecorder();
    ({ maxTranscodes } = await recorder.api<{ maxTranscodes: number }>("GET", "/settings"));
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    for (const server of servers) await server[Symbol.asyncDispose]();
    dir.remove();
    await recorder.api("PATCH", "/settings", { maxTranscodes });
    // A test that failed has added none.
    for (const id of ["gate", "shed"]) await recorder.api("DELETE", `/cameras/${id}`).catch(() => undefined);
  });

  async function advances(): Promise<void> {
    const first = await until("a picture", () => counterOf(page), 30_000);
    await until(
      "another picture",
      async () => {
        const now = await counterOf(page);
        return now !== undefined && now !== first;
      },
      20_000,
    );
  }

  it("are shown by the test in the camera form before anything is saved", async () => {
    await page.goto(`${recorder.url}/cameras/new`);
    await page.getByRole("button", { name: "By URL" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Gate");
    await page.getByLabel("URL of the main stream").fill(h265);
    await page.getByRole("button", { name: "Test" }).click();
    await until(
      "the picture of the test",
      async () =>
        (await page.evaluate(`document.querySelector(".probe-picture img")?.naturalWidth ?? 0`)) === 640,
      30_000,
    );
    await screenshot(page, "camera-test-picture");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Gate was added").waitFor();
    const { cameras } = await recorder.api<{ cameras: { name: string }[] }>("GET", "/cameras");
    assert.ok(cameras.some((camera) => camera.name === "Gate"));
  });

  it("are transcoded by the recorder where the camera has no H.264, and the tile says so", async () => {
    await until(
      "the camera is online",
      async () => {
        const { cameras } = await recorder.api<{ cameras: { id: string; state: { status: string } }[] }>(
          "GET",
          "/cameras",
        );
        return cameras.find((camera) => camera.id === "gate")?.state.status === "online";
      },
      30_000,
    );
    await page.goto(`${recorder.url}/live?camera=gate`);
    await until(
      "the note",
      async () =>
        /Transcoded from H\.265/.test(
          (await page.locator(".player-note").first().textContent({ timeout: 500 })) ?? "",
        ),
      30_000,
    );
    await advances();
    await screenshot(page, "live-transcoded");
  });

  it("are replaced by the camera's H.264 sub-stream where there is one", async () => {
    await recorder.api("PATCH", "/cameras/gate", { config: { url: h265, subUrl: h264 } });
    await until(
      "the sub-stream is known",
      async () => {
        const { cameras } = await recorder.api<{
          cameras: { id: string; streams: { stream: string; format?: unknown }[] }[];
        }>("GET", "/cameras");
        return cameras
          .find((one) => one.id === "gate")
          ?.streams.some((one) => one.stream === "sub" && one.format !== undefined);
      },
      30_000,
    );
    await page.goto(`${recorder.url}/live?camera=gate`);
    await until(
      "the note",
      async () =>
        /Sub-stream: this browser cannot play H\.265/.test(
          (await page.locator(".player-note").first().textContent({ timeout: 500 })) ?? "",
        ),
      20_000,
    );
    await advances();
    await screenshot(page, "live-sub-instead");
  });

  it("are shown as stills where nothing else is left", async () => {
    // The recorder has no room for another transcoder: the page's request for one is refused.
    await recorder.api("PATCH", "/settings", { maxTranscodes: 0 });
    await recorder.api("POST", "/cameras", { name: "Shed", driver: "rtsp", config: { url: h265 } });
    await page.goto(`${recorder.url}/live?camera=shed`);
    await until(
      "the note",
      async () =>
        /Still pictures: this browser cannot play H\.265/.test(
          (await page.locator(".player-note").first().textContent({ timeout: 500 })) ?? "",
        ),
      30_000,
    );
    await until(
      "a still",
      async () => (await page.evaluate(`document.querySelector("img.picture")?.naturalWidth ?? 0`)) === 320,
      20_000,
    );
    await screenshot(page, "live-still");
  });
});
