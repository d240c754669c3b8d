// Who is let near the RTSP port, and who gives way.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Admission,
  CONNECTIONS_PER_ADDRESS,
  type Guest,
  STRANGERS_LIMIT,
  STRANGERS_PER_ADDRESS,
  VIEWERS_PER_ADDRESS,
} from "../../../../core/gateway/restream/admission.ts";

function guest(address: string): Guest & { isGone: boolean } {
  return {
    address,
    isGone: false,
    turnAway() {
      this.isGone = true;
    },
  };
}

describe("admission to the RTSP port", () => {
  it("turns the oldest stranger of an address away for the next one, and nobody who logged in", () => {
    const admission = new Admission();
    const known = guest("a");
    admission.arrive(known);
    admission.welcome(known);
    const strangers = Array.from({ length: STRANGERS_PER_ADDRESS + 1 }, () => guest("a"));
    for (const stranger of strangers) assert.ok(admission.arrive(stranger));
    assert.deepEqual(
      strangers.map(({ isGone }) => isGone),
      strangers.map((_, index) => index === 0),
    );
    assert.equal(known.isGone, false);
  });

  it("lets a crowd from one place not push strangers from another out", () => {
    const admission = new Admission();
    const single = guest("single");
    admission.arrive(single);
    for (let round = 0; round < 10 * STRANGERS_LIMIT; round += 1)
      admission.arrive(guest(`crowd-${round % 6}`));
    assert.equal(single.isGone, false);
    assert.ok(admission.connections <= STRANGERS_LIMIT);
  });

  it("bounds connections and viewers of an address", () => {
    const admission = new Admission();
    let taken = 0;
    let seated = 0;
    for (let round = 0; round < CONNECTIONS_PER_ADDRESS + 10; round += 1) {
      const one = guest("a");
      if (!admission.arrive(one)) continue;
      admission.welcome(one);
      taken += 1;
      if (admission.seat(one)) seated += 1;
    }
    assert.equal(taken, CONNECTIONS_PER_ADDRESS);
    assert.equal(seated, VIEWERS_PER_ADDRESS);
    const other = guest("b");
    assert.ok(admission.arrive(other));
    assert.ok(admission.seat(other));
    admission.leave(other);
    assert.equal(admission.viewers, VIEWERS_PER_ADDRESS);
  });
});
