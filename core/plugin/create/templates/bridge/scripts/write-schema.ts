// Writes config.schema.json from src/config.ts: the recorder reads it without running the plugin.
import { writeFileSync } from "node:fs";
import { pluginConfig } from "../src/config.ts";

const file = new URL("../config.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(pluginConfig, null, 2)}\n`);
