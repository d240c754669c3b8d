// What a running recorder says of itself, as findings beside those of the machine around it.
import { type Check, type Facts, finding, ok, type Said, said } from "./check.ts";
import type { RunningPlugin } from "./plugin-checks.ts";

/** A recorder that runs on the data directory, by what the command line or the API learnt of it. */
export interface RunningRecorder {
  /** Of the process that holds the data directory; undefined where the caller is the recorder itself. */
  readonly pid?: number;
  /** Its word; undefined if it holds the data directory but does not answer. */
  readonly status?: {
    readonly processes: readonly { readonly name: string; readonly pid?: number }[];
    readonly ports?: readonly { readonly kind: string; readonly port: number }[] | undefined;
    readonly problems: readonly {
      readonly code: string;
      readonly severity: "notice" | "warning" | "error";
      readonly message: string;
      /** What it is about, as people call it: the message begins with it. */
      readonly subject?: string;
      readonly context?: Facts;
    }[];
  };
  readonly plugins?: readonly RunningPlugin[];
}

/** Said better by a check of their own. */
const SAID_ELSEWHERE = /^(?:port$|ffmpeg-missing$|plugin-|NJ_CONFIG_INVALID$)/;

/** `mayLook`: one who may not look cannot know that none runs. */
export function checkRunning(
  dataDir: string,
  running: RunningRecorder | undefined,
  mayLook: boolean,
): Check[] {
  if (running === undefined) {
    if (!mayLook) return [];
    return [
      finding(
        "recorder",
        "notice",
        said("recorder-none", "no recorder runs with {path}", { path: dataDir }),
        {
          where: dataDir,
          advice: said(
            "start-recorder",
            "start one, or name the data directory of the one that runs with --data",
          ),
          command: "nightjar start",
        },
      ),
    ];
  }
  if (running.status === undefined) {
    const message = said(
      "recorder-silent",
      "a recorder (process {pid}) has {path}, but does not answer: it is starting, or its core process hangs",
      { pid: running.pid ?? "?", path: dataDir },
    );
    const advice = said("wait-and-ask", "wait half a minute and ask again; then look into its log");
    return [
      finding("recorder", "error", message, { where: dataDir, advice, command: "journalctl -u nightjar" }),
    ];
  }
  const checks = running.status.problems
    .filter(({ code }) => !SAID_ELSEWHERE.test(code))
    .map(({ code, severity, message, subject, context = {} }) =>
      // In the words, and by the code, that the recorder itself has for it.
      finding(
        "recorder",
        severity,
        { code, facts: subject === undefined ? context : { ...context, subject }, text: message },
        {
          where: code,
          advice: adviceFor(code),
          command: "nightjar status",
        },
      ),
    );
  return checks.length > 0
    ? checks
    : [ok("recorder", said("recorder-fit", "the recorder runs and has nothing to complain of"), dataDir)];
}

function adviceFor(code: string): Said {
  if (code.startsWith("camera-"))
    return said(
      "see-camera-states",
      "check its power, cable, address and password; docs/guide/cameras.md explains each state",
    );
  if (code.startsWith("volume-") || code === "recording-stopped")
    return said("see-volume", "see what is said of its volume");
  if (code.startsWith("node-"))
    return said(
      "see-node",
      "see that it runs and is reached from here; docs/guide/other-recorders.md says more",
    );
  return said("see-troubleshooting", "docs/guide/troubleshooting.md says more");
}
