// One RTSP client (RFC 2326 §10): its requests one after the other, its log-in, its one session. The session ends with the
// connection, with the grant, or when nothing was heard of the client for long.
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { NightjarError } from "../../errors.ts";
import { type RtspReply, writeReply } from "../../media/rtsp-server/reply.ts";
import { RequestReader, type RtspRequest } from "../../media/rtsp-server/request-reader.ts";
import { type RequestTarget, readTarget } from "../../media/rtsp-server/request-target.ts";
import { writeSdp } from "../../media/rtsp-server/sdp-writer.ts";
import { goodbye } from "../../media/rtsp-server/sender-report.ts";
import { readTransport } from "../../media/rtsp-server/transport-header.ts";
import type { Access } from "../authorizer.ts";
import { plainAddress } from "../doors/client-identity.ts";
import type { Guest } from "./admission.ts";
import { type RestreamAddress, readAddress } from "./restream-address.ts";
import type { RestreamContext } from "./restream-context.ts";
import { RestreamLogin } from "./restream-login.ts";
import type { SourceSeat } from "./restream-sources.ts";
import { RestreamViewer, type ViewerTrack } from "./restream-viewer.ts";
import { TrafficWindow } from "./traffic-window.ts";
import { TcpOutput, UdpOutput } from "./viewer-output.ts";

const PUBLIC = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN";
/** From the first byte to a log-in: time for people's players, none for those who only hold the line. */
export const LOGIN_MS = 10_000;
export const SESSION_TIMEOUT_SECONDS = 60;
const FORMAT_PATIENCE_MS = 5_000;
const WRONG_ANSWERS = 3;
const WAITING_REQUESTS = 16;
const SERVER = "Nightjar";

export class RestreamConnection implements Guest {
  readonly address: string;
  readonly #socket: Socket;
  readonly #context: RestreamContext;
  readonly #reader: RequestReader;
  readonly #login = new RestreamLogin();
  readonly #traffic = new TrafficWindow();
  readonly #sessionId = randomBytes(16).toString("hex");
  readonly #tracks = new Map<number, ViewerTrack>();
  readonly #waiting: RtspRequest[] = [];
  #answering: boolean = false;
  #wrongAnswers = 0;
  #bound: { readonly place: RestreamAddress; readonly access: Access; readonly seat: SourceSeat } | undefined;
  #viewer: RestreamViewer | undefined;
  #udp: UdpOutput | undefined;
  readonly #tcp: TcpOutput;
  #playing: boolean = false;
  readonly #bornMs: number;
  #heardMs: number;
  #takenBytes = 0;

  constructor(socket: Socket, context: RestreamContext) {
    this.#socket = socket;
    this.#context = context;
    this.address = plainAddress(socket.remoteAddress ?? "");
    this.#bornMs = context.clock.monotonicMs();
    this.#heardMs = this.#bornMs;
    this.#reader = new RequestReader(
      (request) => this.#receive(request),
      () => this.heard(),
    );
    this.#tcp = new TcpOutput(socket, context.counter);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", () => socket.destroy());
    // A player that half-closes is done.
    socket.once("end", () => socket.destroy());
    socket.once("close", () => {
      this.#endSession();
      context.left(this);
    });
  }

  get isPlaying(): boolean {
    return this.#playing;
  }

  turnAway(): void {
    this.#socket.destroy();
  }

  /** The client gave a sign of life. */
  heard(): void {
    this.#heardMs = this.#context.clock.monotonicMs();
  }

  /** Hangs up on who did not log in, went silent or takes nothing. */
  check(nowMs: number): void {
    // What a player takes over its connection is a sign of life; over UDP pictures only leave.
    const takenBytes = this.#socket.bytesWritten - this.#socket.writableLength;
    if (this.#playing && takenBytes !== this.#takenBytes) this.#heardMs = nowMs;
    this.#takenBytes = takenBytes;
    const isStuck = this.#playing && this.#viewer?.isMoving(nowMs) === false;
    const isStranger = this.#bound === undefined && nowMs - this.#bornMs > LOGIN_MS;
    const isSilent = nowMs - this.#heardMs > SESSION_TIMEOUT_SECONDS * 1_000;
    if (isStuck || isStranger || isSilent) this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    try {
      if (!this.#traffic.admit(chunk.length, this.#context.clock.monotonicMs())) this.#socket.destroy();
      else this.#reader.push(chunk);
    } catch {
      this.#socket.end("RTSP/1.0 400 Bad Request\r\n\r\n");
      this.#waiting.length = 0;
    }
  }

  #receive(request: RtspRequest): void {
    this.heard();
    if (this.#waiting.length >= WAITING_REQUESTS) this.#socket.destroy();
    else this.#waiting.push(request);
    if (!this.#answering) void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    this.#answering = true;
    for (let request = this.#waiting.shift(); request !== undefined; request = this.#waiting.shift()) {
      const reply = await this.#answer(request).catch((error: unknown) => this.#refusal(error));
      if (this.#socket.destroyed) return;
      this.#socket.write(writeReply(request, reply, SERVER));
      if (request.method === "TEARDOWN" || this.#wrongAnswers >= WRONG_ANSWERS) this.#socket.end();
      if (request.method === "PLAY" && reply.status === 200) this.#play();
    }
    this.#answering = false;
  }

  async #answer(request: RtspRequest): Promise<RtspReply> {
    if (request.method === "OPTIONS") return { status: 200, headers: { Public: PUBLIC } };
    const named = request.headers.get("session")?.split(";")[0]?.trim();
    const target = readTarget(request.url);
    switch (request.method) {
      case "DESCRIBE":
      case "SETUP": {
        const refusal = await this.#admit(request, target);
        if (refusal !== undefined) return refusal;
        if (named !== undefined && named !== this.#sessionId) return { status: 454 };
        return request.method === "DESCRIBE" ? this.#describe(target) : this.#setup(request, target);
      }
      case "PLAY":
      case "PAUSE":
      case "GET_PARAMETER":
      case "SET_PARAMETER":
      case "TEARDOWN":
        if (this.#bound === undefined) return this.#challenge(false);
        if (named !== undefined && named !== this.#sessionId) return { status: 454 };
        return this.#control(request, target);
      default:
        return { status: 501, headers: { Public: PUBLIC } };
    }
  }

  #control(request: RtspRequest, target: RequestTarget): RtspReply {
    switch (request.method) {
      case "PLAY":
        return this.#startPlay(target);
      case "PAUSE":
        this.#stopPlay();
        return { status: 200, headers: this.#sessionHeader() };
      case "TEARDOWN":
        this.#endSession();
        return { status: 200 };
      default:
        return { status: 200, headers: this.#tracks.size > 0 ? this.#sessionHeader() : {} };
    }
  }

  /** Sees to it that this connection may watch what the address means; else gives the refusal. */
  async #admit(request: RtspRequest, target: RequestTarget): Promise<RtspReply | undefined> {
    const { clock, authorizer, sources, admission } = this.#context;
    const place = readAddress(target.path);
    if (this.#bound !== undefined) {
      if (place?.camera === this.#bound.place.camera && place.stream === this.#bound.place.stream)
        return undefined;
      // Another stream on the same connection is judged like the first.
      if (this.#tracks.size > 0) return { status: 455 };
      this.#endSession();
    }
    const attempt = this.#login.read(request, clock.monotonicMs());
    if (attempt.kind !== "answer") {
      if (attempt.kind === "refused") this.#wrongAnswers += 1;
      return this.#challenge(attempt.kind === "stale");
    }
    let access: Access;
    try {
      const credentials = { digest: attempt.answer, remoteAddress: this.address };
      // Asked for what cannot be a stream, core still judges the log-in first.
      access = await authorizer.authorize(credentials, place?.camera ?? "", "live");
    } catch (error) {
      if (!(error instanceof NightjarError) || error.kind !== "unauthenticated") throw error;
      this.#wrongAnswers += 1;
      return this.#challenge(false);
    }
    if (this.#socket.destroyed || place === undefined || !access.grant.streams.includes(place.stream)) {
      access.release();
      return { status: 404 };
    }
    admission.welcome(this);
    if (!admission.seat(this)) {
      access.release();
      return { status: 453 };
    }
    try {
      this.#bound = { place, access, seat: sources.take(access.grant.camera.id, place.stream) };
    } catch (error) {
      access.release();
      throw error;
    }
    access.signal.addEventListener("abort", () => this.#hangUp(), { once: true });
    if (access.signal.aborted) this.#hangUp();
    return undefined;
  }

  async #describe(target: RequestTarget): Promise<RtspReply> {
    const tracks = await this.#bound?.seat.source.described(FORMAT_PATIENCE_MS);
    if (tracks === undefined) return { status: 503 };
    return {
      status: 200,
      headers: { "Content-Base": `${target.base}/`, "Content-Type": "application/sdp" },
      body: writeSdp(
        tracks.flatMap((track) => (track === undefined ? [] : [track.served])),
        1,
      ),
    };
  }

  async #setup(request: RtspRequest, target: RequestTarget): Promise<RtspReply> {
    const source = this.#bound?.seat.source;
    const tracks = await source?.described(FORMAT_PATIENCE_MS);
    const track = target.track ?? 0;
    if (source === undefined || tracks?.[track] === undefined) return { status: 404 };
    if (this.#playing) return { status: 455 };
    const { udp, counter } = this.#context;
    const ports = udp();
    const offer = readTransport(request.headers.get("transport") ?? "", track * 2).find(
      ({ kind }) => kind === "tcp" || ports !== undefined,
    );
    if (offer === undefined) return { status: 461 };
    const { kind, ...pair } = offer;
    const to = `${pair.rtp}-${pair.rtcp}`;
    let transport = `RTP/AVP/TCP;unicast;interleaved=${to}`;
    if (kind === "udp" && ports !== undefined) {
      // To the connection's own peer and to nobody else, whatever the request says.
      this.#udp ??= new UdpOutput(ports, this.#socket.remoteAddress ?? "", counter);
      this.#tracks.set(track, { output: this.#udp, pair });
      this.#context.expectFeedback(this, this.#socket.remoteAddress ?? "", pair);
      transport = `RTP/AVP;unicast;client_port=${to};server_port=${ports.rtpPort}-${ports.rtpPort + 1}`;
    } else this.#tracks.set(track, { output: this.#tcp, pair });
    const ssrc = source.ssrcOf(track);
    if (ssrc !== undefined) transport += `;ssrc=${ssrc.toString(16).padStart(8, "0").toUpperCase()}`;
    return { status: 200, headers: { Transport: transport, ...this.#sessionHeader() } };
  }

  #startPlay(target: RequestTarget): RtspReply {
    const source = this.#bound?.seat.source;
    if (source === undefined || this.#tracks.size === 0) return { status: 455 };
    const info = source.beginnings
      .filter(({ track }) => this.#tracks.has(track))
      .map(
        ({ track, sequence, rtpTime }) =>
          `url=${target.base}/trackID=${track};seq=${sequence};rtptime=${rtpTime}`,
      );
    return {
      status: 200,
      headers: {
        ...this.#sessionHeader(),
        Range: "npt=now-",
        ...(info.length === 0 ? {} : { "RTP-Info": info.join(",") }),
      },
    };
  }

  #play(): void {
    if (this.#playing || this.#bound === undefined) return;
    const { seat, access, place } = this.#bound;
    this.#viewer ??= new RestreamViewer(seat.source, this.#tracks, this.#context.clock, () => this.#hangUp());
    this.#playing = true;
    this.#context.watched(access, place.stream, this.address, this.#udp === undefined ? "tcp" : "udp");
    this.#viewer.start();
  }

  #stopPlay(): void {
    if (this.#playing) this.#viewer?.stop();
    this.#playing = false;
  }

  /** Says that the tracks are over, and hangs up at once: what still waits is not sent any more. */
  #hangUp(): void {
    for (const [track, { output, pair }] of this.#tracks) {
      const ssrc = this.#bound?.seat.source.ssrcOf(track);
      if (ssrc !== undefined) output.control(goodbye(ssrc), pair);
    }
    this.#endSession();
    this.#socket.destroy();
  }

  #endSession(): void {
    this.#stopPlay();
    this.#viewer = undefined;
    this.#udp?.close();
    this.#udp = undefined;
    this.#tracks.clear();
    this.#context.forgetFeedback(this);
    this.#bound?.access.release();
    this.#bound?.seat.leave();
    this.#bound = undefined;
  }

  #challenge(stale: boolean): RtspReply {
    const challenge = this.#login.challenge(this.#context.clock.monotonicMs(), stale);
    return { status: 401, headers: { "WWW-Authenticate": challenge } };
  }

  #refusal(error: unknown): RtspReply {
    const kind = error instanceof NightjarError ? error.kind : "internal";
    if (kind === "not-found" || kind === "permission-denied") {
      // The log-in was right: who types the address again need not begin anew.
      this.#context.admission.welcome(this);
      return { status: 404 };
    }
    if (kind === "internal") this.#context.log.warn("an RTSP request failed", { reason: String(error) });
    return { status: 503, headers: { "Retry-After": kind === "resource-exhausted" ? "900" : "5" } };
  }

  #sessionHeader(): Record<string, string> {
    return { Session: `${this.#sessionId};timeout=${SESSION_TIMEOUT_SECONDS}` };
  }
}
