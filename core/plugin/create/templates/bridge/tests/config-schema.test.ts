// The schema that lies beside package.json is the one in the code.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { pluginConfig } from "../src/config.ts";

it("config.schema.json is what src/config.ts says", () => {
  const file = new URL("../config.schema.json", import.meta.url);
  const written: unknown = JSON.parse(readFileSync(file, "utf8"));
  assert.deepEqual(written, JSON.parse(JSON.stringify(pluginConfig)), "run: npm run schema");
});
