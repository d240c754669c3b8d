// Detection: what the recorder itself looks for in a camera's pictures, how that goes and what it costs.
import { Type } from "typebox";
import { DetectionActivitySchema, DetectionPatchSchema, DetectionViewSchema } from "../detection-schemas.ts";
import { needs, needsOnCamera, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

export function detectionRoutes({ detection }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/cameras/:id/detection",
      policy: needsOnCamera("cameras.view"),
      summary: "What is looked for in a camera's pictures, how that goes and what it costs.",
      params: IdParams,
      response: DetectionViewSchema,
      handle: ({ params }) => detection.of(params.id),
    }),
    route({
      method: "GET",
      path: "/api/v1/cameras/:id/detection/activity",
      policy: needsOnCamera("live"),
      summary:
        "Where something moves in a camera's picture now, as a grid: what a person sets a detector by.",
      params: IdParams,
      response: DetectionActivitySchema,
      handle: ({ params }) => detection.activity(params.id),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/cameras/:id/detection",
      policy: needs("cameras.edit"),
      summary: "Changes what is looked for; what is left out stays.",
      params: IdParams,
      body: DetectionPatchSchema,
      response: DetectionViewSchema,
      async handle({ params, body, audit }) {
        const view = await detection.change(params.id, body);
        audit("detection-changed", { changed: Object.keys(body) }, params.id);
        return view;
      },
    }),
  ];
}
