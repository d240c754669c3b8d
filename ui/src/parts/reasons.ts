// What is known of each reason for recording: its colour, texture, letter and word, and which of several leads. Pure.
import type { RecordReason } from "../api/types.ts";
import type { MessageKey } from "../locale/messages.ts";

/** How a span is drawn besides its colour: with upright lines, slanted ones, lines along it, dots, or nothing. */
export type Texture = "plain" | "upright" | "slant" | "backslant" | "along" | "dots";

interface ReasonLook {
  /** Of a CSS variable. */
  readonly colour: string;
  readonly letter: string;
  readonly texture: Texture;
  readonly text: MessageKey;
}

/** Colour, texture, letter and word of each reason; the last in this order wins where several hold. */
export const REASONS: Readonly<Record<RecordReason, ReasonLook>> = {
  continuous: { colour: "continuous", letter: "C", texture: "plain", text: "reason.continuous" },
  motion: { colour: "motion", letter: "M", texture: "upright", text: "reason.motion" },
  event: { colour: "smart", letter: "E", texture: "slant", text: "reason.event" },
  "motion-or-alarm": { colour: "smart", letter: "M", texture: "slant", text: "reason.motionOrAlarm" },
  "motion-and-alarm": { colour: "alarm", letter: "A", texture: "backslant", text: "reason.motionAndAlarm" },
  alarm: { colour: "alarm", letter: "A", texture: "backslant", text: "reason.alarm" },
  pos: { colour: "pos", letter: "P", texture: "along", text: "reason.pos" },
  manual: { colour: "manual", letter: "R", texture: "dots", text: "reason.manual" },
};

const ORDER = Object.keys(REASONS) as RecordReason[];

/** The reason that gives a span its colour. */
export function leadingReason(reasons: readonly RecordReason[]): RecordReason {
  return ORDER.findLast((reason) => reasons.includes(reason)) ?? "continuous";
}
