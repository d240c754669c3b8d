import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { FRAME_KIND, FrameSplitter, framePrefix } from "../../../core/link/framing.ts";
import { connectLink, LINK_VERSION, type Link, listenLinks } from "../../../core/link/link.ts";
import { LinkClient } from "../../../core/link/link-client.ts";
import { makeLinkKey } from "../../../core/link/link-key.ts";
import { silentLog } from "../../../core/log.ts";

describe("framing", () => {
  it("finds the same messages however the bytes are cut", () => {
    const payloads = [Buffer.from("a"), Buffer.alloc(70_000, 7), Buffer.alloc(0), Buffer.from("end")];
    const bytes = Buffer.concat(payloads.flatMap((payload) => [framePrefix(1, payload.length), payload]));
    for (const step of [1, 2, 5, 4096, bytes.length]) {
      const seen: Buffer[] = [];
      const splitter = new FrameSplitter((_kind, payload) => seen.push(Buffer.from(payload)));
      for (let at = 0; at < bytes.length; at += step)
        splitter.push(Buffer.from(bytes.subarray(at, at + step)));
      assert.deepEqual(
        seen.map((payload) => payload.length),
        payloads.map((payload) => payload.length),
      );
      assert.deepEqual(seen[3], payloads[3]);
    }
  });

  it("refuses a message longer than the limit before reading it", () => {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(0xffffffff, 0);
    assert.throws(() => new FrameSplitter(() => undefined).push(prefix), /announced a message/);
  });
});

describe("a link between processes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nightjar-link-"));
  after(() => rm(folder, { recursive: true }));
  type Methods = {
    add: (params: { a: number; b: number }) => number;
    fail: (params: object) => void;
    never: (params: object) => void;
  };
  const hello = (role: string) => ({ role, version: LINK_VERSION, instance: "test" });
  let number = 0;

  async function pair(binary: (payload: Buffer) => void = () => undefined) {
    const path = join(folder, `${number++}.sock`);
    const accepted = Promise.withResolvers<Link<Record<string, never>>>();
    const server = await listenLinks(
      path,
      () => ({
        hello: hello("server"),
        handlers: {
          add: ({ a, b }: { a: number; b: number }) => a + b,
          fail: () => {
            throw new NightjarError(
              "NJ_TEST",
              "not-found",
              "nothing there",
              { where: "here" },
              new Error("ENOENT"),
            );
          },
          never: () => new Promise(() => undefined),
        },
      }),
      (link) => accepted.resolve(link as never),
    );
    const link = await connectLink<Methods>(path, { hello: hello("client"), handlers: {}, onBinary: binary });
    return { link, server, other: await accepted.promise };
  }

  it("answers requests", async () => {
    const { link, server } = await pair();
    assert.equal(await link.request("add", { a: 2, b: 3 }), 5);
    assert.equal(link.peer?.role, "server");
    await server.close();
  });

  it("serves nobody who does not say the key that lies beside the socket, for its owner's eyes alone", async () => {
    const { link, server } = await pair();
    const path = join(folder, `${number - 1}.sock`);
    const keyFile = join(folder, "link.key");
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
    const key = await readFile(keyFile, "utf8");
    assert.equal(Buffer.from(key, "base64url").length, 32);
    const frame = (message: unknown): Buffer => {
      const text = Buffer.from(JSON.stringify(message));
      return Buffer.concat([framePrefix(FRAME_KIND.json, text.length), text]);
    };
    const ask = frame({ id: 1, method: "add", params: { a: 2, b: 3 } });
    const said = async (...frames: readonly Buffer[]): Promise<string> => {
      const socket = connect(path);
      let words = "";
      await new Promise<void>((resolve) => {
        socket.once("close", () => resolve()).on("error", () => undefined);
        socket.on("data", (chunk) => {
          words += String(chunk);
          if (words.includes('"result"')) resolve();
        });
        socket.write(Buffer.concat(frames));
      });
      socket.destroy();
      return words;
    };
    const wrong = `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`;
    for (const frames of [
      [ask],
      [frame({ hello: hello("thief") }), ask],
      [frame({ hello: { ...hello("thief"), key: wrong } }), ask],
      [frame({ hello: null }), ask],
      [Buffer.concat([framePrefix(FRAME_KIND.binary, 1), Buffer.from("x")]), ask],
      [frame({ hello: { ...hello("thief"), key, more: "x".repeat(5_000) } }), ask],
    ]) {
      const answer = await said(...frames);
      assert.doesNotMatch(answer, /"result"/);
      assert.ok(!answer.includes(key));
    }
    assert.match(await said(frame({ hello: { ...hello("friend"), key } }), ask), /"result":5/);
    assert.equal(await link.request("add", { a: 1, b: 1 }), 2, "others are served on");
    await server.close();
  });

  it("agrees on one key where several begin at the same moment", async () => {
    const fresh = join(folder, "fresh");
    await mkdir(fresh);
    const keys = await Promise.all(Array.from({ length: 8 }, () => makeLinkKey(fresh)));
    assert.equal(new Set(keys).size, 1);
    assert.deepEqual(await readdir(fresh), ["link.key"]);
  });

  it("brings errors over with code, kind, context and what they were caused by", async () => {
    const { link, server } = await pair();
    await assert.rejects(link.request("fail", {}), (error: NightjarError) => {
      assert.deepEqual([error.code, error.kind, error.context], ["NJ_TEST", "not-found", { where: "here" }]);
      // As its message: an error's insides are not for the other side.
      assert.deepEqual([error.message, error.cause], ["nothing there", "ENOENT"]);
      return true;
    });
    await server.close();
  });

  it("rejects what is under way when the peer goes away", async () => {
    const { link, server } = await pair();
    const rejected = assert.rejects(link.request("never", {}), { code: "NJ_LINK_CLOSED" });
    await server.close();
    await rejected;
  });

  it("gives up on an answer that never comes", async () => {
    const { link, server } = await pair();
    await assert.rejects(link.request("never", {}, 20), { code: "NJ_LINK_TIMEOUT" });
    await server.close();
  });

  it("is refused to a peer of another version, whichever end is the older", async () => {
    const path = join(folder, `${number++}.sock`);
    const old = { role: "media", version: LINK_VERSION - 1, instance: "test" };
    let isAccepted = false;
    const server = await listenLinks(
      path,
      () => ({
        hello: hello("server"),
        handlers: { add: () => 1 },
        onReady: () => {
          isAccepted = true;
        },
      }),
      () => undefined,
    );
    const stale = await connectLink<Methods>(path, { hello: old, handlers: {} });
    await assert.rejects(stale.request("add", { a: 1, b: 1 }), { code: "NJ_LINK_CLOSED" });
    assert.equal(isAccepted, false);
    await server.close();
    const older = await listenLinks(
      path,
      () => ({ hello: old, handlers: {} }),
      () => undefined,
    );
    await assert.rejects(connectLink(path, { hello: hello("client"), handlers: {} }), {
      code: "NJ_LINK_VERSION",
    });
    await older.close();
  });

  it("does not call what is no method of its own", async () => {
    const { link, server } = await pair();
    await assert.rejects(
      (link as unknown as Link<{ toString: (params: object) => void }>).request("toString", {}),
      {
        code: "NJ_LINK_METHOD",
      },
    );
    await server.close();
  });

  it("carries binary frames in pieces, in order", async () => {
    const seen: Buffer[] = [];
    const done = Promise.withResolvers<void>();
    const { server, other } = await pair((payload) => {
      seen.push(Buffer.from(payload));
      if (seen.length === 2) done.resolve();
    });
    other.sendBinary([Buffer.from("ab"), Buffer.from("cd")]);
    other.sendBinary([Buffer.alloc(100_000, 1)]);
    await done.promise;
    assert.equal(seen[0]?.toString(), "abcd");
    assert.equal(seen[1]?.length, 100_000);
    await server.close();
  });

  it("is told to be up before anything is served that came in one breath with the hello", async () => {
    const path = join(folder, `${number++}.sock`);
    const server = await listenLinks(
      path,
      () => ({ hello: hello("server"), handlers: {} }),
      (link) => (link as unknown as Link<{ report: (params: object) => void }>).notify("report", {}),
    );
    const seen: string[] = [];
    const both = Promise.withResolvers<void>();
    const see = (what: string): void => {
      seen.push(what);
      if (seen.length === 2) both.resolve();
    };
    const client = new LinkClient(path, {
      hello: hello("client"),
      handlers: { report: () => see("report") },
      log: silentLog,
      onUp: () => see("up"),
    });
    await both.promise;
    client.close();
    await server.close();
    assert.deepEqual(seen, ["up", "report"]);
  });
});
