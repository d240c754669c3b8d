// Schemas: of the plugin (where files can go, and how much waits) and of one action of a rule (which target, which folder,
// what). Targets are objects of their own, not a list: only fields of objects can be secret.
import { type Static, Type } from "@nightjar/core";
import { FOLDER_PATTERN } from "./place.ts";

export const PROTOCOLS = ["ftps", "ftps-implicit", "ftp", "sftp", "webdav", "s3"] as const;
export const SLOTS = ["target1", "target2", "target3", "target4"] as const;

const NAME_PATTERN = "^[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,39}$";
const BY_ADDRESS = { properties: { protocol: { enum: ["webdav", "s3"] } } };
const BY_SFTP = { properties: { protocol: { const: "sftp" } }, required: ["protocol"] };
const BY_S3 = { properties: { protocol: { const: "s3" } }, required: ["protocol"] };
const BY_TLS = { properties: { protocol: { enum: ["ftps", "ftps-implicit", "webdav", "s3"] } } };

const target = Type.Object(
  {
    name: Type.String({
      title: "Name",
      description: "By which rules choose it: Office, Cloud.",
      minLength: 1,
      maxLength: 40,
      pattern: NAME_PATTERN,
    }),
    protocol: Type.Enum([...PROTOCOLS], {
      title: "Protocol",
      description:
        "ftps: FTP that must become encrypted, usual at port 21. ftps-implicit: encrypted from the start, port 990. ftp: not encrypted, the password neither. sftp: by SSH, port 22. webdav: a folder on the web, as Nextcloud and NAS have it. s3: a bucket, at Amazon or elsewhere.",
      default: "ftps",
      // Without encryption the password would travel as it is.
      "x-address": true,
    }),
    host: Type.Optional(
      Type.String({
        title: "Server",
        description: "Name or address: nas.example.org.",
        minLength: 1,
        maxLength: 253,
        pattern: "^[A-Za-z0-9:._-]+$",
        "x-address": true,
      }),
    ),
    port: Type.Optional(
      Type.Integer({
        title: "Port",
        description: "Left out: 21, 990 or 22, by the protocol.",
        minimum: 1,
        maximum: 65_535,
        "x-address": true,
      }),
    ),
    url: Type.Optional(
      Type.String({
        title: "Address",
        description:
          "WebDAV: the folder, https://cloud.example.org/remote.php/dav/files/me. S3: the service, https://s3.eu-central-1.amazonaws.com, without the bucket. No name and no password in it.",
        maxLength: 1_000,
        "x-target": "url",
        pattern: "^[hH][tT][tT][pP][sS]?://[^\\s/@?#]+(?:/[^\\s?#]*)?$",
        "x-address": true,
      }),
    ),
    bucket: Type.Optional(
      Type.String({
        title: "Bucket",
        description: "It must be there already.",
        minLength: 1,
        maxLength: 255,
        pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$",
      }),
    ),
    region: Type.Optional(
      Type.String({
        title: "Region",
        description:
          "As the service calls it: eu-central-1. Left out: us-east-1, which most others than Amazon take.",
        minLength: 1,
        maxLength: 64,
        pattern: "^[A-Za-z0-9-]+$",
      }),
    ),
    user: Type.Optional(
      Type.String({
        title: "User name",
        description: "S3: the access key's id. WebDAV: left out, nobody signs in.",
        minLength: 1,
        maxLength: 254,
        pattern: "^[^\\u0000-\\u001f\\u007f]+$",
        "x-address": true,
      }),
    ),
    password: Type.Optional(
      Type.String({
        title: "Password",
        description: "S3: the secret access key. Kept sealed and never shown again.",
        minLength: 1,
        maxLength: 1_024,
        "x-secret": true,
      }),
    ),
    privateKey: Type.Optional(
      Type.String({
        title: "Private key",
        description:
          "Instead of a password: the whole text of the file (-----BEGIN OPENSSH PRIVATE KEY----- …). Kept sealed and never shown again.",
        minLength: 1,
        maxLength: 16_000,
        "x-secret": true,
      }),
    ),
    passphrase: Type.Optional(
      Type.String({
        title: "Words of the private key",
        description: "Where it is kept under some. Kept sealed and never shown again.",
        minLength: 1,
        maxLength: 1_024,
        "x-secret": true,
      }),
    ),
    hostKey: Type.Optional(
      Type.String({
        title: "Host key",
        description:
          "By which the server is known: SHA256:…, as ssh-keygen -l writes it. Left out: that of the first successful test holds from then on.",
        pattern: "^SHA256:[A-Za-z0-9+/]{43}$",
        "x-address": true,
      }),
    ),
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
    folder: Type.Optional(
      Type.String({
        title: "Folder",
        description:
          "Below which everything goes, from where the account begins; with a / at the front from the top. It is made if needed.",
        maxLength: 200,
        pattern: "^(?!.*(?:^|/)\\.\\.?(?:/|$))/?[^\\u0000-\\u001f\\u007f\\\\]*$",
      }),
    ),
  },
  {
    additionalProperties: false,
    // What the form shows, and what must be there.
    allOf: [
      {
        if: BY_ADDRESS,
        // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
        then: { required: ["url"] },
        else: { required: ["host"], properties: { port: {} } },
      },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      { if: BY_SFTP, then: { properties: { privateKey: {}, passphrase: {}, hostKey: {} } } },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      { if: BY_S3, then: { required: ["bucket", "user"], properties: { region: {} } } },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      { if: BY_TLS, then: { properties: { certificates: {} } } },
    ],
  },
);

const slot = (number: number) =>
  Type.Optional({
    ...target,
    title: `Target ${number}`,
    description: "Where files can go.",
  } as typeof target);

export const pluginConfig = Type.Object(
  {
    target1: slot(1),
    target2: slot(2),
    target3: slot(3),
    target4: slot(4),
    keepHours: Type.Integer({
      title: "Hours to keep",
      description: "How long what cannot be uploaded is kept and tried again.",
      minimum: 1,
      maximum: 168,
      default: 24,
      "x-unit": "h",
    }),
    stallSeconds: Type.Integer({
      title: "Seconds to stand still",
      description: "After how long without a sign a server is given up, until the next try.",
      minimum: 1,
      maximum: 25,
      default: 20,
      "x-unit": "s",
    }),
    queueEvents: Type.Integer({
      title: "Events that wait",
      description: "Of how many events files wait at most. Beyond it the oldest are given up.",
      minimum: 1,
      maximum: 10_000,
      default: 1_000,
    }),
    queueMegabytes: Type.Integer({
      title: "Megabytes that wait",
      description:
        "How much of the recorder's own disk they take at most. Beyond it the oldest are given up.",
      minimum: 10,
      maximum: 10_000,
      default: 500,
      "x-unit": "MB",
    }),
  },
  { additionalProperties: false },
);

export type Target = Static<typeof target>;
export type UploadSettings = Static<typeof pluginConfig>;

/** The targets that are set, in their order; of two with one name the first. */
export function targetsOf(settings: Pick<UploadSettings, (typeof SLOTS)[number]>): readonly Target[] {
  const found = new Map<string, Target>();
  for (const name of SLOTS) {
    const one = settings[name];
    if (one !== undefined && !found.has(one.name)) found.set(one.name, one);
  }
  return [...found.values()];
}

/** What a rule says. The targets that there are stand in it, so that the form can offer them. */
export function actionConfig(targets: readonly Target[]) {
  const names = targets.map(({ name }) => name);
  const words = {
    title: "Target",
    description: "One of those in the plugin's settings. Left out: the first.",
  };
  return Type.Object(
    {
      // A schema's type says no more than what is kept: the name.
      target: (names.length === 0
        ? Type.String({ ...words, minLength: 1, maxLength: 40, pattern: NAME_PATTERN })
        : Type.Enum(names, { ...words, default: names[0] })) as ReturnType<typeof Type.String>,
      folder: Type.String({
        title: "Folder",
        description:
          "Below the target's. {recorder}, {camera}, {type}, {rule}, {date}, {year}, {month}, {day} and {hour} stand for what happened. It is made if needed.",
        maxLength: 200,
        pattern: FOLDER_PATTERN,
        default: "{recorder}/{camera}/{date}",
      }),
      pictures: Type.Integer({
        title: "Pictures",
        description: "How many of the event's camera are uploaded, 0 to 5, a second apart.",
        minimum: 0,
        maximum: 5,
        default: 3,
      }),
      eventFile: Type.Boolean({
        title: "The event as a file",
        description:
          "What happened, as JSON beside the pictures. Where there is no picture it is uploaded in any case.",
        default: true,
      }),
    },
    { additionalProperties: false },
  );
}

export interface UploadActionConfig {
  readonly target: string;
  readonly folder: string;
  readonly pictures: number;
  readonly eventFile: boolean;
}
