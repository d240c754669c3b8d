import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { cameraId } from "../../../../core/domain/ids.ts";
import type { Link } from "../../../../core/link/link.ts";
import { silentLog } from "../../../../core/log.ts";
import { ReportJournal } from "../../../../core/media/process/journal.ts";
import { ReportSender } from "../../../../core/media/process/report-sender.ts";
import type { CoreMethodsForMedia, MediaReport, NumberedReport } from "../../../../core/media/protocol.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

const YARD = { camera: cameraId("yard"), stream: "main" as const };
const ended = (run: number): MediaReport => ({
  kind: "run-ended",
  ...YARD,
  run,
  endTime90k: 1,
  reason: "test",
});
const state = (sinceMs: number): MediaReport => ({
  kind: "stream-state",
  ...YARD,
  state: { status: "online", sinceMs },
});
const runs = (reports: readonly NumberedReport[]): unknown[] =>
  reports.map(({ report }) => ("run" in report ? report.run : undefined));

async function journalIn(folder: string, clock = new FakeClock(), limit?: number): Promise<ReportJournal> {
  const journal = new ReportJournal(folder, clock, silentLog, limit);
  await journal.open();
  return journal;
}

/** Core's end: takes reports, answers or not. */
function fakeLink(): {
  link: Link<CoreMethodsForMedia>;
  batches: (readonly NumberedReport[])[];
  answer: () => void;
  close: () => void;
} {
  const batches: (readonly NumberedReport[])[] = [];
  const waiting: (() => void)[] = [];
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const link = {
    closed,
    request: (_method: string, params: { reports: readonly NumberedReport[] }) => {
      batches.push(params.reports);
      return new Promise<void>((resolve) => waiting.push(resolve));
    },
    notify: (_method: string, params: { reports: readonly NumberedReport[] }) => batches.push(params.reports),
  };
  return {
    link: link as unknown as Link<CoreMethodsForMedia>,
    batches,
    answer: () => waiting.shift()?.(),
    close: () => close(),
  };
}

describe("the journal of reports", () => {
  it("keeps reports over a restart until they are acknowledged, numbers rising", async () => {
    using dir = tempDir();
    const first = await journalIn(dir.path);
    const numbers = [ended(1), ended(2), ended(3)].map((report) => first.add(report).number);
    first.acknowledge(numbers[0] ?? 0);
    await first.flush();
    const second = await journalIn(dir.path);
    assert.deepEqual(runs(second.pending(0, 10)), [2, 3]);
    assert.ok(second.add(ended(4)).number > (numbers[2] ?? 0));
    second.acknowledge(Number.MAX_SAFE_INTEGER);
    await second.flush();
    assert.equal((await journalIn(dir.path)).size, 0);
  });

  it("goes on with rising numbers when it was lost", async () => {
    using one = tempDir();
    using two = tempDir();
    const clock = new FakeClock();
    const before = (await journalIn(one.path, clock)).add(ended(1)).number;
    clock.advance(60_000);
    assert.ok((await journalIn(two.path, clock)).add(ended(2)).number > before);
  });

  it("skips lines that a crash cut", async () => {
    using dir = tempDir();
    const first = await journalIn(dir.path);
    first.add(ended(1));
    await first.flush();
    appendFileSync(dir.join("journal.jsonl"), '{"number":99999999999999,"repo');
    assert.deepEqual(runs((await journalIn(dir.path)).pending(0, 10)), [1]);
  });

  it("is bounded: outdated states go first, then the oldest", async () => {
    using dir = tempDir();
    const journal = await journalIn(dir.path, new FakeClock(), 100);
    for (let run = 1; run <= 40; run += 1) journal.add(ended(run));
    for (let number = 0; number < 70; number += 1) journal.add(state(number));
    assert.ok(journal.size <= 100);
    assert.equal(runs(journal.pending(0, 100)).includes(1), true);
    for (let run = 41; run <= 400; run += 1) journal.add(ended(run));
    assert.ok(journal.size <= 100);
    assert.equal(runs(journal.pending(0, 200)).at(-1), 400);
    await journal.flush();
  });

  it("does not let its file grow with what was acknowledged", async () => {
    using dir = tempDir();
    const journal = await journalIn(dir.path);
    for (let run = 1; run <= 20_000; run += 1) {
      const { number } = journal.add(ended(run));
      if (run % 100 === 0) {
        journal.acknowledge(number);
        await journal.flush();
      }
    }
    await journal.flush();
    const lines = readFileSync(dir.join("journal.jsonl"), "utf8").split("\n").length;
    assert.ok(lines < 5_000, `${lines} lines`);
  });
});

describe("the sender of reports", () => {
  it("sends in order, at most 256 at once, and again after a reconnect what was not acknowledged", async () => {
    using dir = tempDir();
    const clock = new FakeClock();
    const journal = await journalIn(dir.path, clock);
    const sender = new ReportSender(journal, clock, silentLog);
    for (let run = 1; run <= 300; run += 1) journal.add(ended(run));
    const one = fakeLink();
    sender.connect(one.link);
    assert.equal(one.batches[0]?.length, 256);
    assert.equal(one.batches.length, 1, "the next batch waits for the answer");
    one.answer();
    await waitFor(() => one.batches.length === 2);
    assert.deepEqual(runs(one.batches[1] ?? []).slice(0, 2), [257, 258]);
    journal.acknowledge(one.batches[0]?.at(-1)?.number ?? 0);
    one.close();
    const two = fakeLink();
    sender.connect(two.link);
    assert.deepEqual(runs(two.batches[0] ?? []).slice(0, 1), [257]);
    assert.equal(two.batches[0]?.length, 44);
    await journal.flush();
  });

  it("leaves out what is worth sending only now while older reports wait", async () => {
    using dir = tempDir();
    const clock = new FakeClock();
    const journal = await journalIn(dir.path, clock);
    const sender = new ReportSender(journal, clock, silentLog);
    const core = fakeLink();
    for (let run = 1; run <= 300; run += 1) journal.add(ended(run));
    sender.connect(core.link);
    sender.sendVolatile(state(1));
    assert.equal(core.batches.length, 1);
    core.answer();
    await waitFor(() => core.batches.length === 2);
    sender.sendVolatile(state(2));
    assert.equal(core.batches.length, 3);
    assert.equal(journal.size, 300);
    await journal.flush();
  });
});
