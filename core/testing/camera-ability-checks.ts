// What the contract suite tries of a camera that can do more than send pictures: that its driver answers in the shapes of
// the contract, and that what it says it can do it does, as far as can be seen from outside.
import assert from "node:assert/strict";
import { checkAbilityAnswer } from "../cameras/ability-answers.ts";
import type { PreparedConfig } from "../cameras/driver-call.ts";
import type {
  CameraAbilities,
  CameraCapabilities,
  PulledEvents,
} from "../plugin/contract/camera-abilities.ts";
import type { CameraDriver, DriverContext } from "../plugin/contract/camera-driver.ts";
import { settled } from "./contract-runs.ts";

/** What a camera can do. */
export type CameraAbility = "ptz" | "relays" | "inputs" | "auxiliary" | "events";

/** Long enough that an answer within the suite's patience shows that a call was given up. */
const WAIT_MS = 5_000;

/** Tries what `expected` names, and that the driver says no more and no less of the camera. */
export async function checkAbilities(
  driver: CameraDriver,
  { config, secrets }: PreparedConfig,
  expected: readonly CameraAbility[],
): Promise<void> {
  const abort = new AbortController();
  const context: DriverContext = { signal: abort.signal, secret: async (field) => secrets[field] };
  const ask = async <Answer>(method: keyof CameraAbilities, wanted?: unknown): Promise<Answer> => {
    const call = driver[method] as ((...args: unknown[]) => Promise<Answer>) | undefined;
    assert.ok(call !== undefined, `the driver has no ${method}`);
    const answer = await (wanted === undefined ? call(config, context) : call(config, wanted, context));
    checkAbilityAnswer(driver, method, answer);
    return answer;
  };
  try {
    const can = await ask<CameraCapabilities>("capabilities");
    assert.deepEqual(abilitiesOf(can), expected.toSorted(), "what the camera can do");
    assert.ok(
      !Object.values(secrets).some((secret) => JSON.stringify(can).includes(secret)),
      "a secret stands in the answer",
    );
    if (can.ptz !== undefined) await tryPtz(can.ptz, ask);
    const [relay] = can.relays ?? [];
    for (const on of [true, false]) {
      if (relay !== undefined) await ask("setRelay", { relay: relay.id, on });
      for (const part of can.auxiliary ?? []) await ask("setAuxiliary", { part, on });
    }
    if (can.events !== true) return;
    const first = await ask<PulledEvents>("pullEvents", { waitMs: 1 });
    const { session } = first;
    const next = await ask<PulledEvents>("pullEvents", { session, waitMs: 1 });
    assert.equal(next.session, session, "a session goes on while the device knows it");
    const anew = await ask<PulledEvents>("pullEvents", { session: "of-yesterday", waitMs: 1 });
    assert.notEqual(anew.session, "of-yesterday", "a session that is not known is begun anew");
    await ask("endEvents", { session: anew.session });
    const given = driver.pullEvents?.(config, { session, waitMs: WAIT_MS }, context);
    abort.abort();
    await settled(Promise.resolve(given));
  } finally {
    abort.abort();
  }
}

async function tryPtz(
  ptz: NonNullable<CameraCapabilities["ptz"]>,
  ask: <Answer>(method: keyof CameraAbilities, wanted?: unknown) => Promise<Answer>,
): Promise<void> {
  const position = ptz.position ? await ask<object>("position") : undefined;
  if (ptz.changesPresets) {
    const { id } = await ask<{ id: string }>("setPreset", { name: "Contract" });
    const kept = await ask<readonly { id: string; name: string }[]>("presets");
    assert.ok(
      kept.some((preset) => preset.id === id),
      "a preset that was set is not among the presets",
    );
    await ask("removePreset", { preset: id });
    const left = await ask<readonly { id: string }[]>("presets");
    assert.ok(!left.some((preset) => preset.id === id), "a preset that was removed is still there");
  }
  if (ptz.presets) {
    const [first] = await ask<readonly { id: string }[]>("presets");
    assert.ok(first !== undefined, "the camera of the test has no preset");
    await ask("goToPreset", { preset: first.id });
  }
  if (ptz.move || ptz.zoom) {
    await ask("move", { pan: ptz.move ? 0.5 : 0, tilt: 0, zoom: ptz.zoom ? 0.5 : 0, timeoutMs: 500 });
    await ask("stop");
  }
  for (const [kind, all] of [
    ["patrol", ptz.patrols],
    ["pattern", ptz.patterns],
  ] as const) {
    const [one] = all;
    if (one === undefined) continue;
    for (const isOn of [true, false]) await ask("runPatrol", { kind, id: one.id, isOn });
  }
  if (position !== undefined) await ask("goToPosition", position);
}

function abilitiesOf({ ptz, relays, inputs, auxiliary, events }: CameraCapabilities): CameraAbility[] {
  return [
    ...(auxiliary === undefined || auxiliary.length === 0 ? [] : (["auxiliary"] as const)),
    ...(events === true ? (["events"] as const) : []),
    ...(inputs === undefined || inputs.length === 0 ? [] : (["inputs"] as const)),
    ...(ptz === undefined ? [] : (["ptz"] as const)),
    ...(relays === undefined || relays.length === 0 ? [] : (["relays"] as const)),
  ];
}
