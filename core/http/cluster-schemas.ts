// The shapes in which the API speaks of watched nodes.
import { type Static, Type } from "typebox";
import { NODE_STATUSES } from "../cluster/watched-node.ts";
import {
  ClusterConfigSchema,
  FINGERPRINT_PATTERN,
  MOST_NODES,
  NodeConfigSchema,
} from "../config/cluster-config.ts";
import { FactsSchema, TimeSchema } from "./wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const { id, name, url, certificate } = NodeConfigSchema.properties;
const { lostSeconds } = ClusterConfigSchema.properties;
const Fingerprint = Type.String({ pattern: FINGERPRINT_PATTERN });

const ReasonSchema = Type.Object(
  { code: Type.String(), message: Type.String(), context: Type.Optional(FactsSchema) },
  { description: "Why it is not online. The `case` of the context tells apart what it can be." },
);

export const NodeSchema = Type.Object({
  ...{ id, name, url, certificate },
  status: Type.Enum(NODE_STATUSES, {
    description:
      "`unknown`: nothing has been heard yet; `suspect`: no good answer for five seconds; `lost`: for `lostSeconds`.",
  }),
  since: TimeSchema,
  reason: Type.Optional(ReasonSchema),
  version: Type.Optional(Type.String({ description: "The Nightjar that answered last." })),
  answered: Type.Optional(Type.String({ format: "date-time", description: "Its last good answer." })),
});
export type NodeView = Static<typeof NodeSchema>;

export const NodesSchema = Type.Object({
  nodes: Type.Array(NodeSchema, { maxItems: MOST_NODES }),
  lostSeconds,
});
export type NodesView = Static<typeof NodesSchema>;

export const NewNodeSchema = Type.Object(
  { name, url, certificate: Type.Optional(Fingerprint) },
  { ...closed },
);
export type NewNode = Static<typeof NewNodeSchema>;

export const NodePatchSchema = Type.Object(
  {
    name: Type.Optional(name),
    url: Type.Optional(url),
    certificate: Type.Optional(
      Type.Union([Fingerprint, Type.Null()], { description: "`null`: the system's authorities alone." }),
    ),
  },
  { ...closed, minProperties: 1 },
);
export type NodePatch = Static<typeof NodePatchSchema>;

export const NodesPatchSchema = Type.Object({ lostSeconds }, closed);

export const NodeTestSchema = Type.Object({ url, certificate: Type.Optional(Fingerprint) }, closed);
export type NodeTest = Static<typeof NodeTestSchema>;

export const NodeTestedSchema = Type.Object({
  isNightjar: Type.Boolean({ description: "A Nightjar answers there." }),
  version: Type.Optional(Type.String()),
  reason: Type.Optional(ReasonSchema),
  certificate: Type.Optional(
    Type.Object(
      {
        sha256: Type.String({ description: "The fingerprint to trust it by." }),
        subject: Type.String(),
        until: TimeSchema,
        isRoot: Type.Boolean({
          description: "It is the root that signed the node's own, which outlives that.",
        }),
        trusted: Type.Enum(["system", "fingerprint", "no"] as const, {
          description: "By the system's authorities, by the fingerprint that was given, or not.",
        }),
      },
      { description: "What it shows, over HTTPS." },
    ),
  ),
});
export type NodeTested = Static<typeof NodeTestedSchema>;
