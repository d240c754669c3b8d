import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rangeAnswer } from "../../../../core/gateway/doors/http-range.ts";

const ETAG = '"tag"';

describe("byte ranges (RFC 9110 §14)", () => {
  for (const [range, expected] of [
    [undefined, { kind: "whole" }],
    ["bytes=0-0", { kind: "part", start: 0, end: 0 }],
    ["bytes=10-", { kind: "part", start: 10, end: 99 }],
    ["bytes=90-200", { kind: "part", start: 90, end: 99 }],
    ["bytes=-5", { kind: "part", start: 95, end: 99 }],
    ["bytes=-500", { kind: "part", start: 0, end: 99 }],
    ["bytes=-0", { kind: "unsatisfiable" }],
    ["bytes=100-", { kind: "unsatisfiable" }],
    ["bytes=20-10", { kind: "whole" }],
    ["bytes=0-1,5-6", { kind: "whole" }],
    ["items=0-1", { kind: "whole" }],
    ["bytes=-", { kind: "whole" }],
    ["bytes=99999999999999999-", { kind: "whole" }],
  ] as const) {
    it(`answers ${range ?? "no range"} with ${expected.kind}`, () => {
      assert.deepEqual(rangeAnswer(range === undefined ? {} : { range }, 100, ETAG), expected);
    });
  }

  it("knows its own tag, weak or strong, among others", () => {
    for (const tags of [ETAG, `"a", W/${ETAG}`, "*"]) {
      assert.equal(rangeAnswer({ "if-none-match": tags }, 100, ETAG).kind, "not-modified");
    }
    assert.equal(rangeAnswer({ "if-none-match": '"other"' }, 100, ETAG).kind, "whole");
  });

  it("gives the whole when the client holds something else, also by date", () => {
    for (const held of ['"other"', "Wed, 21 Oct 2015 07:28:00 GMT"]) {
      assert.equal(rangeAnswer({ range: "bytes=0-1", "if-range": held }, 100, ETAG).kind, "whole");
    }
    assert.equal(rangeAnswer({ range: "bytes=0-1", "if-range": ETAG }, 100, ETAG).kind, "part");
  });
});
