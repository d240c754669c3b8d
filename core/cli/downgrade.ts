// `nightjar downgrade`: with an older Nightjar installed again, takes back settings and database from before the upgrade,
// then brings the recordings that were made since into the index.
import { takeBack } from "../system/take-back.ts";
import { type CommandLine, EXIT } from "./arguments.ts";
import { fsckCommand } from "./fsck.ts";
import { print, printJson } from "./output.ts";

/** The recorder must be stopped. Throws what `takeBack` throws. */
export async function downgrade(line: CommandLine): Promise<number> {
  const done = await takeBack(line.dataDir);
  if (!line.json) {
    print(`In force again, as before the upgrade:\n${list(done.restored)}`);
    print(`What the newer Nightjar wrote is kept:\n${list(done.setAside)}`);
    print("Bringing the recordings that were made since into the index …");
  }
  const repair = { ...line, flags: { ...line.flags, repair: true } };
  const found = await fsckCommand(repair, (fsck) => printJson({ ...done, fsck }));
  if (!line.json && found === EXIT.ok) print("\nNow start the recorder.");
  return found;
}

function list(files: readonly string[]): string {
  return files.map((file) => `  ${file}`).join("\n");
}
