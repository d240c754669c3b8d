import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RecordedEvent } from "../src/api/types.ts";
import { bestMoment, pictureMoment, placedObjects, seenMarks } from "../src/pages/events/seen-marks.ts";

const START = "2026-01-01T12:00:00.000Z";
const box = { x: 0.1, y: 0.2, width: 0.1, height: 0.4 };
const path = [
  [0, 0.15, 0.4],
  [900, 0.5, 0.45],
];
const at = (ms: number): string => new Date(Date.parse(START) + ms).toISOString();
const event = (...objects: RecordedEvent["objects"][number][]) => ({
  ...{ start: START, pictures: [at(3_000)], objects },
});

describe("what is drawn over an event's picture", () => {
  it("is the box of the object that is shown at its best moment, and its path", () => {
    const person = { class: "person", score: 0.9, box, at: at(500), track: "7", path };
    const seen = event(person, { class: "car", score: 0.3 });
    assert.deepEqual(placedObjects(seen), [person]);
    assert.equal(pictureMoment(seen, person), at(500));
    assert.deepEqual(seenMarks(seen, person), [
      {
        ...{ index: 0, isShown: true, class: "person", score: 0.9, box },
        path: [
          [0.15, 0.4],
          [0.5, 0.45],
        ],
      },
    ]);
  });

  it("has boxes of others where they were at that moment alone, and their paths always", () => {
    const person = { class: "person", score: 0.9, box, at: at(500) };
    const beside = { class: "dog", score: 0.8, box, at: at(700) };
    const later = { class: "car", score: 0.7, box, at: at(5_000), path };
    const gone = { class: "cat", score: 0.6, box, at: at(9_000) };
    const marks = seenMarks(event(person, beside, later, gone), person);
    assert.deepEqual(
      marks.map((mark) => [mark.index, mark.class, mark.box !== undefined, mark.path.length]),
      [
        [1, "dog", true, 0],
        [2, "car", false, 2],
        [0, "person", true, 0],
      ],
    );
    assert.deepEqual(
      marks.map(({ isShown }) => isShown),
      [false, false, true],
    );
  });

  it("lies on the event's best picture where nobody kept when the object was there, else on that of its begin", () => {
    const old = { class: "person", score: 0.9, box };
    assert.equal(pictureMoment(event(old), old), at(3_000));
    assert.equal(pictureMoment({ start: START, pictures: [] }, old), START);
    assert.deepEqual(
      seenMarks(event(old), old).map((mark) => mark.box),
      [box],
    );
  });

  it("is nothing where nothing has a place", () => {
    const nowhere = event({ class: "person", score: 1, track: "7" });
    assert.deepEqual(placedObjects(nowhere), []);
    assert.equal(bestMoment(nowhere), at(3_000));
    assert.equal(bestMoment({ start: START, pictures: [], objects: [] }), START);
  });

  it("lies on what stands for the event in lists: the surest at its best moment", () => {
    const boxless = { class: "person", score: 1 };
    assert.equal(bestMoment(event(boxless, { class: "car", score: 0.5, box, at: at(700) })), at(700));
  });
});
