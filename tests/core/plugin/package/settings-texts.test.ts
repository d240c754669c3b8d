// The words of a plugin's settings come in the language of whoever sets it, from a file that nothing is believed of.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { readSettingsTexts, withTexts } from "../../../../core/plugin/package/settings-texts.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const SCHEMA = {
  type: "object",
  title: "Settings",
  properties: {
    host: { type: "string", title: "Server", description: "Name or address." },
    proxy: { type: "object", title: "Proxy", properties: { address: { type: "string", title: "Address" } } },
    doors: {
      type: "array",
      title: "Door",
      items: { type: "object", properties: { name: { type: "string", title: "Name" } } },
    },
  },
  allOf: [
    { if: { required: ["proxy"] }, else: { properties: { port: { type: "integer", title: "Port" } } } },
  ],
};

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = tempDir("nightjar-texts-");
  t.after(() => root.remove());
  mkdirSync(root.join("plugin/translations"), { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(root.join("plugin/translations", name), text);
  writeFileSync(root.join("elsewhere.json"), JSON.stringify({ settings: { "/host": { title: "stolen" } } }));
  return root.join("plugin");
}

const GERMAN = JSON.stringify({
  settings: {
    "": { title: "Einstellungen" },
    "/host": { title: "Rechner" },
    "/proxy/address": { title: "Anschrift", description: "Nur wo es keinen anderen Weg gibt." },
    "/doors/*/name": { title: "Bezeichnung" },
    "/port": { title: "Anschluss" },
    "/nowhere": { title: "?" },
  },
});

describe("words of settings", () => {
  it("stand at their fields, in objects, lists and conditions; what is not named stays as it is", async (t) => {
    const texts = await readSettingsTexts(folderWith(t, { "de.json": GERMAN }), "de-CH");
    assert.ok(texts !== undefined);
    assert.deepEqual(withTexts(SCHEMA, texts), {
      type: "object",
      title: "Einstellungen",
      properties: {
        host: { type: "string", title: "Rechner", description: "Name or address." },
        proxy: {
          type: "object",
          title: "Proxy",
          properties: {
            address: {
              type: "string",
              title: "Anschrift",
              description: "Nur wo es keinen anderen Weg gibt.",
            },
          },
        },
        doors: {
          type: "array",
          title: "Door",
          items: { type: "object", properties: { name: { type: "string", title: "Bezeichnung" } } },
        },
      },
      allOf: [
        {
          if: { required: ["proxy"] },
          else: { properties: { port: { type: "integer", title: "Anschluss" } } },
        },
      ],
    });
    assert.equal(SCHEMA.properties.host.title, "Server", "the schema itself is untouched");
  });

  it("change nothing but titles and descriptions", async (t) => {
    const bad = { "/host": { title: 5, description: "x".repeat(3_000), type: "number", pattern: "^(a+)+$" } };
    const texts = await readSettingsTexts(
      folderWith(t, { "es.json": JSON.stringify({ settings: bad }) }),
      "es",
    );
    assert.ok(texts !== undefined);
    assert.deepEqual(withTexts(SCHEMA, texts), SCHEMA);
  });

  it("are passed over where there are none, or none that can be used", async (t) => {
    const folder = folderWith(t, {
      "es.json": "{",
      "zh.json": `{"settings":{"/host":{"title":"${"x".repeat(200_000)}"}}}`,
      "fr.json": "[]",
    });
    symlinkSync("../../elsewhere.json", `${folder}/translations/it.json`);
    for (const language of ["de", "es", "zh", "fr", "it", "../../elsewhere", "d", ""])
      assert.equal(await readSettingsTexts(folder, language), undefined, language);
  });
});
