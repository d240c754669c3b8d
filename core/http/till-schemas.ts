// The shapes in which the API speaks of tills and their receipts.
import { type Static, Type } from "typebox";
import { TillConfigSchema } from "../config/till-config.ts";
import { RECEIPT_ENDS } from "../pos/receipts.ts";
import { TimeSchema } from "./wire-schemas.ts";

const closed = { additionalProperties: false } as const;

export const TillsSchema = Type.Object({
  tills: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      enabled: Type.Boolean(),
      cameras: Type.Array(Type.String(), {
        description: "Cameras that look at it, those that the caller may see.",
      }),
      status: Type.Enum(["off", "waiting", "connected", "failed"] as const),
      reason: Type.Optional(Type.String({ description: "What is wrong with its connection." })),
      port: Type.Optional(Type.Integer({ description: "The port that is listened on." })),
      lastLine: Type.Optional(TimeSchema),
      lostLines: Type.Integer({ description: "Lines that came faster than they can be kept." }),
      parserReason: Type.Optional(Type.String({ description: "Why its lines are not read." })),
    }),
  ),
});
/** A till, and how it is. */
export type TillView = Static<typeof TillsSchema>["tills"][number];

export const TillSettingsSchema = Type.Object(
  { tills: Type.Array(TillConfigSchema, { maxItems: 256 }) },
  { ...closed },
);

export const TillParsersSchema = Type.Object({
  parsers: Type.Array(
    Type.Object({
      source: Type.String(),
      displayName: Type.String(),
      configSchema: Type.Record(Type.String(), Type.Unknown(), {
        description: "JSON Schema of what the parser needs to know of a till.",
      }),
    }),
  ),
});
export type TillParserView = Static<typeof TillParsersSchema>["parsers"][number];

export const ReceiptSchema = Type.Object({
  id: Type.Integer(),
  till: Type.String(),
  name: Type.String({ description: "What the till is called now; its id where there is none any more." }),
  start: TimeSchema,
  end: TimeSchema,
  endedBy: Type.Optional(Type.Enum(RECEIPT_ENDS, { description: "Absent: it goes on." })),
  totalMinor: Type.Optional(Type.Integer({ description: "In the currency's smallest unit." })),
  decimals: Type.Integer({ description: "Figures of `totalMinor` behind the point." }),
  number: Type.Optional(Type.String({ description: "The till's own number of it." })),
  cameras: Type.Array(Type.String()),
  lines: Type.Array(Type.Object({ time: TimeSchema, text: Type.String() })),
});
/** What a till wrote. */
export type ReceiptView = Static<typeof ReceiptSchema>;

export const ReceiptsPageSchema = Type.Object({
  receipts: Type.Array(ReceiptSchema),
  next: Type.Optional(Type.String({ description: "Where the next page begins. Absent: this is the last." })),
});
export type ReceiptsPage = Static<typeof ReceiptsPageSchema>;
