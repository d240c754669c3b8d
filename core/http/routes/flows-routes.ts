// Flows: whether Node-RED runs, and how it is. The editor itself is a door of the gateway's.
import type { Config } from "../../config/config-schema.ts";
import { FlowsAllowedBody, FlowsPatchSchema, FlowsViewSchema } from "../flows-schemas.ts";
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
    route({
      method: "PUT",
      path: "/api/v1/flows/allowed",
      policy: needsInPerson("flows.edit"),
      summary:
        "Says what flows may do beyond what they may always: run programs, read and write in folders, run contributed nodes. Node-RED is restarted.",
      body: FlowsAllowedBody,
      response: FlowsViewSchema,
      async handle({ body: { programs, folders, modules }, audit }) {
        const real = [...(await flows.checkedFolders(folders))];
        await config.update((draft: Config) => {
          draft.flows.allowed = { programs, folders: real, modules };
        });
        audit("flows-allowed", {
          programs,
          modules,
          ...(real.length === 0 ? {} : { folders: real.join(", ").slice(0, 500) }),
        });
        return flows.view();
      },
    }),
  ];
}
