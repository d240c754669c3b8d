import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { Authenticator } from "../../../../core/media/rtsp/authentication.ts";

const credentials = { username: "Mufasa", password: "Circle of Life" };
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

function field(header: string | undefined, name: string): string | undefined {
  return new RegExp(`${name}="?([^",]*)`).exec(header ?? "")?.[1];
}

describe("RTSP authentication", () => {
  it("answers Digest without qop as RFC 2069 computes it", () => {
    const auth = new Authenticator(credentials, false);
    assert.equal(
      auth.challenge(['Digest realm="IP Camera(C1234)", nonce="abc", stale="FALSE"'], false),
      "retry",
    );
    const header = auth.authorization("DESCRIBE", "rtsp://h/a");
    const secret = md5("Mufasa:IP Camera(C1234):Circle of Life");
    assert.equal(field(header, "response"), md5(`${secret}:abc:${md5("DESCRIBE:rtsp://h/a")}`));
    assert.doesNotMatch(header ?? "", /qop|algorithm/);
  });

  it("computes the SHA-256 example of RFC 7616, with its own client nonce", () => {
    const auth = new Authenticator(credentials, false);
    const challenge =
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
    auth.challenge([challenge], false);
    const header = auth.authorization("GET", "/dir/index.html");
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    const secret = sha("Mufasa:http-auth@example.org:Circle of Life");
    const wanted = sha(
      `${secret}:7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:${field(header, "cnonce")}:auth:${sha("GET:/dir/index.html")}`,
    );
    assert.equal(field(header, "response"), wanted);
    assert.match(header ?? "", /algorithm=SHA-256.*opaque="FQhe.*qop=auth, nc=00000001/);
  });

  it("counts its requests with a nonce and starts anew with the next", () => {
    const auth = new Authenticator(credentials, false);
    auth.challenge(['Digest realm="r", nonce="1", qop="auth"'], false);
    auth.authorization("A", "u");
    assert.match(auth.authorization("A", "u") ?? "", /nc=00000002/);
    auth.takeInfo('nextnonce="2"');
    assert.match(auth.authorization("A", "u") ?? "", /nonce="2".*nc=00000001/);
  });

  it("takes SHA-256 before MD5, and MD5 where the camera knows no better after all", () => {
    const auth = new Authenticator(credentials, false);
    const offers = [
      'Digest realm="r", nonce="1", algorithm=MD5',
      'Digest realm="r", nonce="2", algorithm="SHA-256"',
    ];
    auth.challenge(offers, false);
    assert.match(auth.authorization("A", "u") ?? "", /SHA-256/);
    assert.equal(auth.challenge(offers, true), "retry");
    assert.match(auth.authorization("A", "u") ?? "", /MD5/);
    assert.equal(auth.challenge(offers, true), "refused");
  });

  it("tries again with a fresh nonce when the old one is stale, and gives up when it is not", () => {
    const auth = new Authenticator(credentials, false);
    auth.challenge(['Digest realm="r", nonce="1"'], false);
    auth.authorization("A", "u");
    assert.equal(auth.challenge(['Digest realm="r", nonce="2", stale=true'], true), "retry");
    assert.match(auth.authorization("A", "u") ?? "", /nonce="2"/);
    assert.equal(auth.challenge(['Digest realm="r", nonce="3"'], true), "refused");
  });

  it("takes a nonce that ran out without the camera saying so", () => {
    const auth = new Authenticator(credentials, false);
    auth.challenge(['Digest realm="r", nonce="1"'], false);
    auth.authorization("DESCRIBE", "u");
    auth.authorization("SETUP", "u");
    assert.equal(auth.challenge(['Digest realm="r", nonce="2"'], true), "retry");
  });

  it("sends the password in the clear only over TLS or where nothing else is offered", () => {
    const both = ['Basic realm="r"', 'Digest realm="r", nonce="1", algorithm=SHA-512-256'];
    assert.equal(new Authenticator(credentials, false).challenge(['Basic realm="r"'], false), "retry");
    const open = new Authenticator(credentials, false);
    assert.equal(open.challenge([...both, 'Digest realm="r", nonce="1"'], false), "retry");
    assert.match(open.authorization("A", "u") ?? "", /^Digest/);
    assert.equal(new Authenticator(credentials, false).challenge(both, false), "unsupported");
    const tls = new Authenticator(credentials, true);
    tls.challenge(['Basic realm="r"'], false);
    assert.equal(
      tls.authorization("A", "u"),
      `Basic ${Buffer.from("Mufasa:Circle of Life").toString("base64")}`,
    );
    assert.equal(tls.challenge(['Basic realm="r"'], true), "refused");
  });

  it("knows nothing of other schemes", () => {
    assert.equal(new Authenticator(credentials, true).challenge(["Negotiate"], false), "unsupported");
    assert.equal(new Authenticator(credentials, true).challenge([], false), "unsupported");
  });

  it("reads several challenges out of one header and cleans what it quotes", () => {
    const auth = new Authenticator({ username: 'a"b', password: "p" }, false);
    auth.challenge(['Basic realm="r", Digest realm="x\\"y", nonce="1"'], false);
    assert.match(auth.authorization("A", "u") ?? "", /^Digest username="a\\"b", realm="x\\"y"/);
  });
});
