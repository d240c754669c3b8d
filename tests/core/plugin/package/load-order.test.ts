import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadOrder } from "../../../../core/plugin/package/load-order.ts";
import { processorMs } from "../../../../core/testing/processor-time.ts";

/** `"b": "a"` stands for b after a. */
function ordered(after: Readonly<Record<string, string>>) {
  const items = Object.entries(after).map(([name, others]) => ({
    name,
    after: others.split(" ").filter((other) => other !== ""),
  }));
  const { order, circles } = loadOrder(items, (item) => item);
  return {
    order: order.map(({ name }) => name).join(" "),
    circles: circles.map(({ item, circle }) => `${item.name}: ${circle}`),
  };
}

describe("the order in which plugins are set up", () => {
  it("is by name where nothing is declared", () => {
    assert.deepEqual(ordered({ c: "", a: "", b: "" }), { order: "a b c", circles: [] });
  });
  it("puts what is declared first, over any number of steps", () => {
    assert.deepEqual(ordered({ a: "b", b: "c", c: "", d: "a c" }), { order: "c b a d", circles: [] });
  });
  it("does not wait for who is not there", () => {
    assert.deepEqual(ordered({ a: "nobody", b: "" }), { order: "a b", circles: [] });
  });
  it("is none for a circle, which is named from each of its members", () => {
    assert.deepEqual(ordered({ a: "b", b: "c", c: "a", free: "" }), {
      order: "free",
      circles: [
        "a: a after b after c after a",
        "b: b after c after a after b",
        "c: c after a after b after c",
      ],
    });
  });
  it("names a plugin that waits for itself", () => {
    assert.deepEqual(ordered({ a: "a", b: "" }), { order: "b", circles: ["a: a after a"] });
  });
  it("keeps who only waits for a circle", () => {
    assert.deepEqual(ordered({ a: "b", b: "a", waits: "a before", before: "" }), {
      order: "before waits",
      circles: ["a: a after b after a", "b: b after a after b"],
    });
  });
  it("names the shortest of several circles", () => {
    const { circles } = ordered({ a: "b d", b: "c", c: "a", d: "a" });
    assert.equal(circles[0], "a: a after d after a");
  });
  it("is found in no time for a thousand plugins in one row", () => {
    const row = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`p${index}`, index === 0 ? "" : `p${index - 1}`]),
    );
    const took = processorMs(() => assert.equal(ordered(row).order.split(" ")[999], "p999"));
    assert.ok(took < 5_000, `${took} ms`);
  });
  it("does not take names for what an object inherits", () => {
    assert.deepEqual(ordered({ constructor: "toString" }), { order: "constructor", circles: [] });
  });
});
