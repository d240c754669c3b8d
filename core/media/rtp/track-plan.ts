// What a session description promises of each track, in the terms that depacketisers need. Made by rtsp/track-planner.ts.
import type { G726Packing, G726Rate } from "../codec/g726.ts";
import type { AudioFormat, VideoCodec } from "../format.ts";
import type { AacPacketLayout } from "./aac-depacketiser.ts";

interface PlanBase {
  /** RTP clock in Hz. */
  readonly clockRate: number;
  readonly payloadType: number;
  /** Payload types of the same media line that mean something else. */
  readonly foreignPayloadTypes: ReadonlySet<number>;
}

export interface VideoPlan extends PlanBase {
  readonly kind: "video";
  readonly codec: VideoCodec;
  /** Bare parameter sets of the description, in its order. */
  readonly parameterSets: readonly Buffer[];
  /** H.265 with sprop-max-don-diff above 0. */
  readonly hasOrderNumbers: boolean;
  readonly frameRate: number | undefined;
}

/** How the payload is laid out. */
export type AudioPacking =
  | { readonly kind: "aac"; readonly layout: AacPacketLayout }
  | {
      readonly kind: "latm";
      readonly unitDuration: number;
      readonly subFrames: number;
      readonly muxConfigInBand: boolean;
    }
  | { readonly kind: "g711" }
  | { readonly kind: "opus" }
  | { readonly kind: "g726"; readonly rate: G726Rate; readonly packing: G726Packing };

export interface AudioPlan extends PlanBase {
  readonly kind: "audio";
  readonly packing: AudioPacking;
  /** Undefined where only the stream itself tells (LATM with the configuration in band). */
  readonly format: AudioFormat | undefined;
}

export interface MetadataPlan extends PlanBase {
  readonly kind: "metadata";
}

export interface TrackPlans {
  readonly video: VideoPlan;
  readonly audio: AudioPlan | undefined;
  readonly metadata: MetadataPlan | undefined;
}
