import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { objectNamed, objectsNamed, objectText, objectWords } from "../src/pages/events/object-words.ts";

describe("classes of objects", () => {
  it("are said in words, and those that nobody knows as they are told", () => {
    assert.equal(objectText("license-plate"), "Licence plate");
    assert.equal(objectText("human"), objectText("person"));
    assert.equal(objectText("forklift"), "forklift");
    assert.equal(objectText("constructor"), "constructor");
  });

  it("are found by their word and by their name", () => {
    assert.equal(objectNamed(" licence PLATE "), "license-plate");
    assert.equal(objectNamed("Person"), "person");
    assert.equal(objectNamed("Forklift"), "forklift");
    assert.deepEqual(objectsNamed("Person"), ["person", "human"]);
    assert.deepEqual(objectsNamed("motorbike"), ["motorcycle", "motorbike"]);
    assert.deepEqual(objectsNamed("Forklift"), ["forklift"]);
    const words = objectWords();
    assert.equal(new Set(words).size, words.length);
    for (const word of words) assert.equal(objectText(objectNamed(word)), word);
  });
});
