import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { processorMs } from "../../../core/testing/processor-time.ts";
import { describeUserAgent } from "../../../core/users/user-agent.ts";

const KNOWN: readonly (readonly [string, string, string | undefined])[] = [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128", "Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    "Edge 131",
    "Windows",
  ],
  [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
    "Chrome 131",
    "Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Safari 17",
    "iPhone",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Safari 18",
    "macOS",
  ],
  ["curl/8.5.0", "curl 8.5", undefined],
  ["python-requests/2.32.3", "python-requests 2.32", undefined],
  ["node", "node", undefined],
  ["", "", undefined],
  ["<script>alert(1)</script>", "", undefined],
];

describe("what a browser says of itself", () => {
  for (const [header, program, system] of KNOWN) {
    it(`is ${program === "" ? "nothing" : program} for ${header.slice(0, 60) || "no header"}`, () => {
      const facts = describeUserAgent(header);
      assert.equal(facts.program, program);
      assert.equal(facts.system, system);
    });
  }

  it("is read in no time, however it is made", () => {
    const took = processorMs(() => {
      for (let index = 0; index < 1_000; index += 1) describeUserAgent("Version/1.1.1.1".repeat(10_000));
    });
    assert.ok(took < 2_000, `${took} ms`);
  });
});
