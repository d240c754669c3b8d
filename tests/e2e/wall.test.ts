// The wall of tiles: sixteen cameras at once, each with its own picture; sound that is heard; what a tile's buttons and
// the keys do; recording by hand, as the timeline then shows it; and what a viewer sees of all this.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { addAccount } from "../support/accounts.ts";
import {
  counterOf,
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
import { timelinePixels } from "./support/timeline-pixels.ts";

const LONG_MS = 40_000;
const TILES = 16;

interface Listed {
  readonly id: string;
  readonly driver: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly recording: { readonly reasons: readonly string[] };
}

/** Puts a meter between the page's sound and the loudspeaker: `window.nightjarPeak` is the loudest sample so far. */
const METER = `
  window.nightjarPeak = 0;
  const connect = AudioNode.prototype.connect;
  const meters = new WeakMap();
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target === this.context.destination && !(this instanceof AnalyserNode)) {
      let meter = meters.get(this.context);
      if (meter === undefined) {
        meter = this.context.createAnalyser();
        meter.fftSize = 32768;
        meters.set(this.context, meter);
        connect.call(meter, this.context.destination);
        const samples = new Float32Array(meter.fftSize);
        setInterval(() => {
          meter.getFloatTimeDomainData(samples);
          for (const sample of samples) window.nightjarPeak = Math.max(window.nightjarPeak, Math.abs(sample));
        }, 100);
      }
      return connect.call(this, meter);
    }
    return connect.call(this, target, ...rest);
  };`;

describe("the wall", { skip: skipBrowserTests, timeout: 280_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let demo = "";
  const faults: string[] = [];

  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    await context.addInitScript(METER);
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    demo = (await list())[0]?.id ?? "";
  });
  after(async () => {
    await browser?.close();
  });

  async function list(): Promise<readonly Listed[]> {
    return (await recorder.api<{ cameras: readonly Listed[] }>("GET", "/cameras")).cameras;
  }

  async function focusTile(): Promise<void> {
    await until("a picture", () => counterOf(page), LONG_MS);
    await page.locator(".tile[data-camera]").first().focus();
  }

  it("lets the sound of a camera be heard when it is asked for, and only then", async () => {
    await visit(page, recorder, "live?grid=1");
    await focusTile();
    const peak = (): Promise<number> => page.evaluate("window.nightjarPeak") as Promise<number>;
    await until(
      "the camera is known to have sound",
      async () => (await page.getByRole("button", { name: "Sound on" }).count()) > 0,
      LONG_MS,
    );
    assert.equal(await peak(), 0, "silence before anybody asked");
    await page.getByRole("button", { name: "Sound on" }).first().click();
    await until("samples above silence reach the output", async () => (await peak()) > 0.01, LONG_MS);
    await page.getByRole("button", { name: "Sound off" }).first().click();
  });

  it("acts on keys: a snapshot, figures, one camera by its number, full screen", async () => {
    await visit(page, recorder, "live?grid=4");
    await focusTile();
    const coming = page.waitForEvent("download");
    await page.keyboard.press("s");
    const download = await coming;
    assert.match(download.suggestedFilename(), new RegExp(`^${demo}_\\d{4}-\\d\\d-\\d\\d_.*\\.jpg$`));
    const picture = await readFile(await download.path());
    assert.deepEqual([...picture.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    assert.ok(picture.length > 5000, `${picture.length} bytes`);

    await page.keyboard.press("i");
    await until("figures", async () => (await page.locator(".figures").count()) > 0, LONG_MS);
    await page.keyboard.press("i");
    await page.keyboard.press("1");
    await until("one camera", async () => page.url().includes(`camera=${demo}`), LONG_MS);
    await page.keyboard.press("Escape");
    await until("the wall", async () => !page.url().includes("camera="), LONG_MS);

    await page.keyboard.press("f");
    await until("full screen", async () => page.evaluate("document.fullscreenElement !== null"), LONG_MS);
    await page.keyboard.press("f");
    await until("no longer", async () => page.evaluate("document.fullscreenElement === null"), LONG_MS);
  });

  it("records by hand from the tile, which the timeline shows in its colour", async () => {
    await visit(page, recorder, `playback?camera=${demo}`);
    await until("a recorded picture", () => counterOf(page), LONG_MS);
    assert.equal(await timelinePixels(page, "manual"), 0);
    await visit(page, recorder, "live?grid=1");
    await focusTile();
    await page.keyboard.press("r");
    await until("it is told", async () => (await list())[0]?.recording.reasons.includes("manual"), LONG_MS);
    await until(
      "the tile says so",
      async () => (await page.locator(".tile .marks .chip-manual").count()) > 0,
      LONG_MS,
    );
    await screenshot(page, "live-manual");
    await visit(page, recorder, `playback?camera=${demo}`);
    await until("cyan on the timeline", async () => (await timelinePixels(page, "manual")) > 0, LONG_MS);
    await screenshot(page, "playback-manual");
    await visit(page, recorder, "live?grid=1");
    await focusTile();
    await page.getByRole("button", { name: "Stop recording" }).first().click();
    await until("it ended", async () => !(await list())[0]?.recording.reasons.includes("manual"), LONG_MS);
  });

  it("adds a camera of another kind by the form that its schema makes", async () => {
    await visit(page, recorder, "cameras/new");
    await page.getByLabel("Kind of camera").selectOption("demo");
    await page.getByLabel("Name", { exact: true }).fill("Night yard");
    const shift = page.getByLabel("Time of day");
    await shift.fill("65");
    await page.getByText("At most 64").waitFor();
    assert.equal(await page.getByRole("button", { name: "Save" }).isDisabled(), true);
    await shift.fill("30");
    await page.getByRole("button", { name: "Test" }).click();
    await until(
      "the picture of the test",
      async () =>
        (await page.evaluate(`document.querySelector(".probe-picture img")?.naturalWidth ?? 0`)) === 640,
      LONG_MS,
    );
    await screenshot(page, "camera-by-schema");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Night yard was added").waitFor();
    const added = (await list()).find((one) => one.id === "night-yard");
    assert.deepEqual([added?.driver, added?.config], ["demo", { shiftSeconds: 30 }]);
    await visit(page, recorder, "cameras/night-yard");
    assert.equal(await page.getByLabel("Time of day").inputValue(), "30");
    await page.getByLabel("Time of day").fill("12");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Night yard was saved").waitFor();
    assert.deepEqual((await list()).find((one) => one.id === "night-yard")?.config, { shiftSeconds: 12 });
  });

  it("shows sixteen cameras at once, each with its own picture that goes on", async () => {
    const there = (await list()).length;
    for (let number = there; number < TILES; number += 1) {
      await recorder.api("POST", "/cameras", {
        name: `Yard ${String(number).padStart(2, "0")}`,
        driver: "demo",
        config: { shiftSeconds: (number * 4) % 64 },
        record: { mode: "off" },
      });
    }
    await visit(page, recorder, "live?grid=16");
    const numbers = (): Promise<(number | undefined)[]> =>
      Promise.all(
        Array.from({ length: TILES }, (_, tile) =>
          counterOf(page, `.tile[data-camera]:nth-child(${tile + 1}) .picture`),
        ),
      );
    const first = await until(
      "sixteen pictures",
      async () => {
        const now = await numbers();
        return now.every((one) => one !== undefined) && now;
      },
      90_000,
    );
    await until(
      "each has gone on",
      async () => (await numbers()).every((now, tile) => now !== undefined && now !== first[tile]),
      LONG_MS,
    );
    assert.equal(await page.locator('.tile[data-state="live"]').count(), TILES);
    assert.ok(new Set(first).size > TILES / 2, `cameras differ: ${first.join(" ")}`);
    await screenshot(page, "live-16");
    await visit(page, recorder, "live?grid=9");
    await until(
      "nine live pictures",
      async () => (await page.locator('.tile[data-state="live"]').count()) === 9,
      LONG_MS,
    );
    await screenshot(page, "live-9");
    // Nine moving pictures cost as much as all that follows.
    await visit(page, recorder, "account");
  });

  it("fits a phone with all its controls, also when the cameras need several pages", async () => {
    const own = await openContext(browser, recorder, { viewport: PHONE, touch: true });
    const phone = await own.newPage();
    for (const place of ["live?grid=4", "live?grid=9", `live?camera=${demo}`, "cameras"]) {
      await visit(phone, recorder, `${place}`);
      await phone.locator(".tile[data-camera], .row-actions").first().waitFor();
      const right = (await phone.evaluate(
        `Math.max(...[...document.querySelectorAll(".head > *, .tile, .tile-controls, .row-actions")].map((one) => one.getBoundingClientRect().right))`,
      )) as number;
      assert.ok(right <= PHONE.width, `${place} ends at ${right} px`);
    }
    await own.close();
  });

  it("shows a viewer pictures without what he may not do, and the recorder refuses it to him as well", async () => {
    const token = await addAccount(recorder, {
      username: "vito",
      password: "looks at pictures only",
      role: "viewer",
    });
    const own = await openContext(browser, { ...recorder, token });
    const his = await own.newPage();
    await visit(his, recorder, "live?grid=1");
    await until("a picture", () => counterOf(his), LONG_MS);
    assert.equal(await his.getByRole("button", { name: "Record now" }).count(), 0);
    await visit(his, recorder, "cameras");
    await his.getByRole("heading", { name: "Cameras" }).waitFor();
    for (const name of ["Add camera"]) assert.equal(await his.getByRole("link", { name }).count(), 0, name);
    for (const name of [/^Remove/, /^Edit/, /^Switch/]) {
      assert.equal(await his.getByRole("button", { name }).count(), 0, String(name));
    }
    await visit(his, recorder, "cameras/new");
    await his.getByText("Not for your role").waitFor();
    const statuses = await his.evaluate(`Promise.all([
      ["PUT", "/cameras/${demo}/manual-recording", {}],
      ["PATCH", "/cameras/${demo}", { enabled: false }],
      ["DELETE", "/cameras/${demo}"],
      ["GET", "/users"],
      ["PATCH", "/settings", { timeZone: "UTC" }],
    ].map(async ([method, path, body]) => (await fetch("/api/v1" + path, {
      method, headers: { "content-type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}),
    })).status))`);
    assert.deepEqual(statuses, [403, 403, 403, 403, 403]);
    await own.close();
  });

  it("throws nothing on the way", () => {
    assert.deepEqual(faults, []);
  });
});
