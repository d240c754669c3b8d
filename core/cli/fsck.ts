// `nightjar fsck [--verify] [--repair | --rebuild]`: compares recordings and index, and mends what can be mended. Without
// the last two it opens everything for reading alone: whoever runs it, no file gets another owner or other content.
import { isAbsolute, join } from "node:path";
import { ConfigStore } from "../config/config-store.ts";
import { sizeOf } from "../db/check-database.ts";
import type { Db } from "../db/db.ts";
import { DATABASE_FILE, openDb } from "../db/open-db.ts";
import { silentLog } from "../log.ts";
import { fsck } from "../recording/fsck.ts";
import { livingOwner } from "../supervisor/data-lock.ts";
import { requireCurrentData } from "../system/data-version.ts";
import type { CommandLine } from "./arguments.ts";
import { print, printJson } from "./output.ts";

/** `tellJson` is told the report in place of a person. */
export async function fsckCommand(
  line: CommandLine,
  tellJson: (report: object) => void = printJson,
): Promise<number> {
  const { dataDir } = line;
  if ((await livingOwner(dataDir)) !== undefined) await requireCurrentData(dataDir);
  const mend = line.flags["repair"] === true || line.flags["rebuild"] === true;
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false, readOnly: !mend });
  const db = await openIndex(join(dataDir, DATABASE_FILE), mend);
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  try {
    const report = await fsck({
      dataDir,
      db,
      volumes: config
        .get()
        .storage.volumes.map(({ path }) => ({ path: isAbsolute(path) ? path : join(dataDir, path) })),
      repair: line.flags["repair"] === true,
      rebuild: line.flags["rebuild"] === true,
      verify: line.flags["verify"] === true,
      checksums: config.get().storage.sha256,
      signal: abort.signal,
      onProgress: ({ volume, files }) => {
        // Progress is for a person who waits, not for a file that is read later.
        if (!line.json && process.stderr.isTTY) process.stderr.write(`\r${volume}: ${files} files`);
      },
    });
    if (line.json) {
      tellJson(report);
      return report.exitStatus;
    }
    if (process.stderr.isTTY) process.stderr.write("\n");
    for (const { volume, files, sizeBytes } of report.volumes) {
      print(`${volume}: ${files} files, ${(sizeBytes / 1e9).toFixed(1)} GB`);
    }
    for (const { meaning, count, mended, examples, isNote } of report.findings) {
      print(`${isNote ? "note" : "found"}: ${count} × ${meaning}${mended > 0 ? ` (${mended} mended)` : ""}`);
      for (const example of examples) print(`    ${example}`);
    }
    print(
      report.isClean
        ? "Everything is in order."
        : "Not everything is in order: nightjar fsck --repair mends what can be mended.",
    );
    return report.exitStatus;
  } finally {
    await db.close();
    await config.close();
  }
}

/** Where there is no index yet, a check holds the files against an empty one, and makes none. */
async function openIndex(file: string, mend: boolean): Promise<Db> {
  if (mend) return openDb(file, { log: silentLog });
  return (await sizeOf(file)) === undefined
    ? openDb(":memory:", { log: silentLog })
    : openDb(file, { log: silentLog, readOnly: true });
}
