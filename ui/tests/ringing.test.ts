import assert from "node:assert/strict";
import { it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import {
  askWhatIsAcknowledged,
  muteSounds,
  ringing,
  silence,
  soundAsked,
} from "../src/state/alarm-sounds.ts";
import { MOST_RINGING, type SoundMessage, stillRinging, withSound } from "../src/state/ringing.ts";

const START_MS = 1_000_000;

function message(id: string, more: Partial<SoundMessage> = {}): SoundMessage {
  return {
    ...{ id, pattern: "chime", volumePercent: 70, seconds: 10, untilAcknowledged: false, isTest: false },
    ...more,
  };
}

it("what rings is bounded, the newest first, each until its time or until somebody has heard", () => {
  let list = withSound([], message("a"), START_MS);
  list = withSound(list, message("b", { untilAcknowledged: true }), START_MS + 1_000);
  list = withSound(list, message("a"), START_MS + 5_000);
  assert.deepEqual(
    list.map(({ id, untilMs }) => [id, untilMs]),
    [
      ["a", START_MS + 15_000],
      ["b", undefined],
    ],
  );
  assert.equal(stillRinging(list, START_MS + 14_999).length, 2);
  assert.deepEqual(
    stillRinging(list, START_MS + 15_000).map(({ id }) => id),
    ["b"],
  );
  for (let number = 0; number < 100; number += 1) list = withSound(list, message(`${number}`), START_MS);
  assert.deepEqual([list.length, list[0]?.id], [MOST_RINGING, "99"]);
});

it("what was acknowledged while the line was down is quiet when it is up again, and nothing else is", async () => {
  muteSounds(true);
  for (const [id, event] of [
    ["a", 1],
    ["b", 2],
    ["c", 3],
    ["d", undefined],
  ] as const)
    soundAsked(message(id, { untilAcknowledged: true, ...(event === undefined ? {} : { event }) }));
  askWhatIsAcknowledged(async (event) => {
    if (event === 3) throw new Error("the line is down again");
    return event === 1;
  });
  await waitFor(() => ringing.value.length === 3);
  assert.deepEqual(
    ringing.value.map(({ id }) => id),
    ["d", "c", "b"],
  );
  silence();
});
