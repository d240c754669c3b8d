// `nightjar fsck [--verify] [--repair | --rebuild]`: compares recordings and index, and mends what can be mended.
import { isAbsolute, join } from "node:path";
import { ConfigStore } from "../config/config-store.ts";
import { DATABASE_FILE, openDb } from "../db/open-db.ts";
import { silentLog } from "../log.ts";
import { fsck } from "../recording/fsck.ts";
import { livingOwner } from "../supervisor/data-lock.ts";
import { requireCurrentData } from "../system/data-version.ts";
import type { CommandLine } from "./arguments.ts";
import { print, printJson } from "./output.ts";

export async function fsckCommand(line: CommandLine): Promise<number> {
  const { dataDir } = line;
  if ((await livingOwner(dataDir)) !== undefined) await requireCurrentData(dataDir);
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
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
      printJson(report);
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
