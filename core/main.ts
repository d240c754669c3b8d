// The command line `nightjar`, and the only file that ends the process. Commands lie in cli/; a command is loaded
// when it is called, so that `nightjar --version` stays quick and processes load only what they run.
import type { CommandLine } from "./cli/arguments.ts";
import { EXIT, OPTIONS, parseCommandLine, textFlag } from "./cli/arguments.ts";
import { helpOf } from "./cli/command-help.ts";
import { nearestWord } from "./cli/nearest-word.ts";
import { print, printError, printJson } from "./cli/output.ts";
import { NightjarError } from "./errors.ts";
import { LOG_LEVELS, type LogLevel } from "./log.ts";
import type { RoleRunner } from "./supervisor/child-main.ts";
import { PROCESS_ROLES, type ProcessRole } from "./supervisor/process-contract.ts";
import { VERSION } from "./version.ts";

const COMMANDS: Readonly<Record<string, { help: string; run: (line: CommandLine) => Promise<number> }>> = {
  start: {
    help: "start the recorder and stay in the foreground",
    run: async (line) => (await import("./cli/start.ts")).start(line),
  },
  status: {
    help: "what a running recorder is doing",
    run: async (line) => (await import("./cli/status.ts")).status(line),
  },
  camera: {
    help: "camera list | search | add URL | remove ID | probe URL",
    run: async (line) => (await import("./cli/camera.ts")).camera(line),
  },
  user: {
    help: "user list | create NAME | change NAME | password NAME | reset-second-factor NAME | stream-password list|add|revoke NAME | remove NAME | activation-code",
    run: async (line) => (await import("./cli/user.ts")).user(line),
  },
  token: {
    help: "token list | create NAME | revoke ID: API tokens for programs; --account, --rights, --expires, --cameras",
    run: async (line) => (await import("./cli/token.ts")).token(line),
  },
  plugin: {
    help: "plugin list | search [WORDS] | add SOURCE | update [NAME] | remove NAME | create KIND NAME [FOLDER]",
    run: async (line) => (await import("./cli/plugin.ts")).plugin(line),
  },
  settings: {
    help: "settings export [FILE] | import FILE | rollback; --password-stdin, --parts, --dry-run",
    run: async (line) => (await import("./cli/settings.ts")).settings(line),
  },
  fsck: {
    help: "compare recordings and index; --verify, --repair, --rebuild (the last two with the recorder stopped)",
    run: async (line) => (await import("./cli/fsck.ts")).fsckCommand(line),
  },
  doctor: {
    help: "look at everything around the recorder that can be wrong, and say what to do",
    run: async (line) => (await import("./cli/doctor.ts")).doctor(line),
  },
  downgrade: {
    help: "after an older Nightjar was installed again: take back what stood before the upgrade",
    run: async (line) => (await import("./cli/downgrade.ts")).downgrade(line),
  },
  service: {
    help: "service install | uninstall | status | print: run Nightjar as a service of systemd",
    run: async (line) => (await import("./cli/service.ts")).service(line),
  },
  bench: {
    help: "measure this machine (from a checkout)",
    run: async (line) => (await import("./cli/bench.ts")).bench(line),
  },
  process: { help: "", run: runProcess },
};

async function runProcess(line: CommandLine): Promise<number> {
  const role = PROCESS_ROLES.find((known) => known === line.words[1]);
  if (role === undefined || process.send === undefined) {
    throw new NightjarError(
      "NJ_CLI_USAGE",
      "invalid-argument",
      "processes are started by nightjar start, not by hand",
    );
  }
  const { runChild } = await import("./supervisor/child-main.ts");
  return runChild(
    role,
    {
      dataDir: line.dataDir,
      logLevel: logLevel(line),
      pluginPaths: (line.flags["plugin-path"] ?? []) as readonly string[],
    },
    await runnerOf(role),
  );
}

async function runnerOf(role: ProcessRole): Promise<RoleRunner> {
  switch (role) {
    case "media":
      return (await import("./media/process/run-media.ts")).runMedia;
    case "core":
      return (await import("./control/run-core.ts")).runCore;
    case "gateway":
      return (await import("./gateway/run-gateway.ts")).runGateway;
    case "analysis":
      return (await import("./analysis/run-analysis.ts")).runAnalysis;
    case "flows":
      return (await import("./flows/run-flows.ts")).runFlows;
  }
}

function logLevel(line: CommandLine): LogLevel {
  const wanted = textFlag(line, "log-level") ?? process.env["NIGHTJAR_LOG_LEVEL"] ?? "notice";
  const level = LOG_LEVELS.find((known) => known === wanted);
  if (level === undefined) {
    throw new NightjarError(
      "NJ_CLI_USAGE",
      "invalid-argument",
      `log level "${wanted}": one of ${LOG_LEVELS.join(", ")}`,
    );
  }
  return level;
}

function printHelp(): void {
  print(`Nightjar ${VERSION}, a network video recorder\n\nUsage: nightjar COMMAND [options]\n\nCommands:`);
  for (const [name, { help }] of Object.entries(COMMANDS))
    if (help !== "") print(`  ${name.padEnd(9)} ${help}`);
  print('\n"nightjar COMMAND --help" says more of one, with examples.\n\nOptions:');
  for (const [name, { help }] of Object.entries(OPTIONS)) print(`  --${name.padEnd(16)} ${help}`);
  print(
    "\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 the recorder is not running, 4 fsck, doctor or an import found something.",
  );
}

function unknownCommand(name: string): NightjarError {
  const near = nearestWord(
    name,
    Object.keys(COMMANDS).filter((known) => COMMANDS[known]?.help !== ""),
  );
  const meant = near === undefined ? "" : ` Did you mean ${near}?`;
  return new NightjarError(
    "NJ_CLI_USAGE",
    "invalid-argument",
    `no command "${name}".${meant} "nightjar --help" lists them`,
  );
}

async function main(): Promise<number> {
  let json = process.argv.includes("--json");
  try {
    const line = parseCommandLine(process.argv.slice(2), process.env);
    json = line.json;
    if (line.flags["version"] === true) {
      if (line.json) printJson({ version: VERSION });
      else print(VERSION);
      return EXIT.ok;
    }
    const [first, second] = line.words;
    const wantsHelp = line.flags["help"] === true || first === "help";
    const name = first === "help" ? second : first;
    if (name === undefined) {
      printHelp();
      return wantsHelp ? EXIT.ok : EXIT.usage;
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw unknownCommand(name);
    if (wantsHelp) {
      print(helpOf(name) ?? command.help);
      return EXIT.ok;
    }
    return await command.run(line);
  } catch (error) {
    return printError(error, json);
  }
}

process.exit(await main());
