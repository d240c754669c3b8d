// Writes docs/reference/benchmarks.md, and benchmarks.json beside it, from the results of a run: one section a suite. A
// suite that was not run again keeps what stood there.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchResult, Figure, Machine } from "./figure.ts";

const FOLDER = join(import.meta.dirname, "../../docs/reference");
const DATA = join(FOLDER, "benchmarks.json");
const PAGE = join(FOLDER, "benchmarks.md");
/** A machine that others use more than this, in percent, gives figures about them as well. */
const BUSY_PERCENT = 10;

const EXPLAINED: Readonly<Record<string, readonly string[]>> = {
  record: [
    "Cameras of 1080p, 4 Mbit/s H.264 at 25 frames a second with AAC sound, over RTSP/TCP, one packet a write as cameras",
    "send it, recorded by the `media` process with a 5 s pre-record ring and files of 60 s. Then one `ffmpeg -c copy -f",
    "segment` a camera on the same streams, up to 64 cameras; beyond that ffmpeg's processes alone would fill the machine.",
    "",
    "- *CPU per camera*: user and system time of all threads, in percent of one core, divided by the cameras. The limit is for",
    "  16 to 128 cameras: below, the process's own idle cost lies on few; with 256 the sender beside it fills the machine, and",
    "  what is promised is that nothing is lost and no packet waits.",
    "- *memory*: resident size of the process, rings and buffers included; the limit is for 16 cameras and more. *PSS*",
    "  divides what is shared among its users.",
    "- *event loop p99*: what 1 % of the loop's turns exceed, rest included, over the whole window: what a packet may wait in",
    "  the process. *longest turn* is the longest of all.",
    "- *disk*: the folder that is recorded to, as `nightjar doctor` measures it; half is left for reading and for bad days.",
    "- *lost packets* are counted by RTP sequence numbers; *dropped frames* by the recorder and by the sender, whose socket",
    "  would fill if the recorder read too slowly; *cameras not at full rate* recorded fewer frames than were sent.",
    "- The machine's memory is full of page cache before each case, as it is where a recorder has run for an hour (a file that is",
    "  one hole is read for it). A virtual machine is often given memory only at the first write to a page, and gives it back when",
    "  it lies free; whoever writes a page pays for that in system time. Without this 128 cameras cost 0.4 % of a core each, more",
    "  than half of it the first use of page cache.",
    "- *sender's CPU* is the cost of the simulated cameras. It shares the machine and is no part of the figures above.",
    "- *each further camera*: the slope between the smallest and the largest number of cameras.",
  ],
  live: [
    "The demo camera's clip (1280 × 720, 15 frames a second, a number burnt into each picture) over RTSP through `media`, the",
    "gateway and a WebSocket into Chromium, decoded in software. The page reads the number of each picture that it shows.",
    "",
    "- *first picture*: from opening the connection to the first picture on the canvas (WebCodecs) or in the `<video>` (MSE).",
    "  The gateway holds everything since the last key frame, so that nobody waits for the next.",
    "- *camera's socket to picture*: from the moment the camera hands a frame to the network until the page has that picture;",
    "  pictures of the first 3 s, in which a player catches up, are not counted. A screen's own delay comes on top. MSE",
    "  runs the player's own fragment builder and playhead, which keeps up to 0.3 s in hand.",
    "- *pictures left out*: numbers that were jumped over. A `<video>` may pass one over at a repaint.",
    "",
    "Then the recorder's own page, the whole recorder behind it: 16 cameras of that clip and its small one (640 × 360).",
    "",
    "- *first paint*: when the first words or lines stand there (First Contentful Paint), with nothing in the browser's cache.",
    "- *key to large picture*: from the key of a camera on the wall until the page shows it large and alone, and the number in its",
    "  picture can be read. The picture of the small tile goes on until the main stream has one: *key to the main stream's picture*.",
    "- *a frame while 16 live tiles are scrolled*: from one repaint of the page to the next; 16.7 ms are 60 a second.",
  ],
  playback: [
    "An index of 30 days of 32 cameras (1.38 million rows) in a real database. Rows have the usual paths; what is played lies",
    "there as a hard link to one of 100 real files of 60 s, 1080p at 4 Mbit/s with a key frame every 2 s, so that every seek",
    "opens a file that was not open before, and decodes.",
    "",
    "- *timeline of a day*: the coverage of all cameras for a day, as the API's answer is made of.",
    "- *segment of a moment*: one look-up in the index.",
    "- *seek to first bytes*: from asking for a random moment until the page has the first frame, through the real gateway.",
    "- *seek to first picture*: until Chromium has decoded the first picture, the key frame before the moment.",
    "- *seek to the exact picture*: until the picture of the moment itself, with up to 2 s of frames decoded in software on",
    "  the way.",
  ],
  plugins: [
    "Plugins with one driver and one tap, in JavaScript, on a data directory where compiled code is kept already.",
    "",
    "- *hook call, synchronous*: of the core's own hook (`core/core-hook.ts`), with the guard that names who throws; plugins have",
    "  none of this kind. *asynchronous*: a notification that ten plugins hear, with all that guards it: copies, time limits,",
    "  counting.",
    "- *isolated call*: a driver's `streams()` in a process of its own, evenly spread; the rival is asked over Node's own channel",
    "  as Homebridge asks its child bridges, without copies, checks, limits or permissions.",
    "- *PSS*: four plugins beside each other, and of what they share with each other and with the recorder, as Node's program, each",
    "  its share; the goal of 45 MB is about it. *memory of its own*: what no other process shares (private pages), which is what",
    "  one more plugin costs the machine. *resident* counts the program of Node once more for each: `node -e 0` has 42 MB.",
  ],
  http: [
    "The whole recorder as `nightjar start` runs it, with 16 cameras of 1080p being recorded, asked over HTTPS by a signed-in",
    "account: 16 kinds of requests as pages make them (cameras, state, recordings, coverage, events, settings, media tickets).",
    "200 requests a second are due whether answers come or not, and each answer's time counts from when it was due, so that",
    "a moment in which the recorder stands still counts for all that would have been asked meanwhile. The index is that of a",
    "recorder of minutes; what years of footage cost stands under *playback*. The cameras, which are machines of their own",
    "elsewhere, step back behind the recorder (`nice` 10, core and gateway 5); whoever asks does not.",
    "",
    "- The rival gives the same bytes from memory behind TLS: no sessions, no rights, no database, no second process.",
    "- *CPU of a request*: user and system time of the gateway and core while it was asked, what they do besides included.",
    "- *start to ready*: from starting the command to its word that it serves, on a data directory that was used before.",
    "  *first start*: keys and the certificate authority are made besides. Of the installed package it is held to the limit, since",
    "  that is what people have; a checkout compiles its sources then, once, and has none.",
    "  *npm start* is how people start a checkout: npm's own time, and the look whether something has to be installed or built.",
    "- *scripts of the first page*: what a browser fetches until the page of signing in stands there.",
    "- *idle sockets*: connections by TLS that have asked once and stay open.",
  ],
  alarm: [
    "Events of 16 cameras through the engine into a database on disk, while one rule is armed by a schedule: 100 a second as on",
    "a busy day, 1 000 a second as in a storm, a minute each; then searches among them.",
    "",
    "- *event → trigger*: from the report to the call that has recording begin.",
    "- *event → row and listeners*: until it is in the database and MQTT and pages are told.",
    "- *MQTT → flow → request*: from the recorder's broker through `nj-event` and `nj-record` in Node-RED, in a process of its own,",
    "  to the request that the recorder is to record.",
  ],
  motion: [
    "Looking for motion in a camera of 640 × 360 at 5 pictures a second, beside the ffmpeg that decodes it in the same run. Beyond",
    "decoding: the processor time of a process that looks at such cameras as the recorder does, their frames from memory.",
  ],
  crash: [
    "The `media` process records 16 cameras and is killed without notice (`kill -9`), at moments spread over the second in",
    "which parts are written, 15 times. Nobody tells the new process what to record: its own saved state does.",
    "",
    "- *lost*: the end of the recovered file to the moment of the kill.",
    "- *recording again*: from starting the new process until all cameras are written again.",
    "- *unreadable files*: recovered files in which `ffmpeg` finds any fault.",
  ],
};

/** Puts a suite's result into the data and writes the page anew. `isPart`: figures that it has not stay as they were. */
export function writeBenchmarksPage(result: BenchResult, isPart = false): void {
  const known = existsSync(DATA) ? (JSON.parse(readFileSync(DATA, "utf8")) as BenchResult[]) : [];
  const all = new Map(known.map((one) => [one.suite, one]));
  all.set(result.suite, isPart ? joined(all.get(result.suite), result) : result);
  const results = Object.keys(EXPLAINED).flatMap((suite) => all.get(suite) ?? []);
  writeFileSync(DATA, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(PAGE, benchmarksPage(results));
}

/**
 * The figures of an earlier run with those of a later one in their places. What stands above them tells of both: how busy the
 * machine was is the worse of the two; figures of another machine than the later run's go.
 */
export function joined(known: BenchResult | undefined, result: BenchResult): BenchResult {
  if (known === undefined || !isSameMachine(known.machine, result.machine)) return result;
  const fresh = new Map(result.figures.map((one) => [one.name, one]));
  const kept = known.figures.map((one) => fresh.get(one.name) ?? one);
  const names = new Set(kept.map(({ name }) => name));
  const busyPercent = Math.max(known.machine.busyPercent, result.machine.busyPercent);
  return {
    ...result,
    machine: { ...result.machine, busyPercent },
    figures: [...kept, ...result.figures.filter(({ name }) => !names.has(name))],
  };
}

function isSameMachine(one: Machine, other: Machine): boolean {
  const facts = ({ cpu, cores, memoryMb }: Machine) => `${cpu}, ${cores}, ${gibibytes(memoryMb)}`;
  return facts(one) === facts(other);
}

/** The page's text. */
export function benchmarksPage(results: readonly BenchResult[]): string {
  const lines = [
    "# Benchmarks",
    "",
    "<!-- Written by `npm run bench -- --write` from benchmarks.json: run it again instead of changing this page. -->",
    "",
    "What Nightjar promises in numbers, and what a run on the machine named with each suite gave. `ok` says that the limit, and",
    "where there is one the limit against the rival, held. Figures without a limit are told, not promised.",
    "",
    "To repeat: `npm run bench -- --write` runs all suites (about 17 minutes) and writes this page; `npm run bench -- record",
    "--cameras 16` runs one case; `--json` gives the figures to programs. Nothing else should run on the machine meanwhile.",
    "",
  ];
  for (const [suite, text] of Object.entries(EXPLAINED)) {
    const result = results.find((one) => one.suite === suite);
    lines.push(`## ${suite}`, "", ...text, "");
    if (result === undefined) lines.push("Not measured yet.", "");
    else lines.push(...machineLines(result), "", ...tableLines(result.figures), "");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function machineLines({ machine }: BenchResult): string[] {
  const { cpu, cores, memoryMb, kernel, node, ffmpeg, busyPercent } = machine;
  const memory = `${gibibytes(memoryMb)} GiB`;
  const lines = [
    `Machine: ${cpu}, ${cores} cores, ${memory}, Linux ${kernel}, Node ${node}, ffmpeg ${ffmpeg ?? "none"}.`,
  ];
  if (busyPercent > BUSY_PERCENT) {
    lines.push(
      "",
      `**The machine was busy**: others used ${busyPercent} % of its processors when this suite began. Times and memory are`,
      "worse than its own; ratios, measured under the same load, say more.",
    );
  }
  return lines;
}

function gibibytes(megabytes: number): number {
  return Math.round(megabytes / 1024);
}

function tableLines(figures: readonly Figure[]): string[] {
  const rivals = figures.some((one) => one.rival !== undefined);
  const head = ["figure", "value", "limit", ...(rivals ? ["rival's", "ratio"] : []), "ok"];
  const rows = figures.map((one) => [
    one.name,
    `${one.value} ${one.unit}`,
    one.limit === undefined ? "" : `≤ ${one.limit}`,
    ...(rivals ? [text(one.rivalValue), ratioText(one)] : []),
    one.ok === undefined ? "" : one.ok ? "yes" : "**no**",
  ]);
  const rule = head.map((_, column) => (column === 0 ? "---" : "--:"));
  const [rival] = figures.flatMap((one) => one.rival ?? []);
  const note = rival === undefined ? [] : ["", `The rival is \`${rival}\`.`];
  return [...[head, rule, ...rows].map((row) => `| ${row.join(" | ")} |`), ...note];
}

function ratioText({ ratio, ratioLimit }: Figure): string {
  return ratio === undefined || ratioLimit === undefined ? text(ratio) : `${ratio} (≤ ${ratioLimit})`;
}

function text(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}
