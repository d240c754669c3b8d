// What cameras can do besides sending pictures, and turning them by hand.
import { Type } from "typebox";
import {
  AbilitiesSchema,
  CameraPartSchema,
  GoToSchema,
  NewPresetSchema,
  PresetsSchema,
  VelocitySchema,
} from "../ptz-schemas.ts";
import { answer, needsOnCamera, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const PresetParams = Type.Object({
  id: Type.String({ maxLength: 64 }),
  preset: Type.String({ minLength: 1, maxLength: 64 }),
});

export function ptzRoutes({ abilities }: Pick<HttpServices, "abilities">): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/cameras/:id/abilities",
      policy: needsOnCamera("cameras.view"),
      summary: "What the camera can do besides sending pictures.",
      params,
      response: AbilitiesSchema,
      handle: async ({ params: { id } }) => structuredClone(await abilities.abilities(id)) as object,
    }),
    route({
      method: "GET",
      path: "/api/v1/cameras/:id/presets",
      policy: needsOnCamera("ptz"),
      summary: "The presets that the camera keeps.",
      params,
      response: PresetsSchema,
      handle: async ({ params: { id } }) => ({ presets: [...(await abilities.presets(id))] }),
    }),
    route({
      method: "POST",
      path: "/api/v1/cameras/:id/presets",
      policy: needsOnCamera("ptz"),
      summary: "Keeps where the camera looks now as a preset.",
      params,
      body: NewPresetSchema,
      response: CameraPartSchema,
      status: 201,
      async handle({ params: { id }, body, audit }) {
        const { name, preset } = body;
        const kept = await abilities.setPreset(id, { name, ...(preset === undefined ? {} : { preset }) });
        audit("preset-set", { preset: kept.id, name }, id);
        return answer(201, kept);
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/cameras/:id/presets/:preset",
      policy: needsOnCamera("ptz"),
      summary: "Removes a preset of the camera.",
      params: PresetParams,
      async handle({ params: { id, preset }, audit }) {
        await abilities.removePreset(id, preset);
        audit("preset-removed", { preset }, id);
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/cameras/:id/ptz/move",
      policy: needsOnCamera("ptz"),
      summary:
        "Turns and zooms the camera for a second at most: whoever holds on says so again within it. What a rule had begun with the camera is over.",
      params,
      body: VelocitySchema,
      async handle({ params: { id }, body, audit }) {
        const { pan = 0, tilt = 0, zoom = 0 } = body;
        const { isNew } = await abilities.move(id, { pan, tilt, zoom });
        // Not each of the many words of one hand.
        if (isNew) audit("ptz-moved", {}, id);
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/cameras/:id/ptz/stop",
      policy: needsOnCamera("ptz"),
      summary: "Stops the camera, and ends a patrol.",
      params,
      handle: ({ params: { id } }) => abilities.stopMoving(id),
    }),
    route({
      method: "POST",
      path: "/api/v1/cameras/:id/ptz/go",
      policy: needsOnCamera("ptz"),
      summary: "Sends the camera to a preset, or has it begin a patrol or pattern of its own.",
      params,
      body: GoToSchema,
      async handle({ params: { id }, body, audit }) {
        // Written down first: a camera that does not say so may have turned all the same.
        audit("ptz-sent", { target: `${body.kind} ${body.id}` }, id);
        await abilities.goTo(id, body);
      },
    }),
  ];
}
