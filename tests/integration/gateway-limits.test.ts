// Strangers that hold connections without using them (attack list A25): they are put out, and nobody waits for them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { liveFrame, startTestGateway, type TestGateway, until } from "../core/gateway/fake-peers.ts";

const STRANGERS = 300;

describe("a gateway full of idle connections", () => {
  let gateway: TestGateway;
  const sockets: Socket[] = [];
  before(async () => {
    gateway = await startTestGateway();
    gateway.media.onSubscribe = (subscription) => {
      gateway.media.format(subscription);
      gateway.media.frame(subscription, liveFrame({ keyFrame: true }));
    };
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await gateway.stop();
  });

  it("serves viewers meanwhile and cuts those off that never finish a request within fifteen seconds", async () => {
    let closed = 0;
    for (let count = 0; count < STRANGERS; count += 1) {
      const socket = connect(gateway.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.on("close", () => {
        closed += 1;
      });
      socket.resume();
      sockets.push(socket);
    }
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    // A third says nothing at all, a third half a request, a third a header a second.
    sockets.forEach((socket, at) => {
      if (at % 3 !== 0) socket.write("GET /api/v1/status HTTP/1.1\r\nHost: x\r\n");
    });
    const startMs = performance.now();
    const drip = setInterval(() => {
      sockets.forEach((socket, at) => {
        if (at % 3 === 2 && socket.writable) socket.write("X-Drip: 1\r\n");
      });
    }, 1_000);
    try {
      const viewer = gateway.viewer("/api/v1/cameras/yard/live");
      await until(() => viewer.frames.length === 1, "a viewer meanwhile");
      assert.equal((await fetch(`${gateway.http}/api/v1/status`)).status, 200);
      while (closed < STRANGERS && performance.now() - startMs < 60_000) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal(closed, STRANGERS);
      assert.ok(performance.now() - startMs < 45_000);
      assert.equal(viewer.closeCode, undefined);
    } finally {
      clearInterval(drip);
    }
  });
});
