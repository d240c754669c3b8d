import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { said } from "../../core/system/doctor/check.ts";
import { textFrom } from "../src/locale/problem-text.ts";
import { CHECK_TEXT, checkText, complaintText, sentenceOf } from "../src/pages/system/doctor-words.ts";

const CHECKS = new URL("../../core/system/doctor/", import.meta.url);
const GERMAN = texts("doctor/de");

function texts(name: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(new URL(`../src/locale/${name}.json`, import.meta.url), "utf8"));
}

/** What doctor says: codes with their English sentences, as the sources have them. */
function sentences(): ReadonlyMap<string, string> {
  const files = readdirSync(CHECKS).map((file) => new URL(file, CHECKS));
  const found = new Map<string, string>();
  for (const file of [...files, new URL("../../core/system/doctor.ts", import.meta.url)]) {
    const source = readFileSync(file, "utf8");
    for (const [, code = "", sentence = ""] of source.matchAll(/\bsaid\(\s*"([a-z-]+)",\s*"([^"]*)"/g)) {
      assert.ok((found.get(code) ?? sentence) === sentence, `${code} has two sentences`);
      found.set(code, sentence);
    }
    // Each is written out where it is said, or it would not be found here.
    const others = source.replaceAll(/export function said\(/g, "").matchAll(/\bsaid\(\s*([^"\s].{0,40})/g);
    assert.deepEqual(
      [...others].map(([text]) => text),
      [],
      file.pathname,
    );
  }
  return found;
}

function places(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}

describe("what doctor looks at, in words", () => {
  it("has words for every id of the guide and of the checks, and none for others", () => {
    const guide = readFileSync(new URL("../../docs/guide/doctor.md", import.meta.url), "utf8");
    const told = [...guide.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, id = ""]) => id),
    );
    assert.deepEqual(Object.keys(CHECK_TEXT).sort(), [...new Set(told)].sort());
    for (const file of readdirSync(CHECKS)) {
      const source = readFileSync(new URL(file, CHECKS), "utf8");
      for (const [, id = ""] of source.matchAll(/\b(?:ok|finding)\(\s*"([a-z-]+)"/g))
        assert.ok(Object.hasOwn(CHECK_TEXT, id), `${file} finds ${id}`);
    }
    assert.equal(checkText("certificate"), "Certificate");
    assert.equal(checkText("toString"), "toString");
  });

  for (const language of ["de", "es", "zh"]) {
    it(`has a sentence for all that doctor says, with its facts, and none for anything else, in ${language}`, () => {
      const english = sentences();
      assert.ok(english.size > 100, String(english.size));
      const known = texts(`doctor/${language}`);
      // The cases of a code, too: one that is missing would be said shorter than in the others.
      assert.deepEqual(Object.keys(known).sort(), Object.keys(GERMAN).sort());
      const codes = new Set(Object.keys(known).map((key) => key.split(".")[0] ?? ""));
      assert.deepEqual([...codes].sort(), [...english.keys()].sort());
      // What is missing is told shorter: which codecs, and what each of them would do.
      const own = new Set(["codecs-missing"]);
      for (const [key, text] of Object.entries(known)) {
        const code = key.split(".")[0] ?? "";
        const facts = places(english.get(code) ?? "");
        if (!own.has(code))
          assert.deepEqual(
            places(text).filter((name) => !facts.includes(name)),
            [],
            key,
          );
        if (language !== "de") assert.deepEqual(places(text).sort(), places(GERMAN[key] ?? "").sort(), key);
      }
    });
  }

  it("says a finding in that language with its facts, by its case where there is one, else in the recorder's words", () => {
    const told = (code: string, facts: Record<string, string | number>, sentence = "as it was said") =>
      sentenceOf(GERMAN, { code, facts, sentence });
    const { code, facts, text } = said("volume-unusable", "{path} {reason}", {
      ...{ path: "/mnt/disk", reason: "is full", case: "full" },
    });
    assert.equal(text, "/mnt/disk is full");
    assert.equal(told(code, facts, text), "/mnt/disk ist voll.");
    assert.equal(
      told(code, { path: "/mnt/disk", reason: "cannot be used: EWHAT", case: "other" }),
      "/mnt/disk ist nicht zu gebrauchen: cannot be used: EWHAT.",
    );
    assert.equal(told("volume-full", {}), "As it was said.", "a fact is missing");
    assert.equal(told("of-a-later-version", {}), "As it was said.");
  });

  it("says what a running recorder complains of in the words of all pages, behind what it is about", () => {
    const german = texts("problems/de");
    const told = (code: string, message: string, facts: Record<string, string | number>) =>
      complaintText({ code, message, facts }, (problem) => textFrom(german, problem).text);
    assert.equal(
      told("camera-connection-refused", "Gate: nothing listens at gate:554", {
        subject: "Gate",
        where: "gate:554",
      }),
      "Gate: Unter gate:554 antwortet nichts. Port prüfen, und ob RTSP an der Kamera eingeschaltet ist.",
    );
    assert.equal(told("of-a-plugin", "Gate: it jams", { subject: "Gate" }), "Gate: It jams.");
    assert.equal(told("of-a-plugin", "it jams", { subject: "Gate" }), "It jams.");
  });
});
