// 16 cameras are recorded while the gallery of bad plugins does its worst beside them, in a real recorder, and a camera of
// each driver that offends in a call is asked for its streams: `node tests/faults/bad-plugins.ts [--cameras N] [--seconds N]`.
// Goal: the same frames as without, none missing, and each bad plugin found out for what it is, or known to be contained.
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { activate } from "../support/accounts.ts";
import { BAD_PLUGINS, type BadPlugin, nameOf, writeBadPlugins } from "../support/bad-plugins.ts";
import {
  type FsckOutcome,
  type RecordedEvidence,
  recordedUntil,
  runFsck,
} from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";

/**
 * `found-out`: the recorder says what it does. `contained`: it runs on, as the gallery expects, and nothing of it is worth
 * a word. `not-yet`: neither so far.
 */
export type Judgement = "found-out" | "contained" | "not-yet";

export interface BadPluginsResult extends RecordedEvidence {
  /** Pictures that the senders could not get rid of in time. */
  readonly droppedBySender: number;
  /** Every plugin of the gallery, by its id, with all that the recorder said of it and of its camera. */
  readonly judged: Readonly<Record<string, { readonly is: Judgement; readonly said: readonly string[] }>>;
  readonly fsck: FsckOutcome;
}

/** Records for so many seconds after all cameras are recorded. */
export async function badPlugins(options: { cameras: number; seconds: number }): Promise<BadPluginsResult> {
  using folder = tempDir("nightjar-gallery-");
  mkdirSync(folder.join("plugins"));
  writeBadPlugins(folder.join("plugins"), BAD_PLUGINS);
  const rig = await RecorderRig.start({
    cameras: options.cameras,
    others: BAD_PLUGINS.filter(({ asked }) => asked !== undefined).map(({ id }) => ({
      driver: id,
      config: { host: "a" },
    })),
    pluginPath: folder.join("plugins"),
  });
  try {
    await rig.untilRecording(40_000);
    const witness = await Witness.of(rig);
    const endAtMs = performance.now() + options.seconds * 1_000;
    await waitFor(
      async () => {
        await witness.look();
        return performance.now() >= endAtMs;
      },
      { deadlineMs: options.seconds * 1_000 + 60_000, periodMs: 1_000, what: "the end of the recording" },
    );
    const { unitsDropped } = await rig.sender.counters();
    const endMs = Date.now();
    await rig.stopRecorder();
    const files = rig.files().filter(({ camera }) => !camera.startsWith("other-"));
    return {
      ...recordedUntil(files, endMs, DEMO_FRAME_MS),
      droppedBySender: unitsDropped,
      judged: Object.fromEntries(BAD_PLUGINS.map((bad) => [bad.id, witness.judge(bad)])),
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    await rig.dispose();
  }
}

/** Remembers what the API said of plugins and their cameras: what is true now may have been said in other words before. */
class Witness {
  readonly #rig: RecorderRig;
  readonly #token: string;
  readonly #said = new Map<string, Set<string>>();

  private constructor(rig: RecorderRig, token: string) {
    this.#rig = rig;
    this.#token = token;
  }

  static async of(rig: RecorderRig): Promise<Witness> {
    return new Witness(rig, await activate(rig.url, rig.activationCode));
  }

  async look(): Promise<void> {
    const { plugins } = await this.#get<{
      plugins: { name: string; status: string; reason?: string; errors: number }[];
    }>("/plugins");
    for (const { name, status, reason = "", errors } of plugins) {
      this.#note(name, `${status}${status === "running" && errors > 0 ? " with errors" : ""}: ${reason}`);
    }
    const { cameras } = await this.#get<{ cameras: { driver: string; state: { reason?: string } }[] }>(
      "/cameras",
    );
    for (const { driver, state } of cameras)
      if (state.reason !== undefined) this.#note(nameOf({ id: driver }), `camera: ${state.reason}`);
  }

  judge(bad: BadPlugin): BadPluginsResult["judged"][string] {
    const said = [...(this.#said.get(nameOf(bad)) ?? [])];
    const any = (begin: RegExp, wanted: RegExp | undefined): boolean =>
      said.some((text) => begin.test(text) && (wanted ?? /./).test(text));
    const isAsked = bad.asked !== undefined && any(/^camera: /, bad.asked);
    const isNamed =
      bad.status === "running"
        ? bad.errors === true && any(/^running with errors/, undefined)
        : any(bad.status === "refused" ? /^refused/ : /^(?:restarting|quarantined)/, bad.reason);
    if (bad.asked === undefined ? isNamed : isAsked && (isNamed || bad.status === "running"))
      return { is: "found-out", said };
    const isQuiet = bad.status === "running" && bad.errors !== true && bad.asked === undefined;
    return { is: isQuiet && any(/^running/, undefined) ? "contained" : "not-yet", said };
  }

  #note(name: string, text: string): void {
    const said = this.#said.get(name) ?? new Set();
    this.#said.set(name, said.add(text.slice(0, 500)));
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${this.#rig.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { cameras: { type: "string", default: "16" }, seconds: { type: "string", default: "60" } },
  });
  const result = await badPlugins({ cameras: Number(values.cameras), seconds: Number(values.seconds) });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.gaps.length + result.missing.length + result.reconnected.length + result.droppedBySender === 0 &&
    Object.values(result.judged).every(({ is }) => is !== "not-yet") &&
    result.fsck.exitCode === 0;
  process.exitCode = isGood ? 0 : 1;
}
