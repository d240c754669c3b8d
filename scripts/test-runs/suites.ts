// Which test files there are and how they share the machine: the suites, the jobs made of them, their order.
import { globSync } from "node:fs";
import { basename } from "node:path";

/** What one process runs: a file, or several short ones that need no process of their own. */
export interface Job {
  readonly files: readonly string[];
  /** Judges moments: never beside another such. */
  readonly isBig: boolean;
  /** Its place among those that take long, the longest first; undefined for the others. */
  readonly longPlace?: number;
  /** Needs no package that is compiled where it is installed, as sqlite3 is; Node's own SQLite serves until then. */
  readonly isEarly: boolean;
}

interface Suite {
  readonly files: readonly string[];
  /** Files that record 16 cameras, or whose pictures are to move at their own pace: never two of them at once. */
  readonly big?: readonly string[];
  /** Files that share a process with their neighbours: short ones that start nothing and leave nothing behind. */
  readonly isShared?: boolean;
  /** Folder of files that try every database, and so wait until each is there. */
  readonly databases?: string;
}

const SUITES: Readonly<Record<string, Suite>> = {
  unit: {
    files: [
      "tests/architecture/**/*.test.ts",
      "tests/core/**/*.test.ts",
      "plugins/*/tests/**/*.test.ts",
      "tests/palette/**/*.test.ts",
      "ui/tests/**/*.test.ts",
    ],
    isShared: true,
    databases: "tests/core/db/",
  },
  integration: { files: ["tests/integration/**/*.test.ts"], big: ["footage-camera-faults"] },
  e2e: {
    files: ["tests/e2e/**/*.test.ts"],
    big: ["playback", "footage-live", "live", "wall", "codecs"],
  },
  faults: { files: ["tests/faults/**/*.test.ts"], big: ["kill-storm", "neighbours", "bad-plugins", "crowd"] },
};

/** Started early, since they take longest, the longest first: a run is over when its last file is. */
const LONG = [
  "installed-program",
  "plugin-create",
  "footage-recorded",
  "disk-trouble",
  "rtsp-gstreamer",
  "database-rescue",
  "h265-playback",
  "service-systemd",
  "doctor",
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
  "doors",
  "sync-failure",
];

/** So many short files share a process: most of a short one's time is starting Node and reading the sources. */
const FILES_PER_PROCESS = 12;

export const suiteNames: readonly string[] = Object.keys(SUITES);

/** The suites' jobs: what can run at once, the big ones with others beside them, the long ones, the rest. */
export function jobsOf(names: readonly string[]): Job[] {
  const jobs = names.flatMap((name) => jobsOfSuite(SUITES[name] as Suite));
  const rank = ({ isEarly, isBig, longPlace = LONG.length }: Job): number =>
    isEarly ? -2 : isBig ? -1 : longPlace;
  return jobs.toSorted((left, right) => rank(left) - rank(right));
}

function jobsOfSuite(suite: Suite): Job[] {
  const files = suite.files.flatMap((pattern) => globSync(pattern)).sort();
  if (suite.isShared !== true) return files.map((file) => jobOfFile(suite, file));
  const databases = files.filter((file) => suite.databases !== undefined && file.startsWith(suite.databases));
  const others = files.filter((file) => !databases.includes(file));
  return [
    ...together(others, { isBig: false, isEarly: true }),
    ...together(databases, { isBig: false, longPlace: 0, isEarly: false }),
  ];
}

function jobOfFile(suite: Suite, file: string): Job {
  const name = basename(file, ".test.ts");
  const place = LONG.indexOf(name);
  return {
    files: [file],
    isBig: suite.big?.includes(name) === true,
    ...(place === -1 ? {} : { longPlace: place }),
    isEarly: false,
  };
}

function together(files: readonly string[], kind: Omit<Job, "files">): Job[] {
  return Array.from({ length: Math.ceil(files.length / FILES_PER_PROCESS) }, (_, index) => ({
    ...kind,
    files: files.slice(index * FILES_PER_PROCESS, (index + 1) * FILES_PER_PROCESS),
  }));
}
