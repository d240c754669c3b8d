// H.265 and telephone sound in a real Chromium, which decodes no H.265: the sub-stream, else a converted picture with its
// cost, else stills that say why; never black. Sound is heard live and in playback, by WebCodecs and by MSE.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type FakeCamera, type FakeCameraOptions, fakeCamera } from "../../core/testing/fake-camera.ts";
import type { FootageRecorder } from "../support/footage.ts";
import { burntInNumbers } from "../support/footage-files.ts";
import { hasProgram } from "../support/media-files.ts";
import { sharedFootageRecorder } from "../support/shared-footage-recorder.ts";
import {
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  turnTo,
  until,
} from "./support/browser.ts";

const skip = skipBrowserTests || (hasProgram("ffmpeg") ? false : "ffmpeg is not installed");

/** Counts the samples that the page hands to its AudioContext, and their power. */
const LISTEN = `
  window.heard = { samples: 0, power: 0 };
  const original = AudioBuffer.prototype.copyToChannel;
  AudioBuffer.prototype.copyToChannel = function (plane, channel, from) {
    window.heard.samples += plane.length;
    for (const value of plane) window.heard.power += value * value;
    return original.call(this, plane, channel, from);
  };`;

/** Listens to what a <video> plays by itself: the loudest that was heard, and how many bytes of sound it decoded. */
const LISTEN_TO_VIDEO = `(() => {
  const video = document.querySelector("video.picture");
  if (video === null || video.muted || !(video.webkitAudioDecodedByteCount > 0)) return null;
  if (window.listened?.video !== video) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(video.captureStream()).connect(analyser);
    window.listened = { video, analyser, loudest: 0 };
  }
  const wave = new Float32Array(window.listened.analyser.fftSize);
  window.listened.analyser.getFloatTimeDomainData(wave);
  const level = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
  window.listened.loudest = Math.max(window.listened.loudest, level);
  return { loudest: window.listened.loudest, bytes: video.webkitAudioDecodedByteCount };
})()`;

/** Mean and spread of the brightness of a tile's picture, 0 to 255. */
const BRIGHTNESS = `(selector) => {
  const element = document.querySelector(selector);
  const width = element?.videoWidth ?? element?.naturalWidth ?? element?.width ?? 0;
  const height = element?.videoHeight ?? element?.naturalHeight ?? element?.height ?? 0;
  if (width < 16 || height < 16) return null;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(element, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  let sum = 0, squares = 0;
  for (let at = 0; at < data.length; at += 4) { sum += data[at + 1]; squares += data[at + 1] ** 2; }
  const mean = sum / (data.length / 4);
  return { width, mean, spread: Math.sqrt(squares / (data.length / 4) - mean * mean) };
}`;

/** Frames of a file that playback is asked for. */
const MOMENTS = [10, 37, 60] as const;

interface Seen {
  readonly width: number;
  readonly mean: number;
  readonly spread: number;
}

describe("H.265 and G.711 in the browser", { skip, timeout: 150_000 }, () => {
  const made: FakeCamera[] = [];
  const ids: Record<string, string> = {};
  const faults: string[] = [];
  let recorder: FootageRecorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  async function add(name: string, main: FakeCameraOptions, sub?: FakeCameraOptions): Promise<void> {
    const cameras = [await fakeCamera(main), ...(sub === undefined ? [] : [await fakeCamera(sub)])];
    made.push(...cameras);
    ids[name] = await recorder.addCamera(name, {
      url: cameras[0]?.url,
      ...(cameras[1] === undefined ? {} : { subUrl: cameras[1].url }),
      transport: "tcp",
    });
  }

  function idOf(name: string): string {
    return ids[name] ?? assert.fail(name);
  }

  function tile(name: string): string {
    return `.tile[data-camera="${idOf(name)}"]`;
  }

  /** Waits for a picture of a tile that is neither black nor of one colour. */
  function picture(name: string): Promise<Seen> {
    return until(
      `a picture of ${name}`,
      async () => {
        const selector = JSON.stringify(`${tile(name)} .picture`);
        const seen = (await page.evaluate(`(${BRIGHTNESS})(${selector})`)) as Seen | null;
        return seen !== null && seen.mean > 20 && seen.spread > 10 && seen;
      },
      25_000,
    );
  }

  function note(name: string, words: RegExp): Promise<string> {
    return until(
      `a note that matches ${words} on ${name}`,
      async () => {
        const text = await page.locator(`${tile(name)} .player-note`).textContent({ timeout: 300 });
        return text !== null && words.test(text) && text;
      },
      25_000,
    );
  }

  before(async () => {
    recorder = await sharedFootageRecorder();
    await add("with a sub-stream", { codec: "h265", audio: "g726" }, { codec: "h264-small" });
    await add("first", { codec: "h265" });
    await add("second", { codec: "h265" });
    await add("third", { codec: "h265" });
    await add("mu-law", { codec: "h264", audio: "pcmu" });
    await add("a-law", { codec: "h264", audio: "pcma" });
    await add("aac", { codec: "h264", audio: "aac" });
    for (const name of Object.keys(ids)) {
      await recorder.untilState(idOf(name), ({ state }) => state.status === "online", 15_000, name);
    }
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    await context.addInitScript(LISTEN);
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
  });
  after(async () => {
    await browser?.close();
    for (const id of Object.values(ids)) await recorder.removeCamera(id);
    for (const camera of made) await camera.close();
  });

  it("shows the sub-stream of an H.265 camera instead, small and large, and says so", async () => {
    await turnTo(page, recorder, `live?camera=${idOf("with a sub-stream")}`);
    await note("with a sub-stream", /Sub-stream: .*H\.265/);
    assert.equal((await picture("with a sub-stream")).width, 160);
    await turnTo(page, recorder, `live?grid=9`);
    assert.equal((await picture("with a sub-stream")).width, 160);
    assert.equal(await page.locator(`${tile("with a sub-stream")} .player-note`).count(), 0);
  });

  it("converts a lonely H.265 stream and tells what that costs; past the limit stills say why; none is black", async () => {
    await turnTo(page, recorder, `live?grid=9`);
    const lonely = ["first", "second", "third"];
    const notes = await Promise.all(
      lonely.map((name) => note(name, /Transcoded from H\.265|Still pictures/)),
    );
    assert.equal(
      notes.filter((text) => /Transcoded from H\.265 \([12] of 2\)/.test(text)).length,
      2,
      notes.join(),
    );
    assert.equal(notes.filter((text) => /Still pictures: .*H\.265/.test(text)).length, 1, notes.join());
    await screenshot(page, "live-h265-first");
    for (const name of [...lonely, "with a sub-stream", "mu-law", "a-law", "aac"]) await picture(name);
    await screenshot(page, "live-h265");
  });

  /** Switches sound on in the live tile of a camera. */
  async function soundOn(name: string, player: string): Promise<void> {
    // Anew each time: what was heard before counts for nothing.
    await page.goto(`${recorder.url}/live?camera=${idOf(name)}${player}`);
    await picture(name);
    await page.locator(`${tile(name)}`).hover();
    await page.locator(`${tile(name)} button[aria-label="Sound on"]`).click();
  }

  /** Opens the recording of a moment, with sound, and plays it. */
  async function playAloud(name: string, atMs: number, player: string): Promise<void> {
    const moment = new Date(atMs).toISOString();
    await turnTo(page, recorder, `playback?camera=${idOf(name)}&t=${moment}&play=0${player}`);
    await page.evaluate("window.heard = { samples: 0, power: 0 }");
    const button = page.locator(".transport").getByRole("button", { name: /sound/i });
    await button.waitFor();
    await button.click();
    await page.getByRole("button", { name: /^Play/ }).first().click();
  }

  for (const [name, player] of [
    ["mu-law", ""],
    ["a-law", ""],
    ["mu-law", "&player=mse"],
  ] as const) {
    it(`plays ${name} sound as fast as it comes, live and from the recording${player}`, async () => {
      const heard = () =>
        page.evaluate("({ ...window.heard })") as Promise<{ samples: number; power: number }>;
      const startedMs = Date.now();
      await soundOn(name, player);
      const first = await until("sound", async () => {
        const now = await heard();
        return now.samples > 4_000 && { ...now, atMs: performance.now() };
      });
      const second = await until("two more seconds of it", async () => {
        const now = await heard();
        return now.samples > first.samples + 16_000 && { ...now, atMs: performance.now() };
      });
      const rate = ((second.samples - first.samples) / (second.atMs - first.atMs)) * 1_000;
      assert.ok(rate > 6_500 && rate < 9_500, `${rate.toFixed(0)} samples a second of 8 000`);
      assert.ok(second.power / second.samples > 1e-4, "it is not silence");
      await playAloud(name, startedMs, player);
      await until("sound of the recording", async () => (await heard()).samples > 8_000);
    });
  }

  it("plays AAC beside the picture by MSE, live and from the recording", async () => {
    const audible = (what: string) =>
      until(what, async () => {
        const now = (await page.evaluate(LISTEN_TO_VIDEO)) as { loudest: number; bytes: number } | null;
        return now !== null && now.loudest > 0.01 && now;
      });
    const startedMs = Date.now();
    await soundOn("aac", "&player=mse");
    const first = await audible("sound");
    await until("more of it", async () => (await audible("sound")).bytes > first.bytes + 8_000);
    await playAloud("aac", startedMs, "&player=mse");
    await audible("sound of the recording");
    assert.equal(await page.evaluate("window.heard.samples"), 0, "it is heard once, not twice");
  });

  it("shows live what the camera has just sent, and in playback the very frame of a moment", async () => {
    const id = idOf("mu-law");
    await turnTo(page, recorder, `live?camera=${id}`);
    await picture("mu-law");
    const seen: { readonly number: number; readonly atMs: number }[] = [];
    await until("a second of numbers", async () => {
      const number = await counterOf(page);
      if (number !== undefined && number !== seen.at(-1)?.number) seen.push({ number, atMs: Date.now() });
      return seen.length > 8;
    });
    await turnTo(page, recorder, "nowhere");
    // What the files hold is the judge: each begins at the time in its name and has a frame every 40 ms.
    const first = recorder.filesOf(id).findLast(({ startMs }) => startMs <= (seen[0]?.atMs ?? 0) - 1_000);
    assert.ok(first !== undefined);
    const lastMs = seen.at(-1)?.atMs ?? 0;
    const numbers = await until(
      "the file that holds those seconds",
      async () => {
        const files = recorder.filesOf(id).filter(({ startMs }) => startMs >= first.startMs);
        const all: (number | undefined)[] = [];
        for (const { path } of files) all.push(...(await burntInNumbers(path, { width: 320, height: 180 })));
        const isThere = first.startMs + all.length * 40 > lastMs && all.length > Math.max(...MOMENTS);
        return isThere && all;
      },
      20_000,
    );
    for (const { number, atMs } of seen) {
      const now = Math.floor((atMs - first.startMs) / 40);
      // The clip is a loop of 100 frames: the newest frame of that number is the one that was on show.
      const delays = Array.from({ length: 100 }, (_, back) => back).filter(
        (back) => numbers[now - back] === number,
      );
      // What it is on a quiet machine, the benchmark `live` tells.
      assert.ok((delays[0] ?? 100) * 40 < 2_500, `number ${number} is ${(delays[0] ?? 100) * 40} ms old`);
    }
    for (const index of MOMENTS) {
      assert.ok(numbers[index] !== undefined, `frame ${index} of the file has no number`);
      const moment = new Date(first.startMs + index * 40 + 20).toISOString();
      for (const player of ["", "&player=mse"]) {
        await turnTo(page, recorder, `playback?camera=${id}&t=${moment}&play=0${player}`);
        // A media element may show a neighbour for a moment while it seeks: what counts is where it comes to rest.
        await until(
          `frame ${index} of the recording${player}`,
          async () => {
            const shown = await counterOf(page);
            if (shown === numbers[index]) return true;
            throw new Error(`${shown} is shown, not ${numbers[index]}`);
          },
          20_000,
        );
      }
    }
  });

  it("tells in the list of cameras what was done about sound that nobody plays as it comes", async () => {
    await turnTo(page, recorder, `cameras`);
    const row = (name: string) => page.getByRole("row").filter({ hasText: name });
    await row("with a sub-stream").getByText("decoded from G.726 at 32 kbit/s").waitFor();
    assert.doesNotMatch((await row("mu-law").textContent()) ?? "", /decoded/, "what is kept as sent");
  });

  it("throws nothing and breaks no content policy on the way", () => {
    assert.deepEqual(faults, []);
  });
});
