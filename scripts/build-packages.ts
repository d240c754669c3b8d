// Builds what is installed: `node scripts/build-packages.ts [--to DIR] [--unpacked]` makes DIR/nightjar, and of it the
// archive DIR/nightjar-<version>.tgz for `npm install --global`. The web interface must have been built before
// (`npm run build` sees to it). Decision 0019 says what is in it, and why.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { NightjarError } from "../core/errors.ts";
import { buildProgram } from "./build-packages/build-program.ts";
import { refusePacking } from "./pack-plugin/refusal.ts";

const ROOT = join(import.meta.dirname, "..");
const HELP = `node scripts/build-packages.ts [--to DIR] [--unpacked]

Builds the package nightjar into DIR (default: dist): the folder DIR/nightjar, and of it
DIR/nightjar-<version>.tgz, ready for "npm install --global" and "npm publish".

  --to DIR     where to put it
  --unpacked   the folder alone
  --help       this text
`;

/** Makes the archive as npm does, so that it is what registries expect. Answers its path. */
function archive(folder: string, to: string, version: string): string {
  const args = ["pack", folder, "--pack-destination", to, "--ignore-scripts", "--silent"];
  const run = spawnSync("npm", args, { encoding: "utf8", cwd: to });
  if (run.status !== 0) {
    throw refusePacking(`npm pack failed: ${run.stderr || String(run.error)}`);
  }
  return join(to, `nightjar-${version}.tgz`);
}

const { values } = parseArgs({
  options: {
    to: { type: "string", default: join(ROOT, "dist") },
    unpacked: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  // Node calls its stripper experimental as a function; the same one runs this very file.
  process.removeAllListeners("warning");
  try {
    const to = resolve(values.to);
    const folder = join(to, "nightjar");
    rmSync(folder, { recursive: true, force: true });
    const { version } = await buildProgram(ROOT, folder);
    process.stdout.write(`${values.unpacked ? folder : archive(folder, to, version)}\n`);
  } catch (error) {
    if (!(error instanceof NightjarError)) throw error;
    process.stderr.write(`not built: ${error.message}\n`);
    process.exitCode = 1;
  }
}
