// Schemas: of the plugin (what is secret, and whom it trusts) and of one action of a rule (where to, with a picture or not).
import { type Static, Type } from "@nightjar/core";

export const pluginConfig = Type.Object(
  {
    secret: Type.Optional(
      Type.String({
        title: "Signing key",
        description:
          "Each request is signed with it (HMAC-SHA256), so that who receives it knows that it comes from here. At least 16 characters. It is kept sealed and never shown again. Left out: requests are not signed.",
        minLength: 16,
        maxLength: 256,
        "x-secret": true,
      }),
    ),
    url: Type.Optional(
      Type.String({
        title: "Secret address",
        description:
          "Where rules that name no address send to. For addresses that are a secret themselves: it is kept sealed and never shown again.",
        maxLength: 2_000,
        "x-secret": true,
      }),
    ),
    certificates: Type.Optional(
      Type.String({
        title: "Certificates",
        description:
          "Certificates (PEM) that are trusted besides the public ones, for a server with a certificate of your own making.",
        maxLength: 65_536,
        "x-multiline": true,
      }),
    ),
  },
  { additionalProperties: false },
);

export const actionConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        title: "Address",
        description:
          "Where the event is sent to: https://… or http://…. Whoever may see rules sees it. Left out: the secret address of the plugin's settings.",
        maxLength: 2_000,
        "x-target": "url",
        // No "@" before the path: what is written there is a name and a password.
        pattern: "^[hH][tT][tT][pP][sS]?://[^\\s/@?#]+(?:[/?#]\\S*)?$",
      }),
    ),
    picture: Type.Boolean({
      title: "Picture",
      description: "Send a picture of the event's camera with it.",
      default: false,
    }),
    timeoutSeconds: Type.Integer({
      title: "Seconds to wait",
      description: "How long an answer is waited for, 1 to 25.",
      minimum: 1,
      maximum: 25,
      default: 10,
      "x-unit": "s",
    }),
  },
  { additionalProperties: false },
);

export type NotifySettings = Static<typeof pluginConfig>;
export type NotifyActionConfig = Static<typeof actionConfig>;
