// 16 cameras are recorded while the gallery of bad plugins does its worst beside them, in a real recorder:
// `node tests/faults/bad-plugins.ts [--cameras N] [--seconds N]`. Goal: the same frames as without, none missing.
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { activate } from "../support/accounts.ts";
import { BAD_PLUGINS, writeBadPlugins } from "../support/bad-plugins.ts";
import {
  type FsckOutcome,
  type RecordedEvidence,
  recordedUntil,
  runFsck,
} from "../support/recorder-evidence.ts";
import { DEMO_FRAME_MS, RecorderRig } from "../support/recorder-rig.ts";

export interface BadPluginsResult extends RecordedEvidence {
  /** Pictures that the senders could not get rid of in time. */
  readonly droppedBySender: number;
  /** Every plugin of the gallery as the recorder lists it, by name. */
  readonly plugins: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>;
  readonly fsck: FsckOutcome;
}

/** Records for so many seconds after all cameras are recorded. */
export async function badPlugins(options: { cameras: number; seconds: number }): Promise<BadPluginsResult> {
  using folder = tempDir("nightjar-gallery-");
  mkdirSync(folder.join("plugins"));
  writeBadPlugins(folder.join("plugins"), BAD_PLUGINS);
  const rig = await RecorderRig.start({
    cameras: options.cameras,
    pluginPath: folder.join("plugins"),
  });
  try {
    await rig.untilRecording(40_000);
    await new Promise((resolve) => setTimeout(resolve, options.seconds * 1_000));
    const plugins = await pluginsOf(rig);
    const { unitsDropped } = await rig.sender.counters();
    const endMs = Date.now();
    await rig.stopRecorder();
    const files = rig.files();
    return {
      ...recordedUntil(files, endMs, DEMO_FRAME_MS),
      droppedBySender: unitsDropped,
      plugins,
      fsck: runFsck(rig.dataDir),
    };
  } finally {
    await rig.dispose();
  }
}

/** What the API says of the plugins. */
async function pluginsOf(rig: RecorderRig): Promise<BadPluginsResult["plugins"]> {
  const token = await activate(rig.url, rig.activationCode);
  const response = await fetch(`${rig.url}/api/v1/plugins`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`plugins: ${response.status} ${await response.text()}`);
  const { plugins } = (await response.json()) as {
    plugins: { name: string; status: string; reason?: string }[];
  };
  return Object.fromEntries(plugins.map(({ name, ...rest }) => [name, rest]));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { cameras: { type: "string", default: "16" }, seconds: { type: "string", default: "60" } },
  });
  const result = await badPlugins({ cameras: Number(values.cameras), seconds: Number(values.seconds) });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const isGood =
    result.gaps.length + result.missing.length + result.reconnected.length + result.droppedBySender === 0 &&
    result.fsck.exitCode === 0;
  process.exitCode = isGood ? 0 : 1;
}
