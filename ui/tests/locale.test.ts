// Every word of the interface: all languages have the same keys and places, every key is used, every used key exists.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fill, LANGUAGES, preferredLanguage } from "../src/locale/messages.ts";

const SOURCE = join(import.meta.dirname, "../src");

function messagesOf(language: string): Record<string, string> {
  return JSON.parse(readFileSync(join(SOURCE, `locale/${language}.json`), "utf8")) as Record<string, string>;
}

function sources(): string {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(SOURCE, name), "utf8"))
    .join("\n");
}

function places(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map((found) => found[0]).sort();
}

const english = messagesOf("en");
const code = sources();

describe("words of the interface", () => {
  for (const language of LANGUAGES) {
    it(`are all there in ${language}, with the same places to fill`, () => {
      const words = messagesOf(language);
      assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort());
      for (const [key, text] of Object.entries(words)) {
        assert.notEqual(text.trim(), "", `${key} is empty`);
        assert.deepEqual(places(text), places(english[key] ?? ""), key);
      }
    });
  }

  it("are all used", () => {
    const unused = Object.keys(english).filter((key) => !code.includes(`"${key}"`));
    assert.deepEqual(unused, []);
  });

  it("are translated, not copied", () => {
    for (const language of LANGUAGES.filter((one) => one !== "en")) {
      const words = messagesOf(language);
      const same = Object.keys(english).filter((key) => words[key] === english[key]);
      assert.ok(same.length < Object.keys(english).length / 8, `${language}: ${same.join(" ")}`);
    }
  });

  it("exist wherever the code asks for them", () => {
    const asked = [...code.matchAll(/\bt\(\s*"([^"]+)"/g)].map((found) => found[1] ?? "");
    assert.ok(asked.length > 100);
    assert.deepEqual(
      asked.filter((key) => english[key] === undefined),
      [],
    );
  });

  it("never stand in the markup itself", () => {
    // Text between tags, and the attributes that are read out or shown.
    const bare = [...code.matchAll(/(?:aria-label|title|placeholder|label)="([A-Z][^"]*)"/g)].map(
      (found) => found[1],
    );
    assert.deepEqual(
      bare.filter((text) => text !== "Nightjar"),
      [],
    );
  });
});

describe("fill", () => {
  it("puts values in their places and leaves unknown places alone", () => {
    assert.equal(fill("{count} of {total}", { count: 3 }), "3 of {total}");
  });
});

describe("preferred language", () => {
  it("is the first wish that we speak, else English", () => {
    assert.equal(preferredLanguage(["fr-FR", "de-AT", "en"]), "de");
    assert.equal(preferredLanguage(["fr"]), "en");
    assert.equal(preferredLanguage(["zh-Hans-CN"]), "zh");
  });
});
