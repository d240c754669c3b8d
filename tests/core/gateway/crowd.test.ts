// Many viewers and slow ones: one subscription for five hundred, and a client that stops reading falls to key frames
// without delaying the others (attack list A25).
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { readLiveHeader } from "../../../core/media/live-wire.ts";
import { type FakeMedia, liveFrame, startTestGateway, type TestGateway, until } from "./fake-peers.ts";

const VIEWERS = 500;

/** A WebSocket client without a library: counts the binary messages it gets, and stops reading when told. */
class PlainViewer {
  readonly socket: Socket;
  frames = 0;
  firstIsKeyFrame: boolean | undefined;
  readonly numbers: number[] = [];
  dropped = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #upgraded: boolean = false;

  constructor(port: number, path: string) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("error", () => undefined);
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer good\r\nConnection: Upgrade\r\n` +
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    this.socket.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (!this.#upgraded) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#upgraded = true;
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    for (;;) {
      if (this.#bytes.length < 2) return;
      const short = (this.#bytes[1] as number) & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#bytes.length < head) return;
      const size =
        short < 126
          ? short
          : short === 126
            ? this.#bytes.readUInt16BE(2)
            : Number(this.#bytes.readBigUInt64BE(2));
      if (this.#bytes.length < head + size) return;
      const payload = this.#bytes.subarray(head, head + size);
      const opcode = (this.#bytes[0] as number) & 15;
      if (opcode === 2) this.#frame(payload);
      else if (opcode === 1 && payload.includes('"dropped"')) {
        this.dropped += (JSON.parse(String(payload)) as { frames: number }).frames;
      }
      this.#bytes = this.#bytes.subarray(head + size);
    }
  }

  #frame(payload: Buffer): void {
    const header = readLiveHeader(payload);
    this.frames += 1;
    this.firstIsKeyFrame ??= header?.keyFrame;
    this.numbers.push(header?.frameNumber ?? -1);
  }
}

function subscriptionOf(media: FakeMedia, camera: string): number {
  return media.subscribed.find((one) => one.camera === camera)?.subscription ?? 0;
}

describe("a crowd of viewers", () => {
  let gateway: TestGateway;
  const viewers: PlainViewer[] = [];
  before(async () => {
    gateway = await startTestGateway();
    gateway.media.onSubscribe = (subscription) => {
      gateway.media.format(subscription);
      gateway.media.frame(subscription, liveFrame({ keyFrame: true, frameNumber: 0 }));
    };
  });
  after(async () => {
    for (const viewer of viewers) viewer.socket.destroy();
    await gateway.stop();
  });

  it("gives five hundred viewers of one stream every frame from one subscription, and no seat to one more", async () => {
    const path = "/api/v1/cameras/plaza/live";
    for (let count = 0; count < VIEWERS; count += 1) viewers.push(new PlainViewer(gateway.port, path));
    await until(() => viewers.every((viewer) => viewer.frames === 1), "all watch");
    const subscription = subscriptionOf(gateway.media, "plaza");
    for (let number = 1; number <= 10; number += 1) {
      gateway.media.frame(subscription, liveFrame({ frameNumber: number }, 2_000));
    }
    await until(() => viewers.every((viewer) => viewer.frames === 11), "all frames");
    assert.ok(viewers.every((viewer) => viewer.firstIsKeyFrame === true));
    assert.equal(gateway.media.subscribed.filter((one) => one.camera === "plaza").length, 1);
    const figures = await gateway.core.link.request("figures", {});
    assert.equal(figures.viewers, VIEWERS);
    assert.ok(figures.bytesSent > VIEWERS * 10 * 2_000);
    const more = gateway.viewer(path);
    await until(() => more.closeCode !== undefined, "refusal");
    assert.equal(more.texts("error")[0]?.["code"], "NJ_TOO_MANY_VIEWERS");
    for (const viewer of viewers.splice(0)) viewer.socket.destroy();
  });

  it("lets a viewer that stops reading fall to key frames while a fast one gets every frame", async () => {
    const path = "/api/v1/cameras/slow/live";
    const slow = new PlainViewer(gateway.port, path);
    const fast = new PlainViewer(gateway.port, path);
    viewers.push(slow, fast);
    await until(() => slow.frames === 1 && fast.frames === 1, "both watch");
    slow.socket.pause();
    const subscription = subscriptionOf(gateway.media, "slow");
    // Twenty groups of ten pictures, a megabyte each: far more than the kernel holds for the one that does not read.
    const total = 200;
    for (let number = 1; number <= total; number += 1) {
      gateway.media.frame(
        subscription,
        liveFrame({ keyFrame: number % 10 === 0, frameNumber: number }, 100_000),
      );
      if (number % 10 === 0) await until(() => fast.frames >= number - 20, "the fast one keeps up");
    }
    await until(() => fast.frames === total + 1, "every frame for the fast one");
    assert.deepEqual(
      fast.numbers,
      Array.from({ length: total + 1 }, (_, number) => number),
    );
    assert.equal(fast.dropped, 0);
    slow.socket.resume();
    let number = total;
    const resumed = () => slow.numbers.some((one) => one > total);
    const end = performance.now() + 5_000;
    while (!resumed() && performance.now() < end) {
      number += 10;
      gateway.media.frame(subscription, liveFrame({ keyFrame: true, frameNumber: number }, 1_000));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(resumed());
    assert.ok(slow.dropped > 0);
    // Where frames are missing, the next one is a key frame.
    slow.numbers.forEach((one, at) => {
      const before = slow.numbers[at - 1];
      if (before !== undefined && one !== before + 1)
        assert.equal(one % 10, 0, `frame ${one} after ${before}`);
    });
    assert.ok(slow.numbers.length < total);
  });

  it("does not wait for a client that never finishes its request", async () => {
    const socket = connect(gateway.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    const answer = await fetch(`${gateway.http}/api/v1/status`);
    assert.equal(answer.status, 200);
    socket.destroy();
  });
});
