// One client of the RTSP server: answers its requests (RFC 2326 §10), holds its one session, and plays to it.
// The session ends with the connection, a TEARDOWN, or when nothing was heard of the client for its timeout.
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type RtspReply, writeReply } from "./reply.ts";
import { RequestReader, type RtspRequest } from "./request-reader.ts";
import { readTarget } from "./request-target.ts";
import { RtpSender } from "./rtp-sender.ts";
import type { RtspServerContext, ServedMount } from "./rtsp-server.ts";
import { writeSdp } from "./sdp-writer.ts";
import type { ServedPlayback, ServedUnit } from "./served-source.ts";
import { readTransport, type TransportOffer } from "./transport-header.ts";

const PUBLIC = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN";

export class RtspConnection {
  readonly socket: Socket;
  readonly #context: RtspServerContext;
  readonly #reader: RequestReader;
  readonly #senders = new Map<number, RtpSender>();
  readonly #offers = new Map<number, TransportOffer>();
  #mount: ServedMount | undefined;
  #sessionId: string | undefined;
  #playback: ServedPlayback | undefined;
  #heardAtMs = performance.now();

  constructor(socket: Socket, context: RtspServerContext) {
    this.socket = socket;
    this.#context = context;
    this.#reader = new RequestReader(
      (request) => this.#receive(request),
      () => this.heard(),
    );
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      try {
        this.#reader.push(chunk);
      } catch {
        socket.end("RTSP/1.0 400 Bad Request\r\n\r\n");
      }
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#endSession());
  }

  get isPlaying(): boolean {
    return this.#playback !== undefined;
  }

  /** True if RTCP from this address and port belongs to this client's session. */
  sendsFrom(address: string, port: number): boolean {
    if (this.socket.remoteAddress !== address) return false;
    for (const offer of this.#offers.values())
      if (offer.kind === "udp" && (offer.rtp === port || offer.rtcp === port)) return true;
    return false;
  }

  /** The client gave a sign of life. */
  heard(): void {
    this.#heardAtMs = performance.now();
  }

  /** Ends the connection when nothing was heard for the session timeout. */
  checkTimeout(nowMs: number): void {
    if (nowMs - this.#heardAtMs > this.#context.sessionTimeoutSeconds * 1000) this.socket.destroy();
  }

  /** Ends the session and the connection at once. */
  close(): void {
    this.#endSession();
    this.socket.destroy();
  }

  /** Answers a request; used by hooks too. */
  reply(request: RtspRequest, reply: RtspReply): void {
    const bytes = writeReply(request, reply, this.#context.serverName);
    if (this.#context.hooks?.answer?.(bytes, request, this) !== true && !this.socket.destroyed)
      this.socket.write(bytes);
  }

  #receive(request: RtspRequest): void {
    this.heard();
    const answer = this.#context.hooks?.request?.(request, this);
    if (answer === "silence") return;
    if (answer === "close") {
      this.socket.destroy();
      return;
    }
    this.reply(request, answer ?? this.#answer(request));
    if (answer !== undefined) return;
    if (request.method === "PLAY" && this.#playback === undefined && this.#senders.size > 0) this.#play();
    if (request.method === "TEARDOWN") this.socket.end();
  }

  #answer(request: RtspRequest): RtspReply {
    if (request.method === "OPTIONS") return { status: 200, headers: { Public: PUBLIC } };
    const auth = this.#context.auth;
    if (auth !== undefined) {
      const verdict = auth.judge(request);
      if (verdict !== "granted")
        return { status: 401, headers: { "WWW-Authenticate": auth.challenge(verdict) } };
    }
    const named = request.headers.get("session")?.split(";")[0];
    if (named !== undefined && named !== this.#sessionId) return { status: 454 };
    switch (request.method) {
      case "DESCRIBE":
        return this.#describe(request);
      case "SETUP":
        return this.#setup(request);
      case "PLAY":
        return this.#startPlay(request);
      case "PAUSE":
        this.#playback?.stop();
        this.#playback = undefined;
        return { status: 200, headers: this.#sessionHeader() };
      case "GET_PARAMETER":
      case "SET_PARAMETER":
        return { status: 200, headers: this.#sessionHeader() };
      case "TEARDOWN":
        this.#endSession();
        return { status: 200 };
      default:
        return { status: 501, headers: { Public: PUBLIC } };
    }
  }

  #describe(request: RtspRequest): RtspReply {
    const target = readTarget(request.url);
    const mount = this.#context.mount(target.path, target.query);
    if (mount === undefined) return { status: 404 };
    const sdp = writeSdp(mount.source.tracks, 1);
    return {
      status: 200,
      headers: { "Content-Base": `${target.base}/`, "Content-Type": "application/sdp" },
      body: this.#context.hooks?.sdp?.(sdp) ?? sdp,
    };
  }

  #setup(request: RtspRequest): RtspReply {
    const target = readTarget(request.url);
    const mount = this.#context.mount(target.path, target.query);
    const served = mount?.source.tracks[target.track ?? 0];
    if (mount === undefined || served === undefined) return { status: 404 };
    if (this.#playback !== undefined) return { status: 455 };
    const track = target.track ?? 0;
    const offer = readTransport(request.headers.get("transport") ?? "", track * 2).find((one) =>
      this.#context.transports.includes(one.kind),
    );
    if (offer === undefined) return { status: 461 };
    const address = this.socket.remoteAddress ?? "127.0.0.1";
    const udp = this.#context.udp;
    if (offer.kind === "udp" && udp === undefined) return { status: 461 };
    const { hooks } = this.#context;
    const sender = new RtpSender({
      track,
      served,
      writes: this.#context.writes,
      counters: this.#context.counters,
      route:
        offer.kind === "udp" && udp !== undefined
          ? {
              kind: "udp",
              address,
              rtp: offer.rtp,
              rtcp: offer.rtcp,
              rtpSocket: udp.rtp,
              rtcpSocket: udp.rtcp,
            }
          : { kind: "tcp", socket: this.socket, rtp: offer.rtp, rtcp: offer.rtcp },
      ...(hooks?.packet === undefined ? {} : { hook: hooks.packet }),
      ...(hooks?.base === undefined ? {} : { base: hooks.base }),
      ...(hooks?.frame === undefined ? {} : { frame: hooks.frame }),
    });
    this.#mount = mount;
    this.#senders.set(track, sender);
    this.#offers.set(track, offer);
    this.#sessionId ??= randomBytes(8).toString("hex");
    const ssrc = sender.ssrc.toString(16).padStart(8, "0").toUpperCase();
    const transport =
      offer.kind === "tcp"
        ? `RTP/AVP/TCP;unicast;interleaved=${offer.rtp}-${offer.rtcp};ssrc=${ssrc}`
        : `RTP/AVP;unicast;client_port=${offer.rtp}-${offer.rtcp};server_port=${udp?.rtpPort}-${(udp?.rtpPort ?? 0) + 1};ssrc=${ssrc}`;
    return { status: 200, headers: { Transport: transport, ...this.#sessionHeader() } };
  }

  #startPlay(request: RtspRequest): RtspReply {
    if (this.#mount === undefined) return { status: 455 };
    const { base } = readTarget(request.url);
    const info = [...this.#senders].map(([track, sender]) => {
      const { sequence, rtpTime } = sender.info;
      return `url=${base}/trackID=${track};seq=${sequence};rtptime=${rtpTime}`;
    });
    return {
      status: 200,
      headers: { ...this.#sessionHeader(), Range: "npt=now-", "RTP-Info": info.join(",") },
    };
  }

  #play(): void {
    const mount = this.#mount;
    if (mount === undefined) return;
    const listener = {
      unit: (unit: ServedUnit) => this.#senders.get(unit.track)?.send(unit, performance.now()),
      ended: () => {
        for (const sender of this.#senders.values()) sender.bye();
      },
    };
    this.#playback = mount.source.play(listener, mount.playback ?? {});
    this.#context.hooks?.playing?.(this);
  }

  #endSession(): void {
    this.#playback?.stop();
    this.#playback = undefined;
    this.#senders.clear();
    this.#offers.clear();
    this.#sessionId = undefined;
    this.#mount = undefined;
  }

  #sessionHeader(): Record<string, string> {
    if (this.#sessionId === undefined) return {};
    return { Session: `${this.#sessionId};timeout=${this.#context.sessionTimeoutSeconds}` };
  }
}
