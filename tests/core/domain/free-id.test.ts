import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freeId } from "../../../core/domain/free-id.ts";
import { isId } from "../../../core/domain/ids.ts";

describe("the id of a new camera", () => {
  const cases = [
    ["Front door", "front-door"],
    ["  Höhle №1 ", "ho-hle-no1"],
    ["門", "camera"],
    ["--", "camera"],
    [`${"a".repeat(47)} b`, "a".repeat(47)],
  ] as const;
  for (const [name, id] of cases) {
    it(`is made of the name ${JSON.stringify(name.slice(0, 20))}, as addresses and folders take it`, () => {
      assert.equal(
        freeId(name, "camera", () => false),
        id,
      );
      assert.ok(isId(id));
    });
  }

  it("is counted on where another camera has it", () => {
    const taken = new Set(["yard", "yard-2"]);
    assert.equal(
      freeId("Yard", "camera", (candidate) => taken.has(candidate)),
      "yard-3",
    );
  });
});
