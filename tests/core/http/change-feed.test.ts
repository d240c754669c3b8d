import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { ChangeFeed } from "../../../core/http/change-feed.ts";
import type { Principal } from "../../../core/users/principal.ts";
import { HandClock } from "../users/users-fixture.ts";
import { cameraView, HOST, type HttpFixture, httpFixture } from "./http-fixture.ts";

interface Listener {
  text(): string;
  until(part: string): Promise<void>;
  readonly ended: Promise<unknown>;
}

async function listen(fixture: HttpFixture, token: string): Promise<Listener> {
  const outgoing = request({
    host: "127.0.0.1",
    port: (fixture.server.address() as AddressInfo).port,
    path: "/api/v1/changes",
    agent: false,
    headers: { host: HOST, authorization: `Bearer ${token}` },
  });
  outgoing.end();
  const [incoming] = (await once(outgoing, "response")) as [import("node:http").IncomingMessage];
  assert.equal(incoming.headers["content-type"], "text/event-stream");
  let text = "";
  // The fixture cuts what is still open when the test ends.
  incoming.on("error", () => undefined);
  incoming.setEncoding("utf8");
  incoming.on("data", (chunk: string) => {
    text += chunk;
  });
  return {
    text: () => text,
    ended: new Promise((resolve) => incoming.once("close", resolve)),
    async until(part) {
      const signal = AbortSignal.timeout(2_000);
      while (!text.includes(part)) await once(incoming, "data", { signal });
    },
  };
}

describe("the stream of changes", () => {
  it("brings each account what it may see, as it happens", async (t) => {
    const fixture = await httpFixture(t);
    const operator = await listen(fixture, await fixture.tokenOf("operator"));
    const viewer = await listen(fixture, await fixture.tokenOf("yard-viewer"));
    const { changes } = fixture.services;
    const span = { start: "2026-01-01T00:00:00Z", end: "2026-01-01T00:01:00Z", reasons: ["continuous"] };
    changes.publish({ type: "camera", camera: cameraView("gate") });
    changes.publish({ type: "volume", volume: { id: "v1", path: "/srv/video", status: "full" } });
    changes.publish({ type: "coverage", camera: "gate", stream: "main", ...span, growing: false });
    changes.publish({ type: "camera-removed", camera: "yard" });
    await operator.until("camera-removed");
    await viewer.until("camera-removed");
    assert.deepEqual(operator.text().match(/^event: .*$/gm), [
      "event: camera",
      "event: volume",
      "event: coverage",
      "event: camera-removed",
    ]);
    assert.match(operator.text(), /^data: \{"camera":"gate","stream":"main","start":/m);
    assert.deepEqual(viewer.text().match(/^event: .*$/gm), ["event: camera-removed"]);
    assert.ok(!viewer.text().includes("gate"));
  });

  it("ends with its session, and says so", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("viewer");
    const viewer = await listen(fixture, token);
    await viewer.until("retry");
    await fixture.ask("/api/v1/session", { method: "DELETE", token });
    await viewer.ended;
    assert.match(viewer.text(), /event: session-ended/);
    assert.equal(fixture.services.changes.listeners, 0);
  });

  it("ends soon when an administrator disables the account", async (t) => {
    const fixture = await httpFixture(t);
    const viewer = await listen(fixture, await fixture.tokenOf("viewer"));
    await viewer.until("retry");
    const token = await fixture.tokenOf("admin");
    const start = performance.now();
    await fixture.ask("/api/v1/users/viewer", { method: "PATCH", token, body: { enabled: false } });
    await viewer.ended;
    assert.ok(performance.now() - start < 5_000);
  });

  const principal: Principal = {
    sessionId: "s",
    userName: "ann",
    role: "administrator",
    cameras: "all",
    expiresAtMs: 0,
  };

  it("cuts off whoever does not read, and keeps the others", () => {
    const feed = new ChangeFeed(new HandClock());
    const deaf = feed.listen(principal);
    const reader = feed.listen({ ...principal, sessionId: "other" });
    let read = 0;
    reader.on("data", (chunk: Buffer) => {
      read += chunk.length;
    });
    const camera = { ...cameraView("yard"), name: "x".repeat(10_000) };
    for (let index = 0; index < 400; index += 1) {
      feed.publish({ type: "camera", camera });
      reader.read();
    }
    assert.equal(deaf.destroyed, true);
    assert.equal(reader.destroyed, false);
    assert.equal(feed.listeners, 1);
    assert.ok(read > 0);
    feed.close();
  });

  it("lets one session open a few streams only", () => {
    const feed = new ChangeFeed(new HandClock());
    for (let index = 0; index < 16; index += 1) feed.listen(principal);
    assert.throws(() => feed.listen(principal), /too many/);
    feed.listen({ ...principal, sessionId: "other" });
    feed.close();
  });
});
