// The answer to "why?": steps in a fixed order and two verdicts, each a code with plain facts that sentences.ts and the
// interface make words of. Where a link leads is a page and the camera or event that it is about.
import type { Facts } from "../domain/facts.ts";

export const EXPLAIN_STEPS = [
  "camera",
  "connection",
  "wanted",
  "storage",
  "recorded",
  "detection",
  "rule",
  "armed",
  "linked",
  "event",
  "actions",
  "rest",
] as const;
/** What is looked at, in this order: the first five decide about recording, the rest about alarms. */
export type ExplainStepName = (typeof EXPLAIN_STEPS)[number];

export const EXPLAIN_STATES = ["ok", "no", "unknown"] as const;
/** `ok`: nothing against it; `no`: this speaks against it; `unknown`: nobody knows any more, or it is not for this account. */
export type ExplainState = (typeof EXPLAIN_STATES)[number];

export const EXPLAIN_PAGES = ["camera", "detection", "storage", "events", "linkage", "playback"] as const;

/** Where the setting or the evidence lies. */
export interface ExplainLink {
  readonly page: (typeof EXPLAIN_PAGES)[number];
  readonly camera?: string;
  /** Of playback and events. */
  readonly at?: string;
}

/** A sentence as its key and the facts in it. */
export interface Said {
  readonly code: string;
  readonly context?: Facts;
}

export interface ExplainStep extends Said {
  readonly step: ExplainStepName;
  readonly state: ExplainState;
  readonly notes: readonly Said[];
  readonly link?: ExplainLink;
  /** It goes by the settings of today, which is all that is kept of them. */
  readonly todays?: true;
}

export interface Verdict extends Said {
  readonly state: ExplainState;
}

export interface Explanation {
  readonly steps: readonly ExplainStep[];
  readonly recording: Verdict;
  readonly alarm: Verdict;
}
