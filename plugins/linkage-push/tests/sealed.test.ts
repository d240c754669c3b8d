// Sealing against the example of RFC 8291 (its section 5 and appendix A), and against the other implementation.
import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { describe, it } from "node:test";
import { NightjarError } from "@nightjar/core";
import ece from "http_ece";
import { checkKeys, MOST_PLAIN_BYTES, sealed } from "../src/sealed.ts";

const AUTH = "BTBZMqHH6r4Tts7J_aSIgg";
const DEVICE = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: AUTH,
};

describe("a sealed notice", () => {
  it("is what RFC 8291 shows, byte by byte", () => {
    const body = sealed(Buffer.from("When I grow up, I want to be a watermelon"), DEVICE, {
      privateKey: Buffer.from("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "base64url"),
      salt: Buffer.from("DGv6ra1nlYgDCS1FRnbzlw", "base64url"),
    });
    assert.equal(
      body.toString("base64url"),
      "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
    );
  });

  it("is another one each time, 4096 bytes at most, and opened by the device alone", () => {
    const device = createECDH("prime256v1");
    device.setPrivateKey(Buffer.from("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "base64url"));
    const plain = Buffer.alloc(MOST_PLAIN_BYTES, "ü");
    const [one, other] = [sealed(plain, DEVICE), sealed(plain, DEVICE)];
    assert.equal(one.length, 4_096);
    assert.ok(!one.equals(other));
    const open = (privateKey: typeof device) =>
      ece.decrypt(one, { version: "aes128gcm", privateKey, authSecret: AUTH });
    assert.deepEqual(open(device), plain);
    const stranger = createECDH("prime256v1");
    stranger.generateKeys();
    assert.throws(() => open(stranger));
    assert.throws(() => sealed(Buffer.alloc(MOST_PLAIN_BYTES + 1), DEVICE), RangeError);
  });

  it("is made for keys of a device alone: a point of the curve, and sixteen bytes", () => {
    const off = Buffer.from(DEVICE.p256dh, "base64url");
    off[40] = (off[40] ?? 0) ^ 1;
    for (const [what, keys] of [
      ["off the curve", { ...DEVICE, p256dh: off.toString("base64url") }],
      ["too short", { ...DEVICE, p256dh: DEVICE.p256dh.slice(0, 40) }],
      ["nothing", { ...DEVICE, p256dh: "" }],
      ["a short secret", { ...DEVICE, auth: "AAAA" }],
    ] as const) {
      const isRefused = (error: unknown): boolean =>
        error instanceof NightjarError && error.code === "NJ_PUSH_KEYS";
      assert.throws(() => checkKeys(keys), isRefused, what);
      assert.throws(() => sealed(Buffer.from("x"), keys), isRefused, what);
    }
    checkKeys(DEVICE);
  });
});
