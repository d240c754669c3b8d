// The disk for recordings, chosen in the wizard on a machine with a second, real file system: cards, the proposal, recordings
// that go there at once, a link that is not followed, and the wizard left for later.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  noTemporaryVolume,
  type TemporaryVolume,
  temporaryVolume,
} from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { openBrowser, openContext, screenshot, skipBrowserTests, visit } from "./support/browser.ts";
import type { Recorder } from "./support/recorder.ts";
import { sharedRecorder } from "./support/shared-recorder.ts";

const DISK_BYTES = 16_000_000_000;

interface Place {
  readonly id: string;
  readonly mountPoint: string;
  readonly isRecommended: boolean;
  readonly volume?: string;
  readonly problem?: { readonly code: string };
}

const skip = skipBrowserTests || noTemporaryVolume("ext4");

describe("disks for recordings", { skip, timeout: 240_000 }, () => {
  let disk: TemporaryVolume;
  let linked: TemporaryVolume;
  let recorder: Recorder;
  let browser: Browser;
  let page: Page;

  before(async () => {
    // Sparse: only what is written takes room.
    disk = await temporaryVolume({ sizeBytes: DISK_BYTES, fileSystem: "ext4" });
    linked = await temporaryVolume({ sizeBytes: DISK_BYTES, fileSystem: "ext4" });
    mkdirSync(join(linked.path, "elsewhere"));
    symlinkSync(join(linked.path, "elsewhere"), join(linked.path, "nightjar"));
    recorder = await sharedRecorder();
    browser = await openBrowser();
    page = await (await openContext(browser, recorder, { theme: "dark" })).newPage();
  });
  after(async () => {
    await browser?.close();
    disk?.dispose();
    linked?.dispose();
  });

  const places = async () => (await recorder.api<{ places: Place[] }>("GET", "/storage/places")).places;
  const recordings = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".mp4"));

  it("are offered in the wizard, the roomiest beside the system's first, and recorded to at once", async () => {
    await visit(page, recorder, "welcome?step=storage");
    const chosen = page.getByRole("radio", { name: disk.path });
    await chosen.waitFor();
    assert.equal(await chosen.isChecked(), true);
    await page.getByRole("radio", { name: linked.path }).waitFor();
    assert.equal(await page.getByRole("radio", { name: linked.path }).isDisabled(), true);
    await page.getByText("is not an empty folder").waitFor();
    await screenshot(page, "wizard-3-disks");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "The first camera" }).waitFor();
    const folder = join(disk.path, "nightjar");
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    // A file of a minute goes on where it is; the next one is on the chosen disk.
    const [camera] = (await recorder.api<{ cameras: { id: string }[] }>("GET", "/cameras")).cameras;
    await recorder.api("PATCH", `/cameras/${camera?.id ?? ""}`, { record: { segmentSeconds: 10 } });
    await waitFor(() => recordings(folder).length > 0, {
      what: "a recording on the disk",
      deadlineMs: 40_000,
    });
    const { volumes } = await recorder.api<{ volumes: { path: string; status: string }[] }>(
      "GET",
      "/storage",
    );
    assert.equal(volumes[0]?.path, folder);
    assert.equal(volumes.length, 2, "what was the volume before takes over when the disk fails");
  });

  it("are taken by the id of one that is offered, and by nothing else", async () => {
    const found = await places();
    const first = found.find(({ mountPoint }) => mountPoint === disk.path);
    assert.equal(first?.volume, "first");
    assert.equal(first?.isRecommended, true);
    const link = found.find(({ mountPoint }) => mountPoint === linked.path);
    assert.equal(link?.problem?.code, "NJ_PLACE_OCCUPIED");
    const choose = (place: string) => recorder.api("POST", "/storage/volumes", { place });
    await assert.rejects(choose(link?.id ?? ""), /409.*NJ_PLACE_OCCUPIED/);
    await assert.rejects(choose("0123456789abcdef"), /404.*NJ_PLACE_UNKNOWN/);
    assert.deepEqual(readdirSync(join(linked.path, "elsewhere")), []);
  });

  it("are told of when they were replaced, and used anew when somebody says so; nothing goes below their place", async () => {
    const folder = join(disk.path, "nightjar");
    const old = recordings(folder).length;
    assert.ok(old > 0);
    disk.pull();
    // The first-run steps say so as well: no card stands for a disk that is not there.
    await visit(page, recorder, "welcome?step=storage");
    await page.getByText("The disk is not there").waitFor();
    await visit(page, recorder, "storage");
    const volume = page.getByRole("region", { name: folder });
    await volume.getByText("away", { exact: true }).waitFor();
    assert.deepEqual(readdirSync(disk.path), [], "nothing is written below the place of a pulled disk");
    await disk.replace();
    await page.getByText("replaced by an empty one").first().waitFor();
    const use = volume.getByRole("button", { name: "Use this disk" });
    await use.waitFor();
    await screenshot(page, "storage-disk-replaced");
    assert.equal(existsSync(folder), false);
    await use.click();
    const dialog = page.getByRole("dialog");
    assert.equal(await dialog.getByRole("button", { name: "Use this disk" }).isDisabled(), true);
    await dialog.getByRole("textbox").fill("use");
    await dialog.getByRole("button", { name: "Use this disk" }).click();
    await volume.getByText("in order").waitFor();
    await waitFor(() => recordings(folder).length > 0, {
      what: "a recording on the new disk",
      deadlineMs: 40_000,
    });
    const { entries } = await recorder.api<{ entries: { action: string }[] }>("GET", "/audit?limit=20");
    assert.ok(entries.some(({ action }) => action === "volume-disk-replaced"));
  });

  it("are changed again on the page of storage; a wizard gone on with late leaves the limits of cameras alone", async () => {
    // For years, perhaps, since nobody came to its end.
    const { id } = await recorder.api<{ id: string }>("POST", "/cameras", {
      name: "Gate",
      driver: "rtsp",
      config: { url: "rtsp://127.0.0.1:9/gate" },
      record: { retentionDays: 90 },
    });
    await visit(page, recorder, "welcome?step=storage");
    await page.getByText("Your other cameras keep what they have").waitFor();
    await page.getByRole("button", { name: "7 days" }).click();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "The first camera" }).waitFor();
    const gate = await recorder.api<{ record: { retentionDays: number } }>("GET", `/cameras/${id}`);
    assert.equal(gate.record.retentionDays, 90);
    await recorder.api("DELETE", `/cameras/${id}?footage=remove`);
    await visit(page, recorder, "welcome?step=zone");
    await page.getByRole("button", { name: "Later" }).click();
    await page.waitForURL(/\/live/);
    // It no longer comes up by itself; what it asks has a page, from where it is gone on with.
    await page.goto(recorder.url);
    await page.getByRole("link", { name: "System", exact: true }).click();
    await page.getByRole("link", { name: "Show general settings" }).click();
    await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
    await page.getByLabel("Name of the recorder").fill("Shop");
    await page.getByLabel("Let other devices of this network in").setChecked(false);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved. It holds from now on.").waitFor();
    const held = await recorder.api<{
      name: string;
      timeZone: string;
      network: { https: { host: string } };
      maxTranscodes: number;
    }>("GET", "/settings");
    assert.deepEqual(
      [held.name, held.timeZone, held.network.https.host, held.maxTranscodes],
      ["Shop", "Asia/Tokyo", "127.0.0.1", 2],
    );
    await page.getByRole("link", { name: "Go through the first steps" }).click();
    await page.getByRole("heading", { name: "Where is the recorder?" }).waitFor();
    assert.equal(await page.getByLabel("Time zone").inputValue(), "Asia/Tokyo");
    await visit(page, recorder, "storage");
    await page.getByRole("radio", { name: /own folder/ }).check();
    await page.getByRole("button", { name: "Record there" }).click();
    await page.getByText(/Recordings go to/).waitFor();
    const home = (await places()).find(({ volume }) => volume === "first");
    assert.notEqual(home?.mountPoint, disk.path);
    await waitFor(
      async () => {
        const { cameras } = await recorder.api<{ cameras: { recording: { active: boolean } }[] }>(
          "GET",
          "/cameras",
        );
        return cameras[0]?.recording.active;
      },
      { what: "recording to go on", deadlineMs: 20_000 },
    );
    await screenshot(page, "storage-disks");
  });
});
