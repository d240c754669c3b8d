// Which test files there are and how they share the machine: the suites, the jobs made of them, their order.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** What one process runs: a file, or several short ones that need no process of their own. */
export interface Job {
  readonly files: readonly string[];
  /** Judges moments: never beside another such. */
  readonly isBig: boolean;
  /** Its first file's place among those that take long, the longest first; the others' are all one. */
  readonly longPlace?: number;
  /** Needs no package that is compiled where it is installed, as sqlite3 is; Node's own SQLite serves until then. */
  readonly isEarly: boolean;
}

interface Suite {
  readonly files: readonly string[];
  /** Files that record 16 cameras, or whose pictures are to move at their own pace: never two of them at once. */
  readonly big?: readonly string[];
  /** So many files share a process, one after the other; 1 where nothing is said. */
  readonly filesPerProcess?: number;
  /** These do, in this order, and share a recorder, too (shared-recorder.ts of tests/e2e/support, shared-footage-recorder.ts). */
  readonly recorders?: readonly (readonly string[])[];
  /** But those that take long have one each: others would wait for them. */
  readonly isLongAlone?: boolean;
  /** Files that start nothing and leave nothing behind, and so need no package that is compiled where it is installed. */
  readonly isEarly?: boolean;
  /**
   * What paths of files begin with that open a database for each of hundreds of tests, and so wait until sqlite3 is there: Node's
   * own takes a thread, and ten times the processor to open. Those that try every database wait anyway.
   */
  readonly databases?: readonly string[];
}

/** Files with this in them try every database: before sqlite3 is there they would leave it out. */
const EVERY_DATABASE = "on-both-drivers.ts";

const SUITES: Readonly<Record<string, Suite>> = {
  unit: {
    files: [
      "tests/architecture/**/*.test.ts",
      "tests/core/**/*.test.ts",
      "plugins/*/tests/**/*.test.ts",
      "tests/palette/**/*.test.ts",
      "ui/tests/**/*.test.ts",
    ],
    // Most of a short file's time is starting Node and reading the sources.
    filesPerProcess: 20,
    isEarly: true,
    databases: [
      "tests/core/db/",
      "tests/core/recording/database-rescue",
      "tests/core/http/",
      "tests/core/users/",
    ],
  },
  integration: {
    files: ["tests/integration/**/*.test.ts"],
    big: ["footage-camera-faults"],
    recorders: [
      ["detection-round", "detection-tamper", "detection-loss"],
      ["session-ends", "change-stream", "nginx-proxy", "token-command"],
    ],
    filesPerProcess: 6,
    isLongAlone: true,
  },
  e2e: {
    files: ["tests/e2e/**/*.test.ts"],
    // They share playwright and a Chromium (tests/e2e/support/shared-browser.ts).
    filesPerProcess: 4,
    recorders: [
      ["audit-page", "tills-page", "timeline-picture", "events-page", "io-page"],
      ["certificate-page", "restream", "ptz-pad", "camera-search", "mqtt-page"],
      ["exceptions-page", "detection-page", "detection-levels", "settings-transfer", "sessions-and-tokens"],
      ["playback", "live", "codecs"],
      ["footage-live", "h265-playback"],
      ["page-states", "storage-and-health"],
      ["plugins-page", "plugins", "plugin-registries"],
      ["gaps", "locks", "disks", "doors"],
      ["german-problems", "hostile-names"],
      ["linkage-page", "push-devices", "wall", "second-factor"],
    ],
    big: ["playback", "footage-live", "live", "wall", "codecs"],
  },
  faults: {
    files: ["tests/faults/**/*.test.ts"],
    big: ["kill-storm", "neighbours", "bad-plugins", "crowd", "analysis-trouble"],
  },
};

/** Started early, since they take longest, the longest first: a run is over when its last file is. */
const LONG = [
  "installed-program",
  "detection-round",
  "plugin-create",
  "footage-recorded",
  "disk-trouble",
  "rtsp-gstreamer",
  "database-rescue",
  "h265-playback",
  "service-systemd",
  "detection-tamper",
  "flows-allowed",
  "analysis-trouble",
  "machine-trouble",
  "doctor",
  "full-disk",
  "pages",
  "linkage-page",
  "plugins-install",
  "media-volumes",
  "restream-players",
  "axe",
  "detection",
  "power-loss",
  "locks",
  "plugin-guide",
  "plugins-page",
  "isolated-plugins",
  "restream",
  "page-states",
  "alarm-scenario",
  "storage-and-health",
  "newcomer",
  "plugin-gallery",
  "pre-record-on-disk",
  "media-recording",
  "storage-plugin",
  "gaps",
  "bad-input",
  "detection-page",
  "mqtt-page",
  "sessions-and-tokens",
  "disks",
  "segment-files",
  "torn-files",
  "session-ends",
  "canary-secrets",
  "audit-page",
  "german-problems",
  "clock-trouble",
  "doors",
  "plugin-volumes",
  "sync-failure",
];

export const suiteNames: readonly string[] = Object.keys(SUITES);

/** The suites' jobs: what can run at once, the big ones with others beside them, the long ones, the rest. */
export function jobsOf(names: readonly string[]): Job[] {
  const jobs = names.flatMap((name) => jobsOfSuite(SUITES[name] as Suite));
  const rank = ({ isEarly, isBig, longPlace = LONG.length }: Job): number =>
    isEarly ? -2 : isBig ? -1 : longPlace;
  return jobs.toSorted((left, right) => rank(left) - rank(right));
}

function jobsOfSuite(suite: Suite): Job[] {
  const { filesPerProcess = 1, isEarly = false, isLongAlone = false } = suite;
  const files = suite.files.flatMap((pattern) => globSync(pattern)).sort();
  const isDatabase = (file: string): boolean =>
    suite.databases?.some((beginning) => file.startsWith(beginning)) === true ||
    (isEarly && readFileSync(file, "utf8").includes(EVERY_DATABASE));
  const isBig = (file: string): boolean => suite.big?.includes(basename(file, ".test.ts")) === true;
  const isLong = (file: string): boolean => LONG.includes(basename(file, ".test.ts"));
  const groups = (suite.recorders ?? []).map((names) =>
    names.flatMap((name) => files.filter((file) => basename(file, ".test.ts") === name)),
  );
  const isGrouped = (file: string): boolean => groups.some((group) => group.includes(file));
  const bigs = files.filter((file) => isBig(file) && !isGrouped(file));
  const rest = files.filter((file) => !isDatabase(file) && !isBig(file) && !isGrouped(file));
  return [
    ...groups.map(
      (inIt): Job => ({
        ...{ files: inIt, isBig: inIt.some(isBig), isEarly },
        longPlace: Math.min(...inIt.map(placeOf)),
      }),
    ),
    ...together(bigs, filesPerProcess, { isBig: true, isEarly: false }),
    ...together(files.filter(isDatabase), filesPerProcess, { isBig: false, isEarly: false, longPlace: 0 }),
    ...together(rest.filter(isLong), isLongAlone ? 1 : filesPerProcess, { isBig: false, isEarly }),
    ...together(
      rest.filter((file) => !isLong(file)),
      filesPerProcess,
      { isBig: false, isEarly },
    ),
  ];
}

/** Those that take long first, and with their like: the last jobs of a run are short. */
function together(files: readonly string[], size: number, kind: Omit<Job, "files">): Job[] {
  const sorted = files.toSorted((left, right) => placeOf(left) - placeOf(right));
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, index) => {
    const inIt = sorted.slice(index * size, (index + 1) * size);
    return { longPlace: placeOf(inIt[0] as string), ...kind, files: inIt };
  });
}

function placeOf(file: string): number {
  const place = LONG.indexOf(basename(file, ".test.ts"));
  return place === -1 ? LONG.length : place;
}
