// Which fields say where a secret goes: marked ones, or all texts that are no choice.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goesWhereItWent, namesNobodyElse } from "../../../../core/plugin/schemas/address-fields.ts";

const text = { type: "string" };
const secret = { type: "string", "x-secret": true };
const address = { type: "string", "x-address": true };
const object = (properties: object) => ({ type: "object", properties });

describe("the address that a secret was given for", () => {
  const free = object({
    host: text,
    mode: { enum: ["a", "b"] },
    way: { anyOf: [{ const: "x" }, { const: "y" }] },
    port: { type: "integer" },
    region: { type: "string", default: "eu" },
    zones: { type: "array", items: object({ name: text, kind: { enum: ["in", "out"] } }) },
    password: secret,
  });
  const stored = { host: "a", mode: "a", way: "x", port: 1, zones: [{ name: "n", kind: "in" }] };

  for (const [what, change, stays] of [
    ["nothing", {}, true],
    ["choices and numbers", { mode: "b", way: "y", port: 2, zones: [{ name: "n", kind: "out" }] }, true],
    ["the secret itself", { password: "new" }, true],
    ["what is left out", { zones: [] }, true],
    ["a default that is said", { region: "eu" }, true],
    ["something else than the default", { region: "us" }, false],
    ["the host", { host: "b" }, false],
    ["a text in a list", { zones: [{ name: "m", kind: "in" }] }, false],
    ["an object where a text was", { host: { name: "a" } }, false],
    ["a field that the schema does not know", { proxy: "c" }, false],
  ] as const) {
    it(`${stays ? "is the same" : "is another"} in a schema without marks where ${what} changes`, () => {
      assert.equal(goesWhereItWent(free, ["password"], stored, { ...stored, ...change }), stays);
    });
  }

  it("is another where the default comes in force", () => {
    const before = { ...stored, region: "us" };
    assert.equal(goesWhereItWent(free, ["password"], before, stored), false);
  });

  it("is told by marked fields alone where there are some, whatever their type", () => {
    const schema = object({
      url: address,
      port: { type: "integer", "x-address": true },
      title: text,
      key: secret,
    });
    const before = { url: "https://a.example/one", port: 1, title: "x" };
    const goes = (next: object) => goesWhereItWent(schema, ["key"], before, { ...before, ...next });
    assert.equal(goes({ title: "y", url: "https://a.example/two" }), true);
    for (const next of [{ url: "https://b.example/one" }, { url: "http://a.example/one" }, { port: 2 }])
      assert.equal(goes(next), false, JSON.stringify(next));
  });

  it("is that of the object around the secret, and of those around that one, not of its neighbours", () => {
    const target = object({ host: address, key: secret });
    const schema = object({ proxy: address, one: target, two: target, plain: object({ key: secret }) });
    const before = { proxy: "p", one: { host: "a" }, two: { host: "b" }, plain: {} };
    const goes = (place: string, next: object) =>
      goesWhereItWent(schema, [place, "key"], before, { ...before, ...next });
    assert.equal(goes("one", { two: { host: "c" } }), true);
    assert.equal(goes("one", { one: { host: "b" } }), false, "also the address of a neighbour");
    assert.equal(goes("one", { proxy: "q" }), false);
    assert.equal(goes("plain", { two: { host: "c" } }), false, "with no address of its own, all are its");
  });

  it("is looked for in conditions and parts of a schema as well", () => {
    const schema = {
      ...object({ key: secret, title: text }),
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      allOf: [{ if: {}, then: object({ server: address }) }],
    };
    assert.equal(
      goesWhereItWent(schema, ["key"], { server: "a", title: "x" }, { server: "a", title: "y" }),
      true,
    );
    assert.equal(goesWhereItWent(schema, ["key"], { server: "a" }, { server: "b" }), false);
  });

  it("is the same for one login where two addresses change places", () => {
    const schema = object({ url: text, subUrl: text, password: secret });
    const before = { url: "rtsp://a/1", subUrl: "rtsp://b/1" };
    assert.equal(namesNobodyElse(schema, before, { url: "rtsp://b/2", subUrl: "rtsp://a/2" }), true);
    assert.equal(namesNobodyElse(schema, before, { url: "rtsp://c/1" }), false);
    assert.equal(namesNobodyElse(schema, before, { url: "rtsp://root@a/1" }), false);
  });
});
