import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { CONTENT_AT, isSealed, readSealHeader, seal, unseal } from "../../../core/settings/sealed-file.ts";
import { parseSettings } from "../../../core/settings/settings-document.ts";
import { Mutator } from "../../../core/testing/mutator.ts";
import { CANARY, code, quickDerive, SEAL_PASSWORD, settingsFixture } from "./settings-fixture.ts";

const CHEAP = { log2N: 14, p: 1 };
const CONTENT = Buffer.from(JSON.stringify({ secret: CANARY, filling: "x".repeat(100) }));

describe("a sealed settings file", () => {
  it("opens with its password, however the password's letters are composed, and with no other", async () => {
    const file = await seal(CONTENT, "pass phrase é long", CHEAP);
    assert.deepEqual(await unseal(file, "pass phrase e\u0301 long"), CONTENT);
    await assert.rejects(unseal(file, "pass phrase e long"), code("NJ_SETTINGS_PASSWORD"));
  });

  it("shows nothing of what it holds, and is another file each time", async () => {
    const one = await seal(CONTENT, SEAL_PASSWORD, CHEAP, quickDerive);
    const other = await seal(CONTENT, SEAL_PASSWORD, CHEAP, quickDerive);
    assert.equal(one.length, CONTENT_AT + CONTENT.length);
    assert.ok(!one.includes(CANARY));
    assert.notDeepEqual(one.subarray(CONTENT_AT), other.subarray(CONTENT_AT));
  });

  it("is refused when any byte of it is another, or the end is missing", async () => {
    const file = await seal(CONTENT, SEAL_PASSWORD, CHEAP, quickDerive);
    for (let at = 0; at < file.length; at += 1) {
      for (const bit of [0x01, 0x80]) {
        const flipped = Buffer.from(file);
        flipped[at] = (flipped[at] as number) ^ bit;
        await assert.rejects(unseal(flipped, SEAL_PASSWORD, quickDerive), isRefusal, `byte ${at}`);
      }
      await assert.rejects(
        unseal(file.subarray(0, at), SEAL_PASSWORD, quickDerive),
        isRefusal,
        `${at} bytes`,
      );
    }
    await assert.rejects(unseal(Buffer.concat([file, Buffer.of(0)]), SEAL_PASSWORD, quickDerive), isRefusal);
  });

  it("is refused before any work where its header asks for too much, and named newer where it is", async () => {
    const file = await seal(CONTENT, SEAL_PASSWORD, CHEAP);
    const withByte = (at: number, value: number) => {
      const changed = Buffer.from(file);
      changed[at] = value;
      return changed;
    };
    for (const [at, value] of [
      [9, 13],
      [9, 18],
      [9, 30],
      [9, 255],
      [10, 0],
      [10, 7],
      [10, 255],
      [11, 0],
      [11, 9],
      [11, 255],
      [8, 0],
    ] as const) {
      assert.throws(() => readSealHeader(withByte(at, value)), code("NJ_SETTINGS_FILE"), `${at} is ${value}`);
    }
    // Each is within its own bound, both together are too much work.
    const both = withByte(9, 17);
    both[11] = 8;
    assert.throws(() => readSealHeader(both), code("NJ_SETTINGS_FILE"));
    assert.throws(() => readSealHeader(withByte(8, 2)), code("NJ_SETTINGS_NEWER"));
  });
});

describe("settings files that were mutated (attack list A12)", () => {
  it("are refused with a sentence or read as checked settings, never anything else: 2 000 sealed and 2 000 plain", async (t) => {
    const { transfer, users } = await settingsFixture(t);
    await users.accounts.create(
      { name: "ann", role: "administrator", password: "heron lantern quarry" },
      { userName: "test", address: "" },
    );
    const plain = (await transfer.export(undefined)).bytes;
    const whole = await unseal((await transfer.export(SEAL_PASSWORD)).bytes, SEAL_PASSWORD, quickDerive);
    const sealed = await seal(whole, SEAL_PASSWORD, CHEAP, quickDerive);
    let opened = 0;
    const onSealed = new Mutator(0x5e77, [sealed]);
    for (let input = 0; input < 2_000; input += 1) {
      const bytes = Buffer.from(onSealed.next());
      if (bytes.equals(sealed)) continue;
      await assert.rejects(unseal(bytes, SEAL_PASSWORD, quickDerive), isRefusal);
    }
    const onPlain = new Mutator(0x5e78, [plain, whole]);
    for (let input = 0; input < 2_000; input += 1) {
      const text = onPlain.next().toString("utf8");
      try {
        const { config } = parseSettings(text);
        assert.equal(config.version, 1);
        opened += 1;
      } catch (error) {
        assert.ok(isRefusal(error), String(error));
      }
    }
    assert.ok(opened > 0 && opened < 2_000, `${opened} were read`);
  });
});

/** A settings file's own refusals, told in a sentence that does not repeat the file. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof NightjarError) || error.message.includes(CANARY)) return false;
  return ["NJ_SETTINGS_FILE", "NJ_SETTINGS_NEWER", "NJ_SETTINGS_PASSWORD"].includes(error.code);
}

describe("telling sealed files from plain ones", () => {
  it("goes by the first bytes", async () => {
    assert.ok(isSealed(await seal(CONTENT, SEAL_PASSWORD, CHEAP)));
    assert.ok(!isSealed(CONTENT));
    assert.ok(!isSealed(Buffer.alloc(0)));
  });
});
