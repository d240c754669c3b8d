// What the rest of this room needs of a broker, be it the one within or somebody else's.
import type { Actor, Principal } from "../users/principal.ts";

/** Something to be published. */
export interface OutgoingMessage {
  readonly topic: string;
  /** Bytes where it is a picture. */
  readonly payload: string | Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** Something that a client sent to a topic that Nightjar takes. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** Who sent it; undefined at a broker that is not ours, which has judged that itself. */
  readonly principal: Principal | undefined;
  /** For the audit log. */
  readonly actor: Actor;
  /** Sends an answer to whoever asked, and to nobody who may not see it. */
  answer(topic: string, payload: string): void;
}

/** How a broker is. */
export interface BrokerState {
  readonly status: "starting" | "running" | "connecting" | "failed";
  /** For people: what is wrong. */
  readonly reason?: string;
  /** For programs and translations, where it is a known one. */
  readonly fault?: string;
  readonly sinceMs: number;
}

export interface Broker {
  readonly state: BrokerState;
  /** Resolves when the broker has taken it. Rejects with `NJ_MQTT_AWAY` while it is away, or stands still. */
  publish(message: OutgoingMessage): Promise<void>;
  /** Topics of other programs, without wildcards, of which every message is told as `heard`, in the place of those before. */
  listen(topics: readonly string[]): void;
  close(): Promise<void>;
}

/** What a broker tells. */
export interface BrokerEvents {
  /** It is there (again): what it retained may be gone. */
  up(): void;
  changed(): void;
  message(message: IncomingMessage): void;
  /** A message on a topic that is listened to, of whoever may publish there; `isKept`: how it was before we listened. */
  heard(topic: string, payload: Buffer, isKept: boolean): void;
}
