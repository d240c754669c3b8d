// Real footage, as it is and re-encoded, served by GStreamer over TCP, UDP and TLS, recorded by the whole recorder: the
// recording holds the source's pictures and sound byte for byte; files that were cut by a kill play as well.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { after, before, describe, it } from "node:test";
import { generate } from "selfsigned";
import { inspectSegment } from "../../core/media/store/recover-segment.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import { openBrowser, openContext, skipBrowserTests } from "../e2e/support/browser.ts";
import {
  type ClipRecipe,
  type FootageClip,
  FootageRecorder,
  footageAbsent,
  makeClip,
} from "../support/footage.ts";
import { allSlices, decodeFaults, soundBytes, soundPackets } from "../support/footage-files.ts";
import { playThrough, serveFiles } from "../support/footage-player.ts";
import { type ForeignServer, gstreamerServer, hasGstreamer } from "../support/gstreamer-server.ts";
import { countPackets, hasProgram } from "../support/media-files.ts";

type Way = "tcp" | "udp" | "tls";

const FOOTAGE: readonly (ClipRecipe & { readonly way: Way })[] = [
  {
    name: "cars",
    from: "car-detection.mp4",
    picture: "copy",
    codec: "h264",
    sound: "copy",
    seconds: 11,
    way: "tcp",
  },
  {
    name: "persons",
    from: "one-by-one-person-detection.mp4",
    picture: "copy",
    codec: "h264",
    seconds: 10,
    way: "udp",
  },
  {
    name: "fire",
    from: "furg-house6.mp4",
    picture: "copy",
    codec: "h264",
    sound: "copy",
    seconds: 10,
    way: "tls",
  },
  { name: "bag", from: "aboda-video4.mp4", picture: "copy", codec: "h264", seconds: 10, way: "tcp" },
  {
    name: "bottles-h265-b-opus",
    from: "bottle-detection.mp4",
    picture: "h265",
    codec: "h265",
    bFrames: 3,
    sound: "opus",
    seconds: 8,
    way: "udp",
  },
  {
    name: "road-h265-pcmu",
    from: "traffic-bgs-video03.mp4",
    picture: "h265",
    codec: "h265",
    sound: "pcmu",
    seconds: 11,
    way: "tcp",
  },
  {
    name: "square-pcma",
    from: "vtest-pets2009-480x360.mp4",
    picture: "h264",
    codec: "h264",
    sound: "pcma",
    seconds: 10,
    way: "udp",
  },
  {
    name: "aisle-h265-b-aac",
    from: "preview-store-aisle-detection-x4.mp4",
    picture: "h265",
    codec: "h265",
    bFrames: 2,
    sound: "aac",
    seconds: 10,
    way: "tls",
  },
  {
    name: "worker-b-opus",
    from: "preview-worker-zone-detection-x4.mp4",
    picture: "h264",
    codec: "h264",
    bFrames: 2,
    sound: "opus",
    seconds: 10,
    way: "tcp",
  },
];

/** Those that Chromium plays: it has no H.265 of its own. */
const SHOWN = FOOTAGE.filter(({ codec }) => codec === "h264");
/** Of these, one of each kind of sound, with and without B-frames: played over the cut, too. */
const PLAYED_OVER = ["cars", "square-pcma", "worker-b-opus"];

/** A file that is worth cutting; of the small stand-in for real footage, two seconds. */
const BEGUN_BYTES = 12_500;

/** Whether a thread, by its `stat` below /proc, is stopped or gone. */
function isStopped(path: string): boolean {
  return !existsSync(path) || / [TtXZ] /.test(readFileSync(path, "latin1").replace(/^.*\)/s, ""));
}

const skip = !hasGstreamer()
  ? "GStreamer's RTSP server is not installed (gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-*)"
  : !hasProgram("ffmpeg")
    ? "ffmpeg is not installed"
    : false;

describe("footage of real cameras", { skip, timeout: 280_000 }, () => {
  const dir = tempDir();
  const servers: ForeignServer[] = [];
  const cameras = new Map<string, { readonly id: string; readonly clip: FootageClip }>();
  /** What the kill of media left, by the camera's name. */
  const cutFiles = new Map<string, string>();
  let recorder: FootageRecorder;

  before(async () => {
    const tls = { certificate: dir.join("certificate.pem"), key: dir.join("key.pem") };
    const made = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
    writeFileSync(tls.certificate, made.cert);
    writeFileSync(tls.key, made.private);
    recorder = await FootageRecorder.start();
    const clips: FootageClip[] = [];
    for (const recipe of FOOTAGE) clips.push(await makeClip(dir.path, recipe));
    for (const [index, { name, way }] of FOOTAGE.entries()) {
      const clip = clips[index] as FootageClip;
      const server = await gstreamerServer(dir.path, {
        ...clip.served,
        ...(way === "tls" ? { tls } : { protocols: [way] as const }),
      });
      servers.push(server);
      const transport = way === "tls" ? "auto" : way;
      cameras.set(name, { id: await recorder.addCamera(name, { url: server.url, transport }), clip });
    }
    // GStreamer plays the file once for each client: a second run means that the first had the whole file.
    await waitFor(() => [...cameras.values()].every(({ id }) => runsOf(id).length >= 2) || undefined, {
      deadlineMs: 60_000,
      periodMs: 200,
      what: "a second pass of every clip",
    });
  });
  after(async () => {
    await recorder?.stop();
    for (const server of servers) await server[Symbol.asyncDispose]();
    dir.remove();
  });

  function runsOf(id: string): string[][] {
    const files = recorder.filesOf(id);
    const runs = [...new Set(files.map(({ run }) => run))];
    return runs.map((run) => files.filter((file) => file.run === run).map(({ path }) => path));
  }

  function cameraOf(name: string): { readonly id: string; readonly clip: FootageClip } {
    const camera = cameras.get(name);
    assert.ok(camera !== undefined);
    return camera;
  }

  /** Keeps what a kill of media leaves at this moment: recovery will mend the files themselves. */
  function keepCutFiles(): void {
    const media = recorder.rig.childPid("media");
    assert.ok(media !== undefined);
    process.kill(media, "SIGSTOP");
    // A thread that is amid a write stops behind it.
    const tasks = readdirSync(`/proc/${media}/task`).map((task) => `/proc/${media}/task/${task}/stat`);
    for (let look = 0; look < 10_000 && !tasks.every(isStopped); look += 1);
    assert.ok(tasks.every(isStopped));
    for (const [name, { id }] of cameras) {
      const path = recorder.filesOf(id).at(-1)?.path ?? "";
      // Between two files, or at the begin of one, there is nothing to be cut.
      if (statSync(path).size < 50_000 || inspectSegment(path).state === "closed") continue;
      const copy = dir.join(`cut-${name}.mp4`);
      copyFileSync(path, copy);
      cutFiles.set(name, copy);
    }
  }

  it("is real", { skip: footageAbsent }, () => {
    assert.equal(cameras.size, FOOTAGE.length);
  });

  for (const { name, codec, sound, way } of FOOTAGE) {
    it(`is recorded byte for byte: ${name} over ${way}`, async () => {
      const { id, clip } = cameraOf(name);
      const [pass] = runsOf(id);
      assert.ok(pass !== undefined);
      const pictures = await Promise.all(pass.map((path) => countPackets(path, "v")));
      const count = pictures.reduce((sum, one) => sum + one, 0);
      assert.equal(count, await countPackets(clip.path, "v"), "ffprobe counts as many pictures");
      const [kept, sent] = [await allSlices(pass, codec), await allSlices([clip.path], codec)];
      assert.ok(kept.equals(sent), `${kept.length} bytes of pictures, not the ${sent.length} of the source`);
      if (sound === undefined) return;
      await assertSound(clip, pass);
    });
  }

  /** All of the sound, but for what was sent before the first picture and after the last one. */
  async function assertSound(clip: FootageClip, pass: readonly string[]): Promise<void> {
    const { sound } = clip.recipe;
    if (sound === "pcmu" || sound === "pcma") {
      const [kept, sent] = [await soundBytes(pass, sound), await soundBytes([clip.path], sound)];
      assert.ok(sent.includes(kept), "one piece of the sound that was sent");
      assert.ok(sent.length - kept.length < 8_000 * 0.5, `${sent.length - kept.length} samples are missing`);
      return;
    }
    const [kept, sent] = [await soundPackets(pass), await soundPackets([clip.path])];
    assert.ok(sent.join().includes(kept.join()), "one piece of the sound that was sent");
    assert.ok(sent.length - kept.length <= 25, `${sent.length - kept.length} packets are missing`);
  }

  // 5 s on a machine of its own; beside other tests as many times longer as the run allows (`NIGHTJAR_TEST_PATIENCE`).
  // `npm run faults` measures it.
  it(`is recorded again within ${5 * testPatience()} s of a kill of media, in the middle of a file`, async () => {
    const sizeOf = (path: string) => statSync(path).size;
    const newest = () => [...cameras.values()].map(({ id }) => recorder.filesOf(id).at(-1)?.path ?? "");
    const before = newest();
    const sizes = new Map(before.map((path) => [path, sizeOf(path)]));
    await waitFor(
      () =>
        newest().every((path) => sizeOf(path) > (sizes.get(path) ?? 0) && sizeOf(path) > BEGUN_BYTES) ||
        undefined,
      { deadlineMs: 20_000, what: "files that grow" },
    );
    const cut = [...cameras.values()].map(({ id }) => recorder.filesOf(id).at(-1)?.run ?? 0);
    const killedAtMs = await recorder.rig.kill("media", keepCutFiles);
    await waitFor(
      () =>
        [...cameras.values()].every(
          ({ id }, at) => runsOf(id).length > 0 && (recorder.filesOf(id).at(-1)?.run ?? 0) > (cut[at] ?? 0),
        ) || undefined,
      { deadlineMs: 20_000, periodMs: 100, what: "a new run of every camera" },
    );
    const tookMs = Date.now() - killedAtMs;
    assert.ok(tookMs <= 5_000 * testPatience(), `${tookMs} ms`);
    for (const { id } of cameras.values()) await recorder.api("PATCH", `/cameras/${id}`, { enabled: false });
  });

  it("plays in Chromium where it has the codec: clip.mp4 over the cut, every file, and what the kill left of some", {
    skip: skipBrowserTests,
  }, async () => {
    const browser = await openBrowser();
    try {
      const context = await openContext(browser, recorder);
      const page = await context.newPage();
      await page.goto(recorder.url);
      for (const { name, sound } of SHOWN) {
        if (!PLAYED_OVER.includes(name)) continue;
        const { id } = cameraOf(name);
        const range = { start: runsOf(id)[0]?.[0] ?? "", end: runsOf(id).at(-1)?.[0] ?? "" };
        const [from, to] = [range.start, range.end].map((path) => Number(basename(path).split("-")[0]));
        assert.ok(from !== undefined && to !== undefined && to > from);
        const query = `start=${new Date(from).toISOString()}&end=${new Date(to + 500).toISOString()}`;
        const address = `/api/v1/cameras/${id}/clip.mp4?${query}`;
        const played = await playThrough(page, address, 8);
        assert.deepEqual(played.error, undefined, `${name}: ${JSON.stringify(played)}`);
        assert.ok(played.seconds > 9, `${name}: ${JSON.stringify(played)}`);
        assert.ok(played.pictures > 50, `${name}: ${JSON.stringify(played)}`);
        assert.equal(played.soundBytes > 0, sound !== undefined, `${name}: ${JSON.stringify(played)}`);
      }
      // A page of its own: the recorder's pages may not open other servers' addresses.
      const plain = await browser.newPage();
      const closed = SHOWN.flatMap(({ name }) => runsOf(cameraOf(name).id).flat());
      await waitFor(() => closed.every((path) => inspectSegment(path).state === "closed") || undefined, {
        deadlineMs: 20_000,
        periodMs: 200,
        what: "all files closed, the cut ones recovered",
      });
      const cut = SHOWN.flatMap(({ name }) => cutFiles.get(name) ?? []);
      const files = [...cut, ...closed];
      const served = await serveFiles(files);
      after(() => served.close());
      for (const [index, url] of served.urls.entries()) {
        const played = await playThrough(plain, url, 16);
        const what = `${basename(files[index] ?? "")}, ${statSync(files[index] ?? "").size} bytes: ${JSON.stringify(played)}`;
        // How much there is depends on the moment: the last run had just begun when the cameras were switched off.
        const least = index < cut.length ? 4 : 0;
        assert.ok(played.error === undefined && played.seconds > 0 && played.pictures > least, what);
      }
    } finally {
      await browser.close();
    }
  });

  it("leaves only files that decode from end to end, closed and cut ones", async () => {
    await recorder.rig.stopRecorder();
    const recorded = [...cameras.values()].flatMap(({ id }) => recorder.filesOf(id).map(({ path }) => path));
    const files = [...cutFiles.values(), ...recorded];
    assert.ok(cutFiles.size > FOOTAGE.length / 2, `${cutFiles.size} cut files`);
    assert.ok(recorded.length >= 3 * FOOTAGE.length, `${recorded.length} files`);
    assert.deepEqual(await decodeFaults(...files), []);
  });
});
