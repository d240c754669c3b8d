// A camera's state as people and plugins see it: the worst of its streams, with the reason in words.

import type { Facts } from "./facts.ts";

/** What of a stream's state counts here. */
export interface StreamCondition {
  readonly status: "connecting" | "online" | "degraded" | "offline";
  readonly fault?: { readonly code: string; readonly message: string; readonly context?: Facts };
  /** Wall clock in milliseconds. */
  readonly sinceMs: number;
}

/** How a camera is: `degraded` is received with faults, `disabled` is switched off by its owner. */
export type CameraStatus = "connecting" | "online" | "degraded" | "offline" | "disabled";

/** How a camera is, and why, for people. */
export interface CameraState {
  readonly status: CameraStatus;
  /** For people: "wrong password", with what to do. Absent when all is well. */
  readonly reason?: string;
  /** The fault's stable code (`wrong-password`, `stalled` …). */
  readonly code?: string;
  /** What the reason names. `stream: "sub"`: it is the sub-stream's. */
  readonly context?: Facts;
  /** Wall clock in milliseconds since when. */
  readonly sinceMs: number;
}

/**
 * Sums up the streams of an enabled camera. The main stream decides whether it is online; trouble with the
 * sub-stream alone makes it degraded.
 */
export function cameraStateOf(
  streams: { readonly main?: StreamCondition; readonly sub?: StreamCondition },
  nowMs: number,
): CameraState {
  const { main, sub } = streams;
  if (main === undefined) return { status: "connecting", sinceMs: nowMs };
  const describe = ({ fault }: StreamCondition, prefix: string, facts: Facts = {}) => {
    if (fault === undefined) return {};
    const context = { ...fault.context, ...facts };
    return {
      reason: `${prefix}${fault.message}`,
      code: fault.code,
      ...(Object.keys(context).length === 0 ? {} : { context }),
    };
  };
  if (
    main.status === "online" &&
    sub !== undefined &&
    (sub.status === "offline" || sub.status === "degraded")
  ) {
    return { status: "degraded", ...describe(sub, "Sub-stream: ", { stream: "sub" }), sinceMs: sub.sinceMs };
  }
  return { status: main.status, ...describe(main, ""), sinceMs: main.sinceMs };
}
