// What a plugin is called in another language comes from a file that nothing is believed of.
import assert from "node:assert/strict";
import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { readPluginWords } from "../../../../core/plugin/package/plugin-words.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { LANGUAGES } from "../../../../ui/src/locale/languages.ts";

const ROOT = join(import.meta.dirname, "../../../..");

function folderWith(t: TestContext, files: Readonly<Record<string, unknown>>): string {
  const root = tempDir("nightjar-words-");
  t.after(() => root.remove());
  mkdirSync(root.join("plugin/translations"), { recursive: true });
  for (const [name, content] of Object.entries(files))
    writeFileSync(root.join("plugin/translations", name), JSON.stringify(content));
  writeFileSync(root.join("elsewhere.json"), JSON.stringify({ displayName: "stolen" }));
  symlinkSync(root.join("elsewhere.json"), root.join("plugin/translations/fr.json"));
  return root.join("plugin");
}

describe("what a plugin is called", () => {
  it("is told in a language that it has, and in that of a country's", async (t) => {
    const names = {
      displayName: "Ferne Kameras",
      description: "Kameras in der Ferne.",
      provides: { "camera-driver:far": "Fern", "login-provider:a-b": "Verzeichnis" },
    };
    const fields = {
      "linkage-action:lamp": { "/colour": { title: "Farbe" }, "/rooms/*": { description: "Zimmer." } },
    };
    const german = { ...names, fields };
    const foul = { "/x": { title: 7 }, y: { title: "no place" }, "/z": "no words" };
    const written = { ...fields, "no entry": {}, "linkage-action:foul": foul };
    const folder = folderWith(t, { "de.json": { ...names, fields: written, settings: {} } });
    assert.deepEqual(await readPluginWords(folder, "de-CH"), {
      ...german,
      fields: { ...fields, "linkage-action:foul": { "/x": {} } },
    });
    assert.equal(await readPluginWords(folder, "es"), undefined);
    assert.equal(await readPluginWords(folder, "fr"), undefined, "a link that leads out of its folder");
    assert.equal(await readPluginWords(folder, "../de"), undefined);
  });

  it("is held to what its package.json is held to; what is not fit stays away, the rest counts", async (t) => {
    const provides = {
      "camera-driver:far": "Fern",
      "camera-driver:long": "x".repeat(101),
      "camera-driver:lines": "a\nb",
      "camera-driver:turned": "a\u202eb",
      "camera-driver:empty": " ",
      "camera-driver:no-text": 7,
      "Camera driver": "x",
      ["__proto__"]: "x",
    };
    const folder = folderWith(t, {
      "de.json": { displayName: "x".repeat(81), description: `a\nb\u202e${"c".repeat(400)}`, provides },
      "es.json": { displayName: "a\u202eb", description: 7, provides: ["x"] },
      "zh.json": ["displayName"],
      "it.json": {
        provides: Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`detector:d${i}`, "x"])),
      },
    });
    const german = await readPluginWords(folder, "de");
    assert.deepEqual(german?.provides, { "camera-driver:far": "Fern" });
    assert.equal(german?.displayName, undefined);
    assert.equal(german?.description?.length, 300);
    assert.match(german?.description ?? "", /^a b c/);
    assert.equal(await readPluginWords(folder, "es"), undefined);
    assert.equal(await readPluginWords(folder, "zh"), undefined);
    assert.equal(Object.keys((await readPluginWords(folder, "it"))?.provides ?? {}).length, 64);
  });
});

describe("plugins that come with Nightjar", () => {
  for (const card of globSync("plugins/*/package.json", { cwd: ROOT })) {
    it(`have a name for themselves and all that they bring in every language (${card})`, async () => {
      const folder = join(ROOT, card, "..");
      const { nightjar } = JSON.parse(readFileSync(join(ROOT, card), "utf8")) as {
        nightjar: { provides: string[] };
      };
      for (const language of LANGUAGES.filter((one) => one !== "en")) {
        const words = await readPluginWords(folder, language);
        assert.ok(words?.displayName !== undefined && words.description !== undefined, language);
        assert.deepEqual(Object.keys(words.provides ?? {}).sort(), nightjar.provides.toSorted(), language);
        // Others than those of actions and detectors are asked for by pages that have words of their own, or say so.
        const formed = nightjar.provides.filter((one) => /^(?:linkage-action|detector):/.test(one));
        const fields = Object.keys(words.fields ?? {});
        assert.deepEqual(
          formed.filter((one) => !fields.includes(one)),
          [],
          language,
        );
        assert.deepEqual(
          fields.filter((one) => !nightjar.provides.includes(one)),
          [],
          language,
        );
      }
    });
  }
});
