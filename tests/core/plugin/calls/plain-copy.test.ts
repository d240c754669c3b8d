// What crosses between a plugin and the core is the same inline as through JSON to a process of its own.
import assert from "node:assert/strict";
import { it } from "node:test";
import { plainCopy } from "../../../../core/plugin/calls/plain-copy.ts";

it("plain data is copied into what JSON would make of it, holes of lists too", () => {
  const holes: unknown[] = [1];
  holes[2] = { a: undefined, b: [undefined] };
  const value = { list: holes, gone: undefined, none: null };
  assert.deepEqual(plainCopy(value, "it"), JSON.parse(JSON.stringify(value)));
});

it("what is no plain data is refused with its place", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  for (const [value, place] of [
    [{ at: [new Date()] }, "/at/0 is a Date"],
    [[() => 1], "/0 is a function"],
    [{ n: Number.NaN }, "/n is NaN"],
    [circle, "is deeper than 64 levels"],
    [JSON.parse('{"__proto__":1}'), '"__proto__"'],
  ] as const)
    assert.throws(
      () => plainCopy(value, "it"),
      (error: Error) => error.message.includes(place),
    );
});
