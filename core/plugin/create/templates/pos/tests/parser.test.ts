// What is special to these tills.
import assert from "node:assert/strict";
import { it } from "node:test";
import { testNvr } from "@nightjar/core/testing";

const pluginFolder = new URL("..", import.meta.url);
const context = { signal: new AbortController().signal };
const lines = [{ text: "SERVED BY ANNA", timeMs: 0 }];

it("hides who served, unless the owner wants to know", async () => {
  await using nvr = await testNvr({ pluginFolder });
  const read = (hideStaff: boolean) =>
    nvr.posParser().read({ till: "counter", config: { shop: "CORNER SHOP", hideStaff }, lines }, context);
  assert.deepEqual(await read(true), [{ line: 0, text: "SERVED BY ***" }]);
  assert.deepEqual(await read(false), []);
});

it("takes no line for a total that only looks like one", async () => {
  await using nvr = await testNvr({ pluginFolder });
  const config = { shop: "CORNER SHOP", hideStaff: true };
  const read = nvr
    .posParser()
    .read({ till: "counter", config, lines: [{ text: "TOTAL 2,20", timeMs: 0 }] }, context);
  assert.deepEqual(await read, []);
});
