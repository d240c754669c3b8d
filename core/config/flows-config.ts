// The part of config.json about flows: whether Node-RED runs.
import { type Static, Type } from "typebox";

export const FlowsConfigSchema = Type.Object(
  {
    enabled: Type.Boolean({
      title: "Flows",
      description:
        "Run Node-RED, in which administrators wire what happens on what. Takes about 160 MB of memory.",
      default: false,
    }),
  },
  { additionalProperties: false, default: {}, description: "Flows: Node-RED within the recorder." },
);

export type FlowsConfig = Static<typeof FlowsConfigSchema>;
