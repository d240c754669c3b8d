import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { RtspRequest } from "../../../../core/media/rtsp-server/request-reader.ts";
import { ServerAuth, type ServerAuthOptions } from "../../../../core/media/rtsp-server/server-auth.ts";

const URL_TEXT = "rtsp://host/cam";

function auth(options: Partial<ServerAuthOptions>): ServerAuth {
  return new ServerAuth({
    scheme: "digest",
    passwordOf: (username) => (username === "anna" ? "secret-password" : undefined),
    ...options,
  });
}

function request(authorization?: string): RtspRequest {
  const headers = new Map(authorization === undefined ? [] : [["authorization", authorization]]);
  return { method: "DESCRIBE", url: URL_TEXT, headers, body: Buffer.alloc(0) };
}

function digest(
  judge: ServerAuth,
  options: { user?: string; password?: string; hash?: string; method?: string; qop?: boolean } = {},
): string {
  const challenge = judge.challenge("refused");
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? "";
  const realm = /realm="([^"]+)"/.exec(challenge)?.[1] ?? "";
  const hash = (text: string): string =>
    createHash(options.hash ?? "md5")
      .update(text)
      .digest("hex");
  const user = options.user ?? "anna";
  const secret = hash(`${user}:${realm}:${options.password ?? "secret-password"}`);
  const act = hash(`${options.method ?? "DESCRIBE"}:${URL_TEXT}`);
  const middle = options.qop === true ? `${nonce}:00000001:abcd:auth` : nonce;
  const extra = options.qop === true ? ', qop=auth, nc=00000001, cnonce="abcd"' : "";
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${URL_TEXT}", response="${hash(`${secret}:${middle}:${act}`)}"${extra}`;
}

describe("authentication of the RTSP server", () => {
  it("grants the right password by Basic and refuses all else", () => {
    const judge = auth({ scheme: "basic" });
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
    assert.equal(judge.judge(request(basic("anna:secret-password"))), "granted");
    assert.equal(judge.judge(request(basic("anna:wrong"))), "refused");
    assert.equal(judge.judge(request(basic("otto:secret-password"))), "refused");
    assert.equal(judge.judge(request(basic("anna"))), "refused");
    assert.equal(judge.judge(request("Basic ???")), "refused");
    assert.equal(judge.judge(request()), "refused");
  });

  for (const [algorithm, hash] of [
    ["MD5", "md5"],
    ["SHA-256", "sha256"],
  ] as const) {
    for (const qop of [false, true]) {
      it(`grants the right password by Digest ${algorithm}${qop ? " with qop" : ""}`, () => {
        const judge = auth({ algorithm });
        assert.match(judge.challenge("refused"), new RegExp(`algorithm=${algorithm}`));
        assert.equal(judge.judge(request(digest(judge, { hash, qop }))), "granted");
        assert.equal(judge.judge(request(digest(judge, { hash, qop, password: "wrong" }))), "refused");
      });
    }
  }

  it("refuses an answer that was made for another method or another user", () => {
    const judge = auth({});
    assert.equal(judge.judge(request(digest(judge, { method: "PLAY" }))), "refused");
    assert.equal(judge.judge(request(digest(judge, { user: "otto" }))), "refused");
  });

  it("calls a nonce stale when its time is over or another server made it", () => {
    const old = auth({ nonceLifeMs: -1 });
    assert.equal(old.judge(request(digest(old))), "stale");
    assert.match(old.challenge("stale"), /stale=true/);
    assert.equal(auth({}).judge(request(digest(auth({})))), "stale");
  });

  it("never shows a password or secret in a challenge", () => {
    assert.doesNotMatch(auth({}).challenge("refused"), /secret-password/);
  });
});
