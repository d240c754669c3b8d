// Schemas: of the plugin (the mail server, who sends, how much) and of one action of a rule (to whom, what, with how many
// pictures). Addresses are those of RFC 5321 without quoted local parts: what a rule names stands in commands and headers.
import { type Static, Type } from "@nightjar/core";

const WORD = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
/** `local.part@example.org`; domains with other letters in their ASCII form (`xn--…`). */
export const ADDRESS_PATTERN = `^(?=[^@]{1,64}@)${WORD}(?:\\.${WORD})*@${LABEL}(?:\\.${LABEL})*$`;
const LONGEST_ADDRESS = 254;

export const pluginConfig = Type.Object(
  {
    host: Type.Optional(
      Type.String({
        title: "Mail server",
        description: "Name or address of the server that takes your mails (SMTP): smtp.example.org.",
        minLength: 1,
        maxLength: 253,
        pattern: "^[A-Za-z0-9:._-]+$",
        "x-address": true,
      }),
    ),
    security: Type.Enum(["starttls", "tls", "none"], {
      title: "Encryption",
      description:
        "starttls: begins plainly and must become encrypted, usual at port 587. tls: encrypted from the start, port 465. none: for a server on your own network; no password is sent then.",
      default: "starttls",
    }),
    port: Type.Optional(
      Type.Integer({
        title: "Port",
        description: "Left out: 587, 465 or 25, by the encryption.",
        minimum: 1,
        maximum: 65_535,
        "x-address": true,
      }),
    ),
    user: Type.Optional(
      Type.String({
        title: "User name",
        description: "As the provider tells it, often the whole address. Left out: without signing in.",
        minLength: 1,
        maxLength: 254,
        "x-address": true,
      }),
    ),
    password: Type.Optional(
      Type.String({
        title: "Password",
        description: "Kept sealed and never shown again. Large providers want an app password here.",
        minLength: 1,
        maxLength: 512,
        "x-secret": true,
      }),
    ),
    fromAddress: Type.Optional(
      Type.String({
        title: "Sender's address",
        description: "Most servers take mails of the account's own address only.",
        maxLength: LONGEST_ADDRESS,
        pattern: ADDRESS_PATTERN,
      }),
    ),
    fromName: Type.String({
      title: "Sender's name",
      description: "What receivers see as the sender.",
      maxLength: 80,
      default: "Nightjar",
    }),
    certificates: Type.Optional(
      Type.String({
        title: "Certificates",
        description:
          "Certificates (PEM) that are trusted instead of the public ones, for a server with a certificate of your own making.",
        maxLength: 65_536,
        "x-multiline": true,
        "x-address": true,
      }),
    ),
    attachPictures: Type.Boolean({
      title: "Attach pictures",
      description: "Off: no mail carries pictures, whatever rules say.",
      default: true,
    }),
    mailsPerHour: Type.Integer({
      title: "Mails in an hour",
      description: "Of all rules together. What is more comes in a digest.",
      minimum: 1,
      maximum: 1_000,
      default: 60,
    }),
    mailsPerHourEach: Type.Integer({
      title: "Mails in an hour to each",
      description: "To one receiver. What is more comes in a digest.",
      minimum: 1,
      maximum: 1_000,
      default: 20,
    }),
  },
  { additionalProperties: false },
);

/** Of one action: a bound for what config.json and a mail server bear, far above what anybody wants to tell. */
const MOST_RECEIVERS = 1_000;

export const actionConfig = Type.Object(
  {
    receivers: Type.Array(
      Type.String({
        title: "Receiver",
        description: "name@example.org",
        maxLength: LONGEST_ADDRESS,
        pattern: ADDRESS_PATTERN,
      }),
      {
        title: "Receivers",
        description: `Who gets the mail, 1 to ${MOST_RECEIVERS} addresses. A hundred share a mail and see each other's.`,
        minItems: 1,
        maxItems: MOST_RECEIVERS,
        uniqueItems: true,
      },
    ),
    subject: Type.String({
      title: "Subject",
      description:
        "{type}, {severity}, {camera}, {time}, {end}, {objects}, {subject}, {rule}, {recorder} and {id} stand for what happened.",
      minLength: 1,
      maxLength: 200,
      default: "{type}: {camera}",
    }),
    text: Type.String({
      title: "Text",
      description:
        "The same words stand for the same. A line is left out where all its words have nothing to say.",
      maxLength: 4_000,
      default:
        "{type}\nCamera: {camera}\nTime: {time}\nSeen: {objects}\nAbout: {subject}\n\n{recorder}, rule {rule}",
      "x-multiline": true,
    }),
    pictures: Type.Integer({
      title: "Pictures",
      description: "How many of the event's camera are attached, 0 to 5, a second apart.",
      minimum: 0,
      maximum: 5,
      default: 1,
    }),
    digestMinutes: Type.Integer({
      title: "Minutes for a digest",
      description:
        "0: a mail for each event. Otherwise events of so many minutes come in one mail, without pictures.",
      minimum: 0,
      maximum: 1_440,
      default: 0,
    }),
  },
  { additionalProperties: false },
);

export type EmailSettings = Static<typeof pluginConfig>;
export type EmailActionConfig = Static<typeof actionConfig>;
