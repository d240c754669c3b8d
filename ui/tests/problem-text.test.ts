// How code and facts of a problem become a sentence, and how the recorder's own sentences are shown.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { textFrom } from "../src/locale/problem-text.ts";
import { asSentence } from "../src/locale/sentence.ts";

const TEXTS = {
  NJ_A: "Die Kamera[ unter {where}] lehnt ab.",
  "NJ_A.rights": "Dieser Benutzer darf nicht.",
  NJ_B: "npm ist gescheitert:",
  NJ_C: "Auf {path} ist nichts eingehängt.",
};

describe("the words of a problem", () => {
  it("name the facts that came with it, and leave out what hangs on missing ones", () => {
    const sentence = "the camera refuses";
    const full = textFrom(TEXTS, { code: "NJ_A", context: { where: "10.0.0.9:554" }, sentence });
    assert.deepEqual(full, { text: "Die Kamera unter 10.0.0.9:554 lehnt ab." });
    assert.equal(textFrom(TEXTS, { code: "NJ_A", sentence }).text, "Die Kamera lehnt ab.");
  });

  it("take facts as they are, whatever marks they hold", () => {
    const context = { where: "[fe80::1]:554 {path} $&" };
    const { text } = textFrom(TEXTS, { code: "NJ_A", context, sentence: "" });
    assert.equal(text, "Die Kamera unter [fe80::1]:554 {path} $& lehnt ab.");
  });

  it("tell the cases of a code apart, and fall back to the code where a case is unknown", () => {
    const sentence = "no";
    assert.equal(
      textFrom(TEXTS, { code: "NJ_A", context: { case: "rights" }, sentence }).text,
      "Dieser Benutzer darf nicht.",
    );
    assert.equal(
      textFrom(TEXTS, { code: "NJ_A", context: { case: "new" }, sentence }).text,
      "Die Kamera lehnt ab.",
    );
  });

  it("are the recorder's own where a code is a stranger's, or a fact that is needed did not come", () => {
    for (const code of ["NJ_STRANGE", "constructor", "NJ_C", undefined]) {
      assert.deepEqual(textFrom(TEXTS, { code, sentence: "the gate is open" }), {
        text: "The gate is open.",
      });
    }
  });

  it("are followed by the recorder's own sentence where that says more", () => {
    assert.deepEqual(textFrom(TEXTS, { code: "NJ_B", sentence: "npm: no space left" }), {
      text: "npm ist gescheitert:",
      detail: "npm: no space left.",
    });
    assert.deepEqual(textFrom(TEXTS, { code: "NJ_B", sentence: "" }), { text: "npm ist gescheitert." });
  });
});

describe("the recorder's own sentences", () => {
  it("begin with a capital letter and end with a stop", () => {
    assert.equal(asSentence("the disk is full"), "The disk is full.");
    assert.equal(asSentence("Is it mounted?"), "Is it mounted?");
    assert.equal(asSentence(""), "");
  });

  it("leave names, paths and addresses as they are written", () => {
    assert.equal(asSentence("config.json is refused"), "config.json is refused.");
    assert.equal(asSentence("/mnt/disk is away"), "/mnt/disk is away.");
    assert.equal(asSentence("ffmpeg has all codecs"), "ffmpeg has all codecs.");
    assert.equal(asSentence("ffmpegs are many"), "Ffmpegs are many.");
    assert.equal(asSentence("nothing is mounted on /mnt/disk"), "Nothing is mounted on /mnt/disk");
  });
});
