// Tries a source once, without touching what runs: connects, waits for the first key frame, says what came
// (for "test shows the picture before saving").
import type { Clock } from "../../clock.ts";
import { type ErrorKind, NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Frame, StreamFormat } from "../format.ts";
import type { DesiredSource, ProbeResult } from "../protocol.ts";
import { SlabPool } from "../slab.ts";
import type { RtspSourceOptions, SourceSink, StreamFault, StreamFaultCode, StreamSource } from "../source.ts";
import { wireFormat } from "./wire-formats.ts";

const BUDGET_BYTES = 32 * 1024 * 1024;
/** After the first picture the stream is watched a little longer: for its bit rate, and for sound that comes late. */
const WATCH_MS = 700;

const KINDS: Partial<Record<StreamFaultCode, ErrorKind>> = {
  "wrong-password": "permission-denied",
  "not-found": "not-found",
  "timed-out": "deadline-exceeded",
  stalled: "deadline-exceeded",
  "no-video": "failed-precondition",
  "codec-unsupported": "unimplemented",
  "auth-unsupported": "unimplemented",
  "memory-exhausted": "resource-exhausted",
};

/** Makes a source; the RTSP one in production. `log` names camera and stream; absent for a probe, which has neither. */
export type CreateSource = (options: RtspSourceOptions, sink: SourceSink, log?: Log) => StreamSource;

/** Rejects with `NJ_STREAM_<FAULT>` and the fault's sentence, or `NJ_STREAM_TIMED_OUT`. */
export function probeSource(
  source: DesiredSource,
  timeoutMs: number,
  clock: Clock,
  create: CreateSource,
): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const sink = new ProbeSink(clock, settle);
    const fetched = create(
      {
        url: source.url,
        transport: source.transport,
        audio: true,
        pool: new SlabPool({ budgetBytes: BUDGET_BYTES }),
        ...(source.username === undefined ? {} : { username: source.username }),
        ...(source.password === undefined ? {} : { password: source.password }),
        ...(source.verifyCertificate === undefined ? {} : { verifyCertificate: source.verifyCertificate }),
      },
      sink,
    );
    const timer = clock.after(timeoutMs, () =>
      settle({
        code: "timed-out",
        message: `no picture came within ${Math.round(timeoutMs / 1_000)} seconds`,
        context: { case: "no-picture", seconds: Math.round(timeoutMs / 1_000) },
      }),
    );
    let settled = false;
    function settle(fault?: StreamFault): void {
      if (settled) return;
      settled = true;
      timer.cancel();
      const result = fault === undefined ? sink.result() : undefined;
      void fetched.close();
      if (result !== undefined) resolve(result);
      else reject(faultError(fault ?? { code: "no-video", message: "the stream carries no picture" }));
    }
    fetched.start();
  });
}

/** A stream's fault as an error that crosses processes: `wrong-password` → `NJ_STREAM_WRONG_PASSWORD`. */
export function faultError(fault: StreamFault): NightjarError {
  const code = `NJ_STREAM_${fault.code.toUpperCase().replaceAll("-", "_")}`;
  return new NightjarError(code, KINDS[fault.code] ?? "unavailable", fault.message, {
    ...fault.context,
    fault: fault.code,
  });
}

class ProbeSink implements SourceSink {
  readonly #clock: Clock;
  readonly #settle: (fault?: StreamFault) => void;
  #format: StreamFormat = {};
  #transport: "tcp" | "udp" = "tcp";
  #tls = false;
  #keyFrame: string | undefined;
  #bytes = 0;
  #firstAtMs: number | undefined;
  #lastAtMs = 0;

  constructor(clock: Clock, settle: (fault?: StreamFault) => void) {
    this.#clock = clock;
    this.#settle = settle;
  }

  result(): ProbeResult | undefined {
    if (this.#keyFrame === undefined) return undefined;
    const elapsedMs = Math.max(1, this.#lastAtMs - (this.#firstAtMs ?? this.#lastAtMs));
    return {
      format: wireFormat(this.#format),
      transport: this.#transport,
      tls: this.#tls,
      keyFrame: this.#keyFrame,
      bitrateKbps: Math.round((this.#bytes * 8) / elapsedMs),
    };
  }

  runStarted(run: { format: StreamFormat; transport: "tcp" | "udp"; tls: boolean }): void {
    this.#format = run.format;
    this.#transport = run.transport;
    this.#tls = run.tls;
  }

  formatChanged(format: StreamFormat): void {
    this.#format = format;
  }

  frame(frame: Frame): void {
    // The first frame only starts the watch: its bytes were on the way before.
    if (this.#firstAtMs === undefined) this.#firstAtMs = frame.receivedAtMs;
    else this.#bytes += frame.length;
    this.#lastAtMs = frame.receivedAtMs;
    if (frame.track === "video" && frame.keyFrame && this.#keyFrame === undefined) {
      this.#keyFrame = frame.slab.data.toString("base64", frame.offset, frame.offset + frame.length);
      this.#clock.after(WATCH_MS, () => this.#settle());
    }
    frame.slab.release();
  }

  loss(): void {
    // A probe is not a recording.
  }

  cameraClock(): void {
    // Of no interest here.
  }

  metadata(): void {
    // Of no interest here.
  }

  stateChanged(state: { status: string; fault?: StreamFault }): void {
    if (state.status === "offline" && state.fault !== undefined) this.#settle(state.fault);
  }

  runEnded(fault: StreamFault | undefined): void {
    this.#settle(this.#keyFrame === undefined ? fault : undefined);
  }
}
