// A newcomer's way in a real browser, from an empty data directory to a camera of their own: activated with the one-time
// code, through the first-run steps, tested, seen live, recorded, played back, and played by another program. How many clicks
// and seconds it takes is told in the test's output; the guide (docs/guide/getting-started.md) names the clicks, and this test
// holds it to that.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { clipSource } from "../../core/media/rtsp-server/clip-source.ts";
import { createRtspServer, type RtspServer } from "../../core/media/rtsp-server/rtsp-server.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { countPackets, hasProgram } from "../support/media-files.ts";
import { ROOT } from "../support/program.ts";
import { DEMO_CLIP } from "../support/recorder-rig.ts";
import { noRtspVlc, rtspVlcVersion, vlcPlays } from "../support/vlc-player.ts";
import {
  collectCounters,
  counterOf,
  openBrowser,
  openContext,
  screenshot,
  skipBrowserTests,
  until,
} from "./support/browser.ts";
import { Newcomer } from "./support/newcomer.ts";
import { ADMINISTRATOR, type Recorder, startRecorder } from "./support/recorder.ts";

const run = promisify(execFile);
const LONG_MS = 30_000;
/** Pictures that another program is to get: four seconds of the clip. */
const PLAYED = 60;
const CAMERA = { username: "nvr", password: "camera pass phrase" } as const;

describe("a newcomer's way", { skip: skipBrowserTests, timeout: 600_000 }, () => {
  let camera: RtspServer;
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;
  /** Of the restream, with the password that the page gave. */
  let url = "";
  let page: Page;
  let newcomer: Newcomer;
  const faults: string[] = [];
  /** When somebody who gave the password last opened a path of the camera. */
  const openedAtMs = new Map<string, number>();
  const folder = tempDir();

  before(async () => {
    const source = await clipSource(DEMO_CLIP);
    camera = await createRtspServer({
      mount: (path) => {
        openedAtMs.set(path, Date.now());
        return ["/stream1", "/stream2", "/garden"].includes(path) ? { source } : undefined;
      },
      auth: {
        scheme: "digest",
        passwordOf: (name) => (name === CAMERA.username ? CAMERA.password : undefined),
      },
      writes: "packet",
    });
    recorder = await startRecorder(false);
    browser = await openBrowser();
    context = await openContext(browser, recorder);
    page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
    await camera?.close();
    folder.remove();
  });

  it("leads from the one-time code through the first-run steps to the own camera, live", async () => {
    await page.goto(recorder.url);
    newcomer = new Newcomer();
    await newcomer.type(page.getByLabel("One-time code"), recorder.code);
    await newcomer.type(page.getByLabel("Your name"), ADMINISTRATOR.username);
    await newcomer.type(page.getByLabel("New password", { exact: true }), ADMINISTRATOR.password);
    await newcomer.type(page.getByLabel("New password, again"), ADMINISTRATOR.password);
    await newcomer.click(page.getByRole("button", { name: "Next" }));
    await page.getByRole("heading", { name: "Where is the recorder?" }).waitFor();
    newcomer.reached("activated");
    await newcomer.click(page.getByRole("button", { name: "Next" }));
    await page.getByRole("heading", { name: "Where are recordings kept?" }).waitFor();
    // Never a real disk of this machine, nor one of a test beside this.
    await page.getByRole("radio", { name: /own folder/ }).check();
    await newcomer.click(page.getByRole("button", { name: "Next" }));
    await page.getByRole("heading", { name: "The first camera" }).waitFor();
    await newcomer.click(page.getByRole("button", { name: "Add my camera" }));
    await newcomer.type(page.getByLabel("Name", { exact: true }), "Front door");
    await newcomer.click(page.getByRole("button", { name: "By URL" }));
    await newcomer.type(page.getByLabel("URL of the main stream"), camera.url("/stream1"));
    await newcomer.type(page.getByLabel("User", { exact: true }), CAMERA.username);
    await newcomer.type(page.getByLabel("Password", { exact: true }), CAMERA.password);
    await newcomer.click(page.getByRole("button", { name: "Test", exact: true }));
    await page.getByAltText("Picture of the camera").waitFor({ timeout: LONG_MS });
    newcomer.reached("the camera's picture was seen before anything was saved");
    await screenshot(page, "newcomer-1-tested");
    await newcomer.click(page.getByRole("button", { name: /Done/ }));
    await page.getByText("Front door").first().waitFor();
    const live = await collectCounters(page, 5, LONG_MS);
    assert.ok(new Set(live).size >= 5, `moving: ${live.join(" ")}`);
    newcomer.reached("live");
    await screenshot(page, "newcomer-2-live");
  });

  it("records it without being asked to", async () => {
    const recorded = await until(
      "the camera to be recorded",
      async () => {
        const views = (await page.evaluate(`fetch("/api/v1/cameras").then((answer) => answer.json())`)) as {
          cameras: { name: string; recording: { active: boolean } }[];
        };
        return views.cameras.find(({ name, recording }) => name === "Front door" && recording.active);
      },
      LONG_MS,
    );
    assert.equal(recorded.name, "Front door");
    newcomer.reached("recorded");
  });

  it("plays back what was recorded a moment ago", async () => {
    await newcomer.click(page.getByRole("link", { name: "Playback" }).first());
    // The newest picture stands there; a click plays on from it.
    await until("a recorded picture", () => counterOf(page), LONG_MS);
    await newcomer.click(page.getByRole("button", { name: "Play", exact: true }));
    const numbers = await collectCounters(page, 5, LONG_MS);
    // Forwards, as the camera sent them; a busy machine leaves pictures out. The clip begins anew after 960.
    for (const [index, number] of numbers.entries()) {
      const before = numbers[index - 1];
      if (before !== undefined) assert.ok((number - before + 960) % 960 < 480, `${before} → ${number}`);
    }
    newcomer.reached("played back");
    await screenshot(page, "newcomer-3-playback");
  });

  it("plays it in another program, by the address and the password that its page gives", {
    skip: hasProgram("ffmpeg") ? false : "ffmpeg is not installed",
  }, async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const copied = (): Promise<string> => page.evaluate("navigator.clipboard.readText()");
    await newcomer.click(page.getByRole("link", { name: "Cameras" }).first());
    await newcomer.click(page.getByRole("button", { name: "Edit Front door" }));
    await page.getByRole("heading", { name: "Address for other programs" }).scrollIntoViewIfNeeded();
    await newcomer.click(page.getByRole("button", { name: "Passwords for other programs …" }));
    const dialog = page.getByRole("dialog");
    await newcomer.type(dialog.getByLabel("Program"), "ffmpeg");
    await newcomer.type(dialog.getByLabel("Current password"), ADMINISTRATOR.password);
    await newcomer.click(dialog.getByRole("button", { name: "Make a password" }));
    await newcomer.click(dialog.getByRole("button", { name: "Copy" }).first());
    const password = await copied();
    await newcomer.click(dialog.getByRole("button", { name: "Copy" }).last());
    const address = await copied();
    await screenshot(page, "newcomer-4-password");
    await newcomer.click(dialog.getByRole("button", { name: "I have it" }));
    assert.match(address, /^rtsp:\/\/127\.0\.0\.1:\d+\/[a-z0-9-]+$/);
    assert.equal(password.length, 24);
    url = address.replace("://", `://${ADMINISTRATOR.username}:${password}@`);
    const file = join(folder.path, "seen.mkv");
    const length = ["-frames:v", String(PLAYED), "-c", "copy", file];
    await run("ffmpeg", ["-v", "error", "-y", "-rtsp_transport", "tcp", "-i", url, ...length], {
      timeout: 120_000,
    });
    // No fewer: a packet more may stand in the file, as ffmpeg counts them before it writes.
    assert.ok((await countPackets(file, "v")) >= PLAYED);
    newcomer.reached("played by another program");
  });

  it("plays it in VLC by the same address", { skip: noRtspVlc() }, async (test: TestContext) => {
    assert.ok(url !== "", "the address and the password that the page gave");
    chmodSync(folder.path, 0o777);
    const { pictures } = await vlcPlays(folder.path, ["--rtsp-tcp", url]);
    assert.ok(pictures >= PLAYED, `VLC wrote ${pictures} pictures`);
    test.diagnostic(`${rtspVlcVersion()} wrote ${pictures} pictures`);
  });

  interface Listed {
    readonly id: string;
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly recording: { readonly active: boolean };
  }
  const yard = async (): Promise<Listed | undefined> => {
    const { cameras } = (await page.evaluate(`fetch("/api/v1/cameras").then((answer) => answer.json())`)) as {
      cameras: Listed[];
    };
    return cameras.find(({ name }) => name === "Back yard");
  };
  /** Adds it on the page, by what stands on the box. */
  const addByBrand = async (): Promise<void> => {
    await page.goto(`${recorder.url}/cameras/new`);
    await page.getByLabel("Name", { exact: true }).fill("Back yard");
    await page.getByLabel("Brand").selectOption("TP-Link Tapo");
    await page.getByLabel("Address", { exact: true }).fill("127.0.0.1");
    await page.getByLabel("Port", { exact: true }).fill(new URL(camera.url("/stream1")).port);
    await page.getByLabel("User", { exact: true }).fill(CAMERA.username);
    await page.getByLabel("Password", { exact: true }).fill(CAMERA.password);
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByAltText("Picture of the camera").waitFor({ timeout: LONG_MS });
    await page.getByRole("button", { name: "Save" }).click();
    await until("it to be recorded", async () => (await yard())?.recording.active, LONG_MS);
  };
  /** Starts of what is recorded of it. */
  const startsOfYard = async (): Promise<string[]> => {
    const { segments } = (await page.evaluate(
      `fetch("/api/v1/cameras/back-yard/recordings?start=2000-01-01T00:00:00Z&end=2100-01-01T00:00:00Z").then((answer) => answer.json())`,
    )) as { segments: { start: string }[] };
    return segments.map(({ start }) => start);
  };
  const remove = async (footage: RegExp): Promise<void> => {
    await page.goto(`${recorder.url}/cameras`);
    await page.getByRole("button", { name: "Remove Back yard" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(footage).check();
    const button = dialog.getByRole("button", { name: "Remove" });
    if (await button.isDisabled()) await dialog.getByRole("textbox").fill("Back yard");
    await button.click();
    await until("it to go", async () => (await yard()) === undefined);
  };

  it("adds a camera by brand, address and password, with the addresses of the brand", async () => {
    await addByBrand();
    const { url, subUrl, ...rest } = (await yard())?.config ?? {};
    assert.deepEqual([url, subUrl], [camera.url("/stream1"), camera.url("/stream2")]);
    assert.ok(!JSON.stringify(rest).includes(CAMERA.password));
  });

  it("switches it off on the page and on again; row and tile say so", async () => {
    await page.goto(`${recorder.url}/cameras`);
    const row = page.getByRole("row", { name: /Back yard/ });
    await row.getByRole("button", { name: "Switch Back yard off" }).click();
    await row.getByText("Switched off", { exact: true }).waitFor();
    await until("its recording to end", async () => (await yard())?.recording.active === false);
    await page.goto(`${recorder.url}/live?camera=back-yard`);
    await page.getByText("This camera is switched off").waitFor();
    await page.goto(`${recorder.url}/cameras`);
    await row.getByRole("button", { name: "Switch Back yard on" }).click();
    await row.getByText("Online", { exact: true }).waitFor({ timeout: LONG_MS });
    await until("it to be recorded again", async () => (await yard())?.recording.active, LONG_MS);
  });

  it("removes it and keeps its footage, which plays again once it is back; or takes the footage along", async () => {
    const [first = ""] = await until("a closed file", async () => {
      const starts = await startsOfYard();
      return starts.length > 0 && starts;
    });
    await remove(/Keep the footage/);
    await addByBrand();
    assert.equal((await startsOfYard())[0], first);
    await page.goto(`${recorder.url}/playback?camera=back-yard&t=${encodeURIComponent(first)}`);
    await until("a picture from before", () => counterOf(page), LONG_MS);
    await remove(/Delete the footage/);
    await addByBrand();
    await until("the old footage to go", async () => !(await startsOfYard()).includes(first), LONG_MS);
  });

  it("changes name and path on its page: it is recorded from there, with the password that stays with the recorder", async () => {
    await page.goto(`${recorder.url}/cameras`);
    await page.getByRole("button", { name: "Edit Back yard" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Garden");
    await page.getByLabel("URL of the main stream").fill(camera.url("/garden"));
    const answered = page.waitForResponse((response) => response.request().method() === "PATCH");
    await page.getByRole("button", { name: "Save" }).click();
    const saved = await (await answered).text();
    assert.ok(saved.includes(camera.url("/garden")) && !saved.includes(CAMERA.password), saved);
    await page.getByRole("row", { name: /Garden/ }).waitFor();
    const recordedToMs = async (): Promise<number> => {
      const [start, end] = [-600_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
      const { cameras } = (await page.evaluate(
        `fetch("/api/v1/recordings/coverage?cameras=back-yard&start=${start}&end=${end}").then((answer) => answer.json())`,
      )) as { cameras: { spans: { end: string }[] }[] };
      return Date.parse(cameras[0]?.spans.at(-1)?.end ?? "");
    };
    await until(
      "two seconds recorded from the new path",
      async () => (await recordedToMs()) > (openedAtMs.get("/garden") ?? Number.NaN) + 2_000,
      LONG_MS,
    );
  });

  it("takes no more clicks than the guide says", (test: TestContext) => {
    for (const line of newcomer.report) test.diagnostic(line);
    assert.deepEqual(faults, []);
    const guide = readFileSync(join(ROOT, "docs/guide/getting-started.md"), "utf8");
    const promised = [...guide.matchAll(/(\d+)\s+clicks/g)].map(([, clicks]) => Number(clicks));
    const taken = ["played back", "played by another program"]
      .map((step) => newcomer.effortAt(step)?.clicks)
      .filter((clicks) => clicks !== undefined);
    assert.ok(taken.length > 0);
    assert.deepEqual(
      promised.slice(0, taken.length),
      taken,
      "docs/guide/getting-started.md names the clicks",
    );
  });
});
