// The page of detection in a browser: switched on, an area drawn by hand and by keyboard, what it costs; pictures of it for
// people to look at.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import type { DetectionView } from "../../core/http/detection-schemas.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { SenderProcesses } from "../bench/sender-process.ts";
import { boxClip } from "../support/detection-clips.ts";
import {
  DESKTOP,
  inBothThemes,
  openBrowser,
  openContext,
  PHONE,
  screenshot,
  skipBrowserTests,
  visit,
} from "./support/browser.ts";
import { keptPage } from "./support/kept-page.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

describe("the page of detection", { skip: skipBrowserTests, timeout: 240_000 }, () => {
  let recorder: Recorder;
  let browser: Browser;
  let camera = "";
  before(async () => {
    recorder = await sharedRecorder();
    browser = await openBrowser();
    const { cameras } = await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras");
    camera = cameras[0]?.id ?? "";
  });
  after(async () => {
    await browser?.close();
  });
  const view = () => recorder.api<DetectionView>("GET", `/cameras/${camera}/detection`);
  const motion = async () =>
    (await view()).detectors.find(({ detector }) => detector === "nightjar-vca-motion/motion");

  it("is one step from the camera's page; switched on, it looks, says what that costs, and keeps a drawn area", async () => {
    const page = await keptPage(recorder);
    await visit(page, recorder, `cameras/${camera}`);
    await page.getByRole("link", { name: "Detection" }).click();
    await page.getByLabel("Look for motion and tampering").check();
    await page.getByText("looking", { exact: true }).waitFor({ timeout: 60_000 });
    assert.equal((await view()).enabled, true);
    const grid = page.getByRole("application");
    await grid.scrollIntoViewIfNeeded();
    await page.getByRole("button", { name: "Clear" }).click();
    await waitFor(async () => ((await motion())?.area?.cells.includes("1") === false ? true : undefined));
    const box = await grid.boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.5, { steps: 30 });
    await page.mouse.up();
    const drawn = await waitFor(async () => {
      const cells = (await motion())?.area?.cells ?? "";
      const count = [...cells].filter((cell) => cell === "1").length;
      return count >= 10 ? count : undefined;
    });
    assert.ok(drawn <= 13, `${drawn} cells were drawn over`);
    await grid.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await waitFor(async () => {
      const cells = (await motion())?.area?.cells ?? "";
      return [...cells].filter((cell) => cell === "1").length === drawn + 1 ? true : undefined;
    });
    await page.locator("input[type=range]").first().fill("80");
    await waitFor(async () => ((await motion())?.sensitivity === 80 ? true : undefined));
    await page.getByRole("button", { name: "Undo" }).click();
    await waitFor(async () => {
      const cells = (await motion())?.area?.cells ?? "";
      return [...cells].filter((cell) => cell === "1").length === drawn ? true : undefined;
    });
    // The live picture advances, and what moves in it is lit.
    await page
      .locator(".area-grid[data-state=live], .area-grid[data-state=still]")
      .waitFor({ timeout: 30_000 });
    await page.locator(".cell-grid rect.lit").first().waitFor({ state: "attached", timeout: 30_000 });
    // The smallest object is made larger at its corner, by pointer and by key.
    await page.getByRole("button", { name: "Object sizes" }).click();
    const corner = page.getByRole("slider", { name: "Smallest" });
    const size = async () => Number((await motion())?.options["smallestPercent"]);
    const place = await corner.boundingBox();
    assert.ok(place !== null);
    await page.mouse.move(place.x + place.width / 2, place.y + place.height / 2);
    await page.mouse.down();
    await page.mouse.move(place.x + 60, place.y + 60, { steps: 5 });
    await page.mouse.up();
    const larger = await waitFor(async () => ((await size()) > 0.6 ? await size() : undefined));
    await corner.focus();
    await page.keyboard.press("ArrowDown");
    await waitFor(async () => ((await size()) < larger ? true : undefined));
    // A region is drawn by pointer and another by keys; named, bent at a corner, taken back.
    await page.getByRole("button", { name: "Regions" }).click();
    await page.getByRole("button", { name: "New region" }).click();
    const canvas = page.getByRole("application", { name: "Drawing: 0 corners" });
    const over = await canvas.boundingBox();
    assert.ok(over !== null);
    for (const [x, y] of [
      [0.1, 0.2],
      [0.4, 0.2],
      [0.4, 0.8],
      [0.1, 0.2],
    ] as const)
      await page.mouse.click(over.x + over.width * x, over.y + over.height * y);
    const rules = async () => (await motion())?.rules ?? [];
    const [region] = await waitFor(async () => ((await rules()).length === 1 ? await rules() : undefined));
    assert.deepEqual([region?.id, region?.kind, region?.points.length], ["region-1", "region", 3]);
    await page.getByRole("textbox", { name: "Name" }).fill("Drive");
    await page.keyboard.press("Enter");
    await waitFor(async () => ((await rules())[0]?.name === "Drive" ? true : undefined));
    const [before = 0] = (await rules())[0]?.points[2] ?? [];
    await page.getByRole("button", { name: "Drive, corner 3 of 3" }).focus();
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
    await waitFor(async () =>
      Math.abs(((await rules())[0]?.points[2]?.[0] ?? 0) - before - 0.03) < 0.002 ? true : undefined,
    );
    await page.getByRole("button", { name: "New region" }).click();
    await page.getByRole("application", { name: "Drawing: 0 corners" }).waitFor();
    for (const key of ["Space", "Shift+ArrowRight", "Space", "Shift+ArrowDown", "Space", "Enter"])
      await page.keyboard.press(key);
    await waitFor(async () => ((await rules())[1]?.points.length === 3 ? true : undefined));
    await screenshot(page, "detection-rules");
    await page.getByRole("button", { name: "Undo" }).click();
    await waitFor(async () => ((await rules()).length === 1 ? true : undefined));
    await page.reload();
    await page.getByText("looking", { exact: true }).waitFor();
    assert.equal(await page.locator("input[type=range]").first().inputValue(), "80");
  });

  it("lets recordings be searched by where something moved", async () => {
    const end = () => encodeURIComponent(new Date().toISOString());
    const start = encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString());
    await waitFor(
      async () => {
        const { moments } = await recorder.api<{ moments: unknown[] }>(
          "GET",
          `/cameras/${camera}/motion?start=${start}&end=${end()}`,
        );
        return moments.length > 0 ? true : undefined;
      },
      { deadlineMs: 60_000 },
    );
    const page = await keptPage(recorder);
    await visit(page, recorder, `playback?camera=${camera}`);
    await page.getByRole("button", { name: "Search by motion" }).click();
    await page.getByText("Draw over the picture").waitFor();
    await page.getByRole("button", { name: "All", exact: true }).click();
    const found = page.locator(".motion-list button").first();
    await found.waitFor({ timeout: 30_000 });
    await screenshot(page, "motion-search");
    await found.click();
    await waitFor(async () => (new URL(page.url()).searchParams.has("t") ? true : undefined));
    await page.setViewportSize(PHONE);
    await screenshot(page, "motion-search-phone");
  });

  it("fits all screens", async () => {
    await waitFor(async () => ((await view()).state.decodeShare === undefined ? undefined : true), {
      deadlineMs: 60_000,
    });
    const touched = await openContext(browser, recorder, { theme: "dark", viewport: PHONE, touch: true });
    const page = await touched.newPage();
    for (const [name, viewport] of [
      ["detection-phone", PHONE],
      ["detection", DESKTOP],
    ] as const) {
      await page.setViewportSize(viewport);
      await visit(page, recorder, `cameras/${camera}/detection`);
      await page.getByText("looking", { exact: true }).waitFor();
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.ok(Number(overflow) <= 0, `${name} is ${String(overflow)} px too wide`);
      await inBothThemes(page, name);
    }
    await touched.close();
  });

  it("makes events with a drawn region's name of what moves in it, and none of what moves outside", async (t) => {
    const dir = tempDir("nightjar-region-");
    t.after(() => dir.remove());
    // A box crosses the middle of the picture once in ten seconds.
    const clip = dir.join("box.mp4");
    boxClip(clip, 10, 3, 7);
    const sender = await SenderProcesses.start(clip, 1);
    t.after(() => sender.stop());
    await recorder.api("PATCH", `/cameras/${camera}/detection`, { enabled: false });
    const { id: yard } = await recorder.api<{ id: string }>("POST", "/cameras", {
      ...{ name: "Yard", driver: "rtsp", config: { url: sender.url(1), transport: "tcp" } },
    });
    t.after(() => recorder.api("DELETE", `/cameras/${yard}`));
    await recorder.api("PATCH", `/cameras/${yard}/detection`, {
      enabled: true,
      detectors: {
        "nightjar-vca-motion/motion": {
          options: { outsideRegions: false },
          rules: [
            {
              ...{ id: "fence", name: "Fence", kind: "line" },
              points: [
                [0, 0],
                [1, 1],
              ],
            },
          ],
        },
      },
    });
    const page = await keptPage(recorder);
    await visit(page, recorder, `cameras/${yard}/detection`);
    await page.getByText("looking", { exact: true }).waitFor({ timeout: 60_000 });
    // Motion reads no lines: none is offered, and one that is there all the same is said, not passed over.
    await page.getByText("Fence: drawn here, but this detector does not read it").waitFor();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByRole("button", { name: "Regions" }).click();
    await page.getByRole("button", { name: "New region" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "New line" }).count(), 0);
    const rules = async () => {
      const { detectors } = await recorder.api<DetectionView>("GET", `/cameras/${yard}/detection`);
      return detectors.find(({ detector }) => detector === "nightjar-vca-motion/motion")?.rules ?? [];
    };
    await waitFor(async () => ((await rules()).length === 0 ? true : undefined));
    for (const [name, top, bottom] of [
      ["Sky", 0.04, 0.2],
      ["Gate", 0.3, 0.9],
    ] as const) {
      await page.getByRole("button", { name: "New region" }).click();
      const canvas = page.getByRole("application", { name: "Drawing: 0 corners" });
      const over = await canvas.boundingBox();
      assert.ok(over !== null);
      for (const [x, y] of [
        [0.35, top],
        [0.65, top],
        [0.65, bottom],
        [0.35, bottom],
      ] as const)
        await page.mouse.click(over.x + over.width * x, over.y + over.height * y);
      await page.keyboard.press("Enter");
      await page.getByRole("textbox", { name: "Name" }).last().fill(name);
      await page.keyboard.press("Enter");
      await waitFor(async () => ((await rules()).at(-1)?.name === name ? true : undefined));
    }
    const drawnMs = Date.now();
    const since = (ms: number) => new Date(ms).toISOString();
    /** What has begun since, as rule and zone; one that began before may go on. */
    const motions = async (fromMs: number) => {
      const { events } = await recorder.api<{
        events: { start: string; rule?: string; detail: { zone?: string } }[];
      }>("GET", `/events?types=motion&cameras=${yard}&start=${since(fromMs)}`);
      return events
        .filter(({ start }) => Date.parse(start) >= fromMs)
        .map(({ rule, detail }) => [rule, detail.zone]);
    };
    const seen = await waitFor(
      async () => {
        const found = await motions(drawnMs);
        return found.length > 0 ? found : undefined;
      },
      { deadlineMs: 90_000, periodMs: 500 },
    );
    for (const one of seen) assert.deepEqual(one, ["region-2", "Gate"]);
    await visit(page, recorder, `events?camera=${yard}&kind=motion`);
    await page.getByText("In Gate").first().waitFor();
    assert.equal(await page.getByText("In Sky").count(), 0);

    await visit(page, recorder, `cameras/${yard}/detection`);
    await page.getByRole("button", { name: "Regions" }).click();
    await page.getByRole("button", { name: "Remove Gate" }).click();
    await waitFor(async () => ((await rules()).length === 1 ? true : undefined));
    // What it saw up to then may still be told.
    const removedMs = Date.now() + 2_000;
    // It crosses again: that is known, by second and place, and is no event.
    await waitFor(
      async () => {
        const asked = `start=${since(removedMs)}&end=${since(removedMs + 600_000)}`;
        const { moments } = await recorder.api<{ moments: unknown[] }>(
          "GET",
          `/cameras/${yard}/motion?${asked}`,
        );
        return moments.length > 0 ? true : undefined;
      },
      { deadlineMs: 90_000, periodMs: 500 },
    );
    assert.deepEqual(await motions(removedMs), []);
  });
});
