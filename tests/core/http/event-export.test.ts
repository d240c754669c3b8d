// The list of events as a file: whole over many pages, bounded, harmless to spreadsheets, and only what its reader may see.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventFile } from "../../../core/http/event-export.ts";
import type { EventView } from "../../../core/http/event-schemas.ts";
import type { EventService } from "../../../core/http/services.ts";
import { doorsFixture } from "./doors-fixture.ts";

type Search = EventService["search"];
type Query = Parameters<Search>[0];

const ALL: Omit<Query, "limit" | "cursor"> = {
  ...{ cameras: undefined, types: undefined, objects: undefined, acknowledged: undefined },
  ...{ startMs: undefined, endMs: undefined },
};
const AT = "2026-01-01T12:00:00.000Z";

function event(id: number, own: Partial<EventView> = {}): EventView {
  return {
    ...{ id, type: "motion", severity: "info", camera: "yard", source: "camera", start: AT, last: AT },
    ...{ objects: [], pictures: [], detail: {}, revision: id },
    ...own,
  };
}

/** A table of so many events, newest first, that tells what it was asked for. */
function table(count: number): { readonly asked: Query[]; readonly search: Search } {
  const asked: Query[] = [];
  return {
    asked,
    async search(query) {
      asked.push(query);
      const from = query.cursor === undefined ? count : Number(query.cursor) - 1;
      const length = Math.min(query.limit, from);
      const events = Array.from({ length }, (_, at) => event(from - at));
      return { events, ...(length < query.limit ? {} : { next: String(from - length + 1) }) };
    },
  };
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

describe("the list of events as a file", () => {
  it("holds every event once, newest first, a page at a time, and no more than it may", async () => {
    const { asked, search } = table(1_234);
    const lines = (await textOf(eventFile(search, { ...ALL, cameras: ["yard"] }, "jsonl"))).trimEnd();
    assert.deepEqual(
      lines.split("\n").map((line) => (JSON.parse(line) as EventView).id),
      Array.from({ length: 1_234 }, (_, at) => 1_234 - at),
    );
    assert.ok(asked.every(({ limit, cameras }) => limit <= 500 && cameras?.join() === "yard"));
    const few = (await textOf(eventFile(search, ALL, "jsonl", 700))).trimEnd().split("\n");
    assert.equal(few.length, 700);
    assert.equal(await textOf(eventFile(table(0).search, ALL, "jsonl")), "");
  });

  it("reads no page that nobody waits for", async () => {
    const { asked, search } = table(5_000);
    const pieces = eventFile(search, ALL, "csv");
    await pieces.next();
    assert.equal(asked.length, 0, "the header alone");
    await pieces.next();
    await pieces.return(undefined);
    assert.equal(asked.length, 1);
  });

  it("is CSV with what people look for, in which nothing is a formula", async () => {
    const events = [
      event(2, {
        ...{ end: "2026-01-01T12:00:09.000Z", endReason: "too-long", score: 0.5, rule: "=1+1" },
        objects: [
          { class: "person", score: 0.913 },
          { class: "dog", score: 0.4 },
        ],
        acknowledged: { at: AT, by: "kim", note: 'the "postman",\nagain' },
        actions: [{ rule: "gate", action: "record", status: "done", at: AT, attempts: 1 }],
        detail: { zone: "door" },
      }),
      event(1),
    ];
    const text = await textOf(eventFile(async () => ({ events }), ALL, "csv"));
    assert.deepEqual(text.split("\r\n"), [
      "\uFEFFid,start,end,type,severity,camera,rule,source,subject,score,objects,endReason,acknowledgedAt,acknowledgedBy,note,actions,detail",
      `2,${AT},2026-01-01T12:00:09.000Z,motion,info,yard,"'=1+1",camera,,0.5,person 0.91; dog 0.40,too-long,${AT},kim,"the ""postman"",\nagain",record done,"{""zone"":""door""}"`,
      `1,${AT},,motion,info,yard,,camera,,,,,,,,,`,
      "",
    ]);
  });

  it("asks for only what its reader may see, as the list does, and the audit log says who took it", async (t) => {
    const { knock, tokenOf, users, calls } = await doorsFixture(t);
    const file = async (who: Parameters<typeof tokenOf>[0], query: string) =>
      knock(`/api/v1/events/export?${query}`, { token: await tokenOf(who) });
    const whole = await file("admin", "format=jsonl");
    assert.deepEqual([whole.status, whole.text], [200, ""]);
    assert.match(String(whole.headers["content-type"]), /^application\/jsonl/);
    assert.match(String(whole.headers["content-disposition"]), /filename="nightjar-events\.jsonl"/);
    await file("yard-viewer", "format=jsonl");
    const csv = await file("viewer", "types=motion");
    assert.match(String(csv.headers["content-type"]), /^text\/csv/);
    assert.match(csv.text, /^\uFEFFid,start,end,/);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("events ")),
      ["events everything 500", "events yard 500", "events yard,gate 500"],
    );
    for (const [who, query] of [
      ["yard-viewer", "cameras=gate"],
      ["admin", "format=xlsx"],
      ["admin", "cursor=1.1"],
    ] as const)
      assert.ok((await file(who, query)).status >= 400, query);
    assert.equal((await knock("/api/v1/events/export")).status, 401);
    await users.audit.settled();
    const taken = await users.audit.list({ limit: 9, actions: ["events-exported"] });
    assert.deepEqual(
      taken.map(({ userName, detail }) => [userName, detail["type"]]),
      [
        ["viewer", "csv"],
        ["yard-viewer", "jsonl"],
        ["admin", "jsonl"],
      ],
    );
  });
});
