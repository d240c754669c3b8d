// Is the machine's clock right? Recordings are named and found by it.
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { type Check, finding, ok, said } from "./check.ts";

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
    const message = said("clock-impossible", "the clock says {now}, which cannot be", { now });
    const advice = said("set-clock", "set the clock, best by NTP");
    return [finding("clock", "error", message, { advice, command: SET })];
  }
  if (newestFootageMs !== undefined && newestFootageMs > nowMs + AHEAD_MS) {
    const newest = new Date(newestFootageMs).toISOString();
    const message = said(
      "clock-behind-footage",
      "the clock says {now}, but there are recordings of {newest}: the clock is, or was, wrong",
      { now, newest },
    );
    const advice = said(
      "set-clock-or-keep",
      "set the clock, best by NTP; if it is right now, those recordings stand in the future and are kept until then",
    );
    return [finding("clock", "error", message, { advice, command: SET })];
  }
  return [await ntpFinding()];
}

async function ntpFinding(): Promise<Check> {
  const answer = await timedatectl();
  const kept = ok("clock", said("clock-by-ntp", "the clock is kept by NTP"));
  if (answer === "yes") return kept;
  if (answer === "no") {
    const message = said(
      "clock-without-ntp",
      "the clock is not kept by NTP: it drifts, and recordings get wrong times",
    );
    const advice = said("let-clock-be-set", "let it be set by NTP");
    return finding("clock", "warning", message, { advice, command: SET });
  }
  // Other services leave their marks; where none is known nothing is claimed.
  for (const mark of MARKS) if (await exists(mark)) return kept;
  return finding("clock", "notice", said("clock-unknown", "whether the clock is kept by NTP is not known"), {
    advice: said("clock-of-container", "see to it on the machine itself if this is a container"),
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
