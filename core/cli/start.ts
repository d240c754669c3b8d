// `nightjar start`: runs the supervisor in the foreground and says where to open the recorder.
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { NightjarError } from "../errors.ts";
import { createLog, LOG_LEVELS, LogGate, type LogLevel } from "../log.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { requireReadableData } from "../system/data-version.ts";
import { KeptLog } from "../system/kept-log.ts";
import { VERSION } from "../version.ts";
import { type CommandLine, EXIT, textFlag } from "./arguments.ts";
import { type Listener, urlOf } from "./listener-url.ts";
import { print, printJson } from "./output.ts";

const ENTRY = fileURLToPath(new URL("../main.ts", import.meta.url));

const UNTIL_KNOWN: LogLevel = "notice";

/** Stays until SIGINT, SIGTERM or the end of its terminal (SIGHUP), then ends everything in order. */
export async function start(line: CommandLine): Promise<number> {
  const asked = askedLogLevel(line);
  await requireReadableData(line.dataDir);
  const kept = new KeptLog(line.dataDir, "supervisor");
  // Until `core` has read config.json.
  const level = asked ?? UNTIL_KNOWN;
  const gate = new LogGate(level);
  const log = createLog({ gate, fields: { process: "supervisor" }, destination: kept });
  const begin = performance.now();
  // Whoever reads what it prints may go, like a terminal or a pager: it records on, and its log is kept.
  process.stdout.on("error", () => undefined);
  if (!line.json) {
    print(`Nightjar ${VERSION} starts with ${line.dataDir}`);
    if (line.dataInCheckout) {
      print(
        "  This folder is inside a checkout, where evidence is easily deleted: choose another with --data for real use.",
      );
    }
  }
  const paths = (line.flags["plugin-path"] ?? []) as readonly string[];
  const supervisor = new Supervisor({
    dataDir: line.dataDir,
    entry: ENTRY,
    args: ["--log-level", level, ...paths.flatMap((path) => ["--plugin-path", path])],
    log,
    onProblem(role, reason) {
      if (!line.json)
        print(`\nThe process ${role} cannot start: ${reason}\nThe others go on; it is tried again.`);
    },
    decideLogLevel(configured) {
      const decided = asked ?? configured;
      gate.set(decided);
      return decided;
    },
    onReady: (facts) => announce(line, facts, performance.now() - begin),
  });
  // Node forgets at its start that `nohup` had the signal ignored: without a terminal there is none whose end it could tell of.
  const hasTerminal = isatty(0);
  const told = new Promise<void>((resolve) => {
    process.on("SIGINT", () => resolve());
    process.on("SIGTERM", () => resolve());
    process.on("SIGHUP", () => {
      if (hasTerminal) resolve();
    });
  });
  await supervisor.start();
  await told;
  if (!line.json) print("Stopping: closing the recordings …");
  await supervisor.stop();
  await kept.close();
  return EXIT.ok;
}

/** What the command line or the environment settles for this run, whatever config.json says. */
function askedLogLevel(line: CommandLine): LogLevel | undefined {
  const wanted = textFlag(line, "log-level") ?? process.env["NIGHTJAR_LOG_LEVEL"];
  if (wanted === undefined) return undefined;
  const level = LOG_LEVELS.find((known) => known === wanted);
  if (level !== undefined) return level;
  throw new NightjarError(
    "NJ_CLI_USAGE",
    "invalid-argument",
    `--log-level is one of ${LOG_LEVELS.join(", ")}`,
  );
}

type Facts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function announce(line: CommandLine, facts: Facts, tookMs: number): void {
  const gateway = facts["gateway"] ?? {};
  const http = gateway["http"] as Listener | undefined;
  const https = gateway["https"] as Listener | undefined;
  const rtsp = gateway["rtsp"] as Listener | undefined;
  const rtsps = gateway["rtsps"] as Listener | undefined;
  const code = facts["core"]?.["activationCode"];
  const urls = [
    ...(http === undefined ? [] : [urlOf("http", http)]),
    ...(https === undefined ? [] : [urlOf("https", https)]),
  ];
  if (line.json) {
    printJson({
      ready: true,
      urls,
      rtsp: rtsp && urlOf("rtsp", rtsp),
      rtsps: rtsps && urlOf("rtsps", rtsps),
      activationCode: code,
      readyMs: Math.round(tookMs),
      dataDir: line.dataDir,
    });
    return;
  }
  print(
    `\nReady after ${(tookMs / 1000).toFixed(1)} s. Open ${urls.join(" or ") || "(no port could be opened, see above)"}`,
  );
  if (rtsp !== undefined) print(`  Live pictures for other programs: ${urlOf("rtsp", rtsp)}/<camera>`);
  if (typeof code === "string") {
    print(
      `\n  First start: the one-time code is ${code}\n  Type it in the browser to make the administrator's account.`,
    );
  }
  print("\nCtrl-C ends the recorder.");
}
