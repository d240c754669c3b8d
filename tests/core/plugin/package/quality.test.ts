// The rules of plugin quality find what does not hold, and give the tier that is earned.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeQuality, QUALITY_RULES, type QualityFacts } from "../../../../core/plugin/package/quality.ts";

describe("the rules of quality", () => {
  const all = Object.fromEntries(QUALITY_RULES.map(({ id }) => [id, "done"]));
  const good: QualityFacts = {
    card: {
      author: "Somebody",
      bugs: "https://example.org/bugs",
      nightjar: { kind: "camera", configSchema: "./config.schema.json" },
    },
    quality: all,
    readme:
      "# Shop\n## What it supports\n## Configuration of a camera\n`host`\n## Known limitations\n## Troubleshooting\n## Tested models\n- X1, firmware 3\n",
    schema: { properties: { level: { title: "Level", description: "How high." } } },
    schemaOfCode: { properties: { level: { title: "Level", description: "How high." } } },
    cameraFields: ["host"],
    tests: { "contract.test.ts": "cameraDriverContract({ camera: () => fakeCamera() })" },
    translations: ["de.json"],
  };

  it("give gold where all is done", () =>
    assert.deepEqual(judgeQuality(good), { tier: "gold", problems: [], open: [] }));

  it("give a tier when all up to it is done or exempt", () => {
    const { "clean-stop": _stop, translations: _translations, ...rest } = all;
    const without = judgeQuality({ ...good, quality: rest });
    assert.deepEqual(without, { tier: "bronze", problems: [], open: ["clean-stop", "translations"] });
    const exempt = { ...rest, "clean-stop": { exempt: "it opens nothing" } };
    assert.equal(judgeQuality({ ...good, quality: exempt }).tier, "silver");
    assert.equal(judgeQuality({ ...good, quality: {} }).tier, undefined);
  });

  const schema = { properties: { level: { title: "Level" } } };
  for (const [what, change, problem] of [
    ["no list at all", { quality: undefined }, /no quality\.json/],
    ["a rule that is none", { quality: { ...all, shiny: "done" } }, /shiny: there is no such rule/],
    [
      "an exemption without a reason",
      { quality: { ...all, discovery: { exempt: "" } } },
      /discovery: it is neither/,
    ],
    ["a claim in other words", { quality: { ...all, discovery: true } }, /discovery: it is neither/],
    ["a stale schema", { schema: { properties: {} } }, /config-schema: .* stale/],
    ["a missing schema", { schema: undefined }, /config-schema: .* missing/],
    ["an undescribed field", { schema, schemaOfCode: schema }, /field level has no title or no description/],
    [
      "a schema that the card does not name",
      { card: { ...good.card, nightjar: { kind: "camera" } } },
      /configSchema/,
    ],
    ["no tests", { tests: {} }, /unit-tests: there is no test/],
    ["tests without the contract", { tests: { "a.test.ts": "fakeCamera()" } }, /contract: no test calls/],
    [
      "tests without a device",
      { tests: { "a.test.ts": "cameraDriverContract({" } },
      /no test starts a fake device/,
    ],
    [
      "a README without a section",
      { readme: good.readme.replace("## Trouble", "# Trouble") },
      /lacks Troubleshooting/,
    ],
    [
      "a README that keeps a setting back",
      { cameraFields: ["host", "port"] },
      /does not name the setting port/,
    ],
    ["no models", { readme: good.readme.replace("- X1, firmware 3", "None.") }, /lists no models/],
    ["nobody to turn to", { card: { ...good.card, bugs: undefined } }, /owner: /],
    ["no translations", { translations: [] }, /translations: /],
  ] as const) {
    it(`find ${what}`, () => {
      const { problems } = judgeQuality({ ...good, ...change } as QualityFacts);
      assert.match(problems.join("\n"), problem);
    });
  }

  it("say what a machine looks at where one looks", () => {
    for (const { id, looksAt, contradiction } of QUALITY_RULES)
      assert.equal(looksAt === undefined, contradiction === undefined, id);
  });

  it("have one id each", () =>
    assert.equal(new Set(QUALITY_RULES.map(({ id }) => id)).size, QUALITY_RULES.length));
});
