// Video loss through a whole recorder, by what the recorder itself says of when: a camera whose session stands and whose
// frames nobody can decode, and one that never was to be reached, are lost after as long as was set, neither later nor at once.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type FakeCamera, fakeCamera } from "../../core/testing/fake-camera.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import type { FootageRecorder } from "../support/footage.ts";
import { hasProgram } from "../support/media-files.ts";
import { sharedFootageRecorder } from "../support/shared-footage-recorder.ts";

interface Event {
  readonly id: number;
  readonly type: string;
  readonly camera?: string;
  readonly start: string;
  readonly end?: string;
}

const LOSS_SECONDS = 4;
const skip = hasProgram("ffmpeg") ? false : "ffmpeg is not installed";

/** Frames as they were by length and kind, and nothing of a picture in them: what follows the header of a NAL unit is noise. */
function garbled(payload: Buffer, count: number): Buffer {
  const kind = (payload[0] ?? 0) & 0x1f;
  // Parameter sets stay: with others it would be another stream.
  if (kind === 7 || kind === 8) return payload;
  // Of the slice's header enough stays for decoders to begin, and make a picture of what follows.
  const header = 12;
  let noise = count * 2_654_435_761;
  return payload.map((byte, at) => {
    if (at < header) return byte;
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
    return noise >>> 24;
  }) as Buffer;
}

describe("video loss in a whole recorder", { skip, timeout: 300_000 }, () => {
  let recorder: FootageRecorder;
  let camera: FakeCamera;
  const added: string[] = [];
  before(async () => {
    recorder = await sharedFootageRecorder();
    camera = await fakeCamera();
  });
  after(async () => {
    for (const id of added) await recorder.removeCamera(id);
    await camera?.close();
  });

  const losses = async (id: string) =>
    (await recorder.api<{ events: Event[] }>("GET", `/events?types=video-loss&cameras=${id}`)).events;
  const loss = (id: string, isOver: boolean, deadlineMs: number) =>
    waitFor(async () => (await losses(id)).find(({ end }) => (end !== undefined) === isOver), {
      deadlineMs,
      periodMs: 200,
      what: isOver ? "the loss to be over" : "a loss",
    });
  /** By then it has to be told; a machine that is given more patience has so many times longer. */
  const TOLD_MS = (LOSS_SECONDS + 3) * 1_000;
  const look = (id: string) =>
    recorder.api("PATCH", `/cameras/${id}/detection`, {
      enabled: true,
      detectors: { "nightjar-vca-scene/loss": { options: { afterSeconds: LOSS_SECONDS } } },
    });

  it("is told of frames that nobody can decode while the session stands, and over with those that can be", async () => {
    const id = await recorder.addCamera("yard", { url: camera.url, transport: "tcp" });
    added.push(id);
    await look(id);
    await waitFor(
      async () => {
        const { state } = await recorder.api<{ state: { status: string } }>(
          "GET",
          `/cameras/${id}/detection`,
        );
        return state.status === "looking" || undefined;
      },
      { deadlineMs: 60_000, what: "the camera to be looked at" },
    );
    assert.deepEqual(await losses(id), [], "none was lost while it only connected");
    const asked = camera.requests.filter(({ method }) => method === "PLAY").length;
    camera.setFaults({ payload: garbled });
    const garbledMs = Date.now();
    const { start } = await loss(id, false, TOLD_MS);
    const toldMs = Date.now();
    const dated = Date.parse(start) - garbledMs;
    assert.ok(dated > -1_500 && dated < 2_500, `dated ${dated} ms after the last good frame`);
    assert.ok(toldMs - Date.parse(start) >= LOSS_SECONDS * 1_000, "no sooner than was set");
    assert.equal((await recorder.camera(id)).state.status, "online", "the session stands");

    camera.setFaults({});
    const curedMs = Date.now();
    const over = await loss(id, true, 60_000);
    const overAfterMs = Date.parse(over.end ?? "") - curedMs;
    assert.ok(overAfterMs > -1_500 && overAfterMs <= 5_000, `over ${overAfterMs} ms after its cure`);
    assert.equal(camera.requests.filter(({ method }) => method === "PLAY").length, asked, "in one session");
    assert.equal((await losses(id)).length, 1);
  });

  it("is told of a camera that cannot be reached at its setting, and over soon after it is there", async () => {
    await using away = await fakeCamera();
    await away.powerOff();
    const addedMs = Date.now();
    const id = await recorder.addCamera("gate", { url: away.url, transport: "tcp" });
    added.push(id);
    await look(id);
    const { start } = await loss(id, false, TOLD_MS);
    const toldMs = Date.now();
    assert.ok(Date.parse(start) >= addedMs - 1_500, "dated by when it should have sent a picture");
    assert.ok(toldMs - Date.parse(start) >= LOSS_SECONDS * 1_000, "no sooner than was set");
    await away.powerOn();
    await recorder.untilState(id, ({ state }) => state.status === "online", 60_000, "the camera");
    const onlineMs = Date.now();
    const over = await loss(id, true, 60_000);
    const overAfterMs = Date.parse(over.end ?? "") - onlineMs;
    assert.ok(overAfterMs <= 5_000, `over ${overAfterMs} ms after it was there`);
    assert.equal((await losses(id)).length, 1);
  });
});
