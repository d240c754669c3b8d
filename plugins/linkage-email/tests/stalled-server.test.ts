// A real mail server that stands still amid a mail: while it checks the password, is told a receiver, or has the whole message. The
// mail is given up when its time is over, which the test hands over by hand, and goes out when the server is well again.
import assert from "node:assert/strict";
import { lookup as resolveName } from "node:dns/promises";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import type { Log } from "@nightjar/core";
import { tempDir, waitFor } from "@nightjar/core/testing";
import type { SMTPServerOptions } from "smtp-server";
import type { EmailSettings } from "../src/config.ts";
import { MailDesk } from "../src/mail-desk.ts";
import { mailServer, PASSWORD } from "./mail-server.ts";
import { requestFor } from "./requests.ts";

const LIMIT_MS = 25_000;
const MINUTE_MS = 60_000;
const running = new AbortController();

/** Limits of a mail's length run out when `runOut` says so; others by themselves. */
function heldLimits(t: TestContext) {
  const held: AbortController[] = [];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  t.mock.method(AbortSignal, "timeout", (ms: number) => {
    if (ms !== LIMIT_MS) return timeout(ms);
    const one = new AbortController();
    held.push(one);
    return one.signal;
  });
  return {
    runOut() {
      assert.ok(held.length > 0, "a mail has its limit");
      for (const one of held.splice(0)) one.abort(new DOMException("too late", "TimeoutError"));
    },
  };
}

/** Waits for its end, and not for ever: then the test fails, and ends what it started. */
async function ended<Value>(work: Promise<Value>, what: string): Promise<Value> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  work.then(over, over);
  await waitFor(() => isOver, { what, deadlineMs: 30_000 });
  return work;
}

type Stage = "onAuth" | "onRcptTo" | "onData";

/** A server that calls nobody back at that stage until it is told to be well, and the messages it has had whole. */
async function stalling(stage: Stage) {
  const stalled = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const whole: string[] = [];
  let isWell = false;
  /** True where it stands still now. */
  const stands = (at: Stage): boolean => {
    if (isWell || at !== stage) return false;
    stalled.resolve();
    return true;
  };
  const options: SMTPServerOptions = {
    onAuth({ username, password }, _session, done) {
      if (stands("onAuth")) return;
      assert.equal(password, PASSWORD);
      done(null, { user: username ?? "" });
    },
    onRcptTo(_address, _session, done) {
      if (!stands("onRcptTo")) done();
    },
    async onData(stream, _session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      await once(stream, "end");
      whole.push(Buffer.concat(parts).toString("latin1"));
      if (!stands("onData")) done();
    },
    onClose: () => gone.resolve(),
  };
  const server = await mailServer(options);
  return {
    ...{ server, stalled: stalled.promise, gone: gone.promise, whole },
    recover() {
      isWell = true;
    },
  };
}

/** The desk of a recorder that sends there. */
async function deskAt(t: TestContext, settings: Partial<EmailSettings>) {
  const dir = tempDir();
  t.after(() => dir.remove());
  const logged: string[] = [];
  const say = (level: string) => (message: string) => void logged.push(`${level}: ${message}`);
  const clock = { nowMs: Date.UTC(2026, 2, 29, 1) };
  const desk = new MailDesk({
    settings: {
      ...{ fromName: "Haus", attachPictures: true, mailsPerHour: 60, mailsPerHourEach: 20 },
      ...settings,
    } as EmailSettings,
    ...{ storageDir: dir.path, signal: running.signal, nowMs: () => clock.nowMs },
    log: { warn: say("warn"), notice: say("notice"), error: say("error") } as unknown as Log,
    lookup: (host) => resolveName(host, { all: true }),
  });
  await desk.open();
  t.after(() => desk.close());
  return { desk, clock, logged };
}

const idOf = (raw = "") => /^Message-ID: (\S+)/im.exec(raw)?.[1];

describe("a mail to a server that stands still", () => {
  for (const [stage, when] of [
    ["onAuth", "while it checks the password"],
    ["onRcptTo", "when it is told a receiver"],
    ["onData", "when it has the message"],
  ] as const)
    it(`is given up in time ${when}, its connection with it, and goes out at the next try`, async (t) => {
      const limits = heldLimits(t);
      const { server, stalled, gone, whole, recover } = await stalling(stage);
      await using _ends = server;
      const { desk } = await deskAt(t, server.settings);
      const first = assert.rejects(desk.take(requestFor(), running.signal), {
        // Of this kind the recorder tries again.
        ...{ code: "NJ_EMAIL_TIMEOUT", kind: "deadline-exceeded" },
        message: "localhost has not taken the mail within 25 s",
      });
      await Promise.race([stalled, first]);
      limits.runOut();
      await ended(first, "an end of the first try");
      await ended(gone, "the connection to be over");
      assert.equal(whole.length, stage === "onData" ? 1 : 0);

      recover();
      // It is not held for a wrong password either.
      assert.deepEqual(await desk.take(requestFor(), running.signal), { note: "sent to 1" });
      // Whether the first was delivered nobody knows: readers tell by its id that the second is the same.
      assert.equal(new Set(whole.map(idOf)).size, 1);
      assert.ok(idOf(whole[0]));
    });

  it("waits with its digest, which is told once and sent when the server is well", async (t) => {
    const limits = heldLimits(t);
    const { server, stalled, whole, recover } = await stalling("onRcptTo");
    await using _ends = server;
    const { desk, clock, logged } = await deskAt(t, server.settings);
    await desk.take(requestFor({ digestMinutes: 5 }), running.signal);
    clock.nowMs += 5 * MINUTE_MS;
    const turn = desk.turn();
    await Promise.race([stalled, turn]);
    limits.runOut();
    await ended(turn, "an end of the turn");
    assert.deepEqual([whole.length, logged], [0, ["warn: a digest could not be sent and waits"]]);
    recover();
    clock.nowMs += MINUTE_MS;
    await desk.turn();
    assert.equal(whole.length, 1);
    assert.deepEqual(logged.slice(1), ["notice: digests are sent again"]);
  });
});
