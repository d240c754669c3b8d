import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { cameraId } from "../../../../core/domain/ids.ts";
import { silentLog } from "../../../../core/log.ts";
import { DesiredStateStore } from "../../../../core/media/process/desired-state-store.ts";
import type { KeptStream } from "../../../../core/media/process/kept-stream.ts";
import { Reconciler } from "../../../../core/media/process/reconciler.ts";
import { StateKeeper } from "../../../../core/media/process/state-keeper.ts";
import type { DesiredState, DesiredStream } from "../../../../core/media/protocol.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { desiredStream, FIRST, SECOND, StreamRig } from "./rig.ts";

const SECRET = "correct horse battery staple";

function stateOf(streams: readonly DesiredStream[], revision = 1): DesiredState {
  return { revision, node: "node", volumes: [], streams };
}

const withPassword = desiredStream({
  source: { kind: "rtsp", url: "rtsp://192.0.2.7/main", transport: "tcp", username: "u", password: SECRET },
});

describe("the stored desired state", () => {
  it("comes back whole, with its passwords sealed on disk and readable by us alone", async () => {
    using dir = tempDir();
    const state = stateOf([withPassword, desiredStream({ stream: "sub" })], 7);
    await new DesiredStateStore(dir.path, silentLog).save(state);
    const path = dir.join("desired-state.json");
    assert.equal(readFileSync(path, "utf8").includes(SECRET), false);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dir.join("desired-state.key")).mode & 0o777, 0o600);
    assert.deepEqual(await new DesiredStateStore(dir.path, silentLog).load(), state);
  });

  it("is none where there is no file, a damaged one, or one sealed with another key", async () => {
    using dir = tempDir();
    const load = (): Promise<DesiredState | undefined> => new DesiredStateStore(dir.path, silentLog).load();
    assert.equal(await load(), undefined);
    await new DesiredStateStore(dir.path, silentLog).save(stateOf([withPassword]));
    writeFileSync(dir.join("desired-state.key"), Buffer.alloc(32, 1).toString("base64"));
    assert.equal(await load(), undefined);
    writeFileSync(dir.join("desired-state.json"), '{"format":1,"state":{"streams":[{]}');
    assert.equal(await load(), undefined);
    writeFileSync(dir.join("desired-state.json"), '{"format":1,"state":{}}');
    assert.equal(await load(), undefined);
  });

  it("keeps the newest when several are saved at once", async () => {
    using dir = tempDir();
    const store = new DesiredStateStore(dir.path, silentLog);
    await Promise.all([1, 2, 3, 4].map((revision) => store.save(stateOf([], revision))));
    assert.equal((await store.load())?.revision, 4);
  });

  it("is obeyed before core comes, unless core was faster", async () => {
    using dir = tempDir();
    await new DesiredStateStore(dir.path, silentLog).save(stateOf([], 3));
    const applied: number[] = [];
    const keeper = (): StateKeeper =>
      new StateKeeper(
        new DesiredStateStore(dir.path, silentLog),
        ({ revision }) => applied.push(revision),
        silentLog,
      );
    await keeper().restore();
    assert.deepEqual(applied, [3]);
    const faster = keeper();
    const restored = faster.restore();
    await faster.set(stateOf([], 5));
    await restored;
    assert.deepEqual(applied, [3, 5]);
    assert.equal(faster.state.revision, 5);
  });
});

describe("reconciling", () => {
  const gate = desiredStream({ camera: cameraId("gate") });

  function rigWith(...streams: DesiredStream[]): { rig: StreamRig; reconciler: Reconciler } {
    const rig = new StreamRig();
    rig.sourcesMade = 0;
    const reconciler = new Reconciler(rig.services(), silentLog);
    reconciler.reconcile(stateOf(streams));
    return { rig, reconciler };
  }

  it("alters what can be altered without a new session", () => {
    const { rig, reconciler } = rigWith(desiredStream(), gate);
    const before = [...reconciler.streams.values()];
    const changed = desiredStream({
      intervals: [],
      recordsOnEvents: true,
      preRecordSeconds: 20,
      segmentSeconds: 30,
      volumes: [SECOND, FIRST],
      triggers: [{ id: "m", eventTime90k: 0, until90k: null, reasons: ["manual"] }],
    });
    reconciler.reconcile(stateOf([gate, changed], 2));
    assert.equal(rig.sourcesMade, 2);
    assert.deepEqual(new Set(reconciler.streams.values()), new Set(before));
    assert.equal(reconciler.streams.get("yard/main")?.desired.preRecordSeconds, 20);
  });

  it("restarts a stream whose source or sound changed, and no other", () => {
    const { rig, reconciler } = rigWith(desiredStream(), gate);
    const kept = reconciler.streams.get("gate/main");
    const added: KeptStream[] = [];
    reconciler.onAdded = (stream) => added.push(stream);
    reconciler.reconcile(stateOf([withPassword, gate], 2));
    assert.equal(rig.sourcesMade, 3);
    assert.equal(reconciler.streams.get("gate/main"), kept);
    reconciler.reconcile(stateOf([{ ...withPassword, audio: true }, gate], 3));
    assert.equal(rig.sourcesMade, 4);
    assert.equal(added.length, 2);
  });

  it("tells how packets come while a session plays", () => {
    const { rig } = rigWith(desiredStream());
    const transport = () => rig.stream.figures().transport;
    assert.equal(transport(), undefined);
    rig.play(undefined, "udp");
    assert.equal(transport(), "udp");
    rig.play(undefined, "tcp", true);
    assert.equal(transport(), "tls");
    rig.stream.keeper.runEnded(undefined);
    assert.equal(transport(), undefined);
  });

  it("ends what is gone and closes its segment", async () => {
    const { rig, reconciler } = rigWith(desiredStream());
    const stream = reconciler.streams.get("yard/main");
    assert.ok(stream !== undefined);
    // The rig's own stream feeds the volume; this one gets its frames through the same door.
    const { format } = rig.play().stream.keeper;
    stream.keeper.runStarted({ format, transport: "tcp", tls: false });
    const removed: KeptStream[] = [];
    reconciler.onRemoved = (gone) => removed.push(gone);
    reconciler.reconcile(stateOf([], 2));
    assert.deepEqual(removed, [stream]);
    assert.equal(reconciler.streams.size, 0);
    await reconciler.close();
    assert.equal(reconciler.isBusy, false);
  });
});
