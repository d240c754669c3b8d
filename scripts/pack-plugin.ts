// Makes what is published of a plugin that is written in TypeScript: `node scripts/pack-plugin.ts FOLDER [--to DIR] [--unpacked]`.
// Node strips no types below node_modules, so a published plugin is JavaScript: types stripped, imports led to `.js`,
// declarations, a fresh config.schema.json. What the recorder would refuse is refused here, with the reason.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { NightjarError } from "../core/errors.ts";
import { judgeQuality } from "../core/plugin/package/quality.ts";
import { tempDir } from "../core/testing/temp-dir.ts";
import { type BuiltPackage, buildPackage } from "./pack-plugin/build-package.ts";
import { qualityFacts } from "./pack-plugin/quality-facts.ts";
import { refusePacking } from "./pack-plugin/refusal.ts";

const HELP = `node scripts/pack-plugin.ts FOLDER [--to DIR] [--unpacked]

Packs the plugin in FOLDER into DIR (default: here) as <name>-<version>.tgz, ready for
"npm publish" and "nightjar plugin add".

  --to DIR     where to put it
  --unpacked   a folder <name>-<version> instead of an archive
  --help       this text

In it: dist/ (JavaScript and declarations), package.json, config.schema.json, README.md,
LICENSE, CHANGELOG.md, quality.json, nightjar-ui/, translations/, the icon, and what
"files" of package.json names. Before it is done, the result is loaded as the recorder
loads a stranger's plugin: in a process of its own.
`;

/** `@scope/nightjar-camera-x` → `scope-nightjar-camera-x-1.0.0`, as npm does it. */
function archiveName({ name, version }: Pick<BuiltPackage, "name" | "version">): string {
  return `${name.replace("@", "").replace("/", "-")}-${version}`;
}

async function pack(folder: string, to: string, unpacked: boolean): Promise<void> {
  using dir = tempDir("nightjar-pack-");
  mkdirSync(to, { recursive: true });
  const staging = dir.join("package");
  const built = await buildPackage(folder, staging);
  const result = join(to, unpacked ? archiveName(built) : `${archiveName(built)}.tgz`);
  if (unpacked) {
    if (existsSync(result)) throw refusePacking(`${result} exists already`);
    cpSync(staging, result, { recursive: true });
  } else {
    // npm writes the archive that registries expect.
    const args = ["pack", staging, "--pack-destination", to, "--ignore-scripts", "--silent"];
    const run = spawnSync("npm", args, { encoding: "utf8", cwd: dir.path });
    if (run.status !== 0) throw refusePacking(`npm pack failed: ${run.stderr || String(run.error)}`);
  }
  const schema: unknown = JSON.parse(readFileSync(join(staging, "config.schema.json"), "utf8"));
  const quality = judgeQuality(qualityFacts(folder, schema, built.cameraFields));
  for (const problem of quality.problems) process.stderr.write(`note: quality: ${problem}\n`);
  for (const note of built.notes) process.stderr.write(`note: ${note}\n`);
  const open = quality.open.length === 0 ? "" : `; open: ${quality.open.join(", ")}`;
  process.stdout.write(
    `${result}\nquality: ${quality.tier ?? "none yet"}${open}\n${built.files.map((file) => `  ${file}\n`).join("")}`,
  );
}

// Node calls its stripper experimental as a function; the same one runs this very file.
process.removeAllListeners("warning");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: "string", default: "." },
    unpacked: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const [folder] = positionals;
if (values.help || folder === undefined || positionals.length > 1) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    await pack(resolve(folder), resolve(values.to), values.unpacked);
  } catch (error) {
    if (!(error instanceof NightjarError)) throw error;
    process.stderr.write(`not packed: ${error.message}\n`);
    process.exitCode = 1;
  }
}
