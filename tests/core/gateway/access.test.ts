// The way in: nothing without a grant, nothing from another site, nothing believed that the client says of itself,
// nothing longer than the grant lasts (attack list A1, A3, A6, A8, A11, A16, A25).
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import type { CameraId } from "../../../core/domain/ids.ts";
import { liveFrame, startTestGateway, type TestGateway, until } from "./fake-peers.ts";

/** Sends a request as it is and gives everything that comes back. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", () => resolve(answer));
    socket.write(text);
  });
}

describe("access to pictures", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    gateway.media.onSubscribe = (subscription) => {
      gateway.media.format(subscription);
      gateway.media.frame(subscription, liveFrame({ keyFrame: true }));
    };
  });
  after(() => gateway.stop());

  for (const path of ["live", "playback", "clip.mp4?start=2026-01-01&end=2026-01-02", "snapshot.jpg"]) {
    it(`answers 401 with a problem to an unauthorised call of ${path}`, async () => {
      const answer = await fetch(`${gateway.http}/api/v1/cameras/yard/${path}`);
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.equal(((await answer.json()) as { code: string }).code, "NJ_UNAUTHENTICATED");
      for (const method of ["POST", "HEAD"]) {
        const other = await fetch(`${gateway.http}/api/v1/cameras/yard/${path}`, { method });
        assert.equal(other.status, 401);
      }
    });
  }

  it("answers a granted handshake that is none with a problem, too", async () => {
    const lines = [
      "GET /api/v1/cameras/yard/live HTTP/1.1",
      "Host: x",
      "Authorization: Bearer good",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 1",
    ];
    for (const key of [[], ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]]) {
      const answer = await raw(gateway.port, `${[...lines, ...key].join("\r\n")}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.match(answer, /content-type: application\/problem\+json/i);
      assert.match(answer, /NJ_BAD_REQUEST/);
      assert.match(answer, /content-security-policy/i);
    }
  });

  it("does not upgrade an unauthorised WebSocket and says why", async () => {
    for (const path of ["live", "playback"]) {
      const viewer = gateway.viewer(`/api/v1/cameras/yard/${path}`, { headers: {} });
      await until(() => viewer.closeCode !== undefined, "refusal");
      assert.equal(viewer.status, 401);
      assert.match(viewer.problem, /NJ_UNAUTHENTICATED/);
    }
  });

  it("answers the same to a camera that is hidden from the caller and to one that is not there", async () => {
    const answer = await fetch(`${gateway.http}/api/v1/cameras/hidden/snapshot.jpg`, {
      headers: { authorization: "Bearer good" },
    });
    assert.equal(answer.status, 404);
  });

  it("refuses a WebSocket from another site, whatever the credentials", async () => {
    for (const origin of ["https://evil.example", `https://127.0.0.1:${gateway.port}`, "null"]) {
      const viewer = gateway.viewer("/api/v1/cameras/yard/live", {
        headers: { authorization: "Bearer good", origin },
      });
      await until(() => viewer.closeCode !== undefined, "refusal");
      assert.equal(viewer.status, 403, origin);
    }
    const same = gateway.viewer("/api/v1/cameras/yard/live", {
      headers: { authorization: "Bearer good", origin: gateway.http },
    });
    await until(() => same.frames.length > 0, "the page itself");
  });

  it("hands tickets and cookies to core, and neither to anybody else", async () => {
    gateway.core.sessions.set("tick", { sessionId: "s9", expiresAtMs: Date.now() + 60_000 });
    const viewer = gateway.viewer("/api/v1/cameras/yard/live?ticket=tick", { headers: { cookie: "a=b" } });
    await until(() => viewer.frames.length > 0, "frame");
    const asked = gateway.core.asked.at(-1);
    assert.equal(asked?.credentials.ticket, "tick");
    assert.equal(asked?.credentials.cookie, "a=b");
    assert.equal(asked?.right, "live");
    assert.equal(asked?.credentials.remoteAddress, "127.0.0.1");
  });

  it("closes every socket of a revoked session soon, and no other", async () => {
    gateway.core.sessions.set("two", { sessionId: "s2", expiresAtMs: Date.now() + 60_000 });
    const mine = ["live", "playback"].map((path) =>
      gateway.viewer(`/api/v1/cameras/yard/${path}`, { headers: { authorization: "Bearer two" } }),
    );
    const other = gateway.viewer("/api/v1/cameras/yard/live");
    await until(() => mine.every((one) => one.socket.readyState === 1) && other.frames.length > 0, "open");
    const startMs = performance.now();
    gateway.core.link.notify("revoked", { sessionIds: ["s2"] });
    await until(() => mine.every((one) => one.closeCode !== undefined), "closed");
    assert.ok(performance.now() - startMs < 5_000);
    assert.equal(mine[0]?.texts("error")[0]?.["code"], "NJ_SESSION_ENDED");
    assert.equal(other.closeCode, undefined);
  });

  it("closes a socket whose grant expires and is not renewed", async () => {
    gateway.core.sessions.set("brief", { sessionId: "s3", expiresAtMs: Date.now() + 700 });
    const viewer = gateway.viewer("/api/v1/cameras/yard/live", {
      headers: { authorization: "Bearer brief" },
    });
    await until(() => viewer.frames.length > 0, "frame");
    await until(() => viewer.closeCode !== undefined, "closed");
    assert.equal(viewer.texts("error")[0]?.["code"], "NJ_SESSION_EXPIRED");
  });

  it("keeps a socket whose session core prolongs", async () => {
    gateway.core.sessions.set("kept", { sessionId: "s4", expiresAtMs: Date.now() + 800 });
    const viewer = gateway.viewer("/api/v1/cameras/yard/live", { headers: { authorization: "Bearer kept" } });
    gateway.core.sessions.set("kept", { sessionId: "s4", expiresAtMs: Date.now() + 800 });
    await until(() => viewer.frames.length > 0, "frame");
    gateway.core.sessions.set("kept", { sessionId: "s4", expiresAtMs: Date.now() + 60_000 });
    const asked = gateway.core.asked.length;
    const endMs = Date.now() + 1_200;
    await until(() => Date.now() > endMs, "past the first end");
    assert.equal(viewer.closeCode, undefined);
    assert.ok(gateway.core.asked.length > asked);
  });

  it("ends the viewers of a camera that was removed", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/gone/live");
    await until(() => viewer.frames.length > 0, "frame");
    gateway.core.link.notify("cameraChanged", { camera: "gone" as CameraId, removed: true });
    await until(() => viewer.closeCode !== undefined, "closed");
    assert.equal(viewer.texts("error")[0]?.["code"], "NJ_CAMERA_GONE");
  });

  it("closes a client that sends rubbish or too much at once", async () => {
    for (const message of ["not json", "[1]", "x".repeat(70_000)]) {
      const viewer = gateway.viewer("/api/v1/cameras/yard/live");
      await until(() => viewer.frames.length > 0, "frame");
      viewer.socket.send(message);
      await until(() => viewer.closeCode !== undefined, "closed");
    }
  });

  it("throws away what a client claims about itself before core sees it", async () => {
    await new Promise<void>((resolve) => {
      httpRequest(
        `${gateway.http}/api/v1/status`,
        {
          headers: {
            "x-forwarded-for": "10.0.0.1",
            "x-forwarded-proto": "https",
            "x-nightjar-client-address": "127.0.0.2",
            "x-nightjar-client-secure": "1",
            "x-nightjar-client-anything": "1",
            "x-remote-user": "admin",
            forwarded: "for=10.0.0.1",
            connection: "x-secret-hop",
            "x-secret-hop": "1",
          },
        },
        (response) => response.resume().on("end", resolve),
      ).end();
    });
    const headers = gateway.core.requests.at(-1)?.headers ?? {};
    assert.equal(headers["x-nightjar-client-address"], "127.0.0.1");
    assert.equal(headers["x-nightjar-client-secure"], "0");
    assert.equal(headers["x-forwarded-for"], "127.0.0.1");
    assert.equal(headers["x-forwarded-proto"], "http");
    for (const name of ["x-nightjar-client-anything", "x-remote-user", "forwarded", "x-secret-hop"]) {
      assert.equal(headers[name], undefined, name);
    }
  });

  it("serves no file outside the interface, however the path is written", async () => {
    for (const path of [
      "/../../etc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/..%2f..%2fetc%2fpasswd",
      "/%00",
      "//etc/x.y",
    ]) {
      const answer = await raw(gateway.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 (400|404|503) /, path);
      assert.ok(!answer.includes("root:"), path);
    }
  });

  it("refuses headers that are too long and bodies beyond a megabyte", async () => {
    const long = await raw(
      gateway.port,
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(20_000)}\r\n\r\n`,
    );
    assert.match(long, /^HTTP\/1\.1 431 /);
    const announced = await raw(
      gateway.port,
      "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\nConnection: close\r\n\r\n",
    );
    assert.match(announced, /^HTTP\/1\.1 413 /);
    gateway.core.answer = (request, response) => {
      request.on("error", () => undefined);
      request.resume().on("end", () => response.end("{}"));
    };
    const before = gateway.core.requests.length;
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const endless = await raw(
      gateway.port,
      `POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`,
    );
    assert.match(endless, /^HTTP\/1\.1 413 /);
    assert.ok(gateway.core.requests.length <= before + 1);
  });

  it("lets the files of plugins and of settings be longer, on their own paths alone and not without end", async () => {
    let received = 0;
    gateway.core.answer = (request, response) => {
      request.on("error", () => undefined);
      request.on("data", (chunk: Buffer) => {
        received += chunk.length;
      });
      request.on("end", () => response.end("{}"));
    };
    const post = (path: string, sizeBytes: number) =>
      fetch(`${gateway.http}${path}`, { method: "POST", body: new Uint8Array(sizeBytes) });
    assert.equal((await post("/api/v1/plugins/upload", 5_000_000)).status, 200);
    assert.equal((await post("/api/v1/settings/import", 5_000_000)).status, 200);
    assert.equal(received, 10_000_000);
    const head = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    for (const [target, length] of [
      ["/api/v1/plugins/jobs", 5_000_000],
      ["/api/v1/plugins/upload?x", 5_000_000],
      ["/api/v1/plugins/upload", 40_000_000],
      ["/api/v1/settings/import", 17_000_000],
      ["/api/v1/settings/import/x/check", 2_000_000],
    ] as const) {
      const answer = await raw(gateway.port, `POST ${target} ${head}Content-Length: ${length}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 413 /, target);
    }
  });

  it("lets the oldest of many bodies that never end give way, and answers whoever sends a whole one", async () => {
    gateway.core.answer = (request, response) => {
      request.on("error", () => undefined);
      request.resume().on("end", () => response.end("{}"));
    };
    const unfinished = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1";
    const answers: string[] = [];
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect(gateway.port, "127.0.0.1");
      socket.on("data", (chunk) => answers.push(String(chunk)));
      socket.on("error", () => undefined);
      socket.write(unfinished);
      return socket;
    });
    await until(() => answers.length >= 44, "the oldest to be given up");
    assert.ok(answers.every((answer) => /^HTTP\/1\.1 503 [\s\S]*NJ_GATEWAY_BUSY/.test(answer)));
    const whole = await fetch(`${gateway.http}/api/v1/session`, { method: "POST", body: "{}" });
    assert.equal(whole.status, 200);
    for (const socket of sockets) socket.destroy();
  });

  it("answers what is not HTTP with a problem too, and cuts it off", async () => {
    const cases: [string, number, string][] = [
      ["\u0016\u0003\u0001\u0002 no TLS here\r\n\r\n", 400, "NJ_BAD_REQUEST"],
      ["GET / HTTP/9.9\r\n\r\n", 400, "NJ_BAD_REQUEST"],
      ["GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "NJ_BAD_REQUEST"],
      ["GET / HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n", 400, "NJ_BAD_REQUEST"],
      ["GET / HTTP/1.1\r\nHost: x\r\n folded\r\n: y\r\n\r\n", 400, "NJ_BAD_REQUEST"],
      ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "NJ_BAD_REQUEST"],
      [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "NJ_BAD_REQUEST",
      ],
      [`GET / HTTP/1.1\r\nHost: x\r\n${"X: y\r\n".repeat(4_000)}\r\n`, 431, "NJ_HEADERS_TOO_LARGE"],
      [
        `POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${"e".repeat(20_000)}\r\n`,
        413,
        "NJ_BODY_TOO_LARGE",
      ],
    ];
    for (const [text, status, code] of cases) {
      const answer = await raw(gateway.port, text);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), text.slice(0, 40));
      assert.match(answer, /\r\ncontent-type: application\/problem\+json\r\n/, text.slice(0, 40));
      const [, body = ""] = answer.split("\r\n\r\n");
      assert.equal((JSON.parse(body) as { code: string }).code, code, text.slice(0, 40));
    }
  });

  it("sends pages of core through as they come, without waiting for their end", async () => {
    gateway.core.answer = (_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write("data: one\n\n");
    };
    const abort = new AbortController();
    const answer = await fetch(`${gateway.http}/api/v1/changes`, { signal: abort.signal });
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    assert.equal(new TextDecoder().decode(first?.value), "data: one\n\n");
    abort.abort();
  });
});

describe("behind a trusted reverse proxy", () => {
  it("believes its X-Forwarded headers up to the first stranger, and serves below the base path", async () => {
    const gateway = await startTestGateway({
      settings: { trustedProxies: ["127.0.0.1", "10.0.0.0/8"], basePath: "/nvr" },
    });
    try {
      const forwarded = {
        "x-forwarded-for": "6.6.6.6, 192.0.2.7, 10.1.2.3",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "cams.example",
      };
      await fetch(`${gateway.http}/nvr/api/v1/status?x=1`, { headers: forwarded });
      const seen = gateway.core.requests.at(-1);
      assert.equal(seen?.url, "/api/v1/status?x=1");
      assert.equal(seen?.headers["x-nightjar-client-address"], "192.0.2.7");
      assert.equal(seen?.headers["x-nightjar-client-secure"], "1");
      assert.equal(seen?.headers.host, "cams.example");
      assert.equal((await fetch(`${gateway.http}/api/v1/status`)).status, 404);
      const redirect = await fetch(`${gateway.http}/nvr`, { redirect: "manual" });
      assert.equal(redirect.headers.get("location"), "/nvr/");
      const viewer = gateway.viewer("/nvr/api/v1/cameras/yard/live", {
        headers: { ...forwarded, authorization: "Bearer good", origin: "https://cams.example" },
      });
      await until(() => viewer.texts("hello").length === 1, "hello");
    } finally {
      await gateway.stop();
    }
  });
});
