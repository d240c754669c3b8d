// Files that came by browser: looked into, bounded in length and number, and gone when they are of no use.
import assert from "node:assert/strict";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { PluginUploads } from "../../../../core/plugin/install/plugin-uploads.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const LIMIT = 100_000;

/** A tarball that holds nothing but a card. */
function tarball(card: object): Buffer {
  const text = JSON.stringify(card);
  const header = Buffer.alloc(512);
  header.write("package/package.json", 0);
  header.write(text.length.toString(8).padStart(11, "0"), 124);
  header.write("0", 156);
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text);
  return gzipSync(Buffer.concat([header, body, Buffer.alloc(1024)]));
}

const PLUGIN = tarball({
  name: "nightjar-camera-yard",
  version: "1.0.0",
  exports: "./index.js",
  keywords: ["nightjar-plugin"],
  engines: { nightjar: "^0.1.0" },
  nightjar: { displayName: "Yard", permissions: { network: ["cameras.example"] } },
});

async function* inPieces(bytes: Uint8Array, size = 50): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("an uploaded plugin", () => {
  it("is told of before it is installed, with what it asks for", async () => {
    using root = tempDir();
    const uploads = new PluginUploads(root.join("uploads"));
    const { source, ...told } = await uploads.take(inPieces(PLUGIN), LIMIT, "0.1.0");
    assert.deepEqual(told, {
      name: "nightjar-camera-yard",
      version: "1.0.0",
      displayName: "Yard",
      description: "",
      permissions: { network: ["cameras.example"] },
    });
    assert.ok(existsSync(source));
    await uploads.drop(source);
    assert.ok(!existsSync(source));
  });

  const refused: readonly (readonly [string, Uint8Array, string])[] = [
    ["no plugin", tarball({ name: "left-pad" }), "NJ_PLUGIN_REFUSED"],
    ["no archive", Buffer.from("hello"), "NJ_PLUGIN_TARBALL"],
    ["empty", Buffer.alloc(0), "NJ_PLUGIN_TARBALL"],
    ["too long", Buffer.alloc(LIMIT + 1), "NJ_BODY_TOO_LARGE"],
  ];
  for (const [what, bytes, code] of refused) {
    it(`that is ${what} is refused and not kept`, async () => {
      using root = tempDir();
      const uploads = new PluginUploads(root.join("uploads"));
      await assert.rejects(uploads.take(inPieces(bytes, 4096), LIMIT, "0.1.0"), (error) => {
        assert.ok(!String(error).includes(root.path), String(error));
        return (error as { code?: string }).code === code;
      });
      assert.deepEqual(readdirSync(root.join("uploads")), []);
    });
  }

  it("that breaks off is not kept", async () => {
    using root = tempDir();
    const uploads = new PluginUploads(root.join("uploads"));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield PLUGIN.subarray(0, 100);
      throw new TypeError("gone");
    }
    await assert.rejects(uploads.take(broken(), LIMIT, "0.1.0"), /gone/);
    assert.deepEqual(readdirSync(root.join("uploads")), []);
  });

  it("pushes out the oldest when there are many, and goes at a restart", async () => {
    using root = tempDir();
    const uploads = new PluginUploads(root.join("uploads"));
    const sources: string[] = [];
    for (let number = 0; number < 7; number += 1) {
      const { source } = await uploads.take(inPieces(PLUGIN), LIMIT, "0.1.0");
      utimesSync(source, number, number);
      sources.push(source);
    }
    assert.deepEqual(
      sources.map((source) => existsSync(source)),
      [false, false, true, true, true, true, true],
    );
    await uploads.clear();
    assert.ok(!existsSync(root.join("uploads")));
  });

  it("is the only kind of file that is dropped", async () => {
    using root = tempDir();
    const uploads = new PluginUploads(root.join("uploads"));
    writeFileSync(root.join("mine.tgz"), "");
    await uploads.drop(root.join("mine.tgz"));
    await uploads.drop("nightjar-camera-yard");
    await uploads.drop(undefined);
    assert.ok(existsSync(root.join("mine.tgz")));
  });
});
