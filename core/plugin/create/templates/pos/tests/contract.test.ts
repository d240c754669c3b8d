// What the recorder relies on in every till plugin, with the recorder and in a process of its own.
import { posParserContract } from "@nightjar/core/testing";

posParserContract({
  pluginFolder: new URL("..", import.meta.url),
  till: {
    config: { shop: "CORNER SHOP" },
    lines: [
      "CORNER SHOP",
      "SERVED BY ANNA",
      "1 TEA 2.20",
      "TOTAL 2.20",
      "CORNER SHOP",
      "2 COFFEE 5.00",
      "TOTAL 5.00",
    ],
    receipts: [
      { lines: ["CORNER SHOP", "SERVED BY ***", "1 TEA 2.20", "TOTAL 2.20"], totalMinor: 220 },
      { lines: ["CORNER SHOP", "2 COFFEE 5.00", "TOTAL 5.00"], totalMinor: 500 },
    ],
  },
  wrong: {
    "no shop": {},
    "a shop that is a number": { shop: 7 },
  },
});
