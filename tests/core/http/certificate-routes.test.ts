// The certificate over HTTP: what is told of it, what is refused and why, and that a key that goes in never comes out.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { generate } from "selfsigned";
import { serverCertificate } from "../../../core/gateway/doors/certificates.ts";
import { silentLog } from "../../../core/log.ts";
import { type HttpFixture, httpFixture } from "./http-fixture.ts";

const DAY_MS = 86_400_000;
type Pair = { readonly certificate: string; readonly key: string };

async function pair(
  fixture: HttpFixture,
  options: Partial<Parameters<typeof generate>[1]> & { readonly names?: boolean } = {},
): Promise<Pair> {
  const { names, ...rest } = options;
  const nowMs = fixture.clock.wallMs();
  const made = await generate([{ name: "commonName", value: "nvr.example" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + 90 * DAY_MS),
    extensions:
      names === false
        ? [{ name: "basicConstraints", cA: false }]
        : [{ name: "subjectAltName", altNames: [{ type: 2, value: "nvr.example" }] }],
    ...rest,
  });
  return { certificate: made.cert, key: made.private };
}

describe("the certificate over HTTP", () => {
  it("tells names, ends and fingerprints of the recorder's own authority, without a key", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("operator");
    const none = await fixture.ask("/api/v1/certificate", { token });
    assert.deepEqual(none.json, { inUse: "none" });
    const made = await serverCertificate(fixture.dataDir, ["nvr.example"], fixture.clock, silentLog);
    const { json, text } = await fixture.ask("/api/v1/certificate", { token });
    const { inUse, server, root, renewsAt } = json as {
      inUse: string;
      server: { names: string[]; sha256: string; until: string; key: string };
      root: { sha256: string; key: string };
      renewsAt: string;
    };
    assert.equal(inUse, "local");
    assert.ok(server.names.includes("nvr.example") && server.names.includes("127.0.0.1"));
    assert.ok(server.names.includes("::1"), server.names.join());
    assert.equal(root.sha256, new X509Certificate(made.root ?? "").fingerprint256);
    assert.equal(server.sha256, new X509Certificate(made.certificate).fingerprint256);
    assert.equal(Date.parse(server.until) - Date.parse(renewsAt), 30 * DAY_MS);
    assert.equal(server.key, "ECDSA prime256v1");
    assert.ok(!text.includes("PRIVATE"));
    const viewer = await fixture.ask("/api/v1/certificate", { token: await fixture.tokenOf("viewer") });
    assert.equal(viewer.status, 403);
  });

  for (const [kind, key] of [
    ["ECDSA", { keyType: "ec", curve: "P-256" }],
    ["RSA", { keyType: "rsa", keySize: 2048 }],
  ] as const) {
    it(`takes an own certificate with an ${kind} key, keeps the key from others, and lets it go again`, async (t) => {
      const fixture = await httpFixture(t);
      const token = await fixture.tokenOf("admin");
      await serverCertificate(fixture.dataDir, [], fixture.clock, silentLog);
      const own = await pair(fixture, key);
      const put = await fixture.ask("/api/v1/certificate", { method: "PUT", token, body: own });
      assert.equal(put.status, 200, put.text);
      assert.equal(put.json["inUse"], "own");
      assert.equal(put.json["root"], undefined);
      assert.ok(!put.text.includes("PRIVATE"));
      const folder = join(fixture.dataDir, "certificates");
      assert.equal((await stat(join(folder, "own.key"))).mode & 0o777, 0o600);
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
      assert.ok(fixture.calls.includes("certificates changed"));
      const used = await serverCertificate(fixture.dataDir, [], fixture.clock, silentLog);
      assert.equal(used.certificate, own.certificate);
      await fixture.users.audit.settled();
      const audit = await fixture.ask("/api/v1/audit", { token });
      assert.ok(audit.text.includes("certificate-replaced") && !audit.text.includes("PRIVATE"));
      const removed = await fixture.ask("/api/v1/certificate", { method: "DELETE", token, body: {} });
      assert.equal(removed.json["inUse"], "local");
      await assert.rejects(readFile(join(folder, "own.key")));
    });
  }

  it("refuses what would lock people out, with the reason, and keeps what is in use", async (t) => {
    const fixture = await httpFixture(t);
    const token = await fixture.tokenOf("admin");
    const good = await pair(fixture);
    assert.equal(
      (await fixture.ask("/api/v1/certificate", { method: "PUT", token, body: good })).status,
      200,
    );
    const nowMs = fixture.clock.wallMs();
    const other = await pair(fixture);
    const cases: [string, Pair, RegExp][] = [
      ["another's key", { ...good, key: other.key }, /does not belong/],
      ["no certificate", { ...good, certificate: "hello" }, /no certificate in PEM/],
      ["a broken one", { ...good, certificate: good.certificate.replace(/M/g, "N") }, /cannot be read/],
      ["no key", { ...good, key: good.certificate }, /no private key/],
      ["one that has ended", await pair(fixture, { notAfterDate: new Date(nowMs - 1_000) }), /ended on/],
      ["one that holds later", await pair(fixture, { notBeforeDate: new Date(nowMs + DAY_MS) }), /on only/],
      ["one without names", await pair(fixture, { names: false }), /names no host/],
      [
        "strangers in the chain",
        { ...good, certificate: `${good.certificate}\n${other.certificate}` },
        /not in order/,
      ],
      [
        "a locked key",
        { ...good, key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----" },
        /locked with a password/,
      ],
    ];
    for (const [what, body, reason] of cases) {
      const answer = await fixture.ask("/api/v1/certificate", { method: "PUT", token, body });
      assert.equal(answer.status, 422, what);
      assert.equal(answer.json["code"], "NJ_CERTIFICATE_REFUSED", what);
      assert.match(String(answer.json["detail"]), reason, what);
    }
    const large = { ...good, key: "x".repeat(70_000) };
    assert.equal(
      (await fixture.ask("/api/v1/certificate", { method: "PUT", token, body: large })).json["code"],
      "NJ_REQUEST_INVALID",
    );
    const used = await serverCertificate(fixture.dataDir, [], fixture.clock, silentLog);
    assert.equal(used.certificate, good.certificate);
    const operator = await fixture.tokenOf("operator");
    const denied = await fixture.ask("/api/v1/certificate", { method: "PUT", token: operator, body: good });
    assert.equal(denied.json["code"], "NJ_PERMISSION_DENIED");
  });

  it("says why files that somebody put there are not used", async (t) => {
    const fixture = await httpFixture(t);
    await serverCertificate(fixture.dataDir, [], fixture.clock, silentLog);
    const folder = join(fixture.dataDir, "certificates");
    await writeFile(join(folder, "own.crt"), (await pair(fixture)).certificate);
    await writeFile(join(folder, "own.key"), (await pair(fixture)).key);
    const { json } = await fixture.ask("/api/v1/certificate", { token: await fixture.tokenOf("admin") });
    assert.equal(json["inUse"], "local");
    assert.match(String(json["problem"]), /does not belong/);
  });
});
