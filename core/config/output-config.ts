// The part of config.json that says which alarm outputs there are: how each is switched, and for how long. What lies between
// them is checked in alarm-io-checks.ts; what it means: docs/guide/inputs-and-outputs.md.
import { type Static, Type } from "typebox";
import { WeekConfigSchema } from "./alarm-config.ts";

const closed = { additionalProperties: false } as const;

const ID_PATTERN = "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$";

/** A topic of other programs: no wildcards. Whether it is one of the recorder's own is checked apart. */
export const TOPIC_PATTERN = "^[^\\s$+#/][^+#\\u0000-\\u001f]*$";
export const MOST_DWELL_SECONDS = 86_400;

const payload = (title: string, description: string) =>
  Type.String({ title, description, minLength: 1, maxLength: 1_024 });

const Call = (title: string) =>
  Type.Object(
    {
      method: Type.Enum(["GET", "POST", "PUT"] as const, { title: "Method", description: "Of the request." }),
      url: Type.String({
        title: "Address",
        description: "`http://` or `https://`. No name or password in it.",
        pattern: "^https?://[^\\s]+$",
        maxLength: 2_000,
      }),
      body: Type.Optional(
        Type.String({
          title: "Body",
          description: "What is sent; JSON where it begins with a brace. Without it: nothing.",
          maxLength: 4_096,
        }),
      ),
    },
    { ...closed, title },
  );

export const OutputDriverSchema = Type.Union(
  [
    Type.Object({ kind: Type.Literal("virtual") }, closed),
    Type.Object(
      {
        kind: Type.Literal("mqtt"),
        topic: Type.String({
          title: "Topic",
          description: "Where the command goes. Not below the recorder's own base topic.",
          pattern: TOPIC_PATTERN,
          maxLength: 250,
        }),
        on: payload("On", "What is sent to switch it on."),
        off: payload("Off", "What is sent to switch it off."),
        stateTopic: Type.Optional(
          Type.String({
            title: "State topic",
            description:
              "Where the device says how it is, with the same two words; the output then shows what it says.",
            pattern: TOPIC_PATTERN,
            maxLength: 250,
          }),
        ),
      },
      closed,
    ),
    Type.Object({ kind: Type.Literal("http"), on: Call("On"), off: Call("Off") }, closed),
    Type.Object(
      {
        kind: Type.Literal("camera"),
        camera: Type.String({
          title: "Camera",
          description: "Whose relay it is.",
          pattern: ID_PATTERN,
        }),
        relay: Type.Optional(
          Type.String({
            title: "Relay",
            description: "As the camera calls it.",
            minLength: 1,
            maxLength: 64,
          }),
        ),
        part: Type.Optional(
          Type.Enum(["siren", "light", "wiper"] as const, {
            title: "Part",
            description: "In place of a relay: what else can be switched on it.",
          }),
        ),
      },
      closed,
    ),
  ],
  {
    title: "Switched by",
    description:
      "`virtual`: nothing but its state, for flows and other programs; `mqtt`: two messages; `http`: two requests; `camera`: a camera's relay, siren or light.",
  },
);

export const OutputConfigSchema = Type.Object(
  {
    id: Type.String({
      title: "Id",
      description: "1 to 64 of a-z, 0-9 and inner hyphens.",
      pattern: ID_PATTERN,
    }),
    name: Type.String({ title: "Name", description: "What people call it.", minLength: 1, maxLength: 80 }),
    enabled: Type.Boolean({
      title: "Enabled",
      description: "One that is switched off cannot be triggered.",
      default: true,
    }),
    driver: OutputDriverSchema,
    dwellSeconds: Type.Integer({
      title: "Dwell",
      description: "Seconds after which it goes off by itself; 0: it stays on until somebody clears it.",
      minimum: 0,
      maximum: MOST_DWELL_SECONDS,
      default: 5,
    }),
    schedule: Type.Optional(WeekConfigSchema),
  },
  { ...closed },
);

/** An alarm output of config.json. */
export type OutputConfig = Static<typeof OutputConfigSchema>;
export type OutputDriverConfig = OutputConfig["driver"];

interface Called {
  readonly kind: "http";
  readonly on: { readonly url: string };
  readonly off: { readonly url: string };
}

/** Whom an output's requests go to: what authorizes them is told to nobody else. */
export function outputOrigins(driver: Called | { readonly kind: "virtual" | "mqtt" | "camera" }): string {
  if (driver.kind !== "http") return "";
  return [driver.on, driver.off].map(({ url }) => URL.parse(url)?.origin).join(" ");
}
