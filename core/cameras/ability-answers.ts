// What drivers answer of the abilities of cameras, checked: shapes, sizes, and that what a device says it can do its driver
// has a method for. A driver's word is not believed, its device's even less.
import { type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { EVENT_TYPE_IDS, type EventTypeId, eventType } from "../domain/event-types.ts";
import { NightjarError } from "../errors.ts";
import type {
  AuxiliaryPart,
  CameraAbilities,
  CameraCapabilities,
} from "../plugin/contract/camera-abilities.ts";
import type { CameraDriver } from "../plugin/contract/camera-driver.ts";

/** Parts of one kind: as many presets as the largest domes have. */
export const MOST_PARTS = 300;
export const MOST_REPORTS = 200;
const ID = Type.String({ minLength: 1, maxLength: 64 });
const PARTS = Type.Array(Type.Object({ id: ID, name: Type.String({ maxLength: 100 }) }), {
  maxItems: MOST_PARTS,
});
export const AUXILIARY_PARTS = ["siren", "light", "wiper"] as const satisfies readonly AuxiliaryPart[];

/** What a camera may report of itself. Its inputs are told apart. */
export const CAMERA_EVENT_TYPES: readonly EventTypeId[] = EVENT_TYPE_IDS.filter((id) => {
  const { scope, group } = eventType(id);
  return scope === "camera" && group !== "exception";
});

const NUMBER = Type.Number({ minimum: -1e6, maximum: 1e6 });
const CAPABILITIES = Type.Object({
  ptz: Type.Optional(
    Type.Object({
      move: Type.Boolean(),
      zoom: Type.Boolean(),
      presets: Type.Boolean(),
      changesPresets: Type.Boolean(),
      position: Type.Boolean(),
      patrols: PARTS,
      patterns: PARTS,
    }),
  ),
  relays: Type.Optional(PARTS),
  inputs: Type.Optional(PARTS),
  auxiliary: Type.Optional(Type.Array(Type.Enum(AUXILIARY_PARTS), { maxItems: 8 })),
  events: Type.Optional(Type.Boolean()),
});
const REPORT = Type.Union([
  Type.Object({
    kind: Type.Literal("event"),
    type: Type.Enum([...CAMERA_EVENT_TYPES]),
    rule: Type.Optional(ID),
    phase: Type.Enum(["begin", "end", "moment"] as const),
  }),
  Type.Object({ kind: Type.Literal("input"), input: ID, closed: Type.Boolean() }),
  Type.Object({ kind: Type.Literal("relay"), relay: ID, on: Type.Boolean() }),
]);

/** What each method answers; those that answer nothing are not named. */
const ANSWERS: Readonly<Partial<Record<keyof CameraAbilities, TSchema>>> = {
  capabilities: CAPABILITIES,
  presets: PARTS,
  setPreset: Type.Object({ id: ID }),
  position: Type.Object({ pan: NUMBER, tilt: NUMBER, zoom: NUMBER }),
  pullEvents: Type.Object({
    session: Type.String({ minLength: 1, maxLength: 2_000 }),
    reports: Type.Array(REPORT, { maxItems: MOST_REPORTS }),
  }),
};

/** What a device must have a method for, by what is said of it. */
function neededMethods({ ptz, relays, auxiliary, events }: CameraCapabilities): (keyof CameraAbilities)[] {
  return [
    ...(ptz?.move === true || ptz?.zoom === true ? (["move", "stop"] as const) : []),
    ...(ptz?.presets === true ? (["presets", "goToPreset"] as const) : []),
    ...(ptz?.changesPresets === true ? (["setPreset", "removePreset"] as const) : []),
    ...(ptz?.position === true ? (["position", "goToPosition"] as const) : []),
    ...((ptz?.patrols.length ?? 0) + (ptz?.patterns.length ?? 0) > 0 ? (["runPatrol"] as const) : []),
    ...((relays?.length ?? 0) > 0 ? (["setRelay"] as const) : []),
    ...((auxiliary?.length ?? 0) > 0 ? (["setAuxiliary"] as const) : []),
    ...(events === true ? (["pullEvents"] as const) : []),
  ];
}

/** Throws `NJ_PLUGIN_DATA` where what a driver's method answered is not what it should be. */
export function checkAbilityAnswer(
  driver: CameraDriver,
  method: keyof CameraAbilities,
  answer: unknown,
): void {
  const schema = ANSWERS[method];
  if (schema === undefined) return;
  const [problem] = Value.Check(schema, answer) ? [] : Value.Errors(schema, answer);
  if (problem !== undefined)
    throw wrong(driver, method, `is wrong at ${problem.instancePath || "/"}: ${problem.message}`);
  if (method !== "capabilities") return;
  const missing = neededMethods(answer as CameraCapabilities).find((name) => driver[name] === undefined);
  if (missing !== undefined) throw wrong(driver, method, `promises what the driver has no ${missing} for`);
}

function wrong(driver: CameraDriver, method: string, what: string): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_DATA",
    "invalid-argument",
    `what the driver ${driver.id} answered to ${method} ${what}`,
  );
}
