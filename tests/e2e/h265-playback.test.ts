// Recordings in H.265 in a real Chromium, which decodes none: converted by the recorder, frame for frame, with seek, pause,
// steps, backwards and over a gap, by WebCodecs and by MSE; the H.264 sub-stream where there is one; a still and a reason
// while all places for converting are taken, and play, or live, when one becomes free.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type FakeCamera, type FakeCameraOptions, fakeCamera } from "../../core/testing/fake-camera.ts";
import type { FootageRecorder } from "../support/footage.ts";
import { burntInNumbers } from "../support/footage-files.ts";
import { hasProgram } from "../support/media-files.ts";
import { sharedFootageRecorder } from "../support/shared-footage-recorder.ts";
import {
  collectCounters,
  counterOf,
  DESKTOP,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  turnTo,
  until,
} from "./support/browser.ts";

const skip = skipBrowserTests || (hasProgram("ffmpeg") ? false : "ffmpeg is not installed");
const FRAME_MS = 40;
/** Numbers burnt into the clip, which is a loop. */
const LOOP = 100;

interface Span {
  readonly start: string;
  readonly end: string;
}

describe("recordings in H.265", { skip, timeout: 240_000 }, () => {
  const made: FakeCamera[] = [];
  let recorder: FootageRecorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let lonely = "";
  let paired = "";
  let gap: { startMs: number; endMs: number };
  /** The first closed file of the lonely camera, and the number of each of its frames. */
  let file: { startMs: number; numbers: readonly (number | undefined)[] };
  const faults: string[] = [];

  async function source(options: FakeCameraOptions): Promise<string> {
    const camera = await fakeCamera(options);
    made.push(camera);
    return camera.url;
  }

  async function spans(id: string): Promise<readonly Span[]> {
    const range = `start=${new Date(Date.now() - 600_000).toISOString()}&end=${new Date().toISOString()}`;
    const { cameras } = await recorder.api<{ cameras: { spans: Span[] }[] }>(
      "GET",
      `/recordings/coverage?cameras=${id}&${range}`,
    );
    return cameras[0]?.spans ?? [];
  }

  function address(id: string, timeMs: number, more = "&play=0"): string {
    return `playback?camera=${id}&t=${new Date(timeMs).toISOString()}${more}`;
  }

  function note(where: Page, words: RegExp): Promise<string> {
    return until(
      `a note that matches ${words}`,
      async () => {
        const text = await where.locator(".player-note").first().textContent({ timeout: 300 });
        return text !== null && words.test(text) && text;
      },
      20_000,
    );
  }

  /** Frames from one number to the next one, across the beginning of the clip. */
  function between(from: number, to: number): number {
    const distance = (((to - from) % LOOP) + LOOP) % LOOP;
    return distance > LOOP / 2 ? distance - LOOP : distance;
  }

  /** Waits until the frame of this index in the file is on show. */
  function rests(index: number, where = page): Promise<boolean> {
    return until(`frame ${index}`, async () => (await counterOf(where)) === file.numbers[index], 20_000);
  }

  before(async () => {
    recorder = await sharedFootageRecorder();
    lonely = await recorder.addCamera("Lonely", { url: await source({ codec: "h265" }), transport: "tcp" });
    paired = await recorder.addCamera(
      "Paired",
      {
        url: await source({ codec: "h265" }),
        subUrl: await source({ codec: "h264-small" }),
        transport: "tcp",
      },
      { streams: "both" },
    );
    await until("a closed file", async () => recorder.filesOf(lonely).length > 1, 60_000);
    await recorder.api("PATCH", `/cameras/${lonely}`, { enabled: false });
    const offAtMs = Date.now();
    await until("some time without footage", async () => Date.now() - offAtMs > 3_000);
    await recorder.api("PATCH", `/cameras/${lonely}`, { enabled: true });
    gap = await until(
      "footage after the gap",
      async () => {
        const [first, second] = await spans(lonely);
        if (first === undefined || second === undefined) return undefined;
        const lastsMs = Date.parse(second.end) - Date.parse(second.start);
        return lastsMs > 8_000 && { startMs: Date.parse(first.end), endMs: Date.parse(second.start) };
      },
      60_000,
    );
    const [first] = recorder.filesOf(lonely);
    assert.ok(first !== undefined);
    const numbers = await burntInNumbers(first.path, { width: 320, height: 180 });
    file = { startMs: first.startMs, numbers };
    browser = await openBrowser();
    context = await openContext(browser, recorder, { theme: "dark" });
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
  });
  after(async () => {
    await browser?.close();
    await recorder?.api("PATCH", "/settings", { maxTranscodes: 2 });
    for (const id of [lonely, paired]) if (id !== "") await recorder.removeCamera(id);
    for (const camera of made) await camera.close();
  });

  for (const [name, player] of [
    ["WebCodecs", ""],
    ["MSE", "&player=mse"],
  ] as const) {
    it(`are converted, and a moment is its very frame (${name})`, async () => {
      for (const index of [60, 12, 131]) {
        await turnTo(
          page,
          recorder,
          address(lonely, file.startMs + index * FRAME_MS + 20, `&play=0${player}`),
        );
        await rests(index);
        await note(page, /Transcoded from H\.265 \(1 of 2\)/);
      }
    });

    it(`play, pause and step frame by frame (${name})`, async () => {
      await turnTo(page, recorder, address(lonely, file.startMs + 30 * FRAME_MS + 20, `&play=0${player}`));
      await rests(30);
      await page.keyboard.press(".");
      await rests(31);
      await page.keyboard.press(",");
      await rests(30);
      await page.keyboard.press("k");
      const seen = await collectCounters(page, 12, 20_000);
      for (const [at, number] of seen.entries()) {
        if (at > 0) assert.ok(between(seen[at - 1] as number, number) > 0, `forwards: ${seen.join()}`);
      }
      await page.keyboard.press("k");
      const stopped = await until("the picture that stands", async () => {
        const [one, other] = [await counterOf(page), await counterOf(page)];
        return one !== undefined && one === other ? one : undefined;
      });
      // Where nothing is buffered ahead yet, MSE asks for the moment again; the next press then finds it.
      await until("the next frame", async () => {
        await page.keyboard.press(".");
        const now = await counterOf(page);
        return now !== undefined && between(stopped, now) > 0;
      });
    });

    it(`run backwards and jump over a gap (${name})`, async () => {
      await turnTo(page, recorder, address(lonely, file.startMs + 160 * FRAME_MS + 20, `&play=0${player}`));
      await rests(160);
      await page.locator("#speed").selectOption("-1");
      await page.keyboard.press("k");
      const back = await collectCounters(page, 8, 20_000);
      // From one to the next: a busy machine shows few pictures, and the clip's numbers begin again.
      for (const [at, number] of back.entries()) {
        if (at > 0) assert.ok(between(back[at - 1] as number, number) < 0, `backwards: ${back.join()}`);
      }
      await turnTo(page, recorder, address(lonely, gap.startMs - 1_500, player));
      await until(
        "play beyond the gap",
        async () => {
          const time = await page.locator("time.clock").getAttribute("datetime");
          return Date.parse(time ?? "") > gap.endMs + 500;
        },
        20_000,
      );
    });
  }

  it("are replaced by the sub-stream where that was recorded in H.264", async () => {
    const [first] = recorder.filesOf(paired);
    assert.ok(first !== undefined);
    await turnTo(page, recorder, address(paired, first.startMs + 5_000));
    await note(page, /Sub-stream: .*H\.265/);
    await until("its small picture", async () => {
      return (await page.evaluate(`document.querySelector("canvas.picture")?.width ?? 0`)) === 160;
    });
    await screenshot(page, "playback-h265-sub");
  });

  it("are shown as a still, with the reason, while all places are taken, and play when one becomes free", async () => {
    await recorder.api("PATCH", "/settings", { maxTranscodes: 1 });
    await turnTo(page, recorder, address(lonely, file.startMs + 40 * FRAME_MS + 20));
    await rests(40);
    await screenshot(page, "playback-h265");
    const third = await context.newPage();
    await turnTo(third, recorder, address(lonely, file.startMs + 20 * FRAME_MS + 20));
    await third.getByText(/all places for converting it are taken \(1 of 1\)/).waitFor();
    await until(
      "a still",
      async () => (await third.evaluate(`document.querySelector("img.picture")?.naturalWidth ?? 0`)) === 320,
      15_000,
    );
    for (const [name, viewport] of [
      ["phone-playback-h265-wait", PHONE],
      ["playback-h265-wait", DESKTOP],
    ] as const) {
      await third.setViewportSize(viewport);
      await screenshot(third, name);
    }
    await turnTo(page, recorder, "cameras");
    await rests(20, third);
    assert.equal(await third.locator("img.picture").count(), 0);
    await note(third, /Transcoded from H\.265 \(1 of 1\)/);
    await third.close();
  });

  it("and live pictures wait for a place too: a tile with stills turns live by itself", async () => {
    await turnTo(page, recorder, `live?camera=${lonely}`);
    await note(page, /Transcoded from H\.265 \(1 of 1\)/);
    const second = await context.newPage();
    await turnTo(second, recorder, `live?camera=${paired}`);
    // The large tile of this camera is H.264 by its sub-stream; what it asks for is the lonely one's place.
    await note(second, /Sub-stream/);
    // It would ask for the place as well once its camera sends H.265 alone.
    await second.close();
    const third = await context.newPage();
    await recorder.api("PATCH", `/cameras/${paired}`, {
      config: { url: await source({ codec: "h265" }), transport: "tcp" },
    });
    await recorder.untilState(
      paired,
      ({ state, streams }) => state.status === "online" && streams.length === 1,
      20_000,
      "one stream",
    );
    await turnTo(third, recorder, `live?camera=${paired}`);
    await note(third, /Still pictures: H\.265 waits to be converted \(1 of 1\)/);
    await until(
      "a still",
      async () => (await third.evaluate(`document.querySelector("img.picture")?.naturalWidth ?? 0`)) === 320,
      15_000,
    );
    await third.getByRole("button", { name: /Figures/ }).click();
    await until("the figures of stills", async () => {
      const text = await third.locator(".figures").first().textContent({ timeout: 300 });
      return text !== null && /^H\.265 · stills · camera by TCP/.test(text);
    });
    await screenshot(third, "live-waits-for-place");
    await turnTo(page, recorder, "cameras");
    await note(third, /Transcoded from H\.265 \(1 of 1\)/);
    const first = await until("a picture", () => counterOf(third), 15_000);
    await until("another one", async () => {
      const now = await counterOf(third);
      return now !== undefined && now !== first;
    });
    assert.equal(await third.locator("img.picture").count(), 0);
    await screenshot(third, "live-after-waiting");
    await third.close();
  });

  it("throw nothing on the way", () => {
    assert.deepEqual(faults, []);
  });
});
