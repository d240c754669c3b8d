// The media process with too little memory for its ring, on a real volume, with pictures that nobody could decode but
// whose lengths add up.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, it } from "node:test";
import { systemClock, type Timer } from "../../core/clock.ts";
import type { VolumeId } from "../../core/domain/ids.ts";
import { REASON_BITS } from "../../core/domain/record-reasons.ts";
import { connectLink, LINK_VERSION, type Link } from "../../core/link/link.ts";
import { silentLog } from "../../core/log.ts";
import { runMedia } from "../../core/media/process/run-media.ts";
import {
  type DesiredState,
  MEDIA_SOCKET,
  type MediaMethodsForCore,
  type MediaReport,
  type NumberedReport,
} from "../../core/media/protocol.ts";
import { FrameArena, type SlabPool } from "../../core/media/slab.ts";
import type { SourceSink, StreamSource } from "../../core/media/source.ts";
import { inspectSegment } from "../../core/media/store/recover-segment.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { desiredStream, h264, YARD } from "../core/media/process/rig.ts";

const FRAME_BYTES = 8_000;
const SECOND = 90_000;
/** Twelve slabs: seventeen seconds of the stream make it tight. */
const BUDGET_BYTES = 12 * 256 * 1024;

const PRE_RECORD_SECONDS = 20;
const LEFT_OVER = "yard-main-1-test-1-0.mp4";

class MediaRig implements AsyncDisposable {
  readonly dir = tempDir("nightjar-pre-record-");
  readonly reports: MediaReport[] = [];
  #media: { stop(): Promise<void> } | undefined;
  #link: Link<MediaMethodsForCore> | undefined;
  #sink: SourceSink | undefined;
  #arena: FrameArena | undefined;
  #frames = 0;
  #camera: Timer | undefined;
  #life: Timer | undefined;

  get volumePath(): string {
    return this.dir.join("volume");
  }

  get link(): Link<MediaMethodsForCore> {
    assert.ok(this.#link !== undefined);
    return this.#link;
  }

  async start(): Promise<void> {
    this.#media = await runMedia(
      {
        dataDir: this.dir.path,
        log: silentLog,
        clock: systemClock,
        instance: "test",
        ready: () => undefined,
      },
      {
        memoryBudgetBytes: BUDGET_BYTES,
        createSource: (options, sink) => this.#source(options.pool, sink),
      },
    );
    this.#link = await connectLink<MediaMethodsForCore>(this.dir.join(`run/${MEDIA_SOCKET}`), {
      hello: { role: "core", version: LINK_VERSION, instance: "test" },
      handlers: {
        reports: (params: { reports: readonly NumberedReport[] }) => {
          this.reports.push(...params.reports.map(({ report }) => report));
        },
      },
    });
    const { id } = await this.link.request("initialiseVolume", { path: this.volumePath });
    const state = desiredState(id, this.volumePath);
    await this.link.request("setDesiredState", state);
    // A silent core would have everything recorded.
    this.#life = systemClock.every(1_000, () => this.#link?.request("ping", {}).catch(() => undefined));
  }

  async stop(): Promise<void> {
    this.#life?.cancel();
    this.#link?.close();
    await this.#media?.stop();
    this.#media = undefined;
  }

  provisional(): string[] {
    try {
      return readdirSync(`${this.volumePath}/pre-record`);
    } catch {
      return [];
    }
  }

  closed() {
    return this.reports.flatMap((report) => (report.kind === "segment-closed" ? [report.segment] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.dir.remove();
  }

  #source(pool: SlabPool, sink: SourceSink): StreamSource {
    return {
      start: () => {
        this.#sink = sink;
        this.#arena = new FrameArena(pool);
        this.#frames = 0;
        // By the clock, as a camera does: the loop that both share rests between its rounds.
        const beganMs = systemClock.monotonicMs();
        this.#camera = systemClock.every(50, () => {
          const due = (systemClock.monotonicMs() - beganMs) / 50;
          while (this.#frames < due) this.#picture();
        });
        sink.runStarted({ format: { video: h264() }, transport: "tcp", tls: false });
      },
      close: () => {
        this.#camera?.cancel();
        return Promise.resolve();
      },
      requestKeyFrame: () => undefined,
      tryAgain: () => undefined,
      statistics: () => ({
        bitrateKbps: 0,
        framesPerSecond: 0,
        packets: 0,
        packetsLost: 0,
        bytes: 0,
        sessions: 1,
        lastFrameAtMs: undefined,
      }),
    };
  }

  /** 20 a second, one key frame among them. */
  #picture(): void {
    const keyFrame = this.#frames % 20 === 0;
    const bytes = Buffer.alloc(FRAME_BYTES, 1);
    bytes.writeUInt32BE(FRAME_BYTES - 4);
    bytes[4] = keyFrame ? 0x65 : 0x41;
    this.#arena?.begin();
    this.#arena?.append(bytes, 0, FRAME_BYTES);
    if (this.#arena === undefined) return;
    this.#sink?.frame({
      track: "video",
      ...this.#arena.finish(),
      time: this.#frames * (SECOND / 20),
      duration: 0,
      keyFrame,
      damaged: false,
      receivedAtMs: systemClock.monotonicMs(),
    });
    this.#frames += 1;
  }
}

function desiredState(id: VolumeId, path: string): DesiredState {
  const stream = desiredStream({
    volumes: [id],
    intervals: [],
    recordsOnEvents: true,
    preRecordSeconds: PRE_RECORD_SECONDS,
    segmentSeconds: 60,
  });
  const volume = { id, path, reserveBytes: 0, exactReserve: true, overwrite: true };
  return { revision: 1, node: "test", volumes: [volume], streams: [stream] };
}

describe("a ring for which there is no memory", () => {
  it("lies on the volume, is claimed by an event whole, and leaves nothing behind", {
    timeout: 120_000,
  }, async () => {
    await using rig = new MediaRig();
    const recordings = (): string[] => rig.provisional().filter((name) => name.endsWith(".mp4"));
    // What a process that was killed left, and something of somebody else.
    mkdirSync(`${rig.volumePath}/pre-record/kept`, { recursive: true });
    writeFileSync(`${rig.volumePath}/pre-record/${LEFT_OVER}`, "left over");
    await rig.start();
    await waitFor(() => recordings().length === 0, { deadlineMs: 10_000, what: "the left-over cleared" });
    await waitFor(() => recordings().length > 0, { deadlineMs: 30_000, what: "the ring on disk" });
    await waitFor(
      async () => {
        const { memoryUsedBytes, streams } = await rig.link.request("figures", {});
        return memoryUsedBytes < BUDGET_BYTES * 0.6 && (streams[0]?.ringSeconds ?? 0) <= 3;
      },
      { deadlineMs: 20_000, what: "memory" },
    );
    // The name holds the start: `yard-main-<ms>-…`.
    const oldestMs = (): number => Math.min(...recordings().map((name) => Number(name.split("-")[2])));
    await waitFor(() => systemClock.wallMs() - oldestMs() > (PRE_RECORD_SECONDS + 1) * 1_000, {
      deadlineMs: 30_000,
      what: "the whole pre-record time",
    });
    assert.deepEqual(rig.closed(), []);
    assert.ok(rig.reports.every(({ kind }) => kind !== "segment-opened"));

    const eventTime90k = Math.round(systemClock.wallMs() * 90);
    const answer = await rig.link.request("trigger", {
      camera: YARD,
      stream: "main",
      trigger: { id: "e1", reasons: ["motion"], eventTime90k, until90k: eventTime90k + 3 * SECOND },
    });
    assert.equal(answer.preRecordShort, false);
    assert.ok(answer.startTime90k <= eventTime90k - PRE_RECORD_SECONDS * SECOND);
    const end90k = (): number =>
      Math.max(0, ...rig.closed().map(({ startTime90k, duration90k }) => startTime90k + duration90k));
    await waitFor(() => end90k() >= eventTime90k + 3 * SECOND, {
      deadlineMs: 20_000,
      what: "the recording",
    });
    let next90k = answer.startTime90k;
    for (const segment of rig.closed().sort((a, b) => a.startTime90k - b.startTime90k)) {
      assert.equal(segment.startTime90k, next90k);
      next90k += segment.duration90k;
      const file = `${rig.volumePath}/${segment.path}`;
      const { state, facts, writeSequence } = inspectSegment(file, { verify: true });
      assert.equal(state, "closed");
      assert.equal(`${facts?.id}.mp4`, basename(segment.path));
      assert.equal(writeSequence, segment.writeSequence);
      assert.deepEqual(facts?.reasons, segment.reasons);
      assert.deepEqual(
        segment.reasons.map(({ bits }) => bits),
        [REASON_BITS.motion],
      );
    }
    await waitFor(() => recordings().length > 0, { deadlineMs: 10_000, what: "the ring on disk again" });
    await rig.stop();
    await rig.start();
    await waitFor(() => recordings().length === 0, { deadlineMs: 10_000, what: "order" });
    assert.deepEqual(rig.provisional(), ["kept"], "what is no file of ours is left alone");
  });
});
