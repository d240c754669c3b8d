// What the gateway reads of a deploy on its way to Node-RED and back.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { it } from "node:test";
import { DeployWatch } from "../../../../core/gateway/doors/deploy-watch.ts";

const BASE = "ab".repeat(32);
const MADE = "cd".repeat(32);

function message(statusCode: number): PassThrough & IncomingMessage {
  return Object.assign(new PassThrough(), { statusCode }) as unknown as PassThrough & IncomingMessage;
}

async function taken(sent: string, status: number, answered: string, limitBytes = 1_000) {
  const request = message(0);
  const watch = new DeployWatch(request, limitBytes);
  request.end(sent);
  const answer = message(status);
  watch.answered(answer);
  answer.end(answered);
  return watch.taken;
}

it("a deploy is known by the revision that it was based on and the one that was made of it, or not at all", async () => {
  const sent = JSON.stringify({ flows: [], rev: BASE });
  const made = JSON.stringify({ rev: MADE });
  assert.deepEqual(await taken(sent, 200, made), { base: BASE, revision: MADE });
  const others: [string, string, number, string, number?][] = [
    ["refused", sent, 409, made],
    ["over whatever there is", JSON.stringify({ flows: [] }), 200, made],
    ["in the first version's form", "[]", 204, ""],
    ["no JSON", "{", 200, made],
    ["too long", sent, 200, made, 10],
    ["an answer of another kind", sent, 200, JSON.stringify({ rev: 7 })],
    ["an endless answer", sent, 200, `${made}${" ".repeat(20_000)}`],
  ];
  for (const [what, ...parts] of others) assert.equal(await taken(...parts), undefined, what);
  const gone = new DeployWatch(message(0), 1_000);
  gone.closed();
  assert.equal(await gone.taken, undefined);
});
