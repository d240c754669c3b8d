// One session with a camera: DESCRIBE, SETUP, PLAY, then watching that pictures come and keeping the session alive,
// until it ends by a fault or by `close` (RFC 2326; what cameras make of it: docs/design, RTSP robustness).
import type { Clock, Timer } from "../../clock.ts";
import type { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { ReorderBuffer } from "../rtp/reorder-buffer.ts";
import { type AssembledTrack, type SourceCounters, StreamAssembler } from "../rtp/stream-assembler.ts";
import type { RtspSourceOptions, SourceSink, StreamFault } from "../source.ts";
import { RtspClient } from "./rtsp-client.ts";
import { formatResponse, headerOf, type RtspMessage } from "./rtsp-message.ts";
import { controlUrl, parseRtspUrl, type RtspUrl, whereOf } from "./rtsp-url.ts";
import { parseSdp } from "./sdp.ts";
import { faultOf, faultOfStatus, StreamFaultError } from "./stream-fault-error.ts";
import { type Planned, planSession, type SessionPlan } from "./track-planner.ts";
import { parseRtpInfo, parseSession, parseTransport } from "./transport-header.ts";
import { UdpChannel } from "./udp-channel.ts";

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
/** With the period of the watch this makes at most five seconds. */
const STALL_MS = 4_000;
/** Cameras that have to wake up first. */
const FIRST_PACKET_MS = 9_000;
/** Packets come, pictures do not. */
const NO_PICTURE_MS = 20_000;
const REPORT_EVERY_MS = 5_000;
const TEARDOWN_MS = 800;
const MIN_KEEP_ALIVE_MS = 1_000;

interface Channel {
  readonly track: AssembledTrack;
  readonly isRtcp: boolean;
}

interface TrackSetup {
  readonly track: AssembledTrack;
  readonly url: string;
  rtcpChannel: number;
  udp: UdpChannel | undefined;
  reorder: ReorderBuffer | undefined;
}

export class RtspSession {
  readonly #options: SessionOptions;
  readonly #client: RtspClient;
  readonly #channels = new Array<Channel | undefined>(256).fill(undefined);
  #tracks: TrackSetup[] = [];
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
    const video = this.#tracks.find((setup) => setup.track === "video");
    if (packet !== undefined && video !== undefined && !this.#over) this.#sendRtcp(video, packet);
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
    if (!(await this.#trySetup("video", plan, base))) return;
    const audio = (await this.#trySetup("audio", plan, base)) ? plan.audio : undefined;
    const metadata = (await this.#trySetup("metadata", plan, base)) ? plan.metadata : undefined;
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

  /** Sets a track up. Sound and metadata that fail are done without; a picture that fails ends the session. */
  async #trySetup(track: AssembledTrack, plan: SessionPlan, base: string): Promise<boolean> {
    const planned: Planned<unknown> | undefined = plan[track];
    if (planned === undefined) return false;
    const setup: TrackSetup = {
      track,
      url: controlUrl(base, planned.control),
      rtcpChannel: -1,
      udp: undefined,
      reorder: undefined,
    };
    const transport = await this.#transportFor(setup, planned.profile);
    const answer = await this.#client.request("SETUP", setup.url, [["Transport", transport]]);
    const status = answer.status ?? 0;
    if (status < 200 || status > 299) {
      setup.udp?.close();
      setup.reorder?.close();
      if (track === "video" || status === 461) {
        throw new SetupRefusedError(status, answer.reason, whereOf(this.#client.url));
      }
      this.#options.log.debug("a track was refused", { track, status });
      return false;
    }
    const session = parseSession(headerOf(answer, "session"));
    if (session !== undefined) {
      this.#client.sessionId = session.id;
      this.#keepAliveEveryMs = Math.max(MIN_KEEP_ALIVE_MS, (session.timeoutSeconds * 1000) / 2);
    }
    this.#takeTransport(setup, headerOf(answer, "transport"));
    this.#tracks.push(setup);
    return true;
  }

  async #transportFor(setup: TrackSetup, profile: string): Promise<string> {
    if (this.#options.transport === "tcp") {
      const channel = this.#tracks.length * 2;
      return `${profile}/TCP;unicast;interleaved=${channel}-${channel + 1}`;
    }
    const camera = this.#client.connection.remoteAddress ?? this.#options.url.host;
    const { clock } = this.#options;
    const { track } = setup;
    const reorder = new ReorderBuffer(clock, (packet) => this.#udpPacket(track, packet, false));
    setup.reorder = reorder;
    setup.udp = await UdpChannel.open(camera, {
      rtp: (packet) => reorder.push(packet),
      rtcp: (packet) => this.#udpPacket(track, packet, true),
    });
    return `${profile};unicast;client_port=${setup.udp.port}-${setup.udp.port + 1}`;
  }

  #takeTransport(setup: TrackSetup, header: string | undefined): void {
    const answer = parseTransport(header);
    if (setup.udp !== undefined) {
      if (answer.isTcp) {
        setup.udp.close();
        throw new StreamFaultError(
          "protocol-error",
          "The camera answered UDP with TCP. Choose TCP for the stream.",
        );
      }
      setup.udp.punch(answer.serverPort?.[0], answer.serverPort?.[1], EMPTY_REPORT);
      return;
    }
    if (header !== undefined && !answer.isTcp) {
      throw new SetupRefusedError(461, "it wants UDP", whereOf(this.#client.url));
    }
    const asked = this.#tracks.length * 2;
    const [rtp, rtcp] = answer.interleaved ?? [asked, asked + 1];
    setup.rtcpChannel = rtcp;
    this.#channels[rtp] = { track: setup.track, isRtcp: false };
    this.#channels[rtcp] = { track: setup.track, isRtcp: true };
    this.#client.connection.allowChannel(rtp);
    this.#client.connection.allowChannel(rtcp);
  }

  async #play(): Promise<void> {
    const { clock } = this.#options;
    const answer = await this.#client.demand("PLAY", this.#aggregateUrl, [["Range", "npt=0.000-"]]);
    if (this.#over) return;
    const assembler = this.#assembler;
    for (const info of parseRtpInfo(headerOf(answer, "rtp-info"))) {
      const setup = this.#tracks.find((candidate) => sameTrack(candidate.url, info.url));
      if (info.rtptime !== undefined && setup !== undefined && setup.track !== "metadata") {
        assembler?.rtpInfo(setup.track, info.rtptime);
      }
    }
    assembler?.begin();
    const nowMs = clock.monotonicMs();
    this.#playedAtMs = nowMs;
    this.#keepAliveAtMs = nowMs + this.#keepAliveEveryMs;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS;
    this.#watch = clock.every(WATCH_EVERY_MS, () => this.#look());
  }

  // --------------------------------------------------------------------------------- playing

  #packet(channel: number, data: Buffer, start: number, end: number, nowMs: number): void {
    const known = this.#channels[channel];
    const assembler = this.#assembler;
    if (known === undefined || assembler === undefined) return;
    if (known.isRtcp) assembler.rtcp(known.track, data, start, end, nowMs);
    else assembler.rtp(known.track, data, start, end, nowMs);
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
    const fault = this.#stallFault(assembler, playedAtMs, nowMs);
    if (fault !== undefined) {
      this.#finish(fault);
      return;
    }
    if (nowMs >= this.#reportAtMs) {
      this.#reportAtMs = nowMs + REPORT_EVERY_MS;
      for (const setup of this.#tracks) this.#sendRtcp(setup, assembler.receiverReport(setup.track, nowMs));
    }
    if (nowMs >= this.#keepAliveAtMs && !this.#keepAliveBusy) {
      this.#keepAliveAtMs = nowMs + this.#keepAliveEveryMs;
      void this.#keepAlive();
    }
  }

  #stallFault(assembler: StreamAssembler, playedAtMs: number, nowMs: number): StreamFault | undefined {
    const where = whereOf(this.#client.url);
    const packetAtMs = assembler.lastVideoPacketAtMs;
    const frameAtMs = assembler.lastVideoFrameAtMs ?? playedAtMs;
    if (packetAtMs === undefined) {
      if (nowMs - playedAtMs < FIRST_PACKET_MS) return undefined;
      return {
        code: "stalled",
        message:
          this.#options.transport === "udp"
            ? `The camera at ${where} plays, but no picture arrives over UDP. A firewall may be in the way; try TCP.`
            : `The camera at ${where} plays, but sends no picture.`,
      };
    }
    if (nowMs - packetAtMs >= STALL_MS) {
      return { code: "stalled", message: `The camera at ${where} has stopped sending pictures.` };
    }
    if (nowMs - frameAtMs >= NO_PICTURE_MS) {
      return {
        code: "codec-unsupported",
        message: `What the camera at ${where} sends makes no picture. Check its video settings (H.264 or H.265).`,
      };
    }
    return undefined;
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

  #sendRtcp(setup: TrackSetup, packet: Buffer): void {
    if (setup.udp !== undefined) setup.udp.sendRtcp(packet);
    else if (setup.rtcpChannel >= 0) this.#client.connection.sendInterleaved(setup.rtcpChannel, packet);
  }

  #answer(message: RtspMessage): void {
    const cseq = headerOf(message, "cseq");
    const connection = this.#client.connection;
    switch (message.method) {
      case "OPTIONS":
        connection.send(
          formatResponse(200, "OK", cseq, [["Public", "OPTIONS, ANNOUNCE, GET_PARAMETER, SET_PARAMETER"]]),
        );
        return;
      case "ANNOUNCE":
      case "GET_PARAMETER":
      case "SET_PARAMETER":
        connection.send(formatResponse(200, "OK", cseq));
        return;
      case "REDIRECT":
      case "TEARDOWN":
        connection.send(formatResponse(200, "OK", cseq));
        this.#finish({
          code: "closed-by-camera",
          message: `The camera at ${whereOf(this.#client.url)} ended the session.`,
        });
        return;
      default:
        connection.send(formatResponse(501, "Not Implemented", cseq));
    }
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
    for (const setup of this.#tracks) {
      setup.reorder?.close();
      setup.udp?.close();
    }
    this.#assembler?.close(this.#closing ? undefined : fault);
    this.#resolveEnded(this.#closing ? undefined : fault);
  }
}

/** SETUP was refused; the status decides whether another transport is worth trying. */
export class SetupRefusedError extends StreamFaultError {
  readonly status: number;

  constructor(status: number, reason: string, where: string) {
    const { fault } = faultOfStatus(status, reason, "SETUP", where);
    super(fault.code, fault.message);
    this.status = status;
  }
}

const EMPTY_REPORT = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);

/** RTP-Info names tracks by URLs that differ in host, case or slashes from those of SETUP. */
function sameTrack(url: string, named: string): boolean {
  const tail = (text: string) =>
    text
      .replace(/^rtsps?:\/\/[^/]*/i, "")
      .replace(/\/+$/, "")
      .toLowerCase();
  const a = tail(url);
  const b = tail(named);
  return a === b || (b !== "" && (a.endsWith(`/${b}`) || a.endsWith(b)));
}
