import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { Clock } from "../../../../core/clock.ts";
import { watchBody } from "../../../../core/gateway/doors/body-progress.ts";
import { REQUEST_LIMITS } from "../../../../core/gateway/doors/listeners.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

/** Its timers run when they are told to. */
class TickClock implements Clock {
  readonly actions = new Set<() => void>();
  wallMs = () => 0;
  monotonicMs = () => 0;
  after = () => ({ cancel: () => undefined });
  every(_periodMs: number, action: () => void) {
    this.actions.add(action);
    return { cancel: () => void this.actions.delete(action) };
  }
  tick(): void {
    for (const action of [...this.actions]) action();
  }
}

/** A server that reads bodies, and one whose body is sent piece by piece. */
async function sending(t: TestContext, { reads = true } = {}) {
  const clock = new TickClock();
  let incoming: IncomingMessage | undefined;
  const server = createServer(REQUEST_LIMITS, (got, response) => {
    incoming = got;
    watchBody(got, response, clock);
    if (!reads) return;
    got.on("error", () => undefined);
    got.resume().on("end", () => response.end("whole"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const outgoing = request({ host: "127.0.0.1", port, method: "POST", agent: false });
  const answered = once(outgoing, "response").then(([answer]) => answer as IncomingMessage);
  let sent = 0;
  const send = async (bytes: number): Promise<void> => {
    outgoing.write(Buffer.alloc(bytes));
    sent += bytes;
    await waitFor(() => (incoming?.socket.bytesRead ?? 0) >= sent, { what: "the piece" });
  };
  return { clock, server, outgoing, answered, send };
}

describe("bodies that take their time", () => {
  it("are waited for while they come on, however long that takes", async (t) => {
    const { clock, server, outgoing, answered, send } = await sending(t);
    assert.equal(server.requestTimeout, 0, "not by time alone");
    for (let piece = 0; piece < 20; piece += 1) {
      await send(33 * 1024);
      clock.tick();
    }
    outgoing.end();
    assert.equal((await answered).statusCode, 200);
    clock.tick();
    assert.equal(clock.actions.size, 0, "nothing is looked after any more");
  });

  it("are given up once they hardly move, with a problem, read or not (attack list A25)", async (t) => {
    for (const reads of [true, false]) {
      const { clock, answered, send } = await sending(t, { reads });
      await send(40 * 1024);
      clock.tick();
      assert.equal(clock.actions.size, 1);
      await send(1_000);
      clock.tick();
      const answer = await answered;
      assert.equal(answer.statusCode, 408);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.match(String(await answer.toArray()), /NJ_REQUEST_TIMEOUT/);
      await waitFor(() => clock.actions.size === 0);
    }
  });

  it("leave nothing on a connection that brings one after the other", async (t) => {
    const clock = new TickClock();
    const listeners: number[] = [];
    const server = createServer(REQUEST_LIMITS, (got, response) => {
      watchBody(got, response, clock);
      got.resume().on("end", () => {
        listeners.push(got.socket.listenerCount("close"));
        response.end("whole");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => {
      agent.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    for (let sent = 0; sent < 12; sent += 1) {
      const outgoing = request({ host: "127.0.0.1", port, method: "POST", agent }).end("a body");
      const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
      await answer.toArray();
    }
    assert.deepEqual(new Set(listeners), new Set([listeners[0]]), "no more than after the first");
    assert.equal(clock.actions.size, 0, "nothing is looked after any more");
  });
});
