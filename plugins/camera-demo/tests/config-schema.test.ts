import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { pluginConfig } from "../src/config.ts";

describe("configuration of the demo camera plugin", () => {
  it("is the same in config.schema.json as in src/config.ts", async () => {
    const file = new URL("../config.schema.json", import.meta.url);
    const text = await readFile(file, "utf8");
    assert.equal(text, `${JSON.stringify(pluginConfig, null, 2)}\n`, "config.schema.json is stale");
  });
});
