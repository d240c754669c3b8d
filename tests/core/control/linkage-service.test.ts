// Linkage within the recorder: what its own actions have kept is told on, and kinds of events with a sound are heard.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { LinkageService, type LinkageServiceParts } from "../../../core/control/linkage-service.ts";
import type { AlarmEvent } from "../../../core/domain/alarm-event.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { NOON_MS } from "../alarm/alarm-fixture.ts";
import { memoryDb } from "../alarm-io/alarm-io-fixture.ts";

it("a picture that an action has kept is told with its event, camera and size, and not handed over", async (t) => {
  const dir = tempDir();
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.linkage.rules.push({
      ...{ id: "keep", name: "Keep", enabled: true, at: "start", types: ["motion"] },
      actions: [{ action: "capture", settings: { cameras: ["yard"], count: 1 } }],
    } as never);
    draft.alarms.hints.push({ type: "motion", sound: "beep" });
  });
  let emit: Parameters<LinkageServiceParts["engine"]["onEvent"]>[1] | undefined;
  const told: unknown[] = [];
  const over: number[] = [];
  const heard: unknown[] = [];
  const service = new LinkageService({
    ...{ clock: new FakeClock(NOON_MS), log: silentLog, config, db: await memoryDb(t) },
    folder: dir.join("captures"),
    abilities: { follow: async () => ({ goesBack: true }), siren: async () => [] },
    alarmIo: { outputsOf: { wish: async () => [] }, inputsOf: { disarmedBy: () => undefined } },
    engine: {
      onEvent: (_name: string, listener: typeof emit) => {
        emit = listener;
        return () => undefined;
      },
      noteActions: async () => undefined,
    } as unknown as LinkageServiceParts["engine"],
    list: { find: () => undefined },
    recording: { recordForEvent: () => true },
    screens: {
      popup: () => [],
      sound: ({ id, pattern, where, isTest, event }) => {
        heard.push({ id, pattern, where, isTest, event: event.id });
        return { screens: 0, walls: [] };
      },
      ended: (event) => void over.push(event),
    },
    accountsSeeing: async () => [],
    mayKnowAccounts: () => false,
    findEvent: async () => undefined,
    tell: () => undefined,
    ownPorts: () => [],
    registries: () => ({ linkageActions: { owned: () => [] } }) as never,
    snapshot: async () => ({ jpeg: Buffer.from("picture"), timeMs: NOON_MS }),
    captured: (picture) => void told.push(picture),
  });
  t.after(async () => {
    await service.stop();
    await config.close();
    dir.remove();
  });
  await service.start();
  const event = {
    ...{ id: 7, type: "motion", camera: "yard", source: "camera", severity: "warning" },
    ...{
      startMs: NOON_MS,
      lastMs: NOON_MS,
      pictures: [],
      revision: 1,
      objects: [],
      detail: {},
      actions: [],
      captures: [],
    },
  } as unknown as AlarmEvent;
  emit?.(event, "start", true, false);
  await waitFor(() => told[0]);
  const time = new Date(NOON_MS).toISOString();
  assert.deepEqual(told, [{ event: 7, camera: "yard", file: 1, sizeBytes: 7, time }]);
  assert.equal((await service.capture(7, 1))?.jpeg.toString(), "picture");
  assert.deepEqual(over, []);
  emit?.(event, "end", false, false);
  assert.deepEqual(over, [7], "walls that show it learn that it is over");
  emit?.({ ...event, id: 8, type: "tamper" } as AlarmEvent, "start", true, false);
  assert.deepEqual(
    heard,
    [{ id: "hint-7", pattern: "beep", where: "pages", isTest: false, event: 7 }],
    "a kind with a sound is heard once, when it begins, and another is not",
  );
});
