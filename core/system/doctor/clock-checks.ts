// Is the machine's clock right? Recordings are named and found by it.
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { type Check, finding, ok } from "./check.ts";

/** Nightjar is not older: a clock before this was never set. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);
/** Footage that begins so far ahead was not recorded by this clock. */
const AHEAD_MS = 10 * 60_000;
const ASK_TIMEOUT_MS = 3_000;
const MARKS = ["/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/ntpd.pid"];
const SET = "timedatectl set-ntp true";

/** `newestFootageMs`: when the newest recording began. */
export async function checkClock(nowMs: number, newestFootageMs: number | undefined): Promise<Check[]> {
  const now = new Date(nowMs).toISOString();
  if (nowMs < EARLIEST_MS) {
    const detail = { advice: "set the clock, best by NTP", command: SET };
    return [finding("clock", "error", `the clock says ${now}, which cannot be`, detail)];
  }
  if (newestFootageMs !== undefined && newestFootageMs > nowMs + AHEAD_MS) {
    const newest = new Date(newestFootageMs).toISOString();
    const message = `the clock says ${now}, but there are recordings of ${newest}: the clock is, or was, wrong`;
    const advice =
      "set the clock, best by NTP; if it is right now, those recordings stand in the future and are kept until then";
    return [finding("clock", "error", message, { advice, command: SET })];
  }
  return [await ntpFinding()];
}

async function ntpFinding(): Promise<Check> {
  const said = await timedatectl();
  if (said === "yes") return ok("clock", "the clock is kept by NTP");
  if (said === "no") {
    const message = "the clock is not kept by NTP: it drifts, and recordings get wrong times";
    return finding("clock", "warning", message, { advice: "let it be set by NTP", command: SET });
  }
  // Other services leave their marks; where none is known nothing is claimed.
  for (const mark of MARKS) if (await exists(mark)) return ok("clock", "the clock is kept by NTP");
  return finding("clock", "notice", "whether the clock is kept by NTP is not known", {
    advice: "see to it on the machine itself if this is a container",
  });
}

/** What systemd says of the clock; undefined where it does not run. */
function timedatectl(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = ["show", "--property=NTPSynchronized", "--value"];
    execFile("timedatectl", args, { timeout: ASK_TIMEOUT_MS }, (error, out) => {
      resolve(error === null ? out.trim() : undefined);
    });
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
