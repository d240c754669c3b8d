// One session with a camera: DESCRIBE, SETUP, PLAY, then watching that pictures come and keeping the session alive,
// until it ends by a fault or by `close` (RFC 2326; what cameras make of it: docs/design, RTSP robustness).
import type { Clock, Timer } from "../../clock.ts";
import type { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { type AssembledTrack, type SourceCounters, StreamAssembler } from "../rtp/stream-assembler.ts";
import type { RtspSourceOptions, SourceSink, StreamFault } from "../source.ts";
import { RtspClient } from "./rtsp-client.ts";
import { answerToCamera, headerOf, type RtspMessage } from "./rtsp-message.ts";
import { controlUrl, parseRtspUrl, type RtspUrl, whereOf } from "./rtsp-url.ts";
import { parseSdp } from "./sdp.ts";
import { stallFault } from "./stall-watch.ts";
import { faultOf, StreamFaultError } from "./stream-fault-error.ts";
import { planSession, type SessionPlan } from "./track-planner.ts";
import { TrackSetups } from "./track-setups.ts";
import { parseRtpInfo, sameTrack } from "./transport-header.ts";

export interface SessionEvents {
  /** The picture or part of it is in trouble. */
  trouble(kind: "loss" | "too-large" | "memory-exhausted"): void;
  /** The first picture of the session came. */
  firstPicture(): void;
}

export interface SessionOptions {
  readonly url: RtspUrl;
  readonly source: RtspSourceOptions;
  readonly transport: "tcp" | "udp";
  readonly sink: SourceSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: SourceCounters;
  readonly events: SessionEvents;
  readonly random: () => number;
}

const WATCH_EVERY_MS = 1_000;
const REPORT_EVERY_MS = 5_000;
const TEARDOWN_MS = 800;
const MIN_KEEP_ALIVE_MS = 1_000;
/** RFC 2326 §12.37. */
const DEFAULT_TIMEOUT_SECONDS = 60;

export class RtspSession {
  readonly #options: SessionOptions;
  readonly #client: RtspClient;
  readonly #setups: TrackSetups;
  #assembler: StreamAssembler | undefined;
  #aggregateUrl = "";
  #keepAliveMethod = "OPTIONS";
  #keepAliveEveryMs = 30_000;
  #keepAliveAtMs = 0;
  #keepAliveBusy = false;
  #reportAtMs = 0;
  #playedAtMs: number | undefined;
  #watch: Timer | undefined;
  #over = false;
  #closing = false;
  #resolveEnded: (fault: StreamFault | undefined) => void = () => undefined;
  /** Resolves once, when the session is over: with the fault, or undefined after `close`. */
  readonly ended: Promise<StreamFault | undefined>;
  /** Sound that was asked for and cannot be kept: its name. Known after `open`. */
  unusableSound: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const { url, source, clock } = options;
    this.#client = new RtspClient({
      url,
      username: source.username,
      password: source.password,
      verifyCertificate: source.verifyCertificate ?? false,
      allowedRedirectHosts: source.allowedRedirectHosts ?? [],
      clock,
      events: {
        packet: (channel, data, start, end, nowMs) => this.#packet(channel, data, start, end, nowMs),
        request: (message) => this.#answer(message),
        lost: (error) => this.#lost(error),
      },
    });
    this.#setups = new TrackSetups({
      client: this.#client,
      transport: options.transport,
      clock,
      log: options.log,
      onUdpArrival: (track, packet) =>
        this.#assembler?.arrived(track, packet, 0, packet.length, options.clock.monotonicMs()),
      onUdpPacket: (track, packet, isRtcp) => this.#udpPacket(track, packet, isRtcp),
    });
  }

  /** Brings the session to play. Throws a fault; the session is over then. */
  async open(): Promise<void> {
    try {
      await this.#client.connect();
      await this.#askOptions();
      const described = await this.#client.describe();
      const description = parseSdp(described.body.toString("utf8"));
      const base = this.#baseOf(described);
      this.#aggregateUrl = controlUrl(base, description.control);
      const plan = planSession(description, this.#options.source.audio);
      this.unusableSound = plan.unusableSound;
      await this.#setupAll(plan, base);
      await this.#play();
    } catch (error) {
      this.#finish(this.#closing ? undefined : faultOf(error));
      throw error;
    }
  }

  /** Ends the session politely; resolves within a second. */
  async close(): Promise<void> {
    if (this.#over) return;
    this.#closing = true;
    if (this.#playedAtMs !== undefined) {
      await this.#client
        .request("TEARDOWN", this.#aggregateUrl, [], TEARDOWN_MS)
        .catch((error: unknown) => this.#options.log.debug("TEARDOWN failed", { reason: String(error) }));
    }
    this.#finish(undefined);
  }

  /** Ends the session at once because of a fault that the source found. */
  fail(fault: StreamFault): void {
    this.#finish(fault);
  }

  /** Asks for a key frame by RTCP. */
  requestKeyFrame(): void {
    const packet = this.#assembler?.keyFrameRequest();
    const video = this.#setups.tracks.find((setup) => setup.track === "video");
    if (packet !== undefined && video !== undefined && !this.#over) this.#setups.sendRtcp(video, packet);
  }

  // --------------------------------------------------------------------------------- opening

  async #askOptions(): Promise<void> {
    const answer = await this.#client.request("OPTIONS", this.#client.url.text);
    // Cameras that know no OPTIONS still describe themselves.
    if (answer.status === 200) this.#learnMethods(answer);
  }

  #learnMethods(answer: RtspMessage): void {
    const methods = (headerOf(answer, "public") ?? headerOf(answer, "allow") ?? "").toUpperCase();
    if (/\bGET_PARAMETER\b/.test(methods)) this.#keepAliveMethod = "GET_PARAMETER";
  }

  #baseOf(described: RtspMessage): string {
    for (const name of ["content-base", "content-location"]) {
      const url = parseRtspUrl(headerOf(described, name) ?? "");
      // Cameras that do not know their own address say 0.0.0.0.
      if (url !== undefined && url.host !== "0.0.0.0") return url.text;
    }
    return this.#client.url.text;
  }

  async #setupAll(plan: SessionPlan, base: string): Promise<void> {
    const { source, sink, clock, counters, transport, events } = this.#options;
    if (!(await this.#setups.setUp("video", plan.video, base))) return;
    const audio = (await this.#setups.setUp("audio", plan.audio, base)) ? plan.audio : undefined;
    const metadata = (await this.#setups.setUp("metadata", plan.metadata, base)) ? plan.metadata : undefined;
    // Before PLAY: some cameras send before they have answered it.
    this.#assembler = new StreamAssembler({
      plans: { video: plan.video.plan, audio: audio?.plan, metadata: metadata?.plan },
      sink,
      pool: source.pool,
      clock,
      counters,
      transport,
      tls: this.#options.url.tls,
      events,
      ssrc: Math.floor(this.#options.random() * 0xffffffff) >>> 0,
    });
  }

  async #play(): Promise<void> {
    const { clock } = this.#options;
    const answer = await this.#client.demand("PLAY", this.#aggregateUrl, [["Range", "npt=0.000-"]]);
    if (this.#over) return;
    const assembler = this.#assembler;
    for (const info of parseRtpInfo(headerOf(answer, "rtp-info"))) {
      const setup = this.#setups.tracks.find((candidate) => sameTrack(candidate.url, info.url));
      if (info.rtptime !== undefined && setup !== undefined && setup.track !== "metadata") {
        assembler?.rtpInfo(setup.track, info.rtptime);
      }
    }
    assembler?.begin();
    const nowMs = clock.monotonicMs();
    const timeoutSeconds = this.#setups.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#keepAliveEveryMs = Math.max(MIN_KEEP_ALIVE_MS, timeoutSeconds * 500);
    this.#playedAtMs = nowMs;
    this.#keepAliveAtMs = nowMs + this.#keepAliveEveryMs;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS;
    this.#watch = clock.every(WATCH_EVERY_MS, () => this.#look());
  }

  // --------------------------------------------------------------------------------- playing

  #packet(channel: number, data: Buffer, start: number, end: number, nowMs: number): void {
    const known = this.#setups.channel(channel);
    const assembler = this.#assembler;
    if (known === undefined || assembler === undefined) return;
    if (known.isRtcp) {
      assembler.rtcp(known.track, data, start, end, nowMs);
      return;
    }
    assembler.arrived(known.track, data, start, end, nowMs);
    assembler.rtp(known.track, data, start, end, nowMs);
  }

  #udpPacket(track: AssembledTrack, packet: Buffer, isRtcp: boolean): void {
    const assembler = this.#assembler;
    if (assembler === undefined || this.#over) return;
    const nowMs = this.#options.clock.monotonicMs();
    try {
      if (isRtcp) assembler.rtcp(track, packet, 0, packet.length, nowMs);
      else assembler.rtp(track, packet, 0, packet.length, nowMs);
    } catch (error) {
      this.#options.log.error("a packet could not be taken", { reason: String(error) });
      this.#finish(faultOf(error));
    }
  }

  #look(): void {
    const assembler = this.#assembler;
    const playedAtMs = this.#playedAtMs;
    if (this.#over || this.#closing || assembler === undefined || playedAtMs === undefined) return;
    const nowMs = this.#options.clock.monotonicMs();
    const fault = stallFault(assembler, {
      playedAtMs,
      nowMs,
      where: whereOf(this.#client.url),
      transport: this.#options.transport,
    });
    if (fault !== undefined) {
      this.#finish(fault);
      return;
    }
    if (nowMs >= this.#reportAtMs) {
      this.#reportAtMs = nowMs + REPORT_EVERY_MS;
      for (const setup of this.#setups.tracks)
        this.#setups.sendRtcp(setup, assembler.receiverReport(setup.track, nowMs));
    }
    if (nowMs >= this.#keepAliveAtMs && !this.#keepAliveBusy) {
      this.#keepAliveAtMs = nowMs + this.#keepAliveEveryMs;
      void this.#keepAlive();
    }
  }

  /** A failed answer never ends the session: cameras announce methods and refuse them, and go on sending. */
  async #keepAlive(): Promise<void> {
    this.#keepAliveBusy = true;
    try {
      const answer = await this.#client.request(this.#keepAliveMethod, this.#aggregateUrl);
      const status = answer.status ?? 0;
      if (status >= 400 && status !== 454) this.#keepAliveMethod = "OPTIONS";
    } catch (error) {
      this.#options.log.debug("a keep-alive failed", { reason: String(error) });
    } finally {
      this.#keepAliveBusy = false;
    }
  }

  #answer(message: RtspMessage): void {
    const { text, endsSession } = answerToCamera(message);
    this.#client.connection.send(text);
    if (!endsSession) return;
    const where = whereOf(this.#client.url);
    this.#finish({
      code: "closed-by-camera",
      message: `The camera at ${where} ended the session.`,
      context: { where },
    });
  }

  #lost(error: NightjarError): void {
    const fault = faultOf(error);
    if (!(error instanceof StreamFaultError)) {
      this.#options.log.error("a stream's reader failed", {
        reason: error.message,
        cause: String(error.cause),
      });
    }
    this.#finish(fault);
  }

  #finish(fault: StreamFault | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch?.cancel();
    this.#client.close();
    this.#setups.close();
    this.#assembler?.close(this.#closing ? undefined : fault);
    this.#resolveEnded(this.#closing ? undefined : fault);
  }
}
