// Fuzz target of what a till sends: bytes of any kind to lines, and those through an owner's patterns.
import { TILL_CHARSETS } from "../../../core/config/till-config.ts";
import { NightjarError } from "../../../core/errors.ts";
import { LINE_LIMIT, TillLines } from "../../../core/pos/till-lines.ts";
import { linearPattern } from "../../../plugins/pos-text/src/linear-pattern.ts";
import type { FuzzTarget } from "../fuzz-targets.ts";

const PATTERNS = [/^TOTAL\s+(?:EUR\s+)?([\d.,]+)/, /(a|aa|.)*?$/, /^.*=.*=\b/].map(({ source }) =>
  linearPattern(source),
);
const RECEIPTS = [
  "\x1b@\x1ba\x01ACME MARKET\r\n2 DIET-COKE      3.00\r\nTOTAL EUR     3.00\r\n\x1dV\x00",
  "\x1b*\x21\x04\x00aaaabbbbcccc\nRECEIPT 4711\f\x1dk\x04CODE39\x00=HYPERLINK(1)\n\x1d(L\x06\x000p0\x01\x01\x01\n",
  "K\xc4SE\t\x804,90\n\xe2\x82\xac\xff\xfe\u0000\n",
];

export const tillFuzzTargets: readonly FuzzTarget[] = [
  {
    name: "till-lines",
    inputs: 30_000,
    corpus: () => RECEIPTS.map((text) => Buffer.from(text, "latin1")),
    run(bytes) {
      const half = bytes.length >> 1;
      const charset = TILL_CHARSETS[(bytes[0] ?? 0) % TILL_CHARSETS.length];
      if (charset === undefined) throw new NightjarError("NJ_TEST", "internal", "there is no such set");
      const reader = new TillLines(charset);
      const lines = [
        ...reader.take(bytes.subarray(0, half)),
        ...reader.take(bytes.subarray(half)),
        ...reader.flush(),
      ];
      for (const line of lines) {
        if (line.length > LINE_LIMIT || /\p{Cc}/u.test(line))
          throw new NightjarError("NJ_TEST", "internal", "a line holds what it must not");
      }
      for (const pattern of PATTERNS) pattern.exec(lines[0] ?? "");
    },
  },
];
