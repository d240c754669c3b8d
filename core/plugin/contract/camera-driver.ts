// What a camera plugin registers: a driver that turns a camera's configuration into stream descriptors.
// Plain data in, plain data out: video never passes through a plugin (docs: architecture, plugins).
// What cameras can do besides: camera-abilities.ts.
import type { TObject } from "typebox";
import type { CameraAbilities } from "./camera-abilities.ts";

/**
 * Where `media` fetches a stream. The password never stands here: `credentialsRef` names the secret field of the
 * camera's configuration that holds it, and the core adds it on the way to `media`.
 */
export interface RtspStreamDescriptor {
  readonly kind: "rtsp";
  /** rtsp:// or rtsps://, without credentials. */
  readonly url: string;
  readonly username?: string;
  /** Name of the secret field, usually `password`. */
  readonly credentialsRef?: string;
  /** `auto`: TCP first, UDP when the camera refuses that. */
  readonly transport: "auto" | "tcp" | "udp";
}

/** Where a stream comes from. More kinds may come. */
export type StreamDescriptor = RtspStreamDescriptor;

/** The streams of a camera. A camera without a sub-stream shows its main stream in small tiles too. */
export interface CameraStreams {
  readonly main: StreamDescriptor;
  readonly sub?: StreamDescriptor;
}

/** One line of a driver's catalogue of brands; placeholders: `{channel}`. */
export interface UrlPattern {
  readonly brand: string;
  /** Path and query for the main stream, as in `/Streaming/Channels/101`. */
  readonly mainPath: string;
  readonly subPath?: string;
  /** Default port if it is not 554. */
  readonly port?: number;
  readonly notes?: string;
}

/** What a call of a driver carries besides the configuration. */
export interface DriverContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Reads a secret field of the camera's configuration. */
  secret(field: string): Promise<string | undefined>;
}

/** A device that answered when a driver called into the network. Nothing that it says of itself is believed. */
export interface FoundCamera {
  /** Where it answered from: host, with a port where it is not the usual one. For people, and to know it again. */
  readonly address: string;
  /** What goes into the form of a new camera: settings as the driver's schema has them, as far as they are known. */
  readonly config: Readonly<Record<string, string>>;
  /** The device's own lasting id, by which a device that answers twice is known. */
  readonly id?: string;
  readonly name?: string;
  readonly maker?: string;
  /** Its model, as it says. */
  readonly hardware?: string;
  readonly location?: string;
}

/** How long and how much a driver may search. */
export interface SearchWish {
  /** The answer is due by then, with whatever has come. */
  readonly waitMs: number;
  /** More devices than these are not asked for. */
  readonly most: number;
}

/**
 * A brand or a protocol. One driver answers for each camera that names it in `driver`. All methods may be called at
 * any time after the plugin's `start`; they are asynchronous, take and give plain data, and have ten seconds.
 */
export interface CameraDriver extends CameraAbilities {
  /** The id that cameras name: `rtsp`, `onvif` … */
  readonly id: string;
  readonly displayName: string;
  /**
   * TypeBox schema of a camera's `config`. A property with `"x-secret": true` is write-only: it is kept in the secret
   * store and handed out by {@link DriverContext.secret} alone. A stored secret is forgotten when the settings name another
   * address or account: by a property with `"x-address": true` or, where none is marked, by any text that is no choice.
   */
  readonly configSchema: TObject;
  /** Known URL patterns by brand, shown when a camera is added. */
  readonly catalogue?: readonly UrlPattern[];
  /**
   * Called with what a person typed, before it is checked against the schema and stored: the place to split
   * credentials off a URL. Must not touch the network.
   */
  prepare?(config: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Answers where the streams of a camera are. May ask the device. Throws with a message for people if it cannot. */
  streams(config: Readonly<Record<string, unknown>>, context: DriverContext): Promise<CameraStreams>;
  /**
   * Calls into the network and answers who answered; finding nobody is an answer as well. It must not connect to devices by
   * itself: they are strangers until a person has chosen one. Asked once at a time, and only when somebody wants it.
   */
  discover?(wanted: SearchWish, context: { readonly signal: AbortSignal }): Promise<readonly FoundCamera[]>;
}
