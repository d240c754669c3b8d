// The audit log as a file: whole over many pages, in forms that other programs read, and harmless to spreadsheets.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AuditQuery, AuditRow } from "../../../core/db/tables/audit-table.ts";
import { auditFile } from "../../../core/http/audit-export.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD } from "../users/users-fixture.ts";
import { doorsFixture } from "./doors-fixture.ts";

const HOSTILE = `=HYPERLINK("http://evil.example")`;

function log(count: number): { asked: AuditQuery[]; list: (query: AuditQuery) => Promise<AuditRow[]> } {
  const asked: AuditQuery[] = [];
  return {
    asked,
    async list(query) {
      asked.push(query);
      const from = Math.min(count, (query.before ?? Number.POSITIVE_INFINITY) - 1);
      return Array.from({ length: Math.max(0, Math.min(query.limit, from)) }, (_, at) => row(from - at));
    },
  };
}

function row(number: number, own: Partial<AuditRow> = {}): AuditRow {
  const common = { userName: "ann", remoteAddress: "192.0.2.1", action: "user-created", detail: {} };
  return { number, atMs: number, ...common, hash: "00", ...own };
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

describe("the audit log as a file", () => {
  it("holds every entry once, newest first, a page at a time, and no more than it may", async () => {
    const { asked, list } = log(1_234);
    const lines = (await textOf(auditFile(list, { userName: "ann" }, "jsonl"))).trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { number: number }).number),
      Array.from({ length: 1_234 }, (_, at) => 1_234 - at),
    );
    assert.ok(asked.every(({ limit, userName }) => limit <= 500 && userName === "ann"));
    const few = (await textOf(auditFile(list, { before: 1_000 }, "jsonl", 700))).trimEnd().split("\n");
    assert.deepEqual([few.length, JSON.parse(few[0] ?? "").number], [700, 999]);
    assert.equal(await textOf(auditFile(log(0).list, {}, "jsonl")), "");
  });

  it("reads no page that nobody waits for", async () => {
    const { asked, list } = log(5_000);
    const pieces = auditFile(list, {}, "csv");
    await pieces.next();
    assert.equal(asked.length, 0, "the header alone");
    await pieces.next();
    await pieces.return(undefined);
    assert.equal(asked.length, 1);
  });

  it("is CSV in which nothing is a formula, and nothing ends a cell or a line", async () => {
    const rows = [
      row(3, { userName: HOSTILE, detail: { note: 'a "word", and\nmore' }, camera: "yard" }),
      row(2, { userName: "+1", remoteAddress: "@x", action: "-a" }),
      row(1, { userName: "\t=1" }),
    ];
    const text = await textOf(auditFile(async () => rows, {}, "csv"));
    assert.deepEqual(text.split("\r\n"), [
      "\uFEFFnumber,at,userName,remoteAddress,action,camera,detail,hash",
      `3,1970-01-01T00:00:00.003Z,"'=HYPERLINK(""http://evil.example"")",192.0.2.1,user-created,yard,"{""note"":""a \\""word\\"", and\\nmore""}",00`,
      `2,1970-01-01T00:00:00.002Z,"'+1","'@x","'-a",,{},00`,
      `1,1970-01-01T00:00:00.001Z,"'\t=1",192.0.2.1,user-created,,{},00`,
      "",
    ]);
  });

  it("is for whoever may look at the log, and stands in it", async (t) => {
    const { users, knock } = await doorsFixture(t);
    await users.accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
    await users.accounts.create({ name: "ola", role: "operator", password: GOOD_PASSWORD }, ACTOR);
    const { token } = await users.sessions.open("ann", CLIENT);
    const operator = await users.sessions.open("ola", CLIENT);
    const path = "/api/v1/audit/export?actions=user-created&format=jsonl";
    assert.equal((await knock(path, { token: operator.token })).status, 403);
    const { status, headers, text } = await knock(path, { token });
    assert.equal(status, 200);
    assert.match(String(headers["content-type"]), /^application\/jsonl/);
    assert.match(String(headers["content-disposition"]), /attachment; filename="nightjar-audit\.jsonl"/);
    const names = text
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { detail: { user: string } }).detail.user);
    assert.deepEqual(names.slice(0, 2), ["ola", "ann"]);
    const csv = await knock("/api/v1/audit/export?actions=audit-exported", { token });
    assert.match(String(csv.headers["content-type"]), /^text\/csv/);
    assert.match(csv.text, /ann,.*,audit-exported,,"\{""type"":""jsonl""\}"/);
  });
});
