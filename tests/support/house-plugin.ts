// The package of a plugin that a test writes: its identity card, and one file of JavaScript.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the plugin `name` into `folder`; `card` is what its card says of it to Nightjar. */
export function writeHousePlugin(folder: string, name: string, card: object, source: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      name,
      version: "1.0.0",
      type: "module",
      exports: "./index.js",
      keywords: ["nightjar-plugin"],
      engines: { nightjar: "^0.1.0" },
      nightjar: { displayName: "House", permissions: { network: true }, ...card },
    }),
  );
  writeFileSync(join(folder, "index.js"), source);
}
