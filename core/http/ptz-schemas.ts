// The shapes in which the API speaks of what cameras can do, and of turning them.
import { Type } from "typebox";
import { AUXILIARY_PARTS } from "../cameras/ability-answers.ts";

const closed = { additionalProperties: false } as const;
const id = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });
const speed = (description: string) => Type.Number({ minimum: -1, maximum: 1, default: 0, description });

export const CameraPartSchema = Type.Object({
  id: Type.String({ description: "As the camera calls it." }),
  name: Type.String(),
});
const parts = Type.Array(CameraPartSchema);

export const AbilitiesSchema = Type.Object({
  ptz: Type.Optional(
    Type.Object({
      move: Type.Boolean(),
      zoom: Type.Boolean(),
      presets: Type.Boolean(),
      changesPresets: Type.Boolean(),
      position: Type.Boolean({ description: "It tells where it looks, and can go back there." }),
      patrols: parts,
      patterns: parts,
    }),
  ),
  relays: Type.Optional(parts),
  inputs: Type.Optional(parts),
  auxiliary: Type.Optional(Type.Array(Type.Enum(AUXILIARY_PARTS))),
  events: Type.Optional(Type.Boolean({ description: "The recorder listens to what it notices itself." })),
});

export const PresetsSchema = Type.Object({ presets: parts });
export const VelocitySchema = Type.Object(
  {
    pan: Type.Optional(speed("Positive: to the right.")),
    tilt: Type.Optional(speed("Positive: up.")),
    zoom: Type.Optional(speed("Positive: closer.")),
  },
  closed,
);
export const NewPresetSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, pattern: "^[^\\u0000-\\u001f]+$" }),
    preset: Type.Optional(id("One that is to be replaced.")),
  },
  closed,
);
export const GoToSchema = Type.Object(
  {
    kind: Type.Enum(["preset", "patrol", "pattern"] as const),
    id: id("As the camera calls it."),
  },
  closed,
);
