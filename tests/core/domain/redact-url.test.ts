import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasUrlCredentials, redactUrl } from "../../../core/domain/redact-url.ts";
import { processorMs } from "../../../core/testing/processor-time.ts";

describe("redaction of addresses", () => {
  const cases: [string, string][] = [
    ["rtsp://admin:canary@10.0.0.2/h264", "rtsp://***@10.0.0.2/h264"],
    [
      "cannot open rtsp://a:canary@h/x, twice http://b:canary@h/",
      "cannot open rtsp://***@h/x, twice http://***@h/",
    ],
    ["http://h/x?user=a&password=canary&channel=1", "http://h/x?user=a&password=***&channel=1"],
    ["wss://h/live?ticket=canary", "wss://h/live?ticket=***"],
    ["rtsp://a:p@canary@host/", "rtsp://***@host/"],
    ["rtsp://a:p/can?ary#x@host/", "rtsp://***@host/"],
    ["https:////a:canary@host/", "https:////***@host/"],
    ["rtsp://host:554/at@place", "rtsp://host:554/at@place"],
    ["rtsp://host/plain?channel=1", "rtsp://host/plain?channel=1"],
    ["no address at all", "no address at all"],
  ];
  for (const [text, clean] of cases) {
    it(`makes of ${JSON.stringify(text)} ${JSON.stringify(clean)}`, () => {
      assert.equal(redactUrl(text), clean);
    });
  }

  it("knows an address that carries credentials", () => {
    assert.equal(hasUrlCredentials("rtsp://a:b@h/"), true);
    assert.equal(hasUrlCredentials("rtsp://h/path@x"), false);
  });

  it("takes hostile input in linear time", () => {
    const text = `rtsp://${"a@".repeat(50_000)}`;
    const took = processorMs(() => {
      redactUrl(text);
      redactUrl("://".repeat(30_000));
      redactUrl("//a:".repeat(30_000));
      redactUrl(`?${"pass-".repeat(30_000)}`);
    });
    assert.ok(took < 5_000, `${took} ms`);
  });
});
