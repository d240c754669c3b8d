// Keeps one stream of a camera fetched: session after session, with pauses between, states for people, and figures.
// The only door of rtsp/ for the media process.
import type { Clock, Timer } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { SourceCounters } from "../rtp/stream-assembler.ts";
import type {
  RtspSourceOptions,
  SourceSink,
  SourceStatistics,
  StreamFault,
  StreamSource,
  StreamStatus,
} from "../source.ts";
import { reconnectPauseMs } from "./reconnect-policy.ts";
import { RtspSession } from "./rtsp-session.ts";
import { requireRtspUrl } from "./rtsp-url.ts";
import { emptinessFault } from "./stall-watch.ts";
import { faultOf } from "./stream-fault-error.ts";
import { SetupRefusedError } from "./track-setups.ts";

const SAMPLE_EVERY_MS = 1_000;
/** However often it is told that the camera is there, pauses are cut short only so often. */
const TOLD_EVERY_MS = 5_000;
/** A lost packet shows in the state for this long. */
const DEGRADED_FOR_MS = 10_000;

/** Makes a source for `options.url`; nothing happens before `start`. The sink is called synchronously. */
export function createRtspSource(
  options: RtspSourceOptions,
  sink: SourceSink,
  context: { readonly clock: Clock; readonly log: Log; readonly random?: () => number },
): StreamSource {
  return new RtspSource(options, sink, context.clock, context.log, context.random ?? Math.random);
}

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly frames: number;
}

class RtspSource implements StreamSource {
  readonly #options: RtspSourceOptions;
  readonly #sink: SourceSink;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #random: () => number;
  readonly #counters: SourceCounters = {
    packets: 0,
    packetsLost: 0,
    bytes: 0,
    frames: 0,
    keyFrames: 0,
    lastFrameAtMs: undefined,
  };
  #sessions = 0;
  #session: RtspSession | undefined;
  #transport: "tcp" | "udp";
  #status: StreamStatus | undefined;
  #fault: StreamFault | undefined;
  #sinceMs = 0;
  #lostSinceMs: number | undefined;
  #failures = 0;
  #refusals = 0;
  #troubleUntilMs = 0;
  #trouble: StreamFault | undefined;
  #sound: StreamFault | undefined;
  #framesBefore = 0;
  #keyFramesBefore = 0;
  #firstPictureAtMs = 0;
  #samples: Sample[] = [];
  #ticker: Timer | undefined;
  #pause: { readonly timer: Timer; readonly wake: () => void } | undefined;
  /** When a pause was last cut short. */
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  #running: Promise<void> | undefined;

  constructor(options: RtspSourceOptions, sink: SourceSink, clock: Clock, log: Log, random: () => number) {
    this.#options = options;
    this.#sink = sink;
    this.#clock = clock;
    this.#log = log;
    this.#random = random;
    this.#transport = options.transport === "udp" ? "udp" : "tcp";
  }

  start(): void {
    if (this.#running !== undefined || this.#closed) return;
    this.#ticker = this.#clock.every(SAMPLE_EVERY_MS, () => this.#tick());
    this.#setState("connecting", undefined);
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ticker?.cancel();
    this.#pause?.timer.cancel();
    this.#pause?.wake();
    await this.#session?.close();
    await this.#running;
  }

  requestKeyFrame(): void {
    this.#session?.requestKeyFrame();
  }

  /** Not after a refused password: the camera would lock the account. */
  tryAgain(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#pause === undefined || this.#refusals > 0 || nowMs - this.#toldAtMs < TOLD_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    // If it is not there, pauses grow anew from the first: what is told within the next seconds would gain little.
    this.#failures = 0;
    this.#lostSinceMs = undefined;
    this.#pause.timer.cancel();
    this.#pause.wake();
  }

  statistics(): SourceStatistics {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const seconds = first === undefined || last === undefined ? 0 : (last.atMs - first.atMs) / 1000;
    const per = (count: number) => (seconds > 0 ? count / seconds : 0);
    const counters = this.#counters;
    return {
      bitrateKbps: Math.round(per(((last?.bytes ?? 0) - (first?.bytes ?? 0)) * 8) / 1000),
      framesPerSecond: Math.round(per((last?.frames ?? 0) - (first?.frames ?? 0)) * 10) / 10,
      packets: counters.packets,
      packetsLost: counters.packetsLost,
      bytes: counters.bytes,
      sessions: this.#sessions,
      lastFrameAtMs: counters.lastFrameAtMs,
    };
  }

  // --------------------------------------------------------------------------------- the loop

  async #run(): Promise<void> {
    while (!this.#closed) {
      const fault = await this.#oneSession();
      if (this.#closed) break;
      if (fault === undefined) continue;
      this.#failed(fault);
      await this.#wait(
        reconnectPauseMs(
          {
            failures: this.#failures,
            refusals: this.#refusals,
            lastingMs: this.#clock.monotonicMs() - (this.#lostSinceMs ?? this.#clock.monotonicMs()),
            fault: fault.code,
          },
          this.#random,
        ),
      );
    }
  }

  /** Runs a session to its end. Undefined: go on at once, with another transport. */
  async #oneSession(): Promise<StreamFault | undefined> {
    this.#framesBefore = this.#counters.frames;
    this.#keyFramesBefore = this.#counters.keyFrames;
    let session: RtspSession | undefined;
    const transport = this.#transport;
    try {
      const url = requireRtspUrl(this.#options.url);
      session = new RtspSession({
        url,
        source: this.#options,
        // TLS covers what travels inside the connection only.
        transport: url.tls ? "tcp" : transport,
        sink: this.#sink,
        clock: this.#clock,
        log: this.#log,
        counters: this.#counters,
        events: {
          trouble: (kind) => this.#inTrouble(kind),
          firstPicture: () => {
            this.#firstPictureAtMs = this.#clock.monotonicMs();
            this.#online("online", undefined);
          },
        },
        random: this.#random,
      });
      this.#session = session;
      this.#sessions += 1;
      await session.open();
      this.#sound =
        session.unusableSound === undefined
          ? undefined
          : {
              code: "codec-unsupported",
              message: `The camera's sound (${session.unusableSound}) is of a kind that cannot be recorded; the picture is recorded without it.`,
              context: { case: "sound", sound: session.unusableSound },
            };
      const fault = await session.ended;
      this.#session = undefined;
      return this.#judge(fault, transport);
    } catch (error) {
      this.#session = undefined;
      if (
        error instanceof SetupRefusedError &&
        error.status === 461 &&
        this.#options.transport === "auto" &&
        transport === "tcp"
      ) {
        this.#log.debug("the camera refuses TCP, trying UDP");
        this.#transport = "udp";
        return undefined;
      }
      const fault = faultOf(error);
      if (fault.code === "protocol-error") this.#log.debug("a session failed", { reason: String(error) });
      return this.#judge(fault, transport);
    }
  }

  /** A UDP session that brought nothing: the next attempt is made over TCP again. */
  #judge(fault: StreamFault | undefined, transport: "tcp" | "udp"): StreamFault | undefined {
    const cameThrough = this.#counters.frames > this.#framesBefore;
    if (this.#options.transport === "auto" && transport === "udp" && !cameThrough) this.#transport = "tcp";
    return fault ?? { code: "closed-by-camera", message: "The session ended." };
  }

  #failed(fault: StreamFault): void {
    if (this.#counters.frames > this.#framesBefore) {
      this.#failures = 0;
      this.#lostSinceMs = undefined;
    }
    this.#lostSinceMs ??= this.#clock.monotonicMs();
    this.#failures += 1;
    this.#refusals =
      fault.code === "wrong-password" || fault.code === "auth-unsupported" ? this.#refusals + 1 : 0;
    this.#trouble = undefined;
    this.#troubleUntilMs = 0;
    if (this.#status === "offline") {
      this.#log.debug("stream still away", { fault: fault.code, attempt: this.#failures });
    } else {
      this.#log.notice("stream lost", { fault: fault.code, reason: fault.message });
    }
    this.#setState("offline", fault);
  }

  #wait(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#pause = undefined;
        resolve();
      };
      this.#pause = { timer: this.#clock.after(pauseMs, wake), wake };
    });
  }

  // --------------------------------------------------------------------------------- state and figures

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    const { bytes, frames } = this.#counters;
    this.#samples.push({ atMs: nowMs, bytes, frames });
    if (this.#samples.length > 3) this.#samples.shift();
    if (this.#session === undefined || frames === this.#framesBefore) return;
    const trouble = nowMs < this.#troubleUntilMs ? this.#trouble : undefined;
    const empty = emptinessFault({
      nowMs,
      firstPictureAtMs: this.#firstPictureAtMs,
      lastPictureAtMs: this.#counters.lastFrameAtMs,
      hasKeyFrame: this.#counters.keyFrames > this.#keyFramesBefore,
    });
    const fault = empty ?? trouble ?? this.#sound;
    this.#online(fault === undefined ? "online" : "degraded", fault);
  }

  #online(status: StreamStatus, fault: StreamFault | undefined): void {
    if (this.#status === "offline") this.#log.notice("stream back");
    this.#refusals = 0;
    this.#setState(status, fault);
  }

  #inTrouble(kind: "loss" | "too-large" | "memory-exhausted"): void {
    this.#troubleUntilMs = this.#clock.monotonicMs() + DEGRADED_FOR_MS;
    if (kind === "memory-exhausted") {
      this.#trouble = {
        code: "memory-exhausted",
        message: "The memory for pictures is used up; pictures are dropped. Shorten the pre-record time.",
        context: { case: "dropped" },
      };
    } else if (kind === "too-large") {
      this.#trouble = {
        code: "protocol-error",
        message: "The camera sends pictures of more than 16 MiB; they are dropped.",
        context: { case: "too-large" },
      };
    } else {
      // No figures: the state would change, and be reported, every second.
      const advice = this.#transport === "udp" ? "Check the network, or choose TCP." : "Check the network.";
      this.#trouble = {
        code: "packet-loss",
        message: `Packets are lost on the way from the camera; pictures are missing or damaged. ${advice}`,
        ...(this.#transport === "udp" ? { context: { case: "udp" } } : {}),
      };
    }
  }

  #setState(status: StreamStatus, fault: StreamFault | undefined): void {
    const sameFault = this.#fault?.code === fault?.code && this.#fault?.message === fault?.message;
    if (this.#closed || (status === this.#status && sameFault)) return;
    if (status !== this.#status) this.#sinceMs = this.#clock.wallMs();
    this.#status = status;
    this.#fault = fault;
    this.#sink.stateChanged({
      status,
      sinceMs: this.#sinceMs,
      ...(fault === undefined ? {} : { fault }),
    });
  }
}
