// Forms out of schemas: every kind of field, its bounds, its defaults, and the object that the texts make.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Type } from "@nightjar/core";
import { fieldsOf, objectOf, problemOf, type SchemaField, textsOf } from "../src/parts/schema-fields.ts";

const schema = Type.Object({
  host: Type.String({ title: "Host", description: "Where it is.", maxLength: 8, pattern: "^[a-z]+$" }),
  pin: Type.String({ title: "PIN", "x-secret": true }),
  shift: Type.Optional(Type.Number({ minimum: 0, maximum: 64, default: 0, "x-unit": "s" })),
  channel: Type.Optional(Type.Integer({ minimum: 1 })),
  loud: Type.Optional(Type.Boolean({ default: true })),
  mode: Type.Optional(Type.Union([Type.Literal("auto"), Type.Literal("tcp")], { default: "auto" })),
  level: Type.Optional(Type.Unsafe<number>({ type: "integer", enum: [1, 2] })),
  zones: Type.Optional(Type.Array(Type.String())),
});
const fields = fieldsOf(JSON.parse(JSON.stringify(schema)));

function field(name: string): SchemaField {
  const found = fields.find((one) => one.name === name);
  assert.ok(found);
  return found;
}

describe("fields of a schema", () => {
  it("have a kind, a title, a hint, a default and a unit", () => {
    assert.deepEqual(
      fields.map((one) => [one.name, one.kind, one.required]),
      [
        ["host", "text", true],
        ["pin", "secret", true],
        ["shift", "number", false],
        ["channel", "integer", false],
        ["loud", "boolean", false],
        ["mode", "choice", false],
        ["level", "choice", false],
        ["zones", "json", false],
      ],
    );
    assert.equal(field("host").title, "Host");
    assert.equal(field("host").hint, "Where it is.");
    assert.equal(field("channel").title, "channel", "the name where there is no title");
    assert.deepEqual([field("shift").standard, field("shift").unit], ["0", "s"]);
  });

  it("are none where the schema is no object's", () => {
    for (const wrong of [undefined, null, 5, "x", [], { type: "string" }])
      assert.deepEqual(fieldsOf(wrong), []);
  });

  it("say what is wrong with a text", () => {
    const wrong = [
      ["host", "", "missing"],
      ["host", "abcdefghi", "length"],
      ["host", "A", "pattern"],
      ["host", "abc", undefined],
      ["pin", "", "missing"],
      ["shift", "x", "number"],
      ["shift", " ", "number"],
      ["shift", "-1", "small"],
      ["shift", "65", "large"],
      ["shift", "64", undefined],
      ["shift", "", undefined],
      ["channel", "1.5", "integer"],
      ["channel", "0", "small"],
      ["zones", "[", "json"],
      ["zones", '["a"]', undefined],
    ] as const;
    for (const [name, text, problem] of wrong)
      assert.equal(problemOf(field(name), text), problem, `${name}=${text}`);
    assert.equal(problemOf(field("pin"), "", true), undefined, "a stored secret stays");
  });

  it("become the object of the schema's types, without what is empty", () => {
    assert.deepEqual(
      objectOf(fields, { host: "abc", shift: "5", loud: "false", mode: "tcp", level: "2", zones: "[1]" }),
      {
        host: "abc",
        shift: 5,
        loud: false,
        mode: "tcp",
        level: 2,
        zones: [1],
      },
    );
    assert.deepEqual(objectOf(fields, {}), {});
  });

  it("give back the configuration that they were filled from", () => {
    const config = { host: "abc", pin: "1", shift: 0, loud: true, level: 1, zones: ["a"] };
    assert.deepEqual(objectOf(fields, textsOf(fields, config)), config);
  });
});
