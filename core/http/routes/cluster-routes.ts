// Watched nodes: how they are, adding, changing and removing them, and trying an address before it is saved. Of what an address
// answers nothing is given back but whether it is a Nightjar, its version and its certificate.
import { Type } from "typebox";
import {
  NewNodeSchema,
  NodePatchSchema,
  NodeSchema,
  NodesPatchSchema,
  NodesSchema,
  NodeTestedSchema,
  NodeTestSchema,
} from "../cluster-schemas.ts";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";

const params = Type.Object(
  { node: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
);

export function clusterRoutes({ cluster }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/cluster/nodes",
      policy: needs("settings.view"),
      summary: "The other recorders that this one watches, and how they are.",
      response: NodesSchema,
      handle: () => cluster.view(),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/cluster/nodes",
      policy: needs("settings.edit"),
      summary: "Changes how long a watched node is silent before it is lost.",
      body: NodesPatchSchema,
      response: NodesSchema,
      async handle({ body: { lostSeconds }, audit }) {
        const view = await cluster.setLostSeconds(lostSeconds);
        audit("settings-changed", { changed: ["cluster"], lostSeconds });
        return view;
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/cluster/nodes",
      policy: needs("settings.edit"),
      summary: "Watches another recorder from now on.",
      body: NewNodeSchema,
      response: NodeSchema,
      status: 201,
      async handle({ body, audit }) {
        const node = await cluster.add(body);
        audit("node-added", { node: node.id, url: node.url });
        return node;
      },
    }),
    route({
      method: "POST",
      path: "/api/v1/cluster/nodes/test",
      policy: needs("settings.edit"),
      summary: "Whether a Nightjar answers at an address, and the certificate that it shows. Saves nothing.",
      body: NodeTestSchema,
      response: NodeTestedSchema,
      handle: ({ body, signal }) => cluster.test(body, signal),
    }),
    route({
      method: "PATCH",
      path: "/api/v1/cluster/nodes/:node",
      policy: needs("settings.edit"),
      summary: "Changes a watched node; what is left out stays.",
      params,
      body: NodePatchSchema,
      response: NodeSchema,
      async handle({ params: { node }, body, audit }) {
        const view = await cluster.change(node, body);
        audit("node-changed", { node, changed: Object.keys(body) });
        return view;
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/cluster/nodes/:node",
      policy: needs("settings.edit"),
      summary: "Watches a node no more. What was told of it is over.",
      params,
      async handle({ params: { node }, audit }) {
        await cluster.remove(node);
        audit("node-removed", { node });
      },
    }),
  ];
}
