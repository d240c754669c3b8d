// The part of config.json about flows: whether Node-RED runs, and what flows may do beyond what they may always.
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

export const FlowsAllowedSchema = Type.Object(
  {
    programs: Type.Boolean({
      title: "Programs",
      description:
        "Flows may run programs (node exec). Whatever Nightjar's user may do, they may then: read its settings, secrets and recordings, and delete them.",
      default: false,
    }),
    folders: Type.Array(
      Type.String({
        // A star is a wildcard to Node's permissions.
        pattern: "^/[^*\\u0000-\\u001f\\u007f]*$",
        maxLength: 500,
      }),
      {
        title: "Folders",
        description:
          "Folders in which flows may read, write and watch files (nodes file, file in, watch). None: no files.",
        maxItems: 16,
        uniqueItems: true,
        default: [],
      },
    ),
    modules: Type.Boolean({
      title: "Contributed nodes",
      description:
        "Nodes that others wrote may be installed from the registry, and run. Their code may do what flows may.",
      default: false,
    }),
  },
  { ...closed, default: {}, description: "What flows may do beyond what they may always." },
);

export const FlowsConfigSchema = Type.Object(
  {
    enabled: Type.Boolean({
      title: "Flows",
      description:
        "Run Node-RED, in which administrators wire what happens on what. Takes about 160 MB of memory.",
      default: false,
    }),
    allowed: FlowsAllowedSchema,
  },
  { ...closed, default: {}, description: "Flows: Node-RED within the recorder." },
);

export type FlowsConfig = Static<typeof FlowsConfigSchema>;
export type FlowsAllowed = Static<typeof FlowsAllowedSchema>;
