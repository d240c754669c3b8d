// The tracks of a session on their way: SETUP for each, over interleaved channels or UDP port pairs (RFC 2326 §10.4),
// and the way back for RTCP. Sound and metadata that fail are done without; a picture that fails ends the session.
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { ReorderBuffer } from "../rtp/reorder-buffer.ts";
import type { AssembledTrack } from "../rtp/stream-assembler.ts";
import type { RtspClient } from "./rtsp-client.ts";
import { headerOf, type RtspMessage } from "./rtsp-message.ts";
import { controlUrl, whereOf } from "./rtsp-url.ts";
import { faultOfStatus, StreamFaultError } from "./stream-fault-error.ts";
import type { Planned } from "./track-planner.ts";
import { parseSession, parseTransport } from "./transport-header.ts";
import { UdpChannel } from "./udp-channel.ts";

/** What an interleaved channel carries. */
export interface Channel {
  readonly track: AssembledTrack;
  readonly isRtcp: boolean;
}

export interface TrackSetup {
  readonly track: AssembledTrack;
  readonly url: string;
  rtcpChannel: number;
  udp: UdpChannel | undefined;
  reorder: ReorderBuffer | undefined;
}

export interface TrackSetupsOptions {
  readonly client: RtspClient;
  readonly transport: "tcp" | "udp";
  readonly clock: Clock;
  readonly log: Log;
  /** An RTP packet came over UDP; `onUdpPacket` follows, perhaps after others. */
  readonly onUdpArrival: (track: AssembledTrack, packet: Buffer) => void;
  /** A packet that came over UDP; RTP in order. */
  readonly onUdpPacket: (track: AssembledTrack, packet: Buffer, isRtcp: boolean) => void;
}

/** A receiver report of nobody about nothing: opens the way for the camera's own RTCP. */
const EMPTY_REPORT = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);

/** SETUP was refused; the status decides whether another transport is worth trying. */
export class SetupRefusedError extends StreamFaultError {
  readonly status: number;

  constructor(status: number, reason: string, where: string) {
    const { fault } = faultOfStatus(status, reason, "SETUP", where);
    super(fault.code, fault.message);
    this.status = status;
  }
}

export class TrackSetups {
  readonly #options: TrackSetupsOptions;
  readonly #channels = new Array<Channel | undefined>(256).fill(undefined);
  readonly #tracks: TrackSetup[] = [];
  #closed = false;
  /** What the camera said of its patience; undefined before the first SETUP. */
  timeoutSeconds: number | undefined;

  constructor(options: TrackSetupsOptions) {
    this.#options = options;
  }

  /** What a channel carries; undefined for one that nobody set up. */
  channel(number: number): Channel | undefined {
    return this.#channels[number];
  }

  /** Tracks that were set up. */
  get tracks(): readonly TrackSetup[] {
    return this.#tracks;
  }

  /** Sets a track up; false if it is not there or, but for the picture, does not come about. */
  async setUp(track: AssembledTrack, planned: Planned<unknown> | undefined, base: string): Promise<boolean> {
    if (planned === undefined) return false;
    const url = controlUrl(base, planned.control);
    const setup: TrackSetup = { track, url, rtcpChannel: -1, udp: undefined, reorder: undefined };
    try {
      const transport = await this.#transportFor(setup, planned.profile);
      const answer = await this.#options.client.request("SETUP", url, [["Transport", transport]]);
      this.#take(setup, answer);
      if (this.#closed) closeSetup(setup);
      return true;
    } catch (error) {
      closeSetup(setup);
      const isRefusal =
        error instanceof SetupRefusedError ||
        (error instanceof StreamFaultError && error.fault.code === "timed-out");
      if (track === "video" || !isRefusal) throw error;
      this.#options.log.debug("a track was refused", { track, reason: String(error) });
      return false;
    }
  }

  /** Sends an RTCP packet on a track's way back. */
  sendRtcp(setup: TrackSetup, packet: Buffer): void {
    if (this.#closed) return;
    if (setup.udp !== undefined) setup.udp.sendRtcp(packet);
    else if (setup.rtcpChannel >= 0) {
      this.#options.client.connection.sendInterleaved(setup.rtcpChannel, packet);
    }
  }

  close(): void {
    this.#closed = true;
    for (const setup of this.#tracks) closeSetup(setup);
  }

  async #transportFor(setup: TrackSetup, profile: string): Promise<string> {
    const { client, clock, transport, onUdpArrival, onUdpPacket } = this.#options;
    if (transport === "tcp") {
      const channel = this.#tracks.length * 2;
      return `${profile}/TCP;unicast;interleaved=${channel}-${channel + 1}`;
    }
    const { track } = setup;
    const reorder = new ReorderBuffer(clock, (packet) => onUdpPacket(track, packet, false));
    setup.reorder = reorder;
    setup.udp = await UdpChannel.open(client.connection.remoteAddress ?? client.url.host, {
      rtp: (packet) => {
        onUdpArrival(track, packet);
        reorder.push(packet);
      },
      rtcp: (packet) => onUdpPacket(track, packet, true),
    });
    return `${profile};unicast;client_port=${setup.udp.port}-${setup.udp.port + 1}`;
  }

  #take(setup: TrackSetup, message: RtspMessage): void {
    const { client } = this.#options;
    const where = whereOf(client.url);
    const status = message.status ?? 0;
    if (status < 200 || status > 299) throw new SetupRefusedError(status, message.reason, where);
    const session = parseSession(headerOf(message, "session"));
    if (session !== undefined) {
      client.sessionId = session.id;
      this.timeoutSeconds = session.timeoutSeconds;
    }
    const header = headerOf(message, "transport");
    const answer = parseTransport(header);
    if (setup.udp !== undefined) {
      if (answer.isTcp) {
        throw new StreamFaultError(
          "protocol-error",
          `The camera at ${where} answered UDP with TCP. Choose TCP for the stream.`,
          { where, case: "transport" },
        );
      }
      setup.udp.punch(answer.serverPort?.[0], answer.serverPort?.[1], EMPTY_REPORT);
    } else {
      if (header !== undefined && !answer.isTcp) throw new SetupRefusedError(461, "it wants UDP", where);
      this.#takeChannels(setup, answer.interleaved);
    }
    this.#tracks.push(setup);
  }

  #takeChannels(setup: TrackSetup, given: readonly [number, number] | undefined): void {
    const asked = this.#tracks.length * 2;
    const [rtp, rtcp] = given ?? [asked, asked + 1];
    setup.rtcpChannel = rtcp;
    this.#channels[rtp] = { track: setup.track, isRtcp: false };
    this.#channels[rtcp] = { track: setup.track, isRtcp: true };
    const { connection } = this.#options.client;
    connection.allowChannel(rtp);
    connection.allowChannel(rtcp);
  }
}

function closeSetup(setup: TrackSetup): void {
  setup.reorder?.close();
  setup.udp?.close();
}
