// The words for watched nodes: how each is, and why.
import type { NodeView } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";

export const NODE_STATUS: Readonly<
  Record<NodeView["status"], { readonly text: MessageKey; readonly dot: string }>
> = {
  unknown: { text: "nodes.unknown", dot: "" },
  online: { text: "nodes.online", dot: " dot-ok" },
  suspect: { text: "nodes.suspect", dot: " dot-warn" },
  lost: { text: "nodes.lost", dot: " dot-bad" },
};

/** Why it is not online, in the viewer's language. */
export function nodeReasonText(reason: NonNullable<NodeView["reason"]>): string {
  const { code, context, message } = reason;
  return problemLine({ code, context, sentence: message });
}

/** What is wrong with an address that is typed, as far as can be seen without asking; undefined for a good one. */
export function addressFault(url: string): string | undefined {
  if (url.trim() === "") return undefined;
  return /^https?:\/\/[^\s@?#]+$/.test(url.trim()) && URL.canParse(url.trim())
    ? undefined
    : t("nodes.url.wrong");
}

export const LEAST_LOST_SECONDS = 5;
export const MOST_LOST_SECONDS = 300;

/** True for what may be typed as the seconds after which a node is lost. */
export function isLostSeconds(typed: string): boolean {
  return /^\d{1,3}$/.test(typed) && Number(typed) >= LEAST_LOST_SECONDS && Number(typed) <= MOST_LOST_SECONDS;
}

/** True for what can be the fingerprint of a certificate. */
export function isFingerprint(typed: string): boolean {
  return /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(typed.trim());
}
