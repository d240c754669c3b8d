// TypeBox, loaded when it is first needed. It weighs 23 MB in a process, more than all the rest of an isolated plugin's,
// and takes half of its start; most plugins live without (schema-builder.ts, quick-fit.ts).
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

type WholeTypeBox = typeof import("./whole-typebox.ts");

const require = createRequire(import.meta.url);
let loaded: WholeTypeBox | undefined;

/** TypeBox's builders and checks. Synchronous, since a plugin's `setup` and schemas are. */
export function wholeTypeBox(): WholeTypeBox {
  loaded ??= require(fileURLToPath(new URL("./whole-typebox.ts", import.meta.url))) as WholeTypeBox;
  return loaded;
}

/** True once it has been loaded here; for tests and figures. */
export function isTypeBoxLoaded(): boolean {
  return loaded !== undefined;
}
