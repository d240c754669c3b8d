// What a detector may say of the objects that it sees in a picture.
import assert from "node:assert/strict";
import type { DetectorReport } from "../plugin/contract/detector.ts";

/** Throws where one would be put right by the recorder, or is in two places at once. */
export function checkObjects(objects: NonNullable<DetectorReport["objects"]>): void {
  const isFraction = (value: number): boolean => value >= 0 && value <= 1;
  for (const object of objects) {
    const told = JSON.stringify(object);
    const { class: name, score, box, track } = object;
    assert.match(name, /^[a-z0-9]+(?:-[a-z0-9]+)*$/, `lower-case kebab: ${told}`);
    assert.ok(name.length <= 40 && isFraction(score), told);
    if (box !== undefined) {
      const { x, y, width, height } = box;
      assert.ok([x, y, width, height].every(isFraction), `fractions of the picture: ${told}`);
      // Sums of fractions are not exact.
      assert.ok(x + width <= 1.0001 && y + height <= 1.0001, `within the picture: ${told}`);
    }
    if (track !== undefined)
      assert.ok(track.length >= 1 && track.length <= 64, `1 to 64 characters: ${told}`);
  }
  const tracks = objects.flatMap(({ class: name, track }) =>
    track === undefined ? [] : [`${name}/${track}`],
  );
  assert.equal(new Set(tracks).size, tracks.length, `an object is in one place: ${tracks.join(", ")}`);
}
