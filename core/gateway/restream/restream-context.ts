// What the connections of one door share. Types only.
import type { Clock } from "../../clock.ts";
import type { StreamName } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { UdpPorts } from "../../media/rtsp-server/udp-ports.ts";
import type { Access, Authorizer } from "../authorizer.ts";
import type { ByteCounter } from "../doors/client-socket.ts";
import type { Admission } from "./admission.ts";
import type { RestreamSession } from "./restream-session.ts";
import type { RestreamSources } from "./restream-sources.ts";
import type { Pair } from "./viewer-output.ts";

export interface RestreamContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly authorizer: Authorizer;
  readonly sources: RestreamSources;
  readonly admission: Admission;
  readonly counter: ByteCounter;
  /** What carries packets that do not go over UDP. */
  readonly carrier: "tcp" | "tls";
  /** The UDP sockets; undefined while there are none, and over TLS, where UDP would show the pictures to everybody. */
  udp(): UdpPorts | undefined;
  /** Reports from this address and these ports are signs of life of this session. */
  expectFeedback(session: RestreamSession, address: string, pair: Pair): void;
  forgetFeedback(session: RestreamSession): void;
  /** Somebody begins to watch: worth the audit log. */
  watched(access: Access, stream: StreamName, address: string, transport: "tcp" | "tls" | "udp"): void;
}
