// Crowds at the doors in small, for every test run; `node tests/faults/crowd.ts` brings 10 000 (attack list A25).
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type CrowdResult, crowd, tooManySockets } from "./crowd.ts";

const SOCKETS = 1_700;
const REQUESTS = 200;
const CAMERAS = 2;

describe("a crowd at the doors while cameras are recorded", {
  skip: tooManySockets(SOCKETS) ?? false,
}, () => {
  let result: CrowdResult;
  before(async () => {
    result = await crowd({ cameras: CAMERAS, sockets: SOCKETS, requests: REQUESTS, lastsMs: 500 });
  });

  it("keeps nobody at home from an answer", (t) => {
    for (const { name, asked, answered, slowestMs, outcomes } of result.attacks) {
      t.diagnostic(`${name}: slowest answer ${slowestMs} ms, ${JSON.stringify(outcomes)}`);
      assert.equal(answered, asked, name);
    }
  });
  it("is bounded in what it is given: a stranger's share of connections, log-ins, views and clips", () => {
    const outcomes = (name: string) => result.attacks.find((attack) => attack.name === name)?.outcomes ?? {};
    assert.ok((outcomes("idle connections from one address")["closed"] ?? 0) >= SOCKETS - 1_536);
    assert.equal(outcomes("log-ins at once")["200"], undefined);
    // Sixteen at a time; short ones are done, and make room, before the last has asked.
    assert.ok((outcomes("clips at once")["200"] ?? 0) <= REQUESTS / 2);
    assert.equal(outcomes("clips at once")["429"], REQUESTS - (outcomes("clips at once")["200"] ?? 0));
  });
  it("does not make the processes large", () => {
    for (const { name, megabytes } of result.attacks) {
      const more = megabytes.gateway - result.megabytesBefore.gateway;
      assert.ok(more < 400 && megabytes.core < 500, `${name}: ${JSON.stringify(megabytes)}`);
      assert.ok(
        megabytes.media - result.megabytesBefore.media < 100,
        `${name}: ${JSON.stringify(megabytes)}`,
      );
    }
  });
  it("costs no frame: all are recorded, in one session each, to the end, and in the index", () => {
    assert.equal(result.cameras, CAMERAS);
    assert.deepEqual([result.gaps, result.missing, result.reconnected], [[], [], []]);
    assert.equal(result.droppedBySender, 0);
    assert.ok(result.endsEarlyMs < 5_000, `${result.endsEarlyMs} ms`);
    assert.equal(result.fsck.exitCode, 0, result.fsck.output);
  });
});
