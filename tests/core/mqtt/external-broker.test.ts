// Another broker that takes connections and does nothing more, or is slow: how often it is tried, and when it is given up.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { Log } from "../../../core/log.ts";
import { silentLog } from "../../../core/log.ts";
import { LOOK_EVERY_MS, STANDS_STILL_MS } from "../../../core/mqtt/ack-watch.ts";
import { ExternalBroker } from "../../../core/mqtt/external-broker.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const GIVEN_UP_MS = STANDS_STILL_MS + LOOK_EVERY_MS;

/** A broker that takes connections; `acknowledges`: one message a connection. It reads nothing more where `reads` is false. */
async function fixture(t: TestContext, { acknowledges = false, reads = true } = {}) {
  const clock = new FakeClock();
  const sockets: Socket[] = [];
  const house = { acknowledges, ups: 0, lines: [] as string[] };
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(CONNACK);
      if (!reads) socket.pause();
      // The first message of a connection has the number that its client begins with, which stands behind the topic.
      socket.on("data", (packet) => {
        if (!house.acknowledges || ((packet[0] ?? 0) & 0xf6) !== 0x32) return;
        const at = 4 + packet.readUInt16BE(2);
        socket.write(Buffer.from([0x40, 2, packet[at] ?? 0, packet[at + 1] ?? 0]));
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const note =
    (level: string) =>
    (message: string): void =>
      void house.lines.push(`${level} ${message}`);
  const log: Log = { ...silentLog, notice: note("notice"), warn: note("warn") };
  const broker = new ExternalBroker({
    ...{ url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, username: "", ca: "" },
    ...{ password: undefined, acceptRequests: false, base: "nightjar", node: "n1", clock, log },
    events: {
      up() {
        house.ups += 1;
      },
      ...{ changed: () => undefined, message: () => undefined, heard: () => undefined },
    },
  });
  broker.start();
  t.after(async () => {
    const closed = broker.close();
    // It is not waited for longer to say that the recorder goes.
    clock.advance(1_000);
    await closed;
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const say = (): Promise<void> =>
    broker.publish({ topic: "nightjar/test", payload: "x", qos: 1, retain: false });
  await waitFor(() => house.ups === 1);
  return { broker, clock, house, say, sockets };
}

describe("another broker that is there and of no use", () => {
  it("is tried with pauses that grow, as one that is away, and the log says it once", async (t) => {
    const { clock, house, say } = await fixture(t);
    for (const [index, pauseMs] of [1_000, 2_000, 5_000, 10_000, 30_000, 30_000].entries()) {
      const refused = assert.rejects(say(), { code: "NJ_MQTT_AWAY" });
      clock.advance(GIVEN_UP_MS);
      await refused;
      assert.equal(clock.pending, 1, "the pause");
      clock.advance(pauseMs - 1);
      assert.equal(clock.pending, 1, `the pause of ${pauseMs} ms`);
      clock.advance(1);
      await waitFor(() => house.ups === index + 2);
    }
    assert.deepEqual(house.lines, ["notice connected to the MQTT broker", "warn the MQTT broker is away"]);
    house.acknowledges = true;
    await say();
    assert.equal(house.lines.at(-1), "notice connected to the MQTT broker");
  });

  it("is tried soon again once it was of use: it has acknowledged something, or stood for a minute", async (t) => {
    const { clock, house, say, sockets } = await fixture(t);
    const failsAndComesIn = async (pauseMs: number, fail: () => Promise<void> | void): Promise<void> => {
      const ups = house.ups;
      await fail();
      await waitFor(() => clock.pending === 1, { what: "the pause" });
      clock.advance(pauseMs - 1);
      assert.equal(clock.pending, 1, `the pause of ${pauseMs} ms`);
      clock.advance(1);
      await waitFor(() => house.ups === ups + 1);
    };
    const standsStill = async (): Promise<void> => {
      house.acknowledges = false;
      const refused = assert.rejects(say());
      clock.advance(GIVEN_UP_MS);
      await refused;
    };
    const isCutOff = (): void => void sockets.at(-1)?.destroy();
    await failsAndComesIn(1_000, standsStill);
    await failsAndComesIn(2_000, standsStill);
    clock.advance(60_000);
    await failsAndComesIn(1_000, isCutOff);
    await failsAndComesIn(2_000, isCutOff);
    house.acknowledges = true;
    await say();
    clock.advance(LOOK_EVERY_MS);
    await failsAndComesIn(1_000, isCutOff);
    // What it acknowledges before it stands still again is no reason to send it everything once a second.
    house.acknowledges = true;
    await say();
    await failsAndComesIn(2_000, standsStill);
    house.acknowledges = true;
    await say();
    clock.advance(60_000);
    await failsAndComesIn(1_000, standsStill);
  });

  it("is waited for while pictures still go to it over a slow line", async (t) => {
    const { broker, clock, say, sockets } = await fixture(t, { reads: false });
    const [socket] = sockets;
    assert.ok(socket !== undefined);
    const picture = {
      topic: "nightjar/picture",
      payload: Buffer.alloc(250_000),
      qos: 0,
      retain: true,
    } as const;
    let gone = 0;
    let isStopped = false;
    // One after another, as they are sent to a broker that is there again, and more than the system takes at once.
    const pictures = (async () => {
      while (!isStopped) {
        await broker.publish(picture);
        gone += 1;
      }
    })().catch(() => {
      isStopped = true;
    });
    await waitFor(() => gone > 0);
    const behind = assert.rejects(say());
    clock.advance(LOOK_EVERY_MS);
    for (let seconds = 0; seconds < 2 * (STANDS_STILL_MS / 1_000); seconds += 5) {
      const before = gone;
      socket.resume();
      await waitFor(() => gone > before, { what: "pictures to go" });
      socket.pause();
      clock.advance(5_000);
      assert.equal(broker.state.status, "running");
    }
    clock.advance(GIVEN_UP_MS);
    await behind;
    await pictures;
    assert.equal(isStopped, true);
    assert.equal(broker.state.fault, "stands-still");
  });
});
