// The shapes in which the API speaks of MQTT: settings, and how the broker is.
import { type Static, Type } from "typebox";
import { MqttConfigSchema } from "../config/mqtt-config.ts";
import { TimeSchema } from "./wire-schemas.ts";

const closed = { additionalProperties: false } as const;
const shape = MqttConfigSchema.properties;
const external = shape.external.properties;

const DoorSchema = Type.Object({ host: Type.String(), port: Type.Integer() });

export const MqttStateSchema = Type.Object({
  node: Type.String({ description: "Id of this recorder in topics." }),
  base: Type.String(),
  status: Type.Enum(["off", "starting", "connecting", "running", "failed"] as const),
  reason: Type.Optional(Type.String({ description: "For people: what is wrong." })),
  case: Type.Optional(
    Type.String({
      description:
        "For programs and translations: what is wrong with another broker, as in the problem `mqtt` of `GET /status`.",
    }),
  ),
  since: Type.Optional(TimeSchema),
  tcp: Type.Optional(DoorSchema),
  tls: Type.Optional(DoorSchema),
  clients: Type.Array(
    Type.Object({
      id: Type.String(),
      userName: Type.String(),
      token: Type.Optional(Type.String({ description: "Name of the API token." })),
      address: Type.String(),
      isSecure: Type.Boolean(),
      subscriptions: Type.Integer(),
    }),
    { description: "Who is connected to the broker within." },
  ),
  problems: Type.Array(Type.String()),
});
/** How MQTT is. */
export type MqttState = Static<typeof MqttStateSchema>;

export const MqttViewSchema = Type.Object({
  settings: MqttConfigSchema,
  passwordSet: Type.Boolean({ description: "There is a password for the other broker. It never comes out." }),
  state: MqttStateSchema,
});
export type MqttView = Static<typeof MqttViewSchema>;

export const MqttPatchSchema = Type.Object(
  {
    broker: Type.Optional(shape.broker),
    base: Type.Optional(shape.base),
    webAddress: Type.Optional(shape.webAddress),
    eventPictures: Type.Optional(shape.eventPictures),
    tcp: Type.Optional(Type.Partial(shape.tcp, closed)),
    tls: Type.Optional(Type.Partial(shape.tls, closed)),
    webSocket: Type.Optional(Type.Partial(shape.webSocket, closed)),
    external: Type.Optional(
      Type.Object(
        {
          url: Type.Optional(external.url),
          username: Type.Optional(external.username),
          ca: Type.Optional(external.ca),
          acceptRequests: Type.Optional(external.acceptRequests),
          password: Type.Optional(
            Type.Union([Type.String({ minLength: 1, maxLength: 1_000 }), Type.Null()], {
              description:
                "Kept when left out, as long as it goes where it was given for (url, username, ca); removed by null.",
            }),
          ),
        },
        closed,
      ),
    ),
  },
  { ...closed, minProperties: 1 },
);
export type MqttPatch = Static<typeof MqttPatchSchema>;
