// Turning cameras over MQTT: what can be asked for, and what is done because of it. Who may has been checked.
import { type Static, type TObject, Type } from "typebox";
import { NightjarError } from "../errors.ts";
import type { CameraAbilityService } from "../http/services.ts";

const speed = (description: string) => Type.Optional(Type.Number({ minimum: -1, maximum: 1, description }));
/** What is wanted of a camera, besides which. */
export const PTZ_FIELDS = {
  command: Type.Enum(["move", "stop", "preset", "patrol", "pattern"] as const, {
    description: "`move` turns for a second at most: say it again to go on. `stop` ends patrols too.",
  }),
  pan: speed("Of `move`; positive: to the right."),
  tilt: speed("Of `move`; positive: up."),
  zoom: speed("Of `move`; positive: closer."),
  id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: "Of a preset, patrol or pattern, as the camera calls it.",
    }),
  ),
};
type PtzWish = Static<TObject<typeof PTZ_FIELDS>>;

/** Cameras as they can be turned over MQTT. */
export type PtzControl = Pick<CameraAbilityService, "move" | "stopMoving" | "goTo" | "presets">;

/**
 * Does what a request wants of a camera, and answers what it is answered with. `audit` is called with what is worth a line in
 * the audit log, before a camera is sent somewhere: one that does not say so may have turned all the same. Throws
 * `NJ_MQTT_REQUEST` where it does not say where to.
 */
export async function turnCamera(
  cameras: PtzControl,
  request: "ptz" | "presets",
  wish: Readonly<Record<string, unknown>> & { readonly camera: string },
  audit: (action: "ptz-moved" | "ptz-sent", detail: Readonly<Record<string, unknown>>) => void,
): Promise<Record<string, unknown>> {
  const { camera } = wish;
  if (request === "presets") return { camera, presets: await cameras.presets(camera) };
  // Checked by the schema above.
  const { command, pan = 0, tilt = 0, zoom = 0, id } = wish as unknown as PtzWish;
  const data = { camera, command };
  if (command === "move") {
    const { isNew } = await cameras.move(camera, { pan, tilt, zoom });
    if (isNew) audit("ptz-moved", {});
    return data;
  }
  if (command === "stop") {
    await cameras.stopMoving(camera);
    return data;
  }
  if (id === undefined)
    throw new NightjarError("NJ_MQTT_REQUEST", "invalid-argument", "/id is missing: where is it to look?");
  const target = `${command} ${id}`;
  audit("ptz-sent", { target });
  await cameras.goTo(camera, { kind: command, id });
  return data;
}
