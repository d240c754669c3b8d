import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { ChangeFeed } from "../../../core/http/change-feed.ts";
import type { Principal } from "../../../core/users/principal.ts";
import { HandClock } from "../users/users-fixture.ts";
import { cameraView, eventView, HOST, type HttpFixture, httpFixture } from "./http-fixture.ts";

interface Listener {
  text(): string;
  until(part: string): Promise<void>;
  readonly ended: Promise<unknown>;
}

async function listen(
  fixture: HttpFixture,
  token: string,
  path = "/api/v1/changes",
  headers: Readonly<Record<string, string>> = {},
): Promise<Listener> {
  const outgoing = request({
    host: "127.0.0.1",
    port: (fixture.server.address() as AddressInfo).port,
    path,
    agent: false,
    headers: { host: HOST, authorization: `Bearer ${token}`, ...headers },
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

  it("brings what was missed to whoever says what it saw last, in either way", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("yard-viewer");
    const first = await listen(fixture, token);
    const { changes } = fixture.services;
    changes.publish({ type: "camera", camera: cameraView("yard") });
    await first.until("event: camera\n");
    const id = /^id: (.*)$/m.exec(first.text())?.[1] ?? "";
    changes.publish({ type: "camera", camera: cameraView("gate") });
    changes.publish({ type: "camera-removed", camera: "yard" });
    for (const again of [
      await listen(fixture, token, `/api/v1/changes?since=${id}`),
      await listen(fixture, token, "/api/v1/changes", { "last-event-id": id }),
    ]) {
      await again.until("camera-removed");
      assert.deepEqual(again.text().match(/^event: .*$/gm), ["event: camera-removed"]);
    }
    const late = await listen(fixture, token, "/api/v1/changes?since=another-run-7");
    await late.until("event: reset");
    assert.match(late.text(), /^id: \w+-3$/m);
  });

  it("brings only the cameras and kinds that were asked for, and no camera of others", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("admin");
    const yard = await listen(fixture, token, "/api/v1/changes?cameras=yard&types=camera,event");
    const { changes } = fixture.services;
    const event = eventView(1);
    changes.publish({ type: "camera", camera: cameraView("gate") });
    changes.publish({ type: "volume", volume: { id: "v1", path: "/srv/video", status: "full" } });
    changes.publish({ type: "event", event: { ...event, camera: "gate" } });
    changes.publish({ type: "event", event });
    changes.publish({ type: "camera-removed", camera: "yard" });
    changes.publish({ type: "event", event: { ...event, id: 2, camera: "yard" } });
    await yard.until('"id":2');
    assert.deepEqual(yard.text().match(/^event: .*$/gm), ["event: event"]);
    const narrow = await fixture.tokenOf("yard-viewer");
    assert.equal((await fixture.ask("/api/v1/changes?cameras=gate", { token: narrow })).status, 404);
    assert.equal((await fixture.ask("/api/v1/changes?types=secrets", { token })).status, 422);
  });

  it("brings events at the address of events, to those who may see them", async (t) => {
    const fixture = await httpFixture(t);
    const stream = { accept: "text/event-stream" };
    const admin = await listen(fixture, await fixture.tokenOf("admin"), "/api/v1/events", stream);
    const viewer = await listen(fixture, await fixture.tokenOf("yard-viewer"), "/api/v1/events", stream);
    const event = eventView(1);
    const { changes } = fixture.services;
    changes.publish({ type: "camera", camera: cameraView("yard") });
    changes.publish({ type: "event", event: { ...event, id: 1 } });
    changes.publish({ type: "event", event: { ...event, id: 2, camera: "gate" } });
    changes.publish({ type: "event", event: { ...event, id: 3, camera: "yard" } });
    await admin.until('"id":3');
    await viewer.until('"id":3');
    assert.equal(admin.text().match(/^event: event$/gm)?.length, 3);
    assert.equal(viewer.text().match(/^event: event$/gm)?.length, 1);
  });

  it("ends when the session's time is over, unless it was used meanwhile", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("viewer");
    const used = await fixture.tokenOf("operator");
    const idle = await listen(fixture, token);
    const busy = await listen(fixture, used);
    await busy.until("retry");
    fixture.clock.turn(59 * 60_000);
    await fixture.ask("/api/v1/session", { token: used });
    fixture.clock.turn(2 * 60_000);
    fixture.services.changes.endExpired();
    await idle.ended;
    assert.match(idle.text(), /event: session-ended/);
    assert.equal(fixture.services.changes.listeners, 1);
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

  it("gives one account no more than its share of the places", (t) => {
    const feed = new ChangeFeed(new HandClock());
    t.after(() => feed.close());
    const as = (userName: string, session: number): Principal => ({
      ...{ userName, sessionId: `${userName}-${session}`, role: "viewer", cameras: "all" },
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    });
    for (let at = 0; at < 128; at += 1) feed.listen(as("vera", Math.floor(at / 16)));
    assert.throws(() => feed.listen(as("vera", 99)), { code: "NJ_TOO_MANY_LISTENERS" });
    feed.listen(as("ann", 1));
    assert.equal(feed.listeners, 129);
  });
});
