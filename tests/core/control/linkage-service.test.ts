// Linkage within the recorder: what its own actions have kept is told on, kinds of events with a sound are heard,
// and actions are named.
import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { Type } from "typebox";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { LinkageService, type LinkageServiceParts } from "../../../core/control/linkage-service.ts";
import type { AlarmEvent } from "../../../core/domain/alarm-event.ts";
import { LINKAGE_ACTION_IDS } from "../../../core/domain/linkage-actions.ts";
import type { LinkageAction } from "../../../core/index.ts";
import { silentLog } from "../../../core/log.ts";
import { Registry } from "../../../core/plugin/calls/registry.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { NOON_MS } from "../alarm/alarm-fixture.ts";
import { memoryDb } from "../alarm-io/alarm-io-fixture.ts";

/** The service with doors that tell what goes through them, and what plugins have registered. */
async function fixture(t: TestContext, trusts: (plugin: string) => boolean = () => false) {
  const dir = tempDir();
  const config = await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false });
  let emit: Parameters<LinkageServiceParts["engine"]["onEvent"]>[1] | undefined;
  const told: unknown[] = [];
  const over: number[] = [];
  const heard: unknown[] = [];
  const linkageActions = new Registry<LinkageAction>("linkage action", true);
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
    plugins: { registries: { linkageActions }, isBundled: trusts, mayKnowAccounts: trusts },
    findEvent: async () => undefined,
    tell: () => undefined,
    ownPorts: () => [],
    snapshot: async () => ({ jpeg: Buffer.from("picture"), timeMs: NOON_MS }),
    captured: (picture) => void told.push(picture),
  });
  t.after(async () => {
    await service.stop();
    await config.close();
    dir.remove();
  });
  return {
    ...{ config, service, linkageActions, told, over, heard },
    emit: (...given: Parameters<NonNullable<typeof emit>>) => emit?.(...given),
  };
}

const EMAIL = "nightjar-linkage-email";

it("one set of ids names the actions that came with Nightjar; a stranger's have its package's name", async (t) => {
  const { service, linkageActions } = await fixture(t, (plugin) => plugin === EMAIL);
  const asked: string[] = [];
  const action = (plugin: string): LinkageAction => ({
    ...{ id: "email", displayName: plugin, wantsPictures: 0, wantsAccounts: true, maxAgeSeconds: 60 },
    configSchema: Type.Object({ to: Type.String() }, { additionalProperties: false }),
    async run({ accounts }) {
      asked.push(`${plugin} ${accounts === undefined ? "alone" : "with accounts"}`);
      return { note: "sent", captures: [{ file: 1, camera: "yard", atMs: 1 }] };
    },
  });
  const named = () => service.actions().map(({ source }) => source);
  assert.deepEqual(named().toSorted(), ["capture", "output", "popup", "ptz", "record", "siren", "sound"]);
  for (const plugin of [EMAIL, "nightjar-linkage-acme"]) linkageActions.add(plugin, action(plugin));
  assert.deepEqual(named().slice(7), ["email", "nightjar-linkage-acme/email"]);
  assert.ok(
    named()
      .slice(0, 8)
      .every((id) => (LINKAGE_ACTION_IDS as readonly string[]).includes(id)),
  );

  const former = `${EMAIL}/email`;
  for (const name of ["email", former]) {
    const [result] = await service.runAction(name, { to: "ann" }, {});
    assert.ok(result !== undefined);
    assert.partialDeepStrictEqual(result, { action: "email", status: "done", note: "sent" });
    assert.ok(!("captures" in result), "a plugin names no files, however short its name");
    assert.equal(service.actionProblem(name, {}), "settings");
    const rule = { id: "gate", name: "Gate", actions: [{ action: name, settings: {} }] };
    const [{ path, rule: broken } = {}] = service.problemsOf([rule]);
    assert.deepEqual(
      [path, broken],
      ["/rules/0/actions/0/settings/to", "missing"],
      "for words of other languages",
    );
  }
  assert.deepEqual(asked, [`${EMAIL} with accounts`, `${EMAIL} with accounts`]);

  linkageActions.removeAllOf(EMAIL);
  assert.equal(service.actionProblem("email", {}), "unknown-action");
  const [away] = await service.runAction(former, { to: "ann" }, {});
  assert.partialDeepStrictEqual(away, { action: "email", code: "NJ_LINKAGE_ACTION_AWAY" });
});

it("a stranger that calls itself like a bundled plugin gets none of its ids and of its rules", async (t) => {
  const { service, linkageActions } = await fixture(t);
  linkageActions.add(EMAIL, {
    ...{ id: "email", displayName: "E-mail", wantsPictures: 0, maxAgeSeconds: 60 },
    configSchema: Type.Object({}),
    run: () => assert.fail("it was asked"),
  });
  assert.equal(service.actions().at(-1)?.source, `${EMAIL}/email`);
  for (const name of ["email", `${EMAIL}/email`]) {
    const [result] = await service.runAction(name, {}, {});
    assert.partialDeepStrictEqual(result, { status: "failed", code: "NJ_LINKAGE_ACTION_AWAY" });
  }
});

it("a picture that an action has kept is told with its event, camera and size, and not handed over", async (t) => {
  const { config, service, told, over, heard, emit } = await fixture(t);
  await config.update((draft) => {
    draft.linkage.rules.push({
      ...{ id: "keep", name: "Keep", enabled: true, at: "start", types: ["motion"] },
      actions: [{ action: "capture", settings: { cameras: ["yard"], count: 1 } }],
    } as never);
    draft.alarms.hints.push({ type: "motion", sound: "beep" });
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
  emit(event, "start", true, false);
  await waitFor(() => told[0]);
  const time = new Date(NOON_MS).toISOString();
  assert.deepEqual(told, [{ event: 7, camera: "yard", file: 1, sizeBytes: 7, time }]);
  assert.equal((await service.capture(7, 1))?.jpeg.toString(), "picture");
  assert.deepEqual(over, []);
  emit(event, "end", false, false);
  assert.deepEqual(over, [7], "walls that show it learn that it is over");
  emit({ ...event, id: 8, type: "tamper" } as AlarmEvent, "start", true, false);
  assert.deepEqual(
    heard,
    [{ id: "hint-7", pattern: "beep", where: "pages", isTest: false, event: 7 }],
    "a kind with a sound is heard once, when it begins, and another is not",
  );
});
