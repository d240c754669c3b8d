// Playback in a real Chromium, by WebCodecs and by MSE: seeks land on exact frames, steps are one frame, time runs
// backwards and at speed, and a deep link opens the moment it names. Frames are told by their burnt-in number.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "playwright-core";
import {
  collectCounters,
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  turnTo,
  until,
} from "./support/browser.ts";
import { openLine } from "./support/cuttable-line.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const run = promisify(execFile);
/**
 * Frames a second of the demo camera's sub-stream, and frames until its clip begins anew. What is proved here is the same for
 * either stream, and this one's are a quarter as large; the main one is played by the tests of gaps.
 */
const RATE = 10;
const LOOP = 640;
/** Footage that the tests need before they begin. */
const FOOTAGE_MS = 14_000;

/** How many frames `to` lies after `from`, across the clip's beginning: -LOOP/2 … LOOP/2. */
function framesBetween(from: number, to: number): number {
  const distance = (((to - from) % LOOP) + LOOP) % LOOP;
  return distance > LOOP / 2 ? distance - LOOP : distance;
}

interface Coverage {
  readonly cameras: readonly {
    readonly spans: readonly { readonly start: string; readonly end: string }[];
  }[];
}

describe("playback", { skip: skipBrowserTests }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let camera = "";
  let startMs = 0;
  let streams = "";
  const faults: string[] = [];

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    const { cameras } = await recorder.api<{ cameras: { id: string; record: { streams: string } }[] }>(
      "GET",
      "/cameras",
    );
    camera = cameras[0]?.id ?? "";
    streams = cameras[0]?.record.streams ?? "";
    await recorder.api("PATCH", `/cameras/${camera}`, { record: { streams: "sub" } });
    startMs = await until(
      "footage to play",
      async () => {
        const query = `cameras=${camera}&stream=sub&start=${new Date(Date.now() - 600_000).toISOString()}&end=${new Date().toISOString()}`;
        const coverage = await recorder.api<Coverage>("GET", `/recordings/coverage?${query}`);
        const spans = coverage.cameras[0]?.spans ?? [];
        const first = spans[0];
        const last = spans.at(-1);
        if (first === undefined || last === undefined) return undefined;
        return Date.parse(last.end) - Date.parse(first.start) > FOOTAGE_MS && Date.parse(first.start);
      },
      90_000,
    );
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
  });
  after(async () => {
    await browser?.close();
    await recorder?.api("PATCH", `/cameras/${camera}`, { record: { streams } });
  });

  /** The address of a moment, which is given as so long after the first. */
  function address(afterStartMs: number, more = "&play=0"): string {
    return `playback?camera=${camera}&stream=sub&t=${new Date(startMs + afterStartMs).toISOString()}${more}`;
  }

  /**
   * Opens a moment, standing still, and gives its frame number. By WebCodecs the interface is loaded once: each picture that is
   * drawn is the one that was asked for. A `<video>` shows what it has first, and so is loaded with the page.
   */
  async function open(afterStartMs: number, player = ""): Promise<number> {
    const to = address(afterStartMs, `&play=0${player}`);
    if (player === "") await turnTo(page, recorder, to);
    else await page.goto(`${recorder.url}/${to}`);
    return until("the picture of the moment", () => counterOf(page));
  }

  /** The next number that differs from the one before. */
  function changed(from: number): Promise<number> {
    return until(`another frame than ${from}`, async () => {
      const now = await counterOf(page);
      return now !== undefined && now !== from ? now : undefined;
    });
  }

  for (const [name, player] of [
    ["WebCodecs", ""],
    ["MSE", "&player=mse"],
  ] as const) {
    it(`lands on the exact frame of a moment (${name})`, async () => {
      const early = await open(3000, player);
      const late = await open(6000, player);
      const distance = framesBetween(early, late);
      assert.ok(Math.abs(distance - 3 * RATE) <= 1, `3 s are ${3 * RATE} frames, not ${distance}`);
      assert.equal(await open(3000, player), early, "the same moment is the same frame");
    });

    it(`steps single frames forwards and back (${name})`, async () => {
      const start = await open(5000, player);
      await page.keyboard.press(".");
      const next = await changed(start);
      assert.equal(framesBetween(start, next), 1);
      await page.keyboard.press(".");
      const second = await changed(next);
      assert.equal(framesBetween(next, second), 1);
      for (let back = second; framesBetween(start, back) > -3; ) {
        await page.keyboard.press(",");
        const now = await changed(back);
        assert.equal(framesBetween(back, now), -1);
        back = now;
      }
    });

    it(`plays in order at its own pace, pauses and goes on (${name})`, async () => {
      await open(2000, player);
      await page.keyboard.press("Space");
      const first = await changed((await counterOf(page)) ?? -1);
      const from = performance.now();
      await until(
        "three seconds of frames",
        async () => framesBetween(first, (await counterOf(page)) ?? first) >= 3 * RATE,
        20_000,
      );
      const took = performance.now() - from;
      // A loaded machine may be late; it can never be early.
      assert.ok(took > 2300, `3 s of footage take 3 s, not ${Math.round(took)} ms`);
      await page.keyboard.press("Space");
      await until("standing still", async () => {
        const now = await counterOf(page);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return now === (await counterOf(page));
      });
    });

    it(`plays backwards, also at 16 times the speed (${name})`, async () => {
      for (const [speed, pictures] of [
        ["-1", 12],
        ["-16", 3],
      ] as const) {
        await open(9000, player);
        await page.locator("#speed").selectOption(speed);
        await page.keyboard.press("Space");
        const seen = await collectCounters(page, pictures, 15_000);
        const wrong = seen.filter((value, at) => at > 0 && framesBetween(seen[at - 1] ?? 0, value) >= 0);
        assert.deepEqual(wrong, [], `each earlier than the one before: ${seen.join(" ")}`);
      }
    });

    it(`plays at a quarter of the speed, picture by picture (${name})`, async () => {
      await open(4000, player);
      await page.locator("#speed").selectOption("0.25");
      await page.keyboard.press("Space");
      const first = await changed((await counterOf(page)) ?? -1);
      const from = performance.now();
      const seen = [first, ...(await collectCounters(page, 8, 20_000)).filter((value) => value !== first)];
      const took = performance.now() - from;
      const passed = seen.map((value) => framesBetween(first, value));
      // A <video> may pass a picture over where the machine is busy.
      if (player === "") assert.deepEqual(passed, [...passed.keys()], "each picture is shown");
      assert.ok(
        passed.every((value, at) => at === 0 || value > (passed[at - 1] ?? 0)),
        passed.join(),
      );
      // At a third of the speed at most: the first picture may have been seen late.
      const least = (((passed.at(-1) ?? 0) - 1) / RATE) * 3_000;
      assert.ok(
        took > least,
        `${passed.at(-1)} pictures took ${Math.round(took)} of ${Math.round(least)} ms`,
      );
    });

    it(`plays at 4 and at 16 times the speed (${name})`, async () => {
      for (const speed of [4, 16]) {
        const start = await open(1000, player);
        await page.locator("#speed").selectOption(String(speed));
        const from = performance.now();
        await page.keyboard.press("Space");
        await until(
          "eight seconds of footage",
          async () => framesBetween(start, (await counterOf(page)) ?? start) >= 8 * RATE,
        );
        const took = performance.now() - from;
        assert.ok(took < 7000, `${speed}×: 8 s of footage took ${Math.round(took)} ms`);
      }
    });
  }

  it("does not run forwards while the recorder is still asked to play backwards (MSE)", async () => {
    const line = await openLine(recorder.url);
    try {
      await page.goto(`${line.url}/${address(9_000, "&play=0&player=mse")}`);
      await until("the picture of the moment", () => counterOf(page));
      await page.locator("#speed").selectOption("-1");
      line.delay(1_000);
      await page.keyboard.press("Space");
      const seen = await collectCounters(page, 5, 15_000);
      const wrong = seen.filter((value, at) => at > 0 && framesBetween(seen[at - 1] ?? 0, value) >= 0);
      assert.deepEqual(wrong, [], `each earlier than the one before: ${seen.join(" ")}`);
    } finally {
      await line.close();
    }
  });

  it("goes on from the picture on show, without showing any twice, however far the recorder is (MSE)", async () => {
    const line = await openLine(recorder.url);
    try {
      await page.goto(`${line.url}/${address(3_000, "&play=0&player=mse")}`);
      const start = await until("the picture of the moment", () => counterOf(page));
      line.delay(1_000);
      await page.keyboard.press("Space");
      const seen = [start];
      await until("three seconds of frames", async () => {
        const now = (await counterOf(page)) ?? start;
        if (now !== seen.at(-1)) seen.push(now);
        return Math.abs(framesBetween(start, now)) >= 3 * RATE;
      });
      const wrong = seen.filter((value, at) => at > 0 && framesBetween(seen[at - 1] ?? 0, value) <= 0);
      assert.deepEqual(wrong, [], `each later than the one before: ${seen.join(" ")}`);
    } finally {
      await line.close();
    }
  });

  it("makes every frame step that was asked for, also those whose picture must be fetched first (MSE)", async () => {
    const line = await openLine(recorder.url);
    try {
      await page.goto(`${line.url}/${address(2_000, "&play=0&player=mse")}`);
      const start = await until("the picture of the moment", () => counterOf(page));
      line.delay(1_000);
      // More than the recorder sends ahead of what is on show: 4 s.
      const steps = 6 * RATE;
      await page.evaluate(`for (let press = 0; press < ${steps}; press += 1)
        window.dispatchEvent(new KeyboardEvent("keydown", { key: ".", bubbles: true }))`);
      let at = start;
      await until(
        "all steps",
        async () => {
          at = (await counterOf(page)) ?? at;
          return framesBetween(start, at) >= steps;
        },
        30_000,
      ).catch((error: unknown) => assert.fail(`${String(error)}: only ${framesBetween(start, at)}`));
      assert.equal(framesBetween(start, at), steps);
    } finally {
      await line.close();
    }
  });

  it("keeps camera and moment in the address", async () => {
    await open(4000);
    await page.keyboard.press("ArrowRight");
    await until("the address follows", async () => {
      const at = Date.parse(new URL(page.url()).searchParams.get("t") ?? "");
      return Math.abs(at - (startMs + 9000)) < 200;
    });
    assert.equal(new URL(page.url()).searchParams.get("camera"), camera);
    await screenshot(page, "playback");
  });

  it("zooms the timeline about the pointer and seeks on a click", async () => {
    const before = await open(4000);
    const canvas = page.locator("canvas.timeline-canvas");
    const box = await canvas.boundingBox();
    assert.ok(box !== null);
    await page.getByRole("button", { name: "1 min", exact: true }).click();
    await page.mouse.move(box.x + box.width / 2, box.y + 36);
    for (let turn = 0; turn < 3; turn += 1) await page.mouse.wheel(0, -120);
    // The playhead lies in the middle; a click a little to the right of it is a little later.
    await page.mouse.click(box.x + box.width * 0.6, box.y + 36);
    const after = await changed(before);
    const distance = framesBetween(before, after);
    assert.ok(distance > 0 && distance < 6 * RATE, `a little later: ${distance} frames`);
    await screenshot(page, "playback-zoomed");
  });

  it("zooms from a week to a second, and seeks to the frame there", async () => {
    const before = await open(4000);
    const canvas = page.locator("canvas.timeline-canvas");
    const box = await canvas.boundingBox();
    assert.ok(box !== null);
    const momentAt = async (share: number): Promise<number> => {
      await page.mouse.move(box.x + box.width * share, box.y + 36);
      return Date.parse(((await canvas.getAttribute("title")) ?? "").split("\n")[1] ?? "");
    };
    const seen = async (): Promise<number> => (await momentAt(0.75)) - (await momentAt(0.25));
    await page.getByRole("button", { name: "1 w", exact: true }).click();
    const week = await seen();
    assert.ok(Math.abs(week - 302_400_000) < 300_000, `half of it is half a week: ${week} ms`);
    // The playhead is in the middle, and so the place that is zoomed about; 2 ^ 0.72 a turn, and no closer than a second.
    await momentAt(0.5);
    for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, -120);
    await until("a second", async () => Math.abs((await seen()) - 500) <= 2);
    const target = await momentAt(0.9);
    await page.mouse.down();
    await page.mouse.up();
    await until("the address to follow", async () => {
      const at = Date.parse(new URL(page.url()).searchParams.get("t") ?? "");
      return Math.abs(at - target) <= 1000 / RATE;
    });
    const distance = framesBetween(before, await changed(before));
    const wanted = ((target - startMs - 4000) / 1000) * RATE;
    assert.ok(Math.abs(distance - wanted) <= 1, `${distance} frames on, not ${wanted}`);
    await screenshot(page, "playback-second");
  });

  it("zooms and pans the timeline by wheel and by two fingers", async () => {
    await open(4000);
    const canvas = page.locator("canvas.timeline-canvas");
    const box = await canvas.boundingBox();
    assert.ok(box !== null);
    const { x, y, width } = box;
    /** The moment under a place of the timeline, as its tooltip tells it in UTC. */
    const momentAt = async (share: number): Promise<number> => {
      await page.mouse.move(x + width * share, y + 36);
      return Date.parse(((await canvas.getAttribute("title")) ?? "").split("\n")[1] ?? "");
    };
    const seen = async (): Promise<number> => (await momentAt(0.75)) - (await momentAt(0.25));
    await page.getByRole("button", { name: "1 h", exact: true }).click();
    const hour = await seen();
    assert.ok(Math.abs(hour - 1_800_000) < 20_000, `half of it is half an hour: ${hour}`);
    const pointed = await momentAt(0.25);
    await page.mouse.wheel(0, -240);
    await until("a shorter time is seen", async () => (await seen()) < hour * 0.8);
    const drift = Math.abs((await momentAt(0.25)) - pointed);
    assert.ok(drift < hour * 0.02, `what the pointer shows stays under it: ${drift} ms`);
    const near = await seen();
    await page.keyboard.down("Shift");
    await page.mouse.wheel(0, 200);
    await page.keyboard.up("Shift");
    await until("another time is seen", async () => Math.abs((await momentAt(0.25)) - pointed) > near * 0.05);
    assert.ok(Math.abs((await seen()) - near) < near * 0.02, "as much of it");

    const touch = await context.newCDPSession(page);
    const fingers = (type: "touchStart" | "touchMove", apart: number, at = y + 36): Promise<unknown> =>
      touch.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: [-1, 1].map((side, id) => ({ id, x: x + width / 2 + (side * apart) / 2, y: at })),
      });
    await fingers("touchStart", 80);
    for (let apart = 100; apart <= 320; apart += 20) await fingers("touchMove", apart);
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await until("fingers apart show less time", async () => {
      const now = await seen();
      return now < near * 0.5 && now > near * 0.1;
    });
    // The picture above it likewise: three times as far apart, three times as large.
    const stage = await page.locator(".stage").boundingBox();
    const at = (stage?.y ?? 0) + (stage?.height ?? 0) / 2;
    await fingers("touchStart", 80, at);
    for (let apart = 100; apart <= 240; apart += 20) await fingers("touchMove", apart, at);
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    const scale = await page.locator(".zoom-scale").textContent();
    assert.ok(Math.abs(Number.parseFloat(scale ?? "") - 3) < 0.15, `enlarged ${scale}`);
    await page.keyboard.press("0");
    assert.equal(await page.locator(".zoom-scale").textContent(), "1.0×");
    await touch.detach();
  });

  it("shuttles by J, K and L, jumps by arrows, and saves a snapshot by S", async () => {
    const start = await open(6000);
    await page.keyboard.press("l");
    await until("faster than life", async () => (await page.locator("#speed").inputValue()) === "2");
    await until("onwards", async () => framesBetween(start, (await counterOf(page)) ?? start) > RATE);
    await page.keyboard.press("k");
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    for (let press = 0; press < 8 && Number(await page.locator("#speed").inputValue()) > 0; press += 1) {
      await page.keyboard.press("j");
    }
    const from = (await counterOf(page)) ?? 0;
    await until("backwards", async () => framesBetween(from, (await counterOf(page)) ?? from) < 0);
    await page.keyboard.press("k");
    const middle = await open(7000);
    await page.keyboard.press("ArrowLeft");
    const back = await changed(middle);
    assert.ok(
      Math.abs(framesBetween(middle, back) + 5 * RATE) <= 1,
      `5 s back: ${framesBetween(middle, back)}`,
    );
    const coming = page.waitForEvent("download");
    await page.keyboard.press("s");
    const picture = await readFile(await (await coming).path());
    assert.deepEqual([...picture.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  });

  it("shows in the calendar which days have recordings, and goes to the one that is clicked", async () => {
    await open(6000);
    const calendar = page.getByRole("region", { name: "Days with recordings" });
    const today = calendar.locator("button.today");
    await until("today to be marked", async () =>
      /: continuous/.test((await today.getAttribute("aria-label")) ?? ""),
    );
    assert.equal(await today.getAttribute("aria-current"), "date");
    assert.equal(await calendar.locator("button.day:enabled").count(), 1, "no other day can be chosen");
    await calendar.getByRole("button", { name: "Previous month" }).click();
    await until("a month without", async () => (await calendar.locator("button.day:enabled").count()) === 0);
    await calendar.getByRole("button", { name: "Next month" }).click();
    await today.click();
    await until("the first picture of the day", async () => {
      const at = await page.locator("time.clock").getAttribute("datetime");
      return Math.abs(Date.parse(at ?? "") - startMs) < 500;
    });
  });

  it("downloads the marked range as an MP4 that plays", async () => {
    await open(3000);
    // By keys: the other end lies as far away as a new range is long, and the first one is put anew.
    await page.keyboard.press("o");
    const range = page.locator(".clip-range");
    await range.waitFor();
    const byEnd = await range.textContent();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("i");
    await until("another beginning", async () => (await range.textContent()) !== byEnd);
    await page.keyboard.press("x");
    await range.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Mark clip" }).click();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download clip" }).click();
    const download = await coming;
    assert.match(download.suggestedFilename(), /\.mp4$/);
    const file = await download.path();
    assert.equal((await readFile(file)).subarray(4, 8).toString("latin1"), "ftyp");
    const { stdout, stderr } = await run("ffprobe", [
      ...["-v", "error", "-count_frames", "-select_streams", "v", "-of", "json"],
      ...["-show_entries", "stream=codec_name,width,nb_read_frames", file],
    ]);
    assert.equal(stderr, "", "it decodes without a complaint");
    const [video] = (JSON.parse(stdout) as { streams: Record<string, string | number>[] }).streams;
    assert.deepEqual([video?.["codec_name"], video?.["width"]], ["h264", 640]);
    assert.ok(Number(video?.["nb_read_frames"]) > 5 * RATE, `${video?.["nb_read_frames"]} frames`);
  });

  it("stands at the end of what there is, says so, and goes on when more is recorded", async () => {
    await recorder.api("PATCH", `/cameras/${camera}`, { enabled: false });
    // The index may lag on a busy machine: its last word is the one that stays.
    let newest = { endMs: 0, seenMs: 0 };
    const endMs = await until(
      "the end of the footage",
      async () => {
        const { recording } = await recorder.api<{ recording: { active: boolean } }>(
          "GET",
          `/cameras/${camera}`,
        );
        const query = `cameras=${camera}&stream=sub&start=${new Date(startMs).toISOString()}&end=${new Date().toISOString()}`;
        const spans = (await recorder.api<Coverage>("GET", `/recordings/coverage?${query}`)).cameras[0]
          ?.spans;
        const last = Date.parse(spans?.at(-1)?.end ?? "");
        if (last !== newest.endMs || recording.active) newest = { endMs: last, seenMs: Date.now() };
        return Date.now() - newest.seenMs > 4_000 && last;
      },
      30_000,
    );
    const second = await context.newPage();
    const clockOf = async (of: Page): Promise<number> =>
      Date.parse((await of.locator("time.clock").getAttribute("datetime")) ?? "");
    const both = [
      [page, ""],
      [second, "&player=mse"],
    ] as const;
    for (const [one, player] of both) {
      await one.goto(`${recorder.url}/${address(endMs - 3_000 - startMs, player)}`);
    }
    for (const [one] of both) {
      await one.getByText("Newest recording").waitFor();
      assert.ok(Math.abs((await clockOf(one)) - endMs) < 400, "all pictures were shown before");
    }
    await recorder.api("PATCH", `/cameras/${camera}`, { enabled: true });
    for (const [one] of both) {
      await until("pictures after the gap", async () => (await clockOf(one)) > endMs + 3_000, 20_000);
      await one.getByText("Newest recording").waitFor({ state: "hidden" });
    }
    await second.close();
  });

  it("throws nothing and breaks no content policy on the way", () => {
    assert.deepEqual(faults, []);
  });
});
