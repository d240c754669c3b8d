// Schemas: of the plugin (nothing to set) and of a till that it reads.
import { Type } from "@nightjar/core";

/** The plugin itself has no settings. */
export const pluginConfig = Type.Object({}, { additionalProperties: false });

const pattern = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, minLength: 1, maxLength: 120 }));

/** One till. */
export const tillConfig = Type.Object(
  {
    begin: pattern(
      "First line",
      "Pattern of a receipt's first line, as in ^ACME MARKET. Left out: whatever comes after a last line, or after a pause.",
    ),
    end: pattern(
      "Last line",
      "Pattern of a receipt's last line, as in ^THANK YOU. Left out: a pause ends it.",
    ),
    total: pattern(
      "Total",
      "Pattern of the line with what is to be paid, the amount in its first group: ^TOTAL\\s+EUR\\s+([\\d.,]+). The last such line counts.",
    ),
    decimals: Type.Integer({
      title: "Decimals",
      description: "How many figures an amount has behind its point: 2 for cents, 0 for none.",
      minimum: 0,
      maximum: 3,
      default: 2,
    }),
    receipt: pattern(
      "Number",
      "Pattern of the line with the receipt's number, which is its first group: ^RECEIPT (\\d+).",
    ),
    ignore: pattern("Left out", "Pattern of lines that are none of a receipt, as in ^-+$."),
  },
  { additionalProperties: false },
);
