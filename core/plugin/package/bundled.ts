// The plugins that come with Nightjar: where they lie, and what their identity cards say. Runs none of their code.
import { resolve } from "node:path";
import { VERSION } from "../../version.ts";
import { discoverPlugins } from "./discovery.ts";

export const BUNDLED_PLUGINS = resolve(import.meta.dirname, "../../../plugins");

/** Who answers for which camera driver among them: id → plugin. */
export async function bundledDrivers(): Promise<ReadonlyMap<string, string>> {
  const { plugins } = await discoverPlugins([{ bundled: true, folder: BUNDLED_PLUGINS }], VERSION);
  return new Map(
    plugins.flatMap(({ manifest }) =>
      manifest.provides
        .filter((provided) => provided.startsWith("camera-driver:"))
        .map((provided) => [provided.slice("camera-driver:".length), manifest.name]),
    ),
  );
}
