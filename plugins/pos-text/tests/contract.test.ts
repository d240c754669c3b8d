// The plugin keeps the contract of till parsers.
import { posParserContract } from "@nightjar/core/testing";

posParserContract({
  pluginFolder: new URL("..", import.meta.url),
  till: {
    config: {
      begin: "^ACME MARKET",
      end: "^THANK YOU",
      total: "^TOTAL\\s+EUR\\s+([\\d.,]+)$",
      receipt: "^RECEIPT (\\d+)",
      ignore: "^[-=*]+$",
    },
    lines: [
      "ACME MARKET 0012",
      "RECEIPT 4711",
      "-------------",
      "2 COKE        3,00",
      "SUBTOTAL EUR  3,00",
      "TOTAL    EUR  3,00",
      "THANK YOU",
      "ACME MARKET 0012",
      "1 PIANO  1.234,50",
      "TOTAL EUR 1.234,50",
      "thank you",
    ],
    receipts: [
      {
        lines: [
          "ACME MARKET 0012",
          "RECEIPT 4711",
          "2 COKE        3,00",
          "SUBTOTAL EUR  3,00",
          "TOTAL    EUR  3,00",
          "THANK YOU",
        ],
        totalMinor: 300,
        receipt: "4711",
      },
      {
        lines: ["ACME MARKET 0012", "1 PIANO  1.234,50", "TOTAL EUR 1.234,50", "thank you"],
        totalMinor: 123_450,
      },
    ],
  },
  wrong: {
    "a pattern that is not closed": { begin: "^(ACME" },
    "a pattern that looks ahead": { end: "(?=THANK)" },
    "a pattern that repeats too much": { total: "(?:[a-z]{100}){100}" },
    "decimals that are none": { decimals: 7 },
  },
});
