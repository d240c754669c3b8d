// The nodes of the palette as they lie in the built package: as they are, but for the MQTT client, whose code is put together
// into the one file that names it, since npm brings the recorder no package for it.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { type ThirdParty, thirdParties } from "./third-parties.ts";

/** The one file that names the MQTT client. */
const CLIENT = "lib/mqtt.js";

/** Builds the palette of the checkout `root` into `target`. Answers whose code is in it besides ours. */
export async function buildPalette(root: string, target: string): Promise<readonly ThirdParty[]> {
  const source = join(root, "flows/palette");
  const card = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Record<string, unknown>;
  for (const name of [...(card["files"] as string[]), "README.md"])
    cpSync(join(source, name), join(target, name), { recursive: true });
  const { dependencies: _inside, ...kept } = card;
  writeFileSync(join(target, "package.json"), `${JSON.stringify(kept, null, 2)}\n`);
  const build = await rolldown({ input: join(source, CLIENT), platform: "node" });
  try {
    const { output } = await build.write({ file: join(target, CLIENT), format: "cjs" });
    return thirdParties(output.flatMap((part) => (part.type === "chunk" ? part.moduleIds : [])));
  } finally {
    await build.close();
  }
}
