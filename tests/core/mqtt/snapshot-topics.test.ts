import assert from "node:assert/strict";
import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { describe, it, type TestContext } from "node:test";
import { OLDEST_REPORT_MS } from "../../../core/domain/alarm-event.ts";
import type { EventView } from "../../../core/http/event-schemas.ts";
import type { CameraService } from "../../../core/http/services.ts";
import { silentLog } from "../../../core/log.ts";
import { EVENT_PICTURE_EVERY_MS, LATE_PICTURE_MS } from "../../../core/mqtt/event-pictures.ts";
import { KeptPictures, type PictureKind } from "../../../core/mqtt/kept-pictures.ts";
import { SnapshotTopics } from "../../../core/mqtt/snapshot-topics.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";

const YARD = "nightjar/camera/yard";

interface House {
  /** What the broker got: `topic payload`. */
  readonly sent: string[];
  readonly asked: string[];
  cameras: string[];
  ofEvents: boolean;
  size: number;
  /** What the next snapshots wait for. */
  held: Promise<void> | undefined;
  /** As a snapshot is there, and as it was kept. */
  onTaken: () => void;
  onKept: () => void;
}

/** Keeps pictures, and says so. */
class WatchedPictures extends KeptPictures {
  readonly #house: House;

  constructor(folder: string, house: House) {
    super(folder, silentLog);
    this.#house = house;
  }

  override async keep(camera: string, kind: PictureKind, jpeg: Buffer): Promise<void> {
    await super.keep(camera, kind, jpeg);
    this.#house.onKept();
  }
}

function fixture(t: TestContext) {
  const folder = tempDir("nj-pictures-");
  t.after(() => folder[Symbol.dispose]());
  const clock = new FakeClock();
  const house: House = {
    ...{ sent: [], asked: [], cameras: ["yard", "gate"], ofEvents: true, size: 3 },
    ...{ held: undefined, onTaken: () => undefined, onKept: () => undefined },
  };
  /** One life of the recorder on the same folder. */
  const life = (): SnapshotTopics =>
    new SnapshotTopics({
      ...{ base: () => "nightjar", clock, log: silentLog },
      cameras: { list: () => house.cameras.map((id) => ({ id })) } as unknown as Pick<CameraService, "list">,
      kept: new WatchedPictures(folder.join("pictures"), house),
      ofEvents: () => house.ofEvents,
      isUp: () => true,
      async snapshot(camera, width) {
        house.asked.push(`${camera} ${width}`);
        const jpeg = Buffer.alloc(house.size, String(house.asked.length));
        await house.held;
        house.onTaken();
        return { jpeg, timeMs: 7 };
      },
      async publish({ topic, payload, retain }) {
        assert.equal(retain, true);
        house.sent.push(`${topic} ${house.size > 10 ? payload.length : String(payload)}`);
      },
    });
  const event = (id: number, more: Partial<EventView> = {}): EventView =>
    ({
      id,
      type: "motion",
      camera: "yard",
      start: new Date(clock.wallMs()).toISOString(),
      ...more,
    }) as EventView;
  return { clock, house, life, event, path: (name: string) => folder.join("pictures", name) };
}

describe("pictures that are published", () => {
  it("are retained as bytes, taken once for all who ask at once, and bounded", async (t) => {
    const { house, life } = fixture(t);
    const pictures = life();
    const taken = await Promise.all([
      pictures.publish("yard", 640),
      pictures.publish("yard", 640),
      pictures.publish("yard", 320),
    ]);
    assert.deepEqual(taken, new Array(3).fill({ timeMs: 7, sizeBytes: 3 }));
    assert.deepEqual(house.asked, ["yard 640", "yard 320"]);
    assert.deepEqual(house.sent, [`${YARD}/snapshot 111`, `${YARD}/snapshot 222`]);
    house.size = 250_001;
    await assert.rejects(pictures.publish("yard", 640), { code: "NJ_MQTT_PICTURE_SIZE" });
    house.size = 250_000;
    assert.equal((await pictures.publish("yard", 640)).sizeBytes, 250_000);
  });

  it("come again when the broker is there again, also in the recorder's next life, but of no camera that has gone", async (t) => {
    const { house, life, event, path } = fixture(t);
    const first = life();
    await first.publish("yard", 640);
    await first.publish("gate", 640);
    first.event(event(1));
    await waitFor(() => house.sent.length === 3);
    house.sent.length = 0;
    await first.all();
    const all = [`${YARD}/snapshot 111`, `${YARD}/event/snapshot 333`, "nightjar/camera/gate/snapshot 222"];
    assert.deepEqual(house.sent.splice(0), all);
    house.cameras = ["yard"];
    await life().all();
    assert.deepEqual(house.sent.splice(0), all.slice(0, 2));
    assert.equal(existsSync(path("gate.snapshot.jpg")), false);
    await first.cameraRemoved("yard");
    await life().all();
    assert.deepEqual(house.sent, []);
  });

  it("are not taken for the newest ones where there was no room to keep those", async (t) => {
    const { house, life, path } = fixture(t);
    const pictures = life();
    await pictures.publish("yard", 640);
    // What is written there finds a full disk.
    symlinkSync("/dev/full", path("yard.snapshot.jpg.new"));
    await pictures.publish("yard", 640);
    assert.deepEqual(house.sent.splice(0), [`${YARD}/snapshot 111`, `${YARD}/snapshot 222`]);
    assert.deepEqual(readdirSync(path("")), []);
    await pictures.all();
    assert.deepEqual(house.sent, []);
    await pictures.publish("yard", 640);
    await pictures.all();
    assert.deepEqual(house.sent, new Array(2).fill(`${YARD}/snapshot 333`));
  });

  for (const when of ["onTaken", "onKept"] as const)
    it(`are not published of a camera that is removed ${when === "onKept" ? "as its picture was kept" : "meanwhile"}`, async (t) => {
      const { house, life, path } = fixture(t);
      const pictures = life();
      await pictures.publish("gate", 640);
      house.sent.length = 0;
      const removed: Promise<void>[] = [];
      house[when] = () => {
        house.cameras = ["gate"];
        removed.push(pictures.cameraRemoved("yard"));
      };
      await assert.rejects(pictures.publish("yard", 640), { code: "NJ_CAMERA_NOT_FOUND" });
      await Promise.all(removed);
      assert.deepEqual([house.sent, readdirSync(path(""))], [[], ["gate.snapshot.jpg"]]);
    });

  it("of events are taken away when they are not wanted any more", async (t) => {
    const { house, life, event } = fixture(t);
    const first = life();
    first.event(event(1));
    await waitFor(() => house.sent.length === 1);
    house.ofEvents = false;
    await life().all();
    assert.deepEqual(house.sent.splice(0), [`${YARD}/event/snapshot 111`, `${YARD}/event/snapshot `]);
    first.event(event(2));
    await life().all();
    assert.deepEqual([house.sent, house.asked.length], [[], 1]);
  });
});

describe("the picture of a camera's last event", () => {
  it("is taken as it begins, once for an event, and of none that is old or no camera's sight", async (t) => {
    const { clock, house, life, event } = fixture(t);
    const pictures = life();
    pictures.event(event(5));
    await waitFor(() => house.sent.length === 1);
    assert.deepEqual([house.sent, house.asked], [[`${YARD}/event/snapshot 111`], ["yard 640"]]);
    clock.advance(EVENT_PICTURE_EVERY_MS);
    const old = new Date(clock.wallMs() - 70_000).toISOString();
    pictures.event(event(5, { end: new Date(clock.wallMs()).toISOString() }));
    pictures.event(event(4));
    pictures.event(event(6, { start: old }));
    pictures.event(event(7, { group: "exception" } as Partial<EventView>));
    const { camera: _, ...ofRecorder } = event(8);
    pictures.event(ofRecorder);
    pictures.event(event(9, { camera: "gate" }));
    await waitFor(() => house.sent.length === 2);
    assert.deepEqual(house.asked, ["yard 640", "gate 640"]);
  });

  it("is taken also where the camera's clock lags as far as reports may", async (t) => {
    const { clock, house, life, event } = fixture(t);
    const pictures = life();
    for (const [index, lagMs] of [31_000, OLDEST_REPORT_MS].entries()) {
      const start = new Date(clock.wallMs() - lagMs).toISOString();
      pictures.event(event(index + 1, { start, camera: ["yard", "gate"][index] as string }));
    }
    await waitFor(() => house.sent.length === 2);
    assert.deepEqual(house.asked, ["yard 640", "gate 640"]);
  });

  it("is not taken when its turn comes too late to show it", async (t) => {
    const { clock, house, life, event } = fixture(t);
    house.cameras = ["yard", "gate", "door", "hall"];
    const pictures = life();
    const held = Promise.withResolvers<void>();
    house.held = held.promise;
    for (const [index, camera] of house.cameras.entries()) pictures.event(event(index + 1, { camera }));
    await waitFor(() => house.asked.length === 2);
    clock.advance(1);
    // Of events that come while a camera waits the last one counts.
    pictures.event(event(5, { camera: "hall" }));
    clock.advance(LATE_PICTURE_MS);
    held.resolve();
    await waitFor(() => house.sent.length === 3);
    assert.deepEqual(house.asked, ["yard 640", "gate 640", "hall 640"]);
    pictures.event(event(6, { camera: "door" }));
    await waitFor(() => house.sent.length === 4);
    assert.equal(house.asked.at(-1), "door 640");
  });

  it("is taken at most every five seconds for a camera, and then of the last one", async (t) => {
    const { clock, house, life, event } = fixture(t);
    const pictures = life();
    for (let id = 1; id <= 100; id += 1) pictures.event(event(id));
    await waitFor(() => house.sent.length === 1 && clock.pending === 1);
    clock.advance(EVENT_PICTURE_EVERY_MS - 1);
    assert.equal(house.asked.length, 1);
    clock.advance(1);
    await waitFor(() => house.sent.length === 2);
    clock.advance(10 * EVENT_PICTURE_EVERY_MS);
    assert.deepEqual([house.asked.length, clock.pending], [2, 0]);
    pictures.event(event(103));
    pictures.event(event(104));
    await waitFor(() => clock.pending === 1);
    pictures.close();
    assert.equal(clock.pending, 0);
  });
});
