// Sound of playback that the page's own player does not take: handed over as the clock reaches it, kept over a pause.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LiveFrameHeader } from "@nightjar/core/wire";
import type { FromWorker } from "../src/player/messages.ts";
import { SoundTrack } from "../src/player/sound-track.ts";

const BLOCK_90K = 1_800;
const BYTES = new Uint8Array(160).fill(0x55);

/** A track of G.711 with so many blocks of 20 ms in it, and what it tells the page. */
function trackOf(blocks: number): { track: SoundTrack; told: string[] } {
  const told: string[] = [];
  const track = new SoundTrack(1, (message: FromWorker) => told.push(message.type));
  track.configure({ codec: "ulaw", sampleRate: 8_000, channels: 1, description: "" });
  track.enabled = true;
  for (let block = 0; block < blocks; block += 1)
    track.feed({ time90k: block * BLOCK_90K } as LiveFrameHeader, BYTES);
  return { track, told };
}

describe("sound of playback", () => {
  it("is handed over a little before the clock reaches it", () => {
    const { track, told } = trackOf(50);
    track.tick(0);
    assert.equal(told.length, 7, "120 ms ahead");
    track.tick(10 * BLOCK_90K);
    assert.equal(told.length, 17);
  });

  it("waits for play to go on while it is held", () => {
    const { track, told } = trackOf(50);
    track.tick(0);
    track.hold();
    assert.equal(told.at(-1), "pcm-reset", "the page is silent at once");
    track.tick(BLOCK_90K);
    assert.equal(told.at(-1), "pcm", "what came before the pause is heard after it");
  });

  it("is forgotten where another moment is asked for", () => {
    const { track, told } = trackOf(50);
    track.silence();
    track.tick(10 * BLOCK_90K);
    assert.deepEqual(told, ["pcm-reset"]);
  });
});
