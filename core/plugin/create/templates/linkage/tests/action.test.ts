// What is special to these messages.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { LinkageRequest } from "@nightjar/core";
import { testNvr } from "@nightjar/core/testing";
import { KEY, receiver } from "./receiver.ts";

const pluginFolder = new URL("..", import.meta.url);
const context = { signal: new AbortController().signal };

function request(picture: boolean): LinkageRequest {
  return {
    id: "7-fence",
    event: {
      id: 7,
      type: "line-crossing",
      severity: "alarm",
      camera: "yard",
      source: "vca",
      start: "2026-01-05T12:00:00.000Z",
      objects: [],
      detail: {},
    },
    rule: { id: "fence", name: "Fence" },
    cameraName: "Yard",
    recorderName: "House",
    timeZone: "UTC",
    config: { urgency: "normal", picture },
    pictures: [{ camera: "yard", timeMs: 0, jpeg: "/9j/" }],
    isTest: false,
  };
}

it("says what happened where, and sends a picture along if the rule wants one", async () => {
  const target = await receiver();
  await using nvr = await testNvr({ pluginFolder, settings: { url: target.url, key: KEY } });
  await nvr.start();
  const done = await nvr.linkageAction().run(request(true), context);
  assert.deepEqual(done, { note: "taken with 200" });
  await nvr.linkageAction().run(request(false), context);
  assert.deepEqual(
    target.messages.map(({ text, jpeg, idempotencyKey }) => [text, jpeg, idempotencyKey]),
    [
      ["line-crossing at Yard (Fence)", "/9j/", "7-fence"],
      ["line-crossing at Yard (Fence)", undefined, "7-fence"],
    ],
  );
  await target.close();
});

it("has what passes tried again, and nothing else", async () => {
  const target = await receiver();
  await using nvr = await testNvr({ pluginFolder, settings: { url: target.url, key: KEY } });
  await nvr.start();
  for (const [status, kind] of [
    [503, "unavailable"],
    [429, "unavailable"],
    [410, "failed-precondition"],
  ] as const) {
    target.status = status;
    const call = nvr.linkageAction().run(request(true), context);
    await assert.rejects(call, { code: "NJ_LINKAGE_TARGET", kind }, `${status}`);
  }
  await target.close();
});

it("says what to do while nothing is set", async () => {
  await using nvr = await testNvr({ pluginFolder });
  await nvr.start();
  await assert.rejects(nvr.linkageAction().run(request(true), context), /see the plugin's settings/);
});
