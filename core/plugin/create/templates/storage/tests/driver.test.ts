// What is special to this storage.
import assert from "node:assert/strict";
import { it } from "node:test";
import { testNvr } from "@nightjar/core/testing";
import { KEY, SHARE, testStorage } from "./storage.ts";

const pluginFolder = new URL("..", import.meta.url);
const context = { signal: new AbortController().signal };

it("unlocks the share of a volume, and locks it when the volume goes", async () => {
  const storage = await testStorage();
  await using nvr = await testNvr({ pluginFolder, settings: { url: storage.url, key: KEY } });
  await nvr.start();
  const request = { path: "/srv/footage", config: { share: SHARE } };
  assert.deepEqual(await nvr.storageDriver().health(request, context), {
    ready: false,
    reason: "the share is locked",
  });
  await nvr.storageDriver().prepare(request, context);
  assert.deepEqual(await nvr.storageDriver().health(request, context), { ready: true });
  await nvr.storageDriver().release?.(request, context);
  assert.equal(storage.unlocked, false);
  await storage.close();
});

it("says which share there is not", async () => {
  const storage = await testStorage();
  await using nvr = await testNvr({ pluginFolder, settings: { url: storage.url, key: KEY } });
  await nvr.start();
  const request = { path: "/srv/footage", config: { share: "attic" } };
  await assert.rejects(nvr.storageDriver().prepare(request, context), /no share "attic"/);
  await storage.close();
});
