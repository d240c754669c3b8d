// One recorder for the files that run in one process (`recorders` in scripts/test-runs/suites.ts): starting one costs as much as
// a short file does. Whoever uses it leaves accounts, rules and settings as the others expect them; a file that is run by
// itself has it to itself. It ends with the process's last test.
import { after } from "node:test";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { type Recorder, startRecorder } from "./recorder.ts";

let recorder: Promise<Recorder> | undefined;
let strangers: TempDir | undefined;
const preparations: ((dataDir: string) => Promise<void>)[] = [];
const plugins: ((folder: string) => void)[] = [];

after(async () => {
  await (await recorder)?.stop();
  strangers?.remove();
});

/** Puts something into its data directory before it starts. For a file to call where it is loaded: all are before the first test. */
export function prepareSharedRecorder(prepare: (dataDir: string) => Promise<void>): void {
  preparations.push(prepare);
}

/** Likewise, plugins that are not installed: `write` puts their folders into the one that the recorder is told of. */
export function givePlugins(write: (folder: string) => void): void {
  plugins.push(write);
}

/** The recorder: activated, with its demo camera. Nobody stops it. */
export function sharedRecorder(): Promise<Recorder> {
  recorder ??= startRecorder(true, pluginPath(), prepareAll).catch((error: unknown) => {
    // The next file tries again.
    recorder = undefined;
    throw error;
  });
  return recorder;
}

/** A folder without plugins would be told as a refusal. */
function pluginPath(): string[] {
  if (plugins.length === 0) return [];
  if (strangers === undefined) {
    strangers = tempDir("nightjar-strangers-");
    for (const write of plugins) write(strangers.path);
  }
  return ["--plugin-path", strangers.path];
}

async function prepareAll(dataDir: string): Promise<void> {
  for (const prepare of preparations) await prepare(dataDir);
}
