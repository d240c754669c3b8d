// One RTSP client (RFC 2326 §10): its requests one after the other, its log-in, its one session. The session ends with the
// connection, with the grant, or when nothing was heard of the client for long.
import type { Socket } from "node:net";
import { NightjarError } from "../../errors.ts";
import { type RtspReply, writeReply } from "../../media/rtsp-server/reply.ts";
import { RequestReader, type RtspRequest } from "../../media/rtsp-server/request-reader.ts";
import { type RequestTarget, readTarget } from "../../media/rtsp-server/request-target.ts";
import type { Access } from "../authorizer.ts";
import { plainAddress } from "../doors/client-identity.ts";
import type { Guest } from "./admission.ts";
import { type RestreamAddress, readAddress } from "./restream-address.ts";
import type { RestreamContext } from "./restream-context.ts";
import { RestreamLogin } from "./restream-login.ts";
import { RestreamSession, SESSION_TIMEOUT_SECONDS } from "./restream-session.ts";
import { TrafficWindow } from "./traffic-window.ts";

const PUBLIC = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN";
/** From the first byte to a log-in: time for people's players, none for those who only hold the line. */
export const LOGIN_MS = 10_000;
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
  readonly #waiting: RtspRequest[] = [];
  #answering: boolean = false;
  #wrongAnswers = 0;
  #session: RestreamSession | undefined;
  readonly #bornMs: number;
  #heardMs: number;
  #takenBytes = 0;

  constructor(socket: Socket, context: RestreamContext, onLeft: () => void) {
    this.#socket = socket;
    this.#context = context;
    this.address = plainAddress(socket.remoteAddress ?? "");
    this.#bornMs = context.clock.monotonicMs();
    this.#heardMs = this.#bornMs;
    this.#reader = new RequestReader(
      (request) => this.#receive(request),
      () => this.heard(),
    );
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", () => socket.destroy());
    // A player that half-closes is done.
    socket.once("end", () => socket.destroy());
    socket.once("close", () => {
      this.#endSession();
      onLeft();
    });
  }

  get isPlaying(): boolean {
    return this.#session?.isPlaying === true;
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
    if (this.isPlaying && takenBytes !== this.#takenBytes) this.#heardMs = nowMs;
    this.#takenBytes = takenBytes;
    const isStuck = this.#session?.isMoving(nowMs) === false;
    const isStranger = this.#session === undefined && nowMs - this.#bornMs > LOGIN_MS;
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
      if (request.method === "PLAY" && reply.status === 200) this.#session?.play();
    }
    this.#answering = false;
  }

  async #answer(request: RtspRequest): Promise<RtspReply> {
    if (request.method === "OPTIONS") return { status: 200, headers: { Public: PUBLIC } };
    const target = readTarget(request.url);
    switch (request.method) {
      case "DESCRIBE":
      case "SETUP": {
        const admitted = await this.#admit(request, target);
        if (!(admitted instanceof RestreamSession)) return admitted;
        if (!this.#names(request, admitted)) return { status: 454 };
        return request.method === "DESCRIBE" ? admitted.describe(target) : admitted.setup(request, target);
      }
      case "PLAY":
      case "PAUSE":
      case "GET_PARAMETER":
      case "SET_PARAMETER":
      case "TEARDOWN":
        if (this.#session === undefined) return this.#challenge(false);
        if (!this.#names(request, this.#session)) return { status: 454 };
        return this.#control(request, target, this.#session);
      default:
        return { status: 501, headers: { Public: PUBLIC } };
    }
  }

  /** True unless the request names another session than this one. */
  #names(request: RtspRequest, session: RestreamSession): boolean {
    const named = request.headers.get("session")?.split(";")[0]?.trim();
    return named === undefined || named === session.id;
  }

  #control(request: RtspRequest, target: RequestTarget, session: RestreamSession): RtspReply {
    const { header } = session;
    switch (request.method) {
      case "PLAY":
        return session.startPlay(target);
      case "PAUSE":
        session.pause();
        return { status: 200, headers: header };
      case "TEARDOWN":
        this.#endSession();
        return { status: 200 };
      default:
        return { status: 200, headers: header };
    }
  }

  /** The session on what the address means, for who may watch it; else the refusal. */
  async #admit(request: RtspRequest, target: RequestTarget): Promise<RestreamSession | RtspReply> {
    const place = readAddress(target.path);
    const session = this.#session;
    if (session !== undefined) {
      if (place?.camera === session.place.camera && place.stream === session.place.stream) return session;
      // Another stream on the same connection is judged like the first.
      if (session.isSetUp) return { status: 455 };
      this.#endSession();
    }
    const { clock, authorizer } = this.#context;
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
    return this.#begin(access, place);
  }

  /** Begins a session under a grant, if there is a seat. Throws `NJ_TOO_MANY_VIEWERS`. */
  #begin(access: Access, place: RestreamAddress): RestreamSession | RtspReply {
    const { admission, sources } = this.#context;
    admission.welcome(this);
    if (!admission.seat(this)) {
      access.release();
      return { status: 453 };
    }
    try {
      const ground = { place, access, seat: sources.take(access.grant.camera.id, place.stream) };
      this.#session = new RestreamSession(ground, this.#socket, this.#context, {
        streamEnded: () => this.#hangUp(),
        heard: () => this.heard(),
      });
    } catch (error) {
      access.release();
      throw error;
    }
    const session = this.#session;
    access.signal.addEventListener("abort", () => this.#hangUp(), { once: true });
    if (access.signal.aborted) this.#hangUp();
    return session;
  }

  /** Says that the tracks are over, and hangs up at once: what still waits is not sent any more. */
  #hangUp(): void {
    this.#session?.sayGoodbye();
    this.#endSession();
    this.#socket.destroy();
  }

  #endSession(): void {
    this.#session?.end();
    this.#session = undefined;
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
}
