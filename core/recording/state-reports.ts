// Reports of which only the newest counts: the state of a stream or volume until the next one. `media` tells them
// once, so that they are kept with the index and taken up again at the next start of `core`.
import type { MediaReport } from "../media/protocol.ts";

/** A report that is a state. */
export type StateReport = Extract<
  MediaReport,
  { kind: "stream-state" | "stream-format" | "recording-state" | "segment-opened" | "volume-state" }
>;

/** True for reports that are states. */
export function isStateReport(report: MediaReport): report is StateReport {
  switch (report.kind) {
    case "stream-state":
    case "stream-format":
    case "recording-state":
    case "segment-opened":
    case "volume-state":
      return true;
    default:
      return false;
  }
}

/** Reports with equal keys replace each other. */
export function stateKey(report: StateReport): string {
  switch (report.kind) {
    case "volume-state":
      return `${report.kind}/${report.state.volume}`;
    case "segment-opened":
      return `${report.kind}/${report.identity.camera}/${report.identity.stream}`;
    default:
      return `${report.kind}/${report.camera}/${report.stream}`;
  }
}

/**
 * What must differ for a report to be worth a write: free space is told every few seconds, and a disk need not turn
 * for that.
 */
export function stateMark(report: StateReport): string {
  if (report.kind !== "volume-state") return JSON.stringify(report);
  const { status, message, totalBytes, sinceMs } = report.state;
  return JSON.stringify([status, message, totalBytes, sinceMs]);
}
