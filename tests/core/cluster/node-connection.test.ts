// What is found at an address: a Nightjar, or why not; over TLS who may be asked at all; and that nobody can hold the asker up
// or fill its memory.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { MOST_ANSWER_BYTES } from "../../../core/cluster/node-answer.ts";
import { certificateFault } from "../../../core/cluster/node-certificate.ts";
import { NodeConnection, type NodeFound } from "../../../core/cluster/node-connection.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { madeCertificate, nodeServer, SETUP } from "../../support/node-servers.ts";

interface Asked {
  readonly fingerprint?: string;
  readonly ownPorts?: readonly number[];
  readonly signal?: AbortSignal;
}

async function ask(url: string, { fingerprint, ownPorts = [], signal }: Asked = {}): Promise<NodeFound> {
  const connection = new NodeConnection(url, () => ownPorts);
  try {
    return await connection.ask(signal ?? new AbortController().signal, (shown) =>
      certificateFault(shown, fingerprint, connection.host),
    );
  } finally {
    connection.close();
  }
}

function caseOf({ answer }: NodeFound): string {
  return answer.isNightjar ? `Nightjar ${answer.version}` : answer.reason.case;
}

describe("a node that is asked", () => {
  it("is a Nightjar by its answer, below its base path too", async (t) => {
    const { url, asked } = await nodeServer(t);
    assert.equal(caseOf(await ask(url)), "Nightjar 0.1.0");
    assert.equal(caseOf(await ask(`${url}/nvr`)), "Nightjar 0.1.0");
    assert.deepEqual(asked, ["/api/v1/setup", "/nvr/api/v1/setup"]);
  });

  it("is asked over one connection again and again", async (t) => {
    const server = await nodeServer(t);
    const connection = new NodeConnection(server.url, () => []);
    t.after(() => connection.close());
    const { signal } = new AbortController();
    for (let time = 0; time < 3; time += 1) await connection.ask(signal, () => undefined);
    assert.deepEqual([server.asked.length, server.connections], [3, 1]);
  });

  const strange = [
    ["sends elsewhere", 308, "", "redirect"],
    ["has its recorder away", 503, "{}", "not-ready"],
    ["is another server", 404, "<h1>no</h1>", "not-nightjar"],
    ["answers something else", 200, "true", "not-nightjar"],
    ["is another product", 200, JSON.stringify({ ...SETUP, product: "Other" }), "not-nightjar"],
    ["has a version that is none", 200, JSON.stringify({ ...SETUP, version: "<b>1</b>" }), "not-nightjar"],
    ["never stops within bounds", 200, "x".repeat(MOST_ANSWER_BYTES + 1), "not-nightjar"],
  ] as const;
  for (const [what, status, body, expected] of strange) {
    it(`is ${expected} where it ${what}`, async (t) => {
      const { url, asked } = await nodeServer(t, (_request, response) => {
        response.writeHead(status, { location: "http://127.0.0.1:9/" }).end(body);
      });
      assert.equal(caseOf(await ask(url)), expected);
      assert.equal(asked.length, 1, "no redirect is followed");
    });
  }

  it("is given up after its bound of bytes, however many would follow", async (t) => {
    let isOver = false;
    const { url } = await nodeServer(t, (_request, response) => {
      const more = (): void => {
        while (!isOver && response.write("{".repeat(4_096)));
      };
      response.on("drain", more).on("close", () => {
        isOver = true;
      });
      more();
    });
    assert.equal(caseOf(await ask(url)), "not-nightjar");
    await waitFor(() => isOver, { what: "the connection to be ended" });
  });

  it("has not answered when the question is given up: in its head, its body or before", async (t) => {
    for (const begin of ["", "HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"]) {
      const limit = new AbortController();
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.write(begin, () => limit.abort());
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      t.after(() => server.close());
      const { port } = server.address() as { port: number };
      assert.equal(caseOf(await ask(`http://127.0.0.1:${port}`, { signal: limit.signal })), "no-answer");
    }
  });

  it("is named with what keeps it away", async (t) => {
    const { url, port, stop } = await nodeServer(t);
    assert.equal(caseOf(await ask(`https://127.0.0.1:${port}`)), "protocol");
    await stop();
    const refused = await ask(url);
    assert.equal(caseOf(refused), "refused");
    assert.deepEqual(refused.answer.isNightjar ? {} : refused.answer.reason.context, {
      case: "refused",
      host: `127.0.0.1:${port}`,
    });
    assert.equal(caseOf(await ask("http://no-such-recorder.invalid")), "name");
    assert.equal(caseOf(await ask("http://239.1.1.1")), "address");
  });

  it("is never this recorder, by its address or by a name for it", async (t) => {
    const { port, asked } = await nodeServer(t);
    for (const host of ["127.0.0.1", "localhost"])
      assert.equal(caseOf(await ask(`http://${host}:${port}`, { ownPorts: [port] })), "own");
    assert.deepEqual(asked, []);
  });
});

describe("a node's certificate", () => {
  it("of its own making is not trusted, and nothing is sent, unless its fingerprint is known", async (t) => {
    const own = await madeCertificate("alone");
    const { url, asked } = await nodeServer(t, undefined, { tls: own });
    const found = await ask(url);
    assert.equal(caseOf(found), "certificate");
    assert.equal(found.certificate?.sha256, own.fingerprint);
    assert.equal(found.certificate?.isRoot, false);
    assert.equal(
      caseOf(await ask(url, { fingerprint: Array(32).fill("AA").join(":") })),
      "other-certificate",
    );
    assert.deepEqual(asked, []);
    assert.equal(caseOf(await ask(url, { fingerprint: own.fingerprint.toLowerCase() })), "Nightjar 0.1.0");
  });

  it("is trusted by the root that signed it, which stays when it is renewed", async (t) => {
    const root = await madeCertificate("root", undefined, true);
    for (const name of ["this year", "next year"]) {
      const own = await madeCertificate(name, root);
      const tls = { key: own.key, cert: own.cert + root.cert };
      const { url } = await nodeServer(t, undefined, { tls });
      const found = await ask(url, { fingerprint: root.fingerprint });
      assert.equal(caseOf(found), "Nightjar 0.1.0");
      assert.equal(found.certificate?.sha256, root.fingerprint);
      assert.equal(found.certificate?.isRoot, true);
    }
  });

  it("is not trusted by a root that it only brings along", async (t) => {
    const root = await madeCertificate("root", undefined, true);
    const thief = await madeCertificate("thief");
    const { url, asked } = await nodeServer(t, undefined, {
      tls: { key: thief.key, cert: thief.cert + root.cert },
    });
    assert.equal(caseOf(await ask(url, { fingerprint: root.fingerprint })), "other-certificate");
    assert.deepEqual(asked, []);
  });
});
