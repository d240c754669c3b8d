// What becomes of events: mails with pictures, digests of what is too much, another try for those alone who lack it, against a
// real server and by a clock that is turned by hand.
import assert from "node:assert/strict";
import { lookup as resolveName } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { LinkageRequest, Log } from "@nightjar/core";
import { tempDir } from "@nightjar/core/testing";
import type { EmailSettings } from "../src/config.ts";
import { MailDesk } from "../src/mail-desk.ts";
import { mailServer } from "./mail-server.ts";
import { JPEG, requestFor } from "./requests.ts";

const running = new AbortController();
const MINUTE_MS = 60_000;

async function desk(t: TestContext, settings: Partial<EmailSettings>) {
  const dir = tempDir();
  t.after(() => dir.remove());
  const logged: string[] = [];
  const say = (level: string) => (message: string) => void logged.push(`${level}: ${message}`);
  const log = { warn: say("warn"), notice: say("notice"), error: say("error") } as unknown as Log;
  const clock = { nowMs: Date.UTC(2026, 2, 29, 1) };
  const make = async () => {
    const made = new MailDesk({
      settings: {
        fromName: "Haus",
        attachPictures: true,
        mailsPerHour: 60,
        mailsPerHourEach: 20,
        ...settings,
      } as EmailSettings,
      storageDir: dir.path,
      log,
      lookup: (host) => resolveName(host, { all: true }),
      signal: running.signal,
      nowMs: () => clock.nowMs,
    });
    await made.open();
    return made;
  };
  return { desk: await make(), again: make, folder: dir.path, clock, logged };
}

const numbered = (number: number, config: Readonly<Record<string, unknown>> = {}): LinkageRequest =>
  requestFor(config, { id: `${number}-start-night-0`, event: { ...requestFor().event, id: number } });

describe("a mail because of an event", () => {
  it("says what happened with the pictures of it, as the rule has it", async (t) => {
    await using server = await mailServer();
    const { desk: at } = await desk(t, server.settings);
    const pictures = [0, 1].map((second) => ({
      ...{ camera: "gate", timeMs: 1_774_749_599_000 + second * 1_000 },
      jpeg: JPEG.toString("base64"),
    }));
    const done = await at.take(
      requestFor({ receivers: ["a@home.example", "b@home.example"] }, { pictures }),
      running.signal,
    );
    assert.deepEqual(done, { note: "sent to 2" });
    const mail = server.received[0]?.mail;
    assert.equal(mail?.subject, "Line crossing: Hoftor „Süd“");
    assert.equal(
      mail?.text?.replaceAll("\r\n", "\n").trim(),
      "Line crossing\nCamera: Hoftor „Süd“\nTime: 2026-03-29 01:59:59 (Europe/Berlin)\nSeen: 2 × person, car\n\nHaus, rule Nächtliche Bewegung",
    );
    assert.deepEqual(
      mail?.attachments.map(({ content }) => Buffer.from(content as ArrayBuffer).equals(JPEG)),
      [true, true],
    );
    const { desk: without } = await desk(t, { ...server.settings, attachPictures: false });
    await without.take(requestFor({}, { pictures }), running.signal);
    assert.equal(server.received[1]?.mail.attachments.length, 0);
  });

  it("leaves pictures out that the server has no room for, and says so", async (t) => {
    await using server = await mailServer({ size: 9_000 });
    const { desk: at } = await desk(t, server.settings);
    const pictures = [0, 1].map((timeMs) => ({ camera: "gate", timeMs, jpeg: JPEG.toString("base64") }));
    await at.take(requestFor({}, { pictures }), running.signal);
    assert.equal(server.received[0]?.mail.attachments.length, 1);
    assert.match(server.received[0]?.mail.text ?? "", /1 more of the pictures/);
  });

  it("goes once to each: another try is for those alone who lack it", async (t) => {
    let isGrey = true;
    await using server = await mailServer({
      onRcptTo({ address }, _session, done) {
        if (isGrey && address.startsWith("b@"))
          done(Object.assign(new Error("later"), { responseCode: 450 }));
        else done();
      },
    });
    const { desk: at } = await desk(t, server.settings);
    const request = requestFor({ receivers: ["a@home.example", "b@home.example"] });
    await assert.rejects(at.take(request, running.signal), {
      code: "NJ_EMAIL_UNAVAILABLE",
      message: /1 got it/,
    });
    isGrey = false;
    assert.deepEqual(await at.take(request, running.signal), { note: "sent to 2" });
    assert.deepEqual(
      server.received.map(({ to }) => to),
      [["a@home.example"], ["b@home.example"]],
    );
  });

  it("goes to any number of receivers, a hundred by one message, and to the next hundred although one is refused", async (t) => {
    await using server = await mailServer({
      onRcptTo({ address }, _session, done) {
        if (address === "r5@home.example") done(Object.assign(new Error("nobody"), { responseCode: 550 }));
        else done();
      },
    });
    const { desk: at } = await desk(t, { ...server.settings, mailsPerHour: 3 });
    const receivers = Array.from({ length: 330 }, (_, index) => `r${index}@home.example`);
    const request = requestFor({ receivers });
    await assert.rejects(at.take(request, running.signal), {
      code: "NJ_EMAIL_RECEIVER",
      message: /99 got it/,
    });
    assert.deepEqual(
      server.received.map(({ to }) => [to.length, to[0]]),
      [
        [99, "r0@home.example"],
        [100, "r100@home.example"],
        [100, "r200@home.example"],
      ],
      "the fourth mail of the hour is a digest",
    );
    assert.equal(new Set(server.received.map(({ mail }) => mail.messageId)).size, 3);
    assert.deepEqual(await at.take(request, running.signal), {
      note: "sent to 299; 31 in a digest within 60 min",
    });
  });

  it("asks a server that refuses the password no more for a while, but for somebody who tries it", async (t) => {
    let asked = 0;
    await using server = await mailServer({
      onAuth(_auth, _session, done) {
        asked += 1;
        done(Object.assign(new Error("no"), { responseCode: 535 }));
      },
    });
    const { desk: at, clock } = await desk(t, server.settings);
    const refused = { code: "NJ_EMAIL_SIGN_IN", kind: "failed-precondition" };
    for (const number of [1, 2]) await assert.rejects(at.take(numbered(number), running.signal), refused);
    assert.equal(asked, 1);
    await assert.rejects(at.take({ ...numbered(3), isTest: true }, running.signal), refused);
    clock.nowMs += 6 * MINUTE_MS;
    await assert.rejects(at.take(numbered(4), running.signal), refused);
    assert.equal(asked, 3);
  });

  it("is held for those whose turn it is not, whatever the server says of the others", async (t) => {
    await using server = await mailServer({
      onRcptTo({ address }, _session, done) {
        if (address.startsWith("a@")) done();
        else done(Object.assign(new Error("nobody"), { responseCode: 550 }));
      },
    });
    const { desk: at, clock } = await desk(t, { ...server.settings, mailsPerHourEach: 1 });
    await at.take(numbered(1), running.signal);
    const both = numbered(2, { receivers: ["a@home.example", "no@home.example"] });
    await assert.rejects(at.take(both, running.signal), { code: "NJ_EMAIL_RECEIVER" });
    clock.nowMs += 60 * MINUTE_MS;
    await at.turn();
    assert.equal(server.received[1]?.mail.subject, "Haus: 1 event");
  });

  it("is not sent before there is a server to send it by", async (t) => {
    const { desk: at } = await desk(t, {});
    await assert.rejects(at.take(requestFor(), running.signal), {
      code: "NJ_EMAIL_NOT_SET",
      kind: "failed-precondition",
    });
  });
});

describe("a digest", () => {
  it("tells of what was too much, in order, and nothing overtakes it", async (t) => {
    await using server = await mailServer();
    const { desk: at, clock } = await desk(t, { ...server.settings, mailsPerHourEach: 2 });
    for (let number = 1; number <= 4; number += 1) {
      const done = await at.take(numbered(number), running.signal);
      assert.equal(done.note, number <= 2 ? "sent to 1" : "1 in a digest within 60 min");
    }
    assert.equal(server.received.length, 2);
    const tried = { ...numbered(5), isTest: true };
    assert.equal(
      (await at.take(tried, running.signal)).note,
      "sent to 1",
      "somebody who tries it waits for it",
    );
    clock.nowMs += 59 * MINUTE_MS;
    await at.turn();
    assert.equal(server.received.length, 3);
    clock.nowMs += MINUTE_MS;
    await at.take(numbered(6), running.signal);
    await at.turn();
    const digest = server.received[3]?.mail;
    assert.equal(digest?.subject, "Haus: 3 events");
    assert.equal(digest?.text?.match(/Line crossing {2}Hoftor „Süd“ {2}\(2 × person, car\)/g)?.length, 3);
  });

  it("is what a rule can want of all its events, and outlives a restart", async (t) => {
    await using server = await mailServer();
    const { desk: at, again, clock } = await desk(t, server.settings);
    const config = { digestMinutes: 10, receivers: ["a@home.example", "b@home.example"] };
    assert.equal((await at.take(numbered(1, config), running.signal)).note, "2 in a digest within 10 min");
    await at.take(numbered(1, config), running.signal);
    await at.take(numbered(2), running.signal);
    assert.equal(server.received.length, 1, "a rule without one does not wait");
    await at.close();
    const next = await again();
    clock.nowMs += 10 * MINUTE_MS;
    await next.turn();
    assert.deepEqual(
      server.received.slice(1).map(({ to, mail }) => [to, mail.subject]),
      [
        [["a@home.example"], "Haus: 1 event"],
        [["b@home.example"], "Haus: 1 event"],
      ],
    );
  });

  it("is not asked for one by one while the password is refused, and is kept when the recorder stops on its way", async (t) => {
    let asked = 0;
    let stop: (() => void) | undefined;
    await using server = await mailServer({
      onAuth(_auth, _session, done) {
        asked += 1;
        if (stop === undefined) done(Object.assign(new Error("no"), { responseCode: 535 }));
        else stop();
      },
    });
    const { desk: at, folder, clock } = await desk(t, server.settings);
    const config = { digestMinutes: 10, receivers: ["a@home.example", "b@home.example"] };
    await at.take(numbered(1, config), running.signal);
    clock.nowMs += 10 * MINUTE_MS;
    await at.turn();
    assert.equal(asked, 1);
    const closed = new Promise<void>((resolve) => {
      stop = () => resolve(at.close());
    });
    clock.nowMs += 10 * MINUTE_MS;
    await at.turn();
    await closed;
    assert.equal(asked, 2);
    const kept: { receiver: string }[] = JSON.parse(readFileSync(join(folder, "digests.json"), "utf8"));
    assert.deepEqual(kept.map(({ receiver }) => receiver).sort(), config.receivers);
  });

  it("waits while the server is away, says so once, and is given up a day later", async (t) => {
    const server = await mailServer();
    const { desk: at, clock, logged } = await desk(t, server.settings);
    await server.close();
    await at.take(numbered(1, { digestMinutes: 1 }), running.signal);
    for (let turn = 0; turn < 60; turn += 1) {
      clock.nowMs += 30 * MINUTE_MS;
      await at.turn();
    }
    assert.deepEqual(logged, ["warn: a digest could not be sent and waits", "error: a digest was given up"]);
  });
});
