// The shapes in which the API speaks of flows: whether Node-RED is to run, and how it is.
import { type Static, Type } from "typebox";
import { FlowsAllowedSchema, FlowsConfigSchema } from "../config/flows-config.ts";

export const FlowsViewSchema = Type.Object({
  enabled: FlowsConfigSchema.properties.enabled,
  status: Type.Enum(["off", "missing", "starting", "running", "safe", "failed"] as const, {
    description:
      "`missing`: Node-RED is not installed. `safe`: the editor is there, and no flow runs until somebody deploys.",
  }),
  because: Type.Optional(
    Type.Enum(["hang", "crash", "unreadable"] as const, {
      description:
        "Why the flows are not started: Node-RED answered no more, ended several times in a row, or neither the flows nor a copy of them could be read.",
    }),
  ),
  node: Type.Optional(
    Type.Object(
      { id: Type.String(), type: Type.String(), name: Type.Optional(Type.String()) },
      { description: "The node that was handed a message last before that." },
    ),
  ),
  setAside: Type.Optional(
    Type.Object(
      {
        file: Type.String({ description: "Where they lie now, in the data directory's `flows`." }),
        reason: Type.Enum(["not-json", "not-flows"] as const, {
          description: "`not-json`: cut off or spoilt. `not-flows`: no list of nodes.",
        }),
        copyAt: Type.Optional(
          Type.String({
            description:
              "When the copy was made that took their place. Without one nothing did: `status` is `safe` then.",
          }),
        ),
      },
      { description: "Flows that could not be read when Node-RED started, and were put aside." },
    ),
  ),
  allowed: FlowsAllowedSchema,
  barred: Type.Optional(
    Type.Array(Type.Object({ id: Type.String(), type: Type.String(), name: Type.Optional(Type.String()) }), {
      description: "Nodes that do nothing because what they need is not allowed; 50 at most.",
    }),
  ),
  tab: Type.Optional(
    Type.Array(
      Type.Object({
        at: Type.String(),
        reason: Type.Enum(["unknown-action", "settings", "too-many", "other-flows", "not-changed"] as const, {
          description:
            "`other-flows`: flows were deployed over newer ones, or while rules changed. `not-changed`: the rules could not be changed.",
        }),
        rule: Type.Optional(Type.String()),
        action: Type.Optional(Type.String()),
      }),
      { description: "Why rules are not as the tab of alarm linkage was deployed last." },
    ),
  ),
  problem: Type.Optional(Type.String({ description: "For people: why it does not start." })),
});
/** How flows are. */
export type FlowsView = Static<typeof FlowsViewSchema>;

/** What flows are to be allowed from now on; all of it is said. */
export const FlowsAllowedBody = Type.Object(
  {
    programs: FlowsAllowedSchema.properties.programs,
    folders: FlowsAllowedSchema.properties.folders,
    modules: FlowsAllowedSchema.properties.modules,
  },
  { additionalProperties: false },
);

export const FlowsPatchSchema = Type.Object(
  { enabled: FlowsConfigSchema.properties.enabled },
  { additionalProperties: false },
);
