// What `nightjar COMMAND --help` says: usage, the options that matter there, examples, exit codes of its own. The options'
// explanations are those of arguments.ts; a command without an entry here shows its line of `nightjar --help`.
import { OPTIONS } from "./arguments.ts";

export interface CommandHelp {
  readonly about: string;
  /** Behind `nightjar `, one a line. */
  readonly usage: readonly string[];
  readonly options: readonly (keyof typeof OPTIONS)[];
  /** Command and what it is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  /** Exit codes besides 0, 1 and 2. */
  readonly exits?: string;
}

const NOT_RUNNING = "3 no recorder runs with that data directory";

export const COMMAND_HELP: Readonly<Record<string, CommandHelp>> = {
  start: {
    about:
      "Starts the recorder and stays in the foreground. Ctrl-C or SIGTERM closes the recordings and ends it.",
    usage: ["start [--data DIR]"],
    options: ["data", "log-level", "plugin-path", "json"],
    examples: [
      ["nightjar start --data /srv/nightjar", "record to a folder of your own"],
      ["nightjar start --log-level debug", "say more of what happens"],
    ],
  },
  status: {
    about: "What a running recorder is doing: processes, ports, volumes, cameras, and what is wrong.",
    usage: ["status"],
    options: ["data", "json"],
    examples: [
      ["nightjar status", "for people"],
      ["nightjar status --json", "for programs"],
    ],
    exits: NOT_RUNNING,
  },
  camera: {
    about: "Cameras of a running recorder.",
    usage: [
      "camera list",
      "camera search",
      "camera add URL --name NAME [--username USER --password-stdin]",
      "camera add --driver DRIVER --config JSON --name NAME",
      "camera probe URL",
      "camera remove ID --footage keep|remove",
    ],
    options: [
      ...(["name", "id", "driver", "config", "sub-url", "username", "password-stdin"] as const),
      ...(["mode", "streams", "audio", "footage", "data", "json"] as const),
    ],
    examples: [
      [
        'printf %s "$PASSWORD" | nightjar camera add rtsp://192.168.1.20/stream1 --name Yard --username nvr --password-stdin',
        "add one",
      ],
      ["nightjar camera search", "who answers in the network, to be added with --driver onvif"],
      ["nightjar camera probe rtsp://192.168.1.20/stream1", "look at one without adding it"],
      ["nightjar camera remove yard --footage keep", "remove one; its recordings stay"],
    ],
    exits: NOT_RUNNING,
  },
  user: {
    about: "Accounts, on a running recorder or one that stands still.",
    usage: [
      "user list",
      "user create --admin NAME --password-stdin",
      "user create NAME --role ROLE [--cameras IDS] --password-stdin",
      "user change NAME [--role ROLE] [--cameras all|IDS] [--disable|--enable]",
      "user password NAME --password-stdin",
      "user reset-second-factor NAME",
      "user stream-password list NAME",
      "user stream-password add NAME [LABEL]",
      "user stream-password revoke NAME ID",
      "user remove NAME",
      "user activation-code",
    ],
    options: ["admin", "role", "cameras", "disable", "enable", "password-stdin", "data", "json"],
    examples: [
      [
        'printf %s "$PASSWORD" | nightjar user create --admin anna --password-stdin',
        "the first administrator",
      ],
      ["nightjar user change vera --cameras gate,yard", "an account sees these cameras alone"],
      [
        "nightjar user change vera --cameras gate,yard:live+playback",
        "… and of one no more than live pictures and playback",
      ],
      ["nightjar user change vera --disable", "nobody signs in with it for now"],
      ["nightjar user activation-code", "the one-time code of a recorder without an account"],
    ],
  },
  token: {
    about: "API tokens for programs, on a running recorder or one that stands still.",
    usage: [
      "token create NAME --account ACCOUNT --rights RIGHTS --expires END [--cameras IDS]",
      "token list [--account ACCOUNT]",
      "token revoke ID",
    ],
    options: ["account", "rights", "cameras", "expires", "data", "json"],
    examples: [
      [
        "nightjar token create hall --account anna --rights live,cameras.view --expires 90d",
        "for a screen in the hall; the token is shown once",
      ],
      ["nightjar token list", "all that there are, and when they were used"],
    ],
  },
  plugin: {
    about: "Plugins, on a running recorder or one that stands still.",
    usage: [
      "plugin list",
      "plugin search [WORDS]",
      "plugin add SOURCE [--allow-scripts]",
      "plugin update [NAME]",
      "plugin remove NAME",
      "plugin create KIND NAME [FOLDER] [--javascript]",
    ],
    options: ["allow-scripts", "javascript", "data", "json"],
    examples: [
      ["nightjar plugin search onvif", "what the registry has"],
      ["nightjar plugin add ./nightjar-camera-mine-1.0.0.tgz", "install one from a file"],
      ["nightjar plugin create camera mine", "begin one of your own"],
    ],
  },
  settings: {
    about: "Moves settings in and out, on a running recorder or one that stands still.",
    usage: [
      "settings export [FILE] [--password-stdin]",
      "settings import FILE [--password-stdin] [--parts LIST] [--dry-run]",
      "settings rollback [--dry-run]",
    ],
    options: ["password-stdin", "parts", "dry-run", "data", "json"],
    examples: [
      ['printf %s "$PASSWORD" | nightjar settings export backup.njset --password-stdin', "all, sealed"],
      ["nightjar settings import backup.njset --dry-run", "only say what would change"],
    ],
    exits: "4 the import left something as it was",
  },
  fsck: {
    about: "Compares recordings and index. Changes nothing without --repair or --rebuild.",
    usage: ["fsck [--verify]", "fsck --repair", "fsck --rebuild"],
    options: ["verify", "repair", "rebuild", "data", "json"],
    examples: [
      ["nightjar fsck", "is everything in order?"],
      ["nightjar fsck --repair", "mend what can be mended, with the recorder stopped"],
      ["nightjar fsck --rebuild", "make the index anew from the files, with the recorder stopped"],
    ],
    exits: "4 something is not in order",
  },
  downgrade: {
    about:
      "After an older Nightjar was installed again: takes back settings and database from before the upgrade, keeps what the newer one wrote beside them, and brings what was recorded since into the index. The recorder must be stopped.",
    usage: ["downgrade [--data DIR]"],
    options: ["data", "json"],
    examples: [["nightjar downgrade --data /srv/nightjar", "go back, then start the recorder"]],
    exits: "4 something is left that fsck could not mend",
  },
  doctor: {
    about:
      "Looks at everything around the recorder that can be wrong, with and without a running one, and says what to do. Changes nothing.",
    usage: ["doctor"],
    options: ["data", "json"],
    examples: [
      ["nightjar doctor", "for people"],
      ["sudo -u nightjar nightjar doctor --data /var/lib/nightjar", "the recorder that runs as a service"],
      [
        "nightjar doctor --json",
        "for programs: {result, checks: [{id, result, message, where, advice, command}]}",
      ],
    ],
    exits: "4 something is wrong",
  },
  service: {
    about: "Nightjar as a service of systemd.",
    usage: [
      "service install [--user] [--data DIR] [--volume DIR] [--unit-dir DIR] [--no-start] [--force]",
      "service uninstall",
      "service status",
      "service print",
    ],
    options: ["user", "volume", "unit-dir", "no-start", "force", "log-level", "plugin-path", "data", "json"],
    examples: [
      ["sudo nightjar service install", "start with the machine, as a user of its own"],
      ["sudo nightjar service install --volume /mnt/disk1", "that may record to another disk too"],
      ["nightjar service print", "see the unit first"],
    ],
    exits: "3 the service is not active (service status)",
  },
  bench: {
    about: "Measures this machine; from a checkout.",
    usage: ["bench [SUITE…]"],
    options: ["json"],
    examples: [["nightjar bench record", "what recording costs here"]],
  },
};

/** The page of one command; undefined if there is none of its own. */
export function helpOf(name: string): string | undefined {
  const help = Object.hasOwn(COMMAND_HELP, name) ? COMMAND_HELP[name] : undefined;
  if (help === undefined) return undefined;
  const { about, usage, options, examples, exits } = help;
  return [
    about,
    "",
    "Usage:",
    ...usage.map((line) => `  nightjar ${line}`),
    "",
    "Options:",
    ...options.map((option) => `  --${option.padEnd(16)} ${ownWords(OPTIONS[option].help, name)}`),
    "",
    "Examples:",
    ...examples.flatMap(([command, purpose]) => [`  ${command}`, `      ${purpose}`]),
    "",
    `Exit codes: 0 done, 1 failed, 2 wrong usage${exits === undefined ? "" : `, ${exits}`}.`,
  ].join("\n");
}

/** The explanation without the commands in front that it holds for, where this is one of them. */
function ownWords(text: string, name: string): string {
  const [, commands, rest] = /^([a-z ,]+): (.+)$/.exec(text) ?? [];
  return commands?.split(/[ ,]+/).includes(name) === true && rest !== undefined ? rest : text;
}
