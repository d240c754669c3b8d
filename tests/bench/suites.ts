// The suites by name, and how long each may take.

import type { ProcessRole } from "../../core/supervisor/process-contract.ts";
import { alarm } from "./alarm.ts";
import { crash } from "./crash.ts";
import type { Suite } from "./figure.ts";
import { http } from "./http.ts";
import { live } from "./live.ts";
import { motion } from "./motion.ts";
import { playback } from "./playback.ts";
import { plugins } from "./plugins.ts";
import { record } from "./record.ts";

interface SuiteEntry {
  readonly run: Suite;
  readonly deadlineMs: number;
  /** The process whose rooms it runs in itself, with what Node is told there; `core` unless said. */
  readonly as?: ProcessRole;
}

/** A suite that is not done by its deadline is ended with everything that it started. */
export const SUITES: Readonly<Record<string, SuiteEntry>> = {
  record: { run: record, deadlineMs: 900_000 },
  live: { run: live, deadlineMs: 300_000 },
  playback: { run: playback, deadlineMs: 180_000 },
  crash: { run: crash, deadlineMs: 240_000 },
  plugins: { run: plugins, deadlineMs: 180_000 },
  alarm: { run: alarm, deadlineMs: 300_000 },
  motion: { run: motion, deadlineMs: 180_000, as: "analysis" },
  http: { run: http, deadlineMs: 420_000 },
};
