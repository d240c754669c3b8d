// What WebDAV and S3 servers can answer, and what is said of it; signatures held against those of another implementation.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lookup as resolveName } from "node:dns/promises";
import { describe, it } from "node:test";
import { NightjarError } from "@nightjar/core";
import { silentDevice, tempDir } from "@nightjar/core/testing";
import aws4 from "aws4";
import { openCarrier } from "../src/carriers.ts";
import type { Target } from "../src/config.ts";
import { HostKeys } from "../src/host-keys.ts";
import { objectUrl, signedHeaders } from "../src/s3-carrier.ts";
import { davServer, PASSWORD } from "./dav-server.ts";

const running = new AbortController();
const FILE = { folder: ["gate", "Straße 1"], name: "a b.jpg", bytes: Buffer.from("whole") };

async function put(
  target: Partial<Target>,
  { stallMs = 5_000, signal = running.signal } = {},
): Promise<void> {
  using folder = tempDir();
  const carrier = await openCarrier({ name: "Office", protocol: "webdav", ...target } as Target, {
    lookup: (host) => resolveName(host.replace(/^\[|\]$/g, ""), { all: true }),
    hostKeys: new HostKeys(folder.path),
    isTest: false,
    ...{ signal, stallMs },
  });
  try {
    await carrier.put(FILE);
  } finally {
    carrier.close();
  }
}

function failure(code: string, kind: NightjarError["kind"], words = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof NightjarError, String(error));
    assert.deepEqual([error.code, error.kind], [`NJ_UPLOAD_${code}`, kind], error.message);
    assert.match(error.message, words);
    assert.ok(!`${error.message} ${JSON.stringify(error.context)}`.includes(PASSWORD), "no password in it");
    return true;
  };
}

const ANSWERS = [
  [301, "ANSWER", "failed-precondition", /sends on/],
  [401, "SIGN_IN", "failed-precondition", /user name and password/],
  [403, "REFUSED", "failed-precondition", /may this user write/],
  [404, "FOLDER", "failed-precondition", /no folder/],
  [405, "ANSWER", "failed-precondition", /no WebDAV/],
  [413, "NO_SPACE", "resource-exhausted", /space/],
  [429, "UNAVAILABLE", "unavailable", /429/],
  [500, "UNAVAILABLE", "unavailable", /500/],
  [507, "NO_SPACE", "resource-exhausted", /space/],
] as const;

describe("a file by WebDAV", () => {
  it("grows under another name and is moved when whole, in folders that are made", async () => {
    await using server = await davServer();
    await put(server.target);
    assert.deepEqual([...server.files], [["/dav/gate/Straße 1/a b.jpg", FILE.bytes]]);
    assert.deepEqual(
      server.asked.map((what) => what.replace(/[\da-f]{12}/, "…")),
      [
        ...["MKCOL /dav/gate", "MKCOL /dav/gate/Straße 1", "PUT /dav/gate/Straße 1/.a b.jpg.….part"],
        "MOVE /dav/gate/Straße 1/.a b.jpg.….part",
      ],
    );
  });

  it("is written at once where a proxy lets nothing be moved, and nothing half stays", async () => {
    await using server = await davServer(({ method }, response) => {
      if (method !== "MOVE") return false;
      response.writeHead(502).end();
      return true;
    });
    await put(server.target);
    assert.deepEqual([...server.files.keys()], ["/dav/gate/Straße 1/a b.jpg"]);
  });

  for (const [status, code, kind, words] of ANSWERS)
    it(`is ${code} where the answer is ${status}`, async () => {
      await using server = await davServer(({ method }, response) => {
        if (method !== "PUT") return false;
        response.writeHead(status, { location: "/elsewhere" }).end("x".repeat(100_000));
        return true;
      });
      await assert.rejects(put(server.target), failure(code, kind, words));
      assert.equal(server.files.size, 0);
    });

  it("goes to no address that holds a password, and to no machine that there is not", async () => {
    await assert.rejects(put({ url: "http://me:word@127.0.0.1/" }), failure("TARGET", "failed-precondition"));
    await assert.rejects(put({ url: "nothing" }), failure("TARGET", "failed-precondition"));
  });

  it("is given up in time where the server stalls, at once when told to, and tried again where nobody listens", async () => {
    await using device = await silentDevice();
    const url = `http://${device.host}:${device.port}/`;
    await assert.rejects(put({ url }, { stallMs: 50 }), failure("TIMEOUT", "deadline-exceeded", /0\.05 s/));
    const stop = new AbortController();
    const putting = put({ url }, { signal: stop.signal });
    stop.abort();
    await assert.rejects(putting);
    await device.close();
    await assert.rejects(put({ url }), failure("UNAVAILABLE", "unavailable", /ECONNREFUSED/));
  });
});

describe("a file by S3", () => {
  const account = { protocol: "s3" as const, bucket: "pictures", user: "AKID", password: PASSWORD };

  for (const [status, code, fault, kind] of [
    [403, "SignatureDoesNotMatch", "SIGN_IN", "failed-precondition"],
    [403, "RequestTimeTooSkewed", "SIGN_IN", "failed-precondition"],
    [404, "NoSuchBucket", "FOLDER", "failed-precondition"],
    [400, "AuthorizationHeaderMalformed", "ANSWER", "failed-precondition"],
    [507, "XMinioStorageFull", "NO_SPACE", "resource-exhausted"],
    [503, "SlowDown", "UNAVAILABLE", "unavailable"],
    [400, "InvalidRequest", "REFUSED", "failed-precondition"],
    [400, "", "ANSWER", "failed-precondition"],
  ] as const)
    it(`is ${fault} where the answer is ${status} ${code}`, async () => {
      await using server = await davServer((_request, response) => {
        response.writeHead(status).end(code === "" ? "" : `<Error><Code>${code}</Code></Error>`);
        return true;
      });
      await assert.rejects(
        put({ ...account, url: `http://127.0.0.1:${server.port}` }),
        failure(fault, kind, new RegExp(`\\(${status}${code === "" ? "" : ` ${code}`}\\)`)),
      );
    });

  it("needs an access key", () =>
    assert.rejects(
      put({ protocol: "s3", url: "http://127.0.0.1:9/", bucket: "x" }),
      failure("TARGET", "failed-precondition", /access key/),
    ));

  it("is signed as another implementation signs it, whatever its name", async () => {
    const place = { url: "https://s3.example.org:9000/base/", bucket: "pictures" };
    const url = objectUrl(place, ["gate", "Straße (1)", "it's!*~ a+b=c&d@e.jpg"]);
    const secret = {
      user: "AKIDEXAMPLE",
      password: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      region: "eu-central-1",
    };
    const ours = await signedHeaders(secret, url, FILE.bytes, { "content-type": "image/jpeg" });
    const [, names = ""] = /SignedHeaders=([^,]+)/.exec(ours["authorization"] ?? "") ?? [];
    assert.match(names, /(^|;)host(;|$).*x-amz-content-sha256.*x-amz-date/);
    assert.equal(ours["x-amz-content-sha256"], createHash("sha256").update(FILE.bytes).digest("hex"));
    const theirs = aws4.sign(
      {
        ...{ service: "s3", region: secret.region, method: "PUT", host: url.host, path: url.pathname },
        headers: Object.fromEntries(
          names
            .split(";")
            .filter((name) => name !== "host")
            .map((name) => [name, ours[name] ?? ""]),
        ),
      },
      { accessKeyId: secret.user, secretAccessKey: secret.password },
    );
    const signature = (headers: Readonly<Record<string, unknown>>): string | undefined =>
      /Signature=([\da-f]{64})/.exec(String(headers["authorization"] ?? headers["Authorization"]))?.[1];
    assert.match(signature(ours) ?? "", /^[\da-f]{64}$/);
    assert.equal(signature(ours), signature(theirs.headers));
  });
});
