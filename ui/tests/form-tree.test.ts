// Forms out of whole schemas: groups, lists, conditions; places in JSON; and the draft that form and editor share.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brokenLine, draftOf, withText } from "../src/pages/plugins/settings-draft.ts";
import { type FormNode, pointersIn, schemaHolds, treeOf } from "../src/parts/form-tree.ts";
import { lineAt, offsetOf, pointerOf, valueAt, withValueAt } from "../src/parts/json-place.ts";

const SCHEMA = {
  type: "object",
  required: ["host"],
  properties: {
    host: { type: "string", title: "Host" },
    account: { enum: ["none", "password"], default: "none" },
    password: { type: "string", "x-secret": true },
    user: { type: "string" },
    realm: { type: "string" },
    tags: { type: "array", title: "Tag", items: { type: "string" }, maxItems: 2 },
    ports: { type: "array", items: { type: "integer", minimum: 1, default: 80 } },
    doors: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string" },
          inner: { type: "object", properties: { deep: { type: "number" } } },
        },
        required: ["name"],
      },
    },
    proxy: { type: "object", properties: { address: { type: "string" } }, required: ["address"] },
  },
  dependentRequired: { user: ["realm"] },
  if: { properties: { account: { const: "password" } }, required: ["account"] },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
  then: { required: ["password"], properties: { hint: { type: "string", title: "Hint" } } },
  else: { properties: { guest: { type: "boolean" } } },
};
const NONE = new Set<string>();

const names = (nodes: readonly FormNode[]): string[] => nodes.map(({ field }) => field.name);
function node(nodes: readonly FormNode[], name: string): FormNode {
  const found = nodes.find(({ field }) => field.name === name);
  assert.ok(found, name);
  return found;
}

describe("the form of a schema", () => {
  it("shows the fields of the condition that holds, and what it asks for", () => {
    const plain = treeOf(SCHEMA, {}, NONE);
    assert.deepEqual(names(plain), [
      "host",
      "account",
      "user",
      "realm",
      "tags",
      "ports",
      "doors",
      "proxy",
      "guest",
    ]);
    const locked = treeOf(SCHEMA, { account: "password" }, NONE);
    assert.ok(names(locked).includes("password") && names(locked).includes("hint"));
    assert.ok(!names(locked).includes("guest"));
    assert.equal(node(locked, "password").field.required, true);
    assert.equal(node(locked, "hint").field.title, "Hint");
  });

  it("keeps a field in sight that has a value, or a secret that is kept", () => {
    assert.ok(names(treeOf(SCHEMA, { password: "x" }, NONE)).includes("password"));
    assert.ok(names(treeOf(SCHEMA, { password: null }, NONE)).includes("password"));
    assert.ok(names(treeOf(SCHEMA, {}, new Set(["/password"]))).includes("password"));
  });

  it("asks for what belongs to a field that is given", () => {
    assert.equal(node(treeOf(SCHEMA, {}, NONE), "realm").field.required, false);
    assert.equal(node(treeOf(SCHEMA, { user: "kim" }, NONE), "realm").field.required, true);
  });

  it("draws lists of texts, numbers and objects, entry by entry", () => {
    const tree = treeOf(
      SCHEMA,
      { tags: ["a", "b"], ports: [80], doors: [{ name: "gate", inner: { deep: 1 } }] },
      NONE,
    );
    const tags = node(tree, "tags");
    assert.ok(tags.kind === "list");
    assert.deepEqual([tags.entries.length, tags.fresh, tags.mayAdd], [2, "", false]);
    const ports = node(tree, "ports");
    assert.ok(ports.kind === "list");
    assert.deepEqual([ports.fresh, ports.mayAdd, ports.entries[0]?.field.kind], [80, true, "integer"]);
    const doors = node(tree, "doors");
    assert.ok(doors.kind === "list");
    const [door] = doors.entries;
    assert.ok(door?.kind === "group" && door.isSet);
    const places = pointersIn(tree);
    for (const place of ["/host", "/tags/1", "/ports/0", "/doors/0/name", "/doors/0/inner/deep"])
      assert.ok(places.has(place), place);
  });

  it("lets an object be left out as a whole, and shows a value of another form as it is", () => {
    const out = node(treeOf(SCHEMA, {}, NONE), "proxy");
    assert.ok(out.kind === "group" && !out.isSet);
    assert.ok(!pointersIn([out]).has("/proxy/address"));
    const set = node(treeOf(SCHEMA, { proxy: {} }, NONE), "proxy");
    assert.ok(set.kind === "group" && set.isSet);
    assert.equal(node(treeOf(SCHEMA, { tags: "a" }, NONE), "tags").kind, "leaf");
    assert.equal(node(treeOf(SCHEMA, { proxy: 5 }, NONE), "proxy").kind, "leaf");
  });

  it("ends where a schema has no end, and is empty where there is none", () => {
    let deep: object = { type: "string" };
    for (let level = 0; level < 50; level += 1)
      deep = { type: "object", required: ["a"], properties: { a: deep } };
    assert.ok(pointersIn(treeOf(deep, {}, NONE)).size < 10);
    for (const wrong of [undefined, null, 5, [], { type: "object" }, { properties: 7 }])
      assert.deepEqual(treeOf(wrong, {}, NONE), []);
  });

  it("judges conditions by the words that they are made of", () => {
    const cases: readonly (readonly [unknown, unknown, boolean])[] = [
      [true, 1, true],
      [{ type: "integer" }, 1.5, false],
      [{ const: { a: 1 } }, { a: 1 }, true],
      [{ enum: ["a"] }, "b", false],
      [{ minimum: 2, maximum: 3 }, 4, false],
      [{ minLength: 2 }, "a", false],
      [{ required: ["a"] }, {}, false],
      [{ properties: { a: { type: "string" } } }, {}, true],
      [{ not: { required: ["a"] } }, {}, true],
      [{ allOf: [{ type: "string" }, { minLength: 1 }] }, "", false],
      [{ anyOf: [{ const: 1 }, { const: 2 }] }, 2, true],
    ];
    for (const [schema, value, holds] of cases)
      assert.equal(schemaHolds(schema, value), holds, JSON.stringify(schema));
  });
});

describe("places in JSON", () => {
  it("are read, changed and taken away without touching the rest", () => {
    const value = { a: { "b/c~d": [1, { e: 2 }] }, z: 1 };
    const steps = ["a", "b/c~d", 1, "e"];
    assert.equal(pointerOf(steps), "/a/b~1c~0d/1/e");
    assert.equal(valueAt(value, steps), 2);
    assert.deepEqual(withValueAt(value, steps, 3), { a: { "b/c~d": [1, { e: 3 }] }, z: 1 });
    assert.deepEqual(withValueAt(value, ["a", "b/c~d", 0], undefined), { a: { "b/c~d": [{ e: 2 }] }, z: 1 });
    assert.deepEqual(withValueAt({}, ["new", "inner"], 1), { new: { inner: 1 } });
    assert.deepEqual(
      Object.keys(withValueAt({ a: 1, b: 2 }, ["a"], 3) as object),
      ["a", "b"],
      "in its old place",
    );
    assert.equal(valueAt({}, ["constructor"]), undefined);
    assert.deepEqual(value, { a: { "b/c~d": [1, { e: 2 }] }, z: 1 }, "the old value is as it was");
  });

  it("are found in the text, also when it is written otherwise, or not finished", () => {
    const text = '{ "a" : { "b/c": [ 1,\n  {"e":"} ,"} ] },\n  "z": 5 }';
    const at = (pointer: string): string => text.slice(offsetOf(text, pointer)).slice(0, 5);
    assert.equal(at("/z"), "5 }");
    assert.equal(at("/a/b~1c/0"), "1,\n  ");
    assert.equal(at("/a/b~1c/1/e"), '"} ,"');
    assert.equal(lineAt(text, offsetOf(text, "/z")), 3);
    assert.equal(offsetOf(text, "/a/missing"), text.indexOf("{", 1), "the object that it is missing from");
    assert.equal(offsetOf('{ "a": [', "/a"), 7);
    assert.equal(offsetOf("", "/a"), 0);
  });
});

describe("a draft of settings", () => {
  it("follows the text while it can be read, and keeps both when it cannot", () => {
    const draft = withText(draftOf({ a: 1 }), '{ "a": 2 }');
    assert.deepEqual(draft, { value: { a: 2 }, text: '{ "a": 2 }' });
    const broken = withText(draft, '{\n "a": 3,,\n}');
    assert.deepEqual(broken.value, { a: 2 });
    assert.equal(broken.text, '{\n "a": 3,,\n}');
    assert.equal(brokenLine(broken), 2);
    assert.notEqual(withText(draft, "[1]").broken, undefined, "a list is no object");
    assert.equal(withText(broken, "{}").broken, undefined);
  });
});
