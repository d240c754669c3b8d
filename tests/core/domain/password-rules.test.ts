import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listedForms, passwordProblem } from "../../../core/domain/password-rules.ts";
import { processorMs } from "../../../core/testing/processor-time.ts";

describe("password rules (attack list A4)", () => {
  const refused = [
    "short",
    "elevenchars",
    "password1234",
    "Password1234!",
    "P4ssw0rd2024!",
    "passwordpassword",
    "123456789012",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "qwertyuiop123",
    "administrator",
    "administrator1",
    "hikvision2023",
    "nightjar-nightjar",
    "Welcome2026!!",
    "iloveyou12345",
    "abcdefghijkl",
    "01/01/2026 01",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "!QAZ@WSX#EDC",
    "1q2w3e4r5t6y",
    "q1w2e3r4t5y6",
    "zaq12wsxcde3",
    "1a2b3c4d5e6f",
    "1234qwerasdfzxcv",
    "a123456789012",
    "woaini1314520",
    "unbelievable",
    "christopher1",
    "jamesbond007",
    "startrek1234",
  ];
  for (const password of refused) {
    it(`refuses ${JSON.stringify(password)}`, () => assert.notEqual(passwordProblem(password), undefined));
  }

  const taken = [
    "correct horse battery staple",
    "heron lantern 7 quarry",
    "všechno je jinak",
    "乾杯乾杯しましょうみんなで一緒",
    "xK9#mQ2$vL7p",
    "zwölf kleine igel",
    "x".repeat(4) + "lantern-quarry".repeat(20),
  ];
  for (const password of taken) {
    it(`takes ${JSON.stringify(password.slice(0, 40))}`, () =>
      assert.equal(passwordProblem(password), undefined));
  }

  it("asks for no composition of character classes", () => {
    assert.equal(passwordProblem("quarryheronlantern"), undefined);
  });

  it("counts characters, not bytes or halves of a surrogate pair", () => {
    assert.match(passwordProblem("🦉🦊🦋🐢🐬🦔") ?? "", /6 characters/);
  });

  it("refuses a password made of the user name", () => {
    assert.notEqual(passwordProblem("mcgillicuddy2026", "McGillicuddy"), undefined);
    assert.equal(passwordProblem("mcgillicuddy2026"), undefined);
  });

  it("refuses more than 1024 characters, and takes 1024 quickly", () => {
    assert.notEqual(passwordProblem("ab3$x".repeat(205)), undefined);
    let seed = 1;
    const letter = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCharCode(97 + (seed % 26));
    };
    const long = Array.from({ length: 1024 }, letter).join("");
    const took = processorMs(() => assert.equal(passwordProblem(long), undefined));
    assert.ok(took < 2_000, `${took} ms`);
  });

  it("looks a password up with figures read as letters, and without what decorates it", () => {
    assert.deepEqual(
      ["s0nyericss0n", "SonyEricsson!", "sonyericsson 1987"].filter((password) =>
        listedForms(password).includes("sonyericsson"),
      ),
      ["s0nyericss0n", "SonyEricsson!", "sonyericsson 1987"],
    );
  });

  it("does not take a word out of figures that are most of a password", () => {
    assert.ok(!listedForms("lantern 8374958203").includes("lantern"));
  });
});
