// `Type` as isolated plugins get it is TypeBox's: what it builds is the same, mark by mark, and works in TypeBox's hands.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Type as Whole } from "typebox";
import { Value } from "typebox/value";
import { Type } from "../../../../core/plugin/schemas/schema-builder.ts";

type Build = (type: typeof Whole) => object;

const BUILDS: Readonly<Record<string, Build>> = {
  text: (type) => type.String({ minLength: 1, title: "A", pattern: "^a" }),
  "text without options": (type) => type.String(),
  numbers: (type) => type.Array(type.Number({ minimum: 0.5 }), { minItems: 1, default: [1] }),
  integers: (type) => type.Integer({ exclusiveMaximum: 9 }),
  "yes or no": (type) => type.Boolean({ default: true }),
  anything: (type) =>
    type.Object({ any: type.Any(), unknown: type.Unknown({ title: "?" }), none: type.Null() }),
  choice: (type) => type.Union([type.Literal("a"), type.Literal(1), type.Literal(true)], { default: "a" }),
  enumeration: (type) => type.Enum(["a", "b"], { title: "E" }),
  "enumeration of an object": (type) => type.Enum({ A: "a", B: "b" }),
  record: (type) => type.Record(type.String(), type.Array(type.Integer())),
  "record with options": (type) => type.Record(type.String(), type.Number(), { title: "R" }),
  "record with a pattern": (type) => type.Record(type.String({ pattern: "^x" }), type.Number()),
  "an optional part": (type) =>
    type.Object(
      { must: type.String(), may: type.Optional(type.Integer({ "x-secret": true })) },
      { additionalProperties: false, description: "D" },
    ),
  "nothing that must be": (type) => type.Object({ may: type.Optional(type.String()) }),
  "a required of its own": (type) => type.Object({ a: type.String() }, { required: [] }),
  tuple: (type) => type.Tuple([type.String(), type.Number()]),
  partial: (type) => type.Partial(type.Object({ a: type.String(), b: type.Optional(type.Number()) })),
  picked: (type) => type.Pick(type.Object({ a: type.String(), b: type.Number() }), ["a"]),
  intersection: (type) =>
    type.Intersect([type.Object({ a: type.String() }), type.Object({ b: type.Optional(type.Null()) })]),
};

/** All that an object says, hidden marks too. */
function everything(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(everything);
  return Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(value)).map(([key, { value: part, ...how }]) => [
      key,
      { ...how, value: everything(part) },
    ]),
  );
}

describe("Type in a process of its own", () => {
  for (const [what, build] of Object.entries(BUILDS)) {
    it(`builds ${what} as TypeBox does`, () => {
      assert.deepEqual(everything(build(Type)), everything(build(Whole)));
      assert.equal(JSON.stringify(build(Type)), JSON.stringify(build(Whole)));
    });
  }

  it("has every builder that TypeBox has, and cannot be changed", () => {
    assert.deepEqual(Object.keys(Type).toSorted(), Object.keys(Whole).toSorted());
    assert.equal("Conditional" in Type, true);
    assert.equal("Hologram" in Type, false);
    assert.throws(() => Object.assign(Type, { String: undefined }), TypeError);
  });

  it("refuses what TypeBox refuses", () => {
    assert.throws(() => Type.Literal({} as never), /Invalid Literal/);
  });

  it("makes schemas that TypeBox checks and fills in", () => {
    const schema = Type.Object({ level: Type.Optional(Type.Number({ default: 7 })), host: Type.String() });
    assert.deepEqual(Value.Default(schema, { host: "a" }), { host: "a", level: 7 });
    assert.equal(Value.Check(schema, { host: 1 }), false);
  });
});
