// `@nightjar/core` is the same for a plugin in a process of its own as for one that runs with the core.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as core from "../../../../core/index.ts";
import * as childCore from "../../../../core/plugin/isolated/child-core.ts";

describe("@nightjar/core in a plugin's own process", () => {
  it("has every name that the manual names", () => {
    const kinds = (names: object): [string, string][] =>
      Object.entries(names).map(([name, value]) => [name, typeof value]);
    assert.deepEqual(kinds(childCore).toSorted(), kinds(core).toSorted());
  });

  it("serves pictures when asked to, loaded only then", async () => {
    const server = await childCore.createRtspServer({ mount: () => undefined });
    assert.match(server.url("/x"), /^rtsp:\/\/127\.0\.0\.1:\d+\/x$/);
    await server.close();
    await assert.rejects(childCore.readClip("/does/not/exist.mp4"));
  });
});
