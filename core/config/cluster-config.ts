// The part of config.json that says which other recorders this one watches, and how long one is silent before it is lost.
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** So many are watched at most. */
export const MOST_NODES = 32;

/** SHA-256 of a certificate, as browsers show it. */
export const FINGERPRINT_PATTERN = "^(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$";

export const NodeConfigSchema = Type.Object(
  {
    id: Type.String({
      title: "Id",
      description: "1 to 64 of a-z, 0-9 and inner hyphens; events of it have it as their subject.",
      pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
    }),
    name: Type.String({ title: "Name", description: "What people call it.", minLength: 1, maxLength: 80 }),
    url: Type.String({
      title: "Address",
      description:
        "Where its web interface is, as `https://192.168.1.20:8443`; with the base path, if it has one. Without user name or password.",
      pattern: "^https?://[^\\s@?#]+$",
      maxLength: 500,
    }),
    certificate: Type.Optional(
      Type.String({
        title: "Certificate",
        description:
          "SHA-256 fingerprint of the certificate that is trusted where no public authority signed it: the node's own, or the root that signed that. *System → Certificate* of the node shows both.",
        pattern: FINGERPRINT_PATTERN,
      }),
    ),
  },
  { ...closed },
);

/** `cluster` of config.json. */
export const ClusterConfigSchema = Type.Object(
  {
    nodes: Type.Array(NodeConfigSchema, {
      title: "Watched nodes",
      description: "Other recorders that this one watches.",
      maxItems: MOST_NODES,
      default: [],
    }),
    lostSeconds: Type.Integer({
      title: "Lost after",
      description:
        "Seconds without an answer after which a node is lost and `exception-hot-spare` is raised.",
      minimum: 5,
      maximum: 300,
      default: 15,
    }),
  },
  { ...closed, default: {}, description: "Other recorders." },
);

export type ClusterConfig = Static<typeof ClusterConfigSchema>;
/** A watched node of config.json. */
export type NodeConfig = Static<typeof NodeConfigSchema>;
