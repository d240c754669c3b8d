// Flows: whether Node-RED runs, and how it is. The editor itself is a door of the gateway's.
import type { Config } from "../../config/config-schema.ts";
import { FlowsPatchSchema, FlowsViewSchema } from "../flows-schemas.ts";
import { needs, needsInPerson, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

export function flowsRoutes({ config, flows }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/flows",
      policy: needs("flows.view"),
      summary: "Flows: whether Node-RED is switched on, and how it is.",
      response: FlowsViewSchema,
      handle: () => flows.view(),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/flows",
      // Whoever edits flows has code run on the recorder.
      policy: needsInPerson("flows.edit"),
      summary: "Switches Node-RED on or off. Flows stay as they are.",
      body: FlowsPatchSchema,
      response: FlowsViewSchema,
      async handle({ body, audit }) {
        await config.update((draft: Config) => {
          draft.flows.enabled = body.enabled;
        });
        audit("settings-changed", { changed: ["flows"] });
        return flows.view();
      },
    }),
  ];
}
