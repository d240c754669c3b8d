// How tills are, and by what receipts ended, in words.
import type { Receipt, TillView } from "../../api/types.ts";
import type { MessageKey } from "../../locale/messages.ts";

export const STATUS_TEXT: Readonly<Record<TillView["status"], MessageKey>> = {
  off: "tills.status.off",
  waiting: "tills.status.waiting",
  connected: "tills.status.connected",
  failed: "tills.status.failed",
};

export const STATUS_DOT: Readonly<Record<TillView["status"], string>> = {
  off: "dot-unknown",
  waiting: "dot-ok",
  connected: "dot-ok",
  failed: "dot-bad",
};

/** What is worth saying of an end; the last line needs no word. */
export const END_TEXT: Readonly<Partial<Record<NonNullable<Receipt["endedBy"]>, MessageKey>>> = {
  next: "tills.end.next",
  pause: "tills.end.pause",
  "too-long": "tills.end.tooLong",
  restarted: "tills.end.restarted",
  "switched-off": "tills.end.switchedOff",
};
