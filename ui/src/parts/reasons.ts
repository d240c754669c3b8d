// What is known of each reason for recording: its colour, letter and word, and which of several leads. Pure.
import type { RecordReason } from "../api/types.ts";
import type { MessageKey } from "../locale/messages.ts";

/** Colour name (a CSS variable), letter and word of each reason; the last in this order wins where several hold. */
export const REASONS: Readonly<Record<RecordReason, { colour: string; letter: string; text: MessageKey }>> = {
  continuous: { colour: "continuous", letter: "C", text: "reason.continuous" },
  motion: { colour: "motion", letter: "M", text: "reason.motion" },
  event: { colour: "smart", letter: "E", text: "reason.event" },
  "motion-or-alarm": { colour: "smart", letter: "M", text: "reason.motionOrAlarm" },
  "motion-and-alarm": { colour: "alarm", letter: "A", text: "reason.motionAndAlarm" },
  alarm: { colour: "alarm", letter: "A", text: "reason.alarm" },
  pos: { colour: "pos", letter: "P", text: "reason.pos" },
  manual: { colour: "manual", letter: "R", text: "reason.manual" },
};

const ORDER = Object.keys(REASONS) as RecordReason[];

/** The reason that gives a span its colour. */
export function leadingReason(reasons: readonly RecordReason[]): RecordReason {
  return ORDER.findLast((reason) => reasons.includes(reason)) ?? "continuous";
}
