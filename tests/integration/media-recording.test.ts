// The media process against a camera over real RTSP: what lands on the disk is what was sent, closed files are
// ordinary MP4, and a killed process loses at most what it had not written.
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../../core/clock.ts";
import type { VolumeId } from "../../core/domain/ids.ts";
import { cameraId } from "../../core/domain/ids.ts";
import { connectLink, LINK_VERSION, type Link } from "../../core/link/link.ts";
import { silentLog } from "../../core/log.ts";
import { type LiveFrameHeader, readLiveHeader, type WireFormat } from "../../core/media/live-wire.ts";
import { runMedia } from "../../core/media/process/run-media.ts";
import type {
  DesiredState,
  DesiredStream,
  MediaMethodsForCore,
  MediaMethodsForGateway,
  MediaReport,
  NumberedReport,
} from "../../core/media/protocol.ts";
import type { SegmentRecord } from "../../core/media/segment.ts";
import { inspectSegment } from "../../core/media/store/recover-segment.ts";
import type { RunningProcess } from "../../core/supervisor/process-contract.ts";
import { fakeCamera } from "../../core/testing/fake-camera.ts";
import { type TempDir, tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL("./media-child.ts", import.meta.url));
const ALWAYS = [{ startMs: 0, endMs: Date.UTC(2100, 0, 1), reasons: ["continuous" as const] }];

/** Core's end of the link, as far as these tests need it. */
class CoreEnd {
  readonly reports: NumberedReport[];
  readonly link: Link<MediaMethodsForCore>;

  constructor(link: Link<MediaMethodsForCore>, reports: NumberedReport[]) {
    this.link = link;
    this.reports = reports;
  }

  static async connect(dataDir: string): Promise<CoreEnd> {
    const reports: NumberedReport[] = [];
    const options = {
      hello: { role: "core", version: LINK_VERSION, instance: "test" },
      handlers: {
        reports: (params: { reports: readonly NumberedReport[] }) => {
          reports.push(...params.reports);
        },
      },
    };
    const path = join(dataDir, "run", "media.sock");
    const link = await waitFor(() => connectLink<MediaMethodsForCore>(path, options).catch(() => undefined), {
      deadlineMs: 10_000,
      what: "the media process to listen",
    });
    return new CoreEnd(link, reports);
  }

  of<Kind extends MediaReport["kind"]>(kind: Kind): Extract<MediaReport, { kind: Kind }>[] {
    return this.reports
      .map(({ report }) => report)
      .filter((report): report is Extract<MediaReport, { kind: Kind }> => report.kind === kind);
  }

  get closed(): SegmentRecord[] {
    return this.of("segment-closed").map(({ segment }) => segment);
  }
}

function stream(url: string, volume: VolumeId, changes: Partial<DesiredStream> = {}): DesiredStream {
  return {
    camera: cameraId("yard"),
    stream: "main",
    source: { kind: "rtsp", url, transport: "tcp" },
    audio: true,
    volumes: [volume],
    intervals: ALWAYS,
    recordsOnEvents: false,
    triggers: [],
    preRecordSeconds: 0,
    segmentSeconds: 2,
    ...changes,
  };
}

function desired(volume: VolumeId, path: string, streams: readonly DesiredStream[]): DesiredState {
  return {
    revision: 1,
    node: "test-node",
    volumes: [{ id: volume, path, reserveBytes: 0, exactReserve: true, overwrite: true, checksums: true }],
    streams,
  };
}

interface Media {
  readonly dir: TempDir;
  readonly core: CoreEnd;
  readonly volumePath: string;
  readonly volume: VolumeId;
  readonly running: RunningProcess;
  stop(): Promise<void>;
}

async function startMedia(): Promise<Media> {
  const dir = tempDir();
  const running = await runMedia({
    dataDir: dir.path,
    log: silentLog,
    clock: systemClock,
    instance: "test",
    ready: () => undefined,
  });
  const core = await CoreEnd.connect(dir.path);
  const volumePath = dir.join("volume");
  const { id } = await core.link.request("initialiseVolume", { path: volumePath });
  return {
    dir,
    core,
    volumePath,
    volume: id,
    running,
    async stop() {
      await running.stop();
      core.link.close();
      dir.remove();
    },
  };
}

async function countFrames(file: string): Promise<{ video: number; audio: number }> {
  const count = async (selector: string): Promise<number> => {
    const { stdout } = await run("ffprobe", [
      ...["-v", "error", "-count_frames", "-select_streams", selector],
      ...["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file],
    ]);
    return Number(stdout.trim() || 0);
  };
  return { video: await count("v:0"), audio: await count("a:0") };
}

async function decodes(file: string): Promise<void> {
  await run("ffmpeg", ["-v", "error", "-xerror", "-i", file, "-f", "null", "-"]);
}

describe("the media process (a real camera over RTSP)", () => {
  it("records segments that join exactly and play in any player", { timeout: 60_000 }, async () => {
    await using camera = await fakeCamera({ codec: "h264", audio: "aac" });
    const media = await startMedia();
    try {
      await media.core.link.request(
        "setDesiredState",
        desired(media.volume, media.volumePath, [stream(camera.url, media.volume)]),
      );
      await waitFor(() => media.core.closed.length >= 3, { deadlineMs: 20_000, what: "three segments" });
      await media.core.link.request("setDesiredState", desired(media.volume, media.volumePath, []));
      const opened = () => media.core.of("segment-opened").length;
      await waitFor(() => media.core.closed.length === opened(), { what: "the last segment to be closed" });
      const { closed } = media.core;
      for (const [index, segment] of closed.entries()) {
        const file = join(media.volumePath, segment.path);
        assert.deepEqual(await countFrames(file), {
          video: segment.videoSamples,
          audio: segment.audioSamples,
        });
        await decodes(file);
        assert.equal(segment.sizeBytes, statSync(file).size);
        assert.match(segment.sha256 ?? "", /^[0-9a-f]{64}$/);
        assert.equal(inspectSegment(file, { measure: true }).measuredSha256, segment.sha256);
        assert.equal(segment.startsWithKeyFrame, true);
        assert.equal(segment.endsRun, index === closed.length - 1);
        assert.equal(segment.recovered, false);
        assert.deepEqual(segment.holes, []);
        const earlier = closed[index - 1];
        if (earlier !== undefined) {
          assert.equal(segment.startTime90k, earlier.startTime90k + earlier.duration90k);
          assert.equal(segment.sequence, earlier.sequence + 1);
          assert.ok(segment.writeSequence > earlier.writeSequence);
        }
      }
      assert.ok(Math.abs((closed[0]?.startTime90k ?? 0) / 90 - Date.now()) < 30_000);
    } finally {
      await media.stop();
    }
  });

  it("recovers what a killed process left, and records again at once without core", {
    timeout: 90_000,
  }, async () => {
    await using camera = await fakeCamera({ codec: "h264-bframes", audio: "opus" });
    using dir = tempDir();
    let child = await startChild(dir.path);
    try {
      let core = await CoreEnd.connect(dir.path);
      const volumePath = dir.join("volume");
      const { id } = await core.link.request("initialiseVolume", { path: volumePath });
      const wish = stream(camera.url, id, { segmentSeconds: 10 });
      await core.link.request("setDesiredState", desired(id, volumePath, [wish]));
      const opened = await waitFor(() => core.of("segment-opened")[0], {
        deadlineMs: 10_000,
        what: "a segment",
      });
      const openedAtMs = performance.now();
      await waitFor(() => performance.now() - openedAtMs > 3_500);
      const killedAtMs = Date.now();
      child.kill("SIGKILL");
      await once(child, "exit");
      core.link.close();
      await decodes(join(volumePath, opened.path));

      const restartedAtMs = performance.now();
      child = await startChild(dir.path);
      core = await CoreEnd.connect(dir.path);
      const again = await waitFor(
        () => core.of("segment-opened").find(({ identity }) => identity.run > opened.identity.run),
        { deadlineMs: 10_000, what: "recording without core" },
      );
      assert.ok(performance.now() - restartedAtMs < 5_000, "recording again");
      const recovered = await waitFor(() => core.closed.find((segment) => segment.recovered), {
        deadlineMs: 15_000,
        what: "the unfinished segment to be recovered",
      });
      assert.equal(recovered.path, opened.path);
      const file = join(volumePath, recovered.path);
      assert.notEqual(recovered.sha256, undefined);
      assert.equal(inspectSegment(file, { measure: true }).measuredSha256, recovered.sha256);
      const counted = await countFrames(file);
      assert.equal(counted.video, recovered.videoSamples);
      // ffprobe leaves out the sound that the edit list puts before the first picture.
      assert.ok(
        counted.audio > 0.9 * recovered.audioSamples,
        `${counted.audio} of ${recovered.audioSamples}`,
      );
      await decodes(file);
      const lostMs = killedAtMs - (recovered.startTime90k + recovered.duration90k) / 90;
      assert.ok(lostMs < 2_000, `${lostMs} ms lost`);
      assert.ok(again.identity.run > recovered.run);
      core.link.close();
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("finds unfinished files on the volume when its own books are lost", { timeout: 90_000 }, async () => {
    await using camera = await fakeCamera({ codec: "h264" });
    using dir = tempDir();
    let child = await startChild(dir.path);
    try {
      let core = await CoreEnd.connect(dir.path);
      const volumePath = dir.join("volume");
      const { id } = await core.link.request("initialiseVolume", { path: volumePath });
      const wish = stream(camera.url, id, { audio: false });
      await core.link.request("setDesiredState", desired(id, volumePath, [wish]));
      await waitFor(() => core.closed.length >= 1, { deadlineMs: 15_000, what: "a closed segment" });
      const opened = await waitFor(() => core.of("segment-opened")[core.closed.length], {
        deadlineMs: 10_000,
        what: "an open segment",
      });
      const [closed] = core.closed;
      child.kill("SIGKILL");
      await once(child, "exit");
      core.link.close();
      rmSync(dir.join("media"), { recursive: true });
      child = await startChild(dir.path);
      core = await CoreEnd.connect(dir.path);
      await core.link.request("setDesiredState", desired(id, volumePath, []));
      const paths = (): readonly string[] => core.closed.map(({ path }) => path);
      await waitFor(() => paths().includes(opened.path) && paths().includes(closed?.path ?? ""), {
        deadlineMs: 20_000,
        what: "both segments to be reported again",
      });
      assert.equal(core.closed.find(({ path }) => path === opened.path)?.recovered, true);
      const again = core.closed.find(({ path }) => path === closed?.path);
      assert.deepEqual(again, closed, "a closed file tells all that its report told");
      await decodes(join(volumePath, opened.path));
      core.link.close();
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("closes its segments when it is told to stop", { timeout: 60_000 }, async () => {
    await using camera = await fakeCamera({ codec: "h265" });
    const media = await startMedia();
    const { volumePath } = media;
    try {
      const wish = stream(camera.url, media.volume, { audio: false, segmentSeconds: 60 });
      await media.core.link.request("setDesiredState", desired(media.volume, volumePath, [wish]));
      const opened = await waitFor(() => media.core.of("segment-opened")[0], { deadlineMs: 10_000 });
      const startedMs = performance.now();
      await media.running.stop();
      assert.ok(performance.now() - startedMs < 10_000);
      const { stdout } = await run("ffprobe", [
        ...["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"],
        join(volumePath, opened.path),
      ]);
      assert.ok(Number(stdout) > 0.5, stdout);
      const inspection = inspectSegment(join(volumePath, opened.path));
      assert.equal(inspection.state, "closed");
      assert.equal(inspection.facts?.endsRun, true);
    } finally {
      await media.stop();
    }
  });

  it("answers the gateway with live frames from the newest key frame on", { timeout: 60_000 }, async () => {
    await using camera = await fakeCamera({ codec: "h264", audio: "aac" });
    const media = await startMedia();
    try {
      const wish = stream(camera.url, media.volume);
      await media.core.link.request("setDesiredState", desired(media.volume, media.volumePath, [wish]));
      await waitFor(() => media.core.of("segment-opened")[0], { deadlineMs: 10_000 });
      const frames: { header: LiveFrameHeader; bytes: number }[] = [];
      const formats: WireFormat[] = [];
      const gateway = await connectLink<MediaMethodsForGateway>(join(media.dir.path, "run", "media.sock"), {
        hello: { role: "gateway", version: LINK_VERSION, instance: "test" },
        handlers: {
          format: ({ format }: { format: WireFormat }) => formats.push(format),
          streamState: () => undefined,
        },
        onBinary: (payload) => {
          const header = readLiveHeader(payload.subarray(4));
          if (header !== undefined) frames.push({ header, bytes: payload.length - 36 });
        },
      });
      const name = { camera: wish.camera, stream: wish.stream };
      await gateway.request("subscribe", name);
      await waitFor(() => frames.filter(({ header }) => header.track === "video").length > 30, {
        deadlineMs: 10_000,
        what: "thirty pictures",
      });
      const video = frames.filter(({ header }) => header.track === "video").map(({ header }) => header);
      assert.equal(frames[0]?.header.track, "video");
      assert.equal(video[0]?.keyFrame, true);
      assert.equal(formats.length, 1);
      assert.equal(video[0]?.formatId, formats[0]?.formatId);
      assert.ok(frames.some(({ header }) => header.track === "audio"));
      for (let index = 1; index < video.length; index += 1) {
        assert.equal(video[index]?.frameNumber, index);
        assert.ok((video[index]?.time90k ?? 0) > (video[index - 1]?.time90k ?? 0));
      }
      const last = video.at(-1);
      assert.ok(Math.abs((last?.time90k ?? 0) / 90 - Date.now()) < 10_000, "dated by the node's clock");
      const open = await gateway.request("openSegments", name);
      assert.equal(open.segments.length > 0, true);
      assert.ok((await gateway.request("latestKeyFrame", name)).keyFrame.length > 100);
      await assert.rejects(
        (gateway as unknown as Link<MediaMethodsForCore>).request("figures", {}),
        /for the process "core"/,
      );
      gateway.close();
    } finally {
      await media.stop();
    }
  });

  it("says why a camera cannot be probed, and shows the picture of one that can", {
    timeout: 60_000,
  }, async () => {
    await using camera = await fakeCamera({ codec: "h264", auth: "digest" });
    const media = await startMedia();
    try {
      const source = { kind: "rtsp", url: camera.url, transport: "auto" } as const;
      const { username, password } = camera;
      const result = await media.core.link.request("probe", {
        source: { ...source, username, password },
        timeoutMs: 8_000,
      });
      assert.equal(result.format.video?.width, 320);
      assert.ok(Buffer.from(result.keyFrame, "base64").length > 500);
      assert.ok(result.bitrateKbps > 0);
      await assert.rejects(
        media.core.link.request("probe", {
          source: { ...source, username, password: "wrong" },
          timeoutMs: 8_000,
        }),
        { code: "NJ_STREAM_WRONG_PASSWORD" },
      );
    } finally {
      await media.stop();
    }
  });
});

async function startChild(dataDir: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CHILD, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  return child;
}
