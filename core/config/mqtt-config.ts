// The part of config.json about MQTT: which broker, where the one within listens, where another one is.
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

const door = (title: string, about: string, preset: number) =>
  Type.Object(
    {
      enabled: Type.Boolean({
        title,
        description: "Listen here while the broker is the one within.",
        default: true,
      }),
      host: Type.String({
        title: "Address",
        description:
          "Address to listen on; 127.0.0.1 serves this machine alone, `::` is every address of the machine.",
        minLength: 1,
        maxLength: 255,
        default: "127.0.0.1",
      }),
      port: Type.Integer({
        title: "Port",
        description: "TCP port; when it is busy the next free one is taken.",
        minimum: 0,
        maximum: 65_535,
        default: preset,
      }),
    },
    { ...closed, default: {}, description: about },
  );

export const MqttConfigSchema = Type.Object(
  {
    broker: Type.Enum(["embedded", "external", "off"] as const, {
      title: "Broker",
      description: "`embedded`: the one within. `external`: another one, by its address. `off`: no MQTT.",
      default: "embedded",
    }),
    base: Type.String({
      title: "Base topic",
      description: "First level of all of Nightjar's topics.",
      pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
      default: "nightjar",
    }),
    webAddress: Type.String({
      title: "Web address",
      description:
        "Address of the recorder's pages, `https://nvr.example`: links to pictures and clips in messages begin with it. Empty: with `/`.",
      pattern: "^(?:[hH][tT][tT][pP][sS]?://[^\\s/@?#]+(?:/[^\\s?#]*)?)?$",
      maxLength: 200,
      default: "",
    }),
    eventPictures: Type.Boolean({
      title: "Pictures of events",
      description:
        "Publish a picture of the camera with each of its events, at most one in five seconds: each is decoded for it.",
      default: false,
    }),
    tcp: door("MQTT", "The broker within, in clear.", 1883),
    tls: door("MQTT over TLS", "The broker within over TLS, with the certificate that HTTPS serves.", 8883),
    webSocket: Type.Object(
      {
        enabled: Type.Boolean({
          title: "MQTT over WebSocket",
          description:
            "The broker within at `/mqtt` of the recorder's own address, wherever its pages are reached.",
          default: false,
        }),
      },
      { ...closed, default: {}, description: "The broker within, for programs in browsers." },
    ),
    external: Type.Object(
      {
        url: Type.String({
          title: "Address",
          description:
            "`mqtt://`, `mqtts://`, `ws://` or `wss://`, host and port. The password is set on the page or over HTTP, and sealed in secrets.json.",
          pattern: "^(?:(?:mqtt|mqtts|ws|wss)://[^\\s@?#]+)?$",
          maxLength: 500,
          default: "",
        }),
        username: Type.String({
          title: "User name",
          description: "Empty: none is sent.",
          maxLength: 200,
          default: "",
        }),
        ca: Type.String({
          title: "Certificate authority",
          description: "PEM of who signed the broker's certificate, where no public authority did.",
          maxLength: 32_768,
          default: "",
        }),
        acceptRequests: Type.Boolean({
          title: "Obey requests",
          description:
            "Do what is asked for over this broker. It alone decides who may ask; Nightjar cannot see who did.",
          default: false,
        }),
      },
      { ...closed, default: {}, description: "Another broker." },
    ),
  },
  { ...closed, default: {}, description: "States, events and requests over MQTT." },
);

export type MqttConfig = Static<typeof MqttConfigSchema>;
