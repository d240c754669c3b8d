// The doors of the restream, RTSP and RTSP over TLS: live pictures for other programs. Both open and move with the settings and
// share one count of who comes and who watches. On loopback until somebody opens them to the network (docs/decisions/0018).
import { createServer } from "node:net";
import type { Server as SecureServer } from "node:tls";
import type { Clock, Timer } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { Authorizer } from "../authorizer.ts";
import type { CorePort } from "../core-link.ts";
import { type ServerCertificate, secureContextOf } from "../doors/certificates.ts";
import type { ByteCounter } from "../doors/client-socket.ts";
import type { LiveHub } from "../live/live-hub.ts";
import type { GatewaySettings, ListeningState, PortProblem } from "../protocol.ts";
import type { SavedStateFile } from "../saved-state.ts";
import { ToldLately } from "../told-lately.ts";
import { Admission } from "./admission.ts";
import type { RestreamConnection } from "./restream-connection.ts";
import type { RestreamContext } from "./restream-context.ts";
import { RestreamPort } from "./restream-port.ts";
import type { RestreamSession } from "./restream-session.ts";
import { RestreamSources } from "./restream-sources.ts";
import { secureServer } from "./secure-port.ts";

const CHECK_MS = 1_000;
/** A player that connects anew again and again is told of once in this time. */
const TOLD_AGAIN_MS = 10 * 60_000;

export interface RestreamParts {
  readonly authorizer: Authorizer;
  readonly hub: LiveHub;
  readonly core: CorePort;
  readonly saved: SavedStateFile;
  readonly clock: Clock;
  readonly log: Log;
  readonly counter: ByteCounter;
}

export class RestreamDoor {
  readonly #parts: RestreamParts;
  readonly #admission = new Admission();
  readonly #plain: RestreamPort;
  readonly #secure: RestreamPort;
  /** Who sends reports from which address and port. */
  readonly #feedback = new Map<string, RestreamSession>();
  readonly #told: ToldLately;
  readonly #checks: Timer;
  #certificate: ServerCertificate | undefined;
  #secureServer: SecureServer | undefined;

  constructor(parts: RestreamParts) {
    this.#parts = parts;
    const { clock, saved, log } = parts;
    this.#told = new ToldLately(clock, TOLD_AGAIN_MS);
    const shared = this.#sharedContext(new RestreamSources(parts.hub, clock));
    this.#plain = new RestreamPort({
      kind: "rtsp",
      context: { ...shared, carrier: "tcp", udp: () => this.#plain.udp },
      saved,
      log,
      makeServer: (accept) => createServer(accept),
      onFeedback: (address, port) => this.#feedback.get(`${address} ${port}`)?.heard(),
    });
    this.#secure = new RestreamPort({
      kind: "rtsps",
      context: { ...shared, carrier: "tls", udp: () => undefined },
      saved,
      log,
      makeServer: (accept) => {
        this.#secureServer = secureServer(this.#certificate as ServerCertificate, this.#admission, accept);
        return this.#secureServer;
      },
    });
    this.#checks = clock.every(CHECK_MS, () => {
      const nowMs = clock.monotonicMs();
      for (const connection of [...this.#connections()]) connection.check(nowMs);
    });
  }

  /** Where it listens now. */
  get listening(): Pick<ListeningState, "rtsp" | "rtsps"> {
    const rtsp = this.#plain.listening;
    const rtsps = this.#secure.listening;
    return { ...(rtsp === undefined ? {} : { rtsp }), ...(rtsps === undefined ? {} : { rtsps }) };
  }

  /** What is wrong with the ports, for people. */
  get problems(): readonly PortProblem[] {
    return [this.#plain.problem, this.#secure.problem].filter((problem) => problem !== undefined);
  }

  /** Clients that get pictures now. */
  get playing(): number {
    let count = 0;
    for (const connection of this.#connections()) if (connection.isPlaying) count += 1;
    return count;
  }

  /**
   * Brings the ports in line with the settings. Viewers on a port that stays are not touched; a renewed certificate is
   * served from the next connection on.
   */
  async apply(
    { rtsp, rtsps }: Pick<GatewaySettings, "rtsp" | "rtsps">,
    certificate: ServerCertificate | undefined,
  ): Promise<void> {
    await this.#plain.apply(rtsp);
    if (rtsps.enabled && certificate === undefined) {
      await this.#secure.close("RTSPS is off: no certificate could be made");
      return;
    }
    const isRenewed = certificate?.certificate !== this.#certificate?.certificate;
    this.#certificate = certificate;
    if (isRenewed && certificate !== undefined && this.#secure.listening !== undefined) {
      this.#secureServer?.setSecureContext(secureContextOf(certificate));
    }
    await this.#secure.apply(rtsps);
  }

  async close(): Promise<void> {
    this.#checks.cancel();
    await this.#plain.close();
    await this.#secure.close();
  }

  *#connections(): Generator<RestreamConnection> {
    yield* this.#plain.connections;
    yield* this.#secure.connections;
  }

  /** What the connections of both ports share. */
  #sharedContext(sources: RestreamSources): Omit<RestreamContext, "carrier" | "udp"> {
    const { clock, log, authorizer, counter, core } = this.#parts;
    return {
      clock,
      log,
      authorizer,
      counter,
      sources,
      admission: this.#admission,
      expectFeedback: (session, address, { rtp, rtcp }) => {
        for (const port of [rtp, rtcp]) this.#feedback.set(`${address} ${port}`, session);
      },
      forgetFeedback: (session) => {
        for (const [key, owner] of this.#feedback) if (owner === session) this.#feedback.delete(key);
      },
      watched: (access, stream, address, transport) => {
        const { sessionId, camera } = access.grant;
        if (!this.#told.isNews(sessionId, camera.id, stream, address)) return;
        core.notify("audit", {
          sessionId,
          action: "stream-watched",
          camera: camera.id,
          remoteAddress: address,
          detail: { stream, transport },
        });
      },
    };
  }
}
