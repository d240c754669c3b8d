// The part of config.json that says which tills there are: where their lines come from, which cameras look at them, how they
// are read, and what of them is not kept.
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** Sets of letters that tills write in. */
export const TILL_CHARSETS = [
  "utf-8",
  "windows-1250",
  "windows-1251",
  "windows-1252",
  "iso-8859-1",
  "iso-8859-2",
  "iso-8859-15",
  "cp437",
  "cp850",
  "cp858",
  "ibm866",
  "gbk",
  "big5",
  "shift_jis",
  "euc-kr",
] as const;
export type TillCharset = (typeof TILL_CHARSETS)[number];

export const TILL_INPUTS = ["tcp-listen", "tcp-connect", "udp"] as const;

export const TillConfigSchema = Type.Object(
  {
    id: Type.String({
      title: "Id",
      description: "1 to 64 of a-z, 0-9 and inner hyphens.",
      pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
    }),
    name: Type.String({ title: "Name", description: "What people call it.", minLength: 1, maxLength: 80 }),
    enabled: Type.Boolean({
      title: "Enabled",
      description: "A till that is off is not heard.",
      default: true,
    }),
    input: Type.Object(
      {
        kind: Type.Enum(TILL_INPUTS, {
          title: "Way",
          description:
            "`tcp-listen`: the till connects to the recorder; `tcp-connect`: the recorder to the till; `udp`: the till sends datagrams.",
        }),
        host: Type.String({
          title: "Address",
          description:
            "Of the till for `tcp-connect`; else the recorder's own address to listen on, `::` for every one of the machine.",
          minLength: 1,
          maxLength: 255,
          default: "127.0.0.1",
        }),
        port: Type.Integer({ title: "Port", description: "TCP or UDP port.", minimum: 0, maximum: 65_535 }),
        from: Type.Array(Type.String({ minLength: 2, maxLength: 64 }), {
          title: "Let in",
          description:
            "Addresses or networks (CIDR) of tills that are listened to. Empty: programs on this machine alone.",
          maxItems: 32,
          default: [],
        }),
      },
      { ...closed, description: "Where its lines come from." },
    ),
    charset: Type.Enum(TILL_CHARSETS, {
      title: "Letters",
      description: "The set of letters that the till writes in.",
      default: "utf-8",
    }),
    cameras: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      title: "Cameras",
      description:
        "Ids of the cameras that look at the till: receipts are shown beside them, the first before the others.",
      maxItems: 16,
      default: [],
    }),
    parser: Type.Optional(
      Type.Object(
        {
          source: Type.String({
            title: "Parser",
            description:
              "A plugin's package name, a slash, and the id of its till parser: `nightjar-pos-text/text`.",
            pattern: "^(?:@[\\w-]+/)?nightjar-pos-[\\w-]+/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
            maxLength: 280,
          }),
          config: Type.Record(Type.String(), Type.Unknown(), {
            description: "What the parser needs to know of the till, checked by its schema. No secrets.",
            default: {},
          }),
        },
        { ...closed, description: "Who finds the receipts. Without it only a pause ends one." },
      ),
    ),
    pauseSeconds: Type.Integer({
      title: "Pause",
      description: "Seconds without a line after which a receipt is over.",
      minimum: 2,
      maximum: 3_600,
      default: 30,
    }),
    hide: Type.Array(Type.String({ minLength: 2, maxLength: 80 }), {
      title: "Hide",
      description: "Words that are kept as *** only, in either case of letters.",
      maxItems: 50,
      default: [],
    }),
    hideCardNumbers: Type.Boolean({
      title: "Hide card numbers",
      description: "Keep of numbers of 12 to 19 figures the last four only.",
      default: true,
    }),
    keepDays: Type.Integer({
      title: "Days to keep",
      description: "Receipts that are older are forgotten.",
      minimum: 1,
      maximum: 3_650,
      default: 90,
    }),
  },
  { ...closed },
);

/** A till of config.json. */
export type TillConfig = Static<typeof TillConfigSchema>;
