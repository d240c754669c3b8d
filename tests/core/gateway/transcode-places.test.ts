import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type TranscodePlace, TranscodePlaces } from "../../../core/gateway/transcode-places.ts";

describe("places for transcoders", () => {
  it("are as many as the limit says, and are given back once", () => {
    const places = new TranscodePlaces();
    places.limit = 1;
    const place = places.take();
    assert.ok(place !== undefined);
    assert.equal(places.take(), undefined);
    assert.deepEqual(places.load, { running: 1, limit: 1 });
    place.free();
    place.free();
    assert.equal(places.running, 0);
  });

  it("go to those who wait in the order of asking, and past one who has no use for it", () => {
    const places = new TranscodePlaces();
    places.limit = 1;
    const first = places.take();
    const told: string[] = [];
    const taken: (TranscodePlace | undefined)[] = [];
    places.whenFree(() => told.push("left"));
    const stop = places.whenFree(() => told.push("gone"));
    places.whenFree(() => {
      told.push("second");
      taken.push(places.take());
    });
    places.whenFree(() => {
      told.push("third");
      taken.push(places.take());
    });
    stop();
    first?.free();
    assert.deepEqual(told, ["left", "second"]);
    taken[0]?.free();
    assert.deepEqual(told, ["left", "second", "third"]);
    assert.equal(places.running, 1);
  });

  it("call those who wait when the owner allows more", () => {
    const places = new TranscodePlaces();
    places.limit = 0;
    let place: TranscodePlace | undefined;
    places.whenFree(() => {
      place = places.take();
    });
    assert.equal(places.take(), undefined);
    places.limit = 2;
    assert.ok(place !== undefined);
    places.limit = 0;
    assert.deepEqual(places.load, { running: 1, limit: 0 });
  });
});
