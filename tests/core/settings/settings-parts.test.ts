// What of a configuration a settings file brings: each setting of the schema is taken over by a part, or stands in the list of
// those that never are. A setting that is new and in neither would be lost without a word.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import { type Config, ConfigSchema } from "../../../core/config/config-schema.ts";
import { SETTINGS_PARTS, takeParts } from "../../../core/settings/settings-parts.ts";

/** Places of the configuration that no part takes over, as JSON pointers: the machine's own, and what is allowed there alone. */
const NEVER_TAKEN = [
  "/$schema",
  "/version",
  "/node/id",
  "/flows/allowed/programs",
  "/flows/allowed/folders",
  "/flows/allowed/modules",
  "/ffmpeg/path",
  "/firstRun/wizardDone",
  "/firstRun/wizardStep",
] as const;

interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
}

const OTHER = "other";

/** A value of that shape in which every setting is another one than the defaults. */
function others(shape: Shape): unknown {
  if (shape.type === "array") return [{ path: OTHER }];
  if (shape.type !== "object") return OTHER;
  if (shape.properties === undefined) return { [OTHER]: {} };
  return Object.fromEntries(Object.entries(shape.properties).map(([key, inner]) => [key, others(inner)]));
}

/** JSON pointers of all settings that have one value, list or table. */
function places(shape: Shape, pointer = ""): string[] {
  if (shape.properties === undefined) return [pointer];
  return Object.entries(shape.properties).flatMap(([key, inner]) => places(inner, `${pointer}/${key}`));
}

function at(config: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], config);
}

function taken(parts: readonly (typeof SETTINGS_PARTS)[number][]): string[] {
  const node = { id: "here", name: "Here" };
  const draft = structuredClone(checkConfig("config", { version: 1, node, timeZone: "UTC" })) as Config;
  const from = others(ConfigSchema as Shape) as Config;
  takeParts(draft, from, { parts, confined: false, dataDir: "/data" });
  return places(ConfigSchema as Shape).filter(
    (place) => JSON.stringify(at(draft, place)) === JSON.stringify(at(from, place)),
  );
}

describe("what an import takes over", () => {
  it("is every setting, but those that are listed as never taken over", () => {
    const expected = places(ConfigSchema as Shape).filter(
      (place) => !(NEVER_TAKEN as readonly string[]).includes(place),
    );
    assert.ok(expected.length > 40, "the schema was walked");
    assert.deepEqual(taken(SETTINGS_PARTS), expected);
    assert.deepEqual(taken([]), []);
  });

  it("comes in with one part alone, so that nothing else brings it unasked", () => {
    const seen = new Map<string, string>();
    for (const part of SETTINGS_PARTS)
      for (const place of taken([part])) {
        assert.equal(seen.get(place), undefined, `${place} belongs to ${part} and ${seen.get(place)}`);
        seen.set(place, part);
      }
    assert.equal(seen.get("/linkage/rules"), "cameras");
    assert.equal(seen.get("/outputs"), "cameras");
    assert.equal(seen.get("/mqtt/broker"), "network");
  });
});
