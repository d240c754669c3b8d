import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  base32,
  codeOfStep,
  matchingStep,
  newTotpSecret,
  otpauthUri,
  STEP_MS,
  stepAt,
} from "../../../core/users/totp.ts";
import { authenticatorApp } from "../../support/authenticator-app.ts";

/** The secret of both RFCs' test vectors. */
const SECRET = Buffer.from("12345678901234567890");

describe("one-time codes", () => {
  it("are those of RFC 4226, appendix D", () => {
    const codes = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split(" ");
    assert.deepEqual(
      codes.map((_, counter) => codeOfStep(SECRET, counter)),
      codes,
    );
  });

  it("are those of RFC 6238, appendix B, cut to six figures", () => {
    for (const [seconds, code] of [
      [59, "94287082"],
      [1_111_111_109, "07081804"],
      [1_111_111_111, "14050471"],
      [1_234_567_890, "89005924"],
      [2_000_000_000, "69279037"],
      [20_000_000_000, "65353130"],
    ] as const) {
      assert.equal(codeOfStep(SECRET, stepAt(seconds * 1000)), code.slice(-6), String(seconds));
    }
  });

  it("are taken one step early or late, and no further", () => {
    const atMs = 1_234_567_890_000;
    const now = stepAt(atMs);
    for (const [distance, found] of [
      [-2, undefined],
      [-1, now - 1],
      [0, now],
      [1, now + 1],
      [2, undefined],
    ] as const) {
      assert.equal(matchingStep(SECRET, codeOfStep(SECRET, now + distance), atMs), found, String(distance));
    }
  });

  it("are six figures and nothing else", () => {
    const atMs = 59_000;
    for (const code of ["", "28708", "2870820", "28708２", "+28708", " 87082", "287 082", "0x4617"]) {
      assert.equal(matchingStep(SECRET, code, atMs), undefined, code);
    }
    assert.equal(matchingStep(SECRET, "287082", atMs), 1);
  });

  it("come of secrets of 160 bits that are new each time", () => {
    const secrets = Array.from({ length: 50 }, () => newTotpSecret());
    assert.ok(secrets.every((secret) => secret.length === 20));
    assert.equal(new Set(secrets.map((secret) => secret.toString("hex"))).size, 50);
  });

  it("have secrets in the base 32 of RFC 4648, section 10, without padding", () => {
    for (const [plain, encoded] of [
      ["", ""],
      ["f", "MY"],
      ["fo", "MZXQ"],
      ["foo", "MZXW6"],
      ["foob", "MZXW6YQ"],
      ["fooba", "MZXW6YTB"],
      ["foobar", "MZXW6YTBOI"],
    ] as const) {
      assert.equal(base32(Buffer.from(plain)), encoded);
    }
  });

  it("are shown alike by an app that read the address, whatever the account is called", () => {
    for (const name of ["ann", "Zoë.Ångström", "a@b", "日本"]) {
      const secret = newTotpSecret();
      const app = authenticatorApp(otpauthUri(name, secret));
      assert.deepEqual([app.issuer, app.account], ["Nightjar", name]);
      for (let index = 0; index < 200; index += 1) {
        const atMs = Date.UTC(2026, 0, 1) + index * STEP_MS;
        assert.equal(app.codeAt(atMs), codeOfStep(secret, stepAt(atMs)));
      }
    }
  });
});
