// The plugin's own settings: which pins are inputs and outputs, and what they are called over MQTT.
import { type Static, Type } from "@nightjar/core";

const name = Type.String({
  title: "Name",
  description: "In topics: 1 to 32 of a-z, 0-9 and inner hyphens.",
  pattern: "^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$",
});
const chip = Type.String({
  title: "Chip",
  description: "As gpiodetect names it: gpiochip0.",
  pattern: "^gpiochip\\d{1,3}$",
  default: "gpiochip0",
});
const line = Type.Integer({
  title: "Line",
  description: "Its number on the chip, which is seldom that of the pin: gpioinfo shows it.",
  minimum: 0,
  maximum: 1_023,
});
const activeLow = Type.Boolean({
  title: "Inverted",
  description: "Active while the level is low, as with a contact that pulls to ground.",
  default: false,
});

export const inputSchema = Type.Object(
  {
    ...{ name, chip, line, activeLow },
    bias: Type.Enum(["as-is", "pull-up", "pull-down", "disabled"] as const, {
      title: "Resistor",
      description: "Of the chip itself; pull-up for a contact that pulls to ground.",
      default: "as-is",
    }),
  },
  { additionalProperties: false, title: "Input" },
);
export const outputSchema = Type.Object(
  { name, chip, line, activeLow },
  { additionalProperties: false, title: "Output" },
);

export const pluginConfig = Type.Object(
  {
    prefix: Type.String({
      title: "First level of the topics",
      description: "gpio makes gpio/door/state and gpio/set.",
      pattern: "^[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}(?:/[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}){0,2}$",
      default: "gpio",
    }),
    inputs: Type.Array(inputSchema, {
      title: "Inputs",
      description: "Pins that are listened to.",
      maxItems: 32,
      default: [],
    }),
    outputs: Type.Array(outputSchema, {
      title: "Outputs",
      description: "Pins that are switched.",
      maxItems: 32,
      default: [],
    }),
  },
  { additionalProperties: false },
);

export type GpioSettings = Static<typeof pluginConfig>;
export type GpioInput = Static<typeof inputSchema>;
export type GpioOutput = Static<typeof outputSchema>;

/** What two pins have in common that they must not: a name, or the pin itself. Undefined: nothing. */
export function clashOf({ inputs, outputs }: Pick<GpioSettings, "inputs" | "outputs">): string | undefined {
  const seen = new Set<string>();
  for (const { name: called, chip: of, line: number } of [...inputs, ...outputs]) {
    for (const key of [`the name ${called}`, `line ${number} of ${of}`]) {
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}
