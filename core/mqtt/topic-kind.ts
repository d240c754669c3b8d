// What one kind of topic is, for the table in topics.ts.
import type { TSchema } from "typebox";
import type { Right } from "../domain/roles.ts";

/** One kind of topic. */
export interface TopicKind {
  /** Below the base; `{…}` stands for an id. */
  readonly path: string;
  /** `out`: Nightjar sends it; `in`: Nightjar takes it, and nobody else gets it. */
  readonly direction: "out" | "in";
  readonly retained: boolean;
  readonly qos: 0 | 1;
  /** What a client of the embedded broker must be allowed: a camera right for the camera in the path. */
  readonly right: Right;
  /** Of the recorder itself: for those who see all of its cameras. */
  readonly needsAllCameras?: boolean;
  readonly payload: TSchema;
  readonly isText: boolean;
  readonly description: string;
}

/** Nightjar sends it. */
export const out = { direction: "out", qos: 1 } as const;
/** Nightjar takes it. */
export const taken = { direction: "in", qos: 1, retained: false } as const;
/** Its payload is JSON. */
export const json = { isText: false } as const;
/** Its payload is a bare word. */
export const text = { isText: true } as const;
