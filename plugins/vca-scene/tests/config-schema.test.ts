// The schema that lies beside package.json is the one in the code; the bounds of what is set at a camera.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { testNvr } from "@nightjar/core/testing";
import { pluginConfig } from "../src/config.ts";

it("config.schema.json is what src/config.ts says", () => {
  const file = new URL("../config.schema.json", import.meta.url);
  const written: unknown = JSON.parse(readFileSync(file, "utf8"));
  assert.deepEqual(written, JSON.parse(JSON.stringify(pluginConfig)));
});

it("video loss takes 2 to 60 whole seconds, 5 unless set, and refuses what lies just beyond", async () => {
  await using nvr = await testNvr({ pluginFolder: new URL("..", import.meta.url), isolation: "inline" });
  await nvr.start();
  const check = (options: object) => nvr.checkDetectorOptions(options, "loss");
  for (const afterSeconds of [2, 60]) assert.deepEqual(check({ afterSeconds }), { afterSeconds });
  assert.deepEqual(check({}), { afterSeconds: 5 });
  for (const afterSeconds of [1, 61, 2.5])
    assert.throws(() => check({ afterSeconds }), /configuration is wrong/, String(afterSeconds));
});
