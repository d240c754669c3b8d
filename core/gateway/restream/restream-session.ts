// What a client that has logged in holds on to: one stream, the tracks that it set up, and the flow of their packets
// (RFC 2326 §10.2 to 10.7). Knows nothing of log-ins.
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { RtspReply } from "../../media/rtsp-server/reply.ts";
import type { RtspRequest } from "../../media/rtsp-server/request-reader.ts";
import type { RequestTarget } from "../../media/rtsp-server/request-target.ts";
import { writeSdp } from "../../media/rtsp-server/sdp-writer.ts";
import { goodbye } from "../../media/rtsp-server/sender-report.ts";
import { readTransport } from "../../media/rtsp-server/transport-header.ts";
import type { Access } from "../authorizer.ts";
import { plainAddress } from "../doors/client-identity.ts";
import type { RestreamAddress } from "./restream-address.ts";
import type { RestreamContext } from "./restream-context.ts";
import type { SourceSeat } from "./restream-sources.ts";
import { RestreamViewer, type ViewerTrack } from "./restream-viewer.ts";
import { TcpOutput, UdpOutput } from "./viewer-output.ts";

export const SESSION_TIMEOUT_SECONDS = 60;
const FORMAT_PATIENCE_MS = 5_000;

/** What a session stands on. */
export interface SessionGround {
  readonly place: RestreamAddress;
  readonly access: Access;
  readonly seat: SourceSeat;
}

/** What a session tells its connection. */
export interface SessionEvents {
  /** The stream goes on no more as it was described. */
  streamEnded(): void;
  heard(): void;
}

export class RestreamSession {
  readonly place: RestreamAddress;
  readonly id: string = randomBytes(16).toString("hex");
  readonly #access: Access;
  readonly #seat: SourceSeat;
  readonly #socket: Socket;
  readonly #context: RestreamContext;
  readonly #events: SessionEvents;
  readonly #tracks = new Map<number, ViewerTrack>();
  readonly #tcp: TcpOutput;
  #udp: UdpOutput | undefined;
  #viewer: RestreamViewer | undefined;
  isPlaying: boolean = false;

  constructor(ground: SessionGround, socket: Socket, context: RestreamContext, events: SessionEvents) {
    this.place = ground.place;
    this.#access = ground.access;
    this.#seat = ground.seat;
    this.#socket = socket;
    this.#context = context;
    this.#events = events;
    this.#tcp = new TcpOutput(socket, context.counter);
  }

  /** Tracks have been set up. */
  get isSetUp(): boolean {
    return this.#tracks.size > 0;
  }

  /** The Session header, once there is something to name. */
  get header(): Record<string, string> {
    return this.isSetUp ? { Session: `${this.id};timeout=${SESSION_TIMEOUT_SECONDS}` } : {};
  }

  /** False when packets wait and none has left for long. */
  isMoving(nowMs: number): boolean {
    return !this.isPlaying || this.#viewer?.isMoving(nowMs) !== false;
  }

  /** Rejects with `NJ_STREAM_NO_PICTURE`. */
  async describe(target: RequestTarget): Promise<RtspReply> {
    const tracks = await this.#seat.source.described(FORMAT_PATIENCE_MS);
    const served = tracks.flatMap((track) => (track === undefined ? [] : [track.served]));
    return {
      status: 200,
      headers: { "Content-Base": `${target.base}/`, "Content-Type": "application/sdp" },
      body: writeSdp(served, 1),
    };
  }

  /** Rejects with `NJ_STREAM_NO_PICTURE`. */
  async setup(request: RtspRequest, target: RequestTarget): Promise<RtspReply> {
    const { source } = this.#seat;
    const track = target.track ?? 0;
    if ((await source.described(FORMAT_PATIENCE_MS))[track] === undefined) return { status: 404 };
    if (this.isPlaying) return { status: 455 };
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
      const peer = this.#socket.remoteAddress ?? "";
      this.#udp ??= new UdpOutput(ports, peer, counter);
      this.#tracks.set(track, { output: this.#udp, pair });
      this.#context.expectFeedback(this, peer, pair);
      transport = `RTP/AVP;unicast;client_port=${to};server_port=${ports.rtpPort}-${ports.rtpPort + 1}`;
    } else this.#tracks.set(track, { output: this.#tcp, pair });
    const ssrc = source.ssrcOf(track);
    if (ssrc !== undefined) transport += `;ssrc=${ssrc.toString(16).padStart(8, "0").toUpperCase()}`;
    return { status: 200, headers: { Transport: transport, ...this.header } };
  }

  /** The answer to PLAY; `play` begins the flow once it has been written. */
  startPlay(target: RequestTarget): RtspReply {
    if (!this.isSetUp) return { status: 455 };
    const info = this.#seat.source.beginnings
      .filter(({ track }) => this.#tracks.has(track))
      .map(
        ({ track, sequence, rtpTime }) =>
          `url=${target.base}/trackID=${track};seq=${sequence};rtptime=${rtpTime}`,
      );
    const from = info.length === 0 ? {} : { "RTP-Info": info.join(",") };
    return { status: 200, headers: { ...this.header, Range: "npt=now-", ...from } };
  }

  play(): void {
    if (this.isPlaying) return;
    this.isPlaying = true;
    this.#viewer ??= new RestreamViewer(this.#seat.source, this.#tracks, this.#context.clock, () =>
      this.#events.streamEnded(),
    );
    const address = plainAddress(this.#socket.remoteAddress ?? "");
    this.#context.watched(
      this.#access,
      this.place.stream,
      address,
      this.#udp === undefined ? this.#context.carrier : "udp",
    );
    this.#viewer.start();
  }

  pause(): void {
    if (this.isPlaying) this.#viewer?.stop();
    this.isPlaying = false;
  }

  /** The client gave a sign of life beside its connection. */
  heard(): void {
    this.#events.heard();
  }

  /** Tells the client that the tracks are over. */
  sayGoodbye(): void {
    for (const [track, { output, pair }] of this.#tracks) {
      const ssrc = this.#seat.source.ssrcOf(track);
      if (ssrc !== undefined) output.control(goodbye(ssrc), pair);
    }
  }

  /** Gives everything back. */
  end(): void {
    this.pause();
    this.#udp?.close();
    this.#tracks.clear();
    this.#context.forgetFeedback(this);
    this.#access.release();
    this.#seat.leave();
  }
}
