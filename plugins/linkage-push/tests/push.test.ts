// Notices to devices: what arrives, and only there; what push services answer, and whose devices are told.
import assert from "node:assert/strict";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type LinkageRequest, NightjarError } from "@nightjar/core";
import { silentDevice, type TestNvr, testNvr } from "@nightjar/core/testing";
import { type Answer, pushService } from "./push-service.ts";

const PLUGIN = new URL("..", import.meta.url);
const { signal } = new AbortController();
/** As whom the kit asks. */
const ACCOUNT = "tester";
type Service = Awaited<ReturnType<typeof pushService>>;
type Accounts = NonNullable<LinkageRequest["accounts"]>;

const account = (name: string, changed: Partial<Accounts[number]> = {}): Accounts[number] => ({
  ...{ name, sinceMs: 0, mayAcknowledge: false },
  ...changed,
});

async function recorder(settings: unknown = {}, ownPorts: readonly number[] = []): Promise<TestNvr> {
  const nvr = await testNvr({ ...{ pluginFolder: PLUGIN, isolation: "inline" }, settings, ownPorts });
  await nvr.start();
  return nvr;
}

function request(
  config: Readonly<Record<string, unknown>> = {},
  accounts: Accounts = [account(ACCOUNT)],
  changed: Partial<LinkageRequest> = {},
): LinkageRequest {
  return {
    id: "17-start-night-0",
    event: {
      ...{ id: 17, type: "line-crossing", severity: "alarm", camera: "gate", source: "vca-line" },
      ...{ start: "2026-03-29T01:59:59.000Z", objects: [{ class: "person", score: 0.9 }], detail: {} },
    },
    rule: { id: "night", name: "Nacht" },
    ...{ cameraName: "Hoftor „Süd“", recorderName: "Haus", timeZone: "Europe/Berlin" },
    config: {
      accounts: [],
      title: "{type}: {camera}",
      text: "{time}, {objects}",
      keepMinutes: 60,
      ...config,
    },
    pictures: [],
    isTest: false,
    accounts,
    ...changed,
  };
}

const add = (nvr: TestNvr, service: Service, name = "Phone", language = "en") =>
  nvr.ask("POST", "/devices", { body: { name, language, ...service.device } }) as Promise<{
    readonly id: string;
  }>;
const devices = async (nvr: TestNvr) =>
  ((await nvr.ask("GET", "/devices")) as { devices: readonly { name: string; lastAt?: string }[] }).devices;
const tell = (nvr: TestNvr, asked: LinkageRequest) => nvr.linkageAction().run(asked, { signal });

/** No message holds what only a device's own push service may know. */
function failure(code: string, kind: NightjarError["kind"], words = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof NightjarError, String(error));
    assert.deepEqual([error.code, error.kind], [code, kind], error.message);
    assert.match(error.message, words);
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.context)}`, /secret-word/);
    return true;
  };
}
const nobody = failure("NJ_PUSH_NOBODY", "failed-precondition");

describe("a notice", () => {
  it("can be read by the device alone, in its language, is signed, and leads to the event", async () => {
    await using service = await pushService();
    await using nvr = await recorder({ ...service.settings, contact: "mailto:me@example.org" });
    await add(nvr, service, "Phone", "de");
    const may = [account(ACCOUNT, { mayAcknowledge: true })];
    assert.deepEqual(await tell(nvr, request({}, may)), { note: "1 device" });
    assert.deepEqual(service.faults, []);
    const [got] = service.received;
    assert.ok(got);
    assert.deepEqual(got.notice, {
      title: "Linie überschritten: Hoftor „Süd“",
      text: "29.03.26, 03:59:59, person",
      tag: "event-17",
      timeMs: Date.parse("2026-03-29T01:59:59.000Z"),
      page: "events?event=17",
      language: "de",
      acknowledge: { event: 17, text: "Quittieren" },
    });
    assert.equal(got.path, "/push/secret-word");
    assert.deepEqual(
      [got.headers["ttl"], got.headers["urgency"], got.headers["content-encoding"], got.claims["sub"]],
      ["3600", "high", "aes128gcm", "mailto:me@example.org"],
    );
    const { publicKey } = (await nvr.ask("GET", "/devices")) as { readonly publicKey: string };
    assert.equal(got.publicKey, publicKey);
    // Of one event the newest alone waits for a device that is off; another is another.
    await tell(nvr, request({}, may, { id: "17-end-night-0" }));
    const { event } = request();
    await tell(nvr, request({}, may, { id: "18-start-night-0", event: { ...event, id: 18 } }));
    const topics = service.received.map(({ headers }) => String(headers["topic"]));
    assert.match(topics[0] ?? "", /^[A-Za-z0-9_-]{32}$/);
    assert.deepEqual([topics[1] === topics[0], topics[2] === topics[0]], [true, false]);
    // The same pair for good: another would make all subscriptions worthless. It is a secret.
    assert.ok(nvr.secrets.get("vapid")?.includes("privateKey"));
    await nvr.restart();
    assert.equal(((await nvr.ask("GET", "/devices")) as { readonly publicKey: string }).publicKey, publicKey);
    assert.ok((await devices(nvr))[0]?.lastAt, "when it was told last is kept");
  });

  it("fits into what a push service takes, however long and odd its words are, and has none to acknowledge in a test", async () => {
    await using service = await pushService();
    await using nvr = await recorder(service.settings);
    await add(nvr, service, "Phone", "zh");
    const odd = `"\u202e\u0000\\${"警".repeat(200)}🚨`;
    await tell(
      nvr,
      request(
        {
          title: "{camera}{rule}{type}",
          text: "{camera}{rule}{recorder}{subject}{objects}".repeat(5),
          keepMinutes: 0,
        },
        [account(ACCOUNT, { mayAcknowledge: true })],
        { isTest: true, cameraName: odd, recorderName: odd, rule: { id: "odd", name: odd } },
      ),
    );
    const [got] = service.received;
    assert.ok(got && got.bytes <= 4_096);
    assert.match(String(got.notice["title"]), /^测试: "/);
    assert.doesNotMatch(JSON.stringify(got.notice), /\\u202e|\\u0000|acknowledge/);
    assert.deepEqual([got.notice["page"], got.notice["isTest"], got.headers["ttl"]], ["events", true, "0"]);
  });

  it("goes to accounts that may see the event, are meant by the rule, and were there before the device", async () => {
    await using service = await pushService();
    await using nvr = await recorder(service.settings);
    await assert.rejects(tell(nvr, request()), nobody);
    await add(nvr, service);
    await assert.rejects(tell(nvr, request({}, [])), nobody);
    const { accounts: _none, ...unknown } = request();
    await assert.rejects(tell(nvr, unknown), nobody, "no leave to know whom");
    await assert.rejects(tell(nvr, request({}, [account("other")])), nobody);
    await assert.rejects(
      tell(nvr, request({}, [account(ACCOUNT, { sinceMs: Date.now() + 60_000 })])),
      nobody,
    );
    await assert.rejects(tell(nvr, request({ accounts: ["other"] })), nobody);
    assert.equal(service.received.length, 0);
    await tell(nvr, request({ accounts: ["Tester"] }));
    assert.equal(service.received.length, 1);
  });

  for (const [what, act, isOver] of [
    ["is removed", { action: "user-removed", userName: "ann", detail: { user: "Tester" } }, true],
    [
      "is disabled",
      { action: "user-changed", userName: "ann", detail: { user: ACCOUNT, enabled: false } },
      true,
    ],
    [
      "gets a password from somebody else",
      { action: "user-changed", userName: "ann", detail: { user: ACCOUNT, passwordChanged: true } },
      true,
    ],
    [
      "has its second factor taken away",
      { action: "second-factor-reset", userName: "ann", detail: { user: ACCOUNT } },
      true,
    ],
    [
      "changes its own password",
      { action: "user-changed", userName: ACCOUNT, detail: { user: ACCOUNT, passwordChanged: true } },
      false,
    ],
    ["is not meant", { action: "user-removed", userName: "ann", detail: { user: "tess" } }, false],
  ] as const)
    it(`goes ${isOver ? "no more" : "on"} to the devices of an account that ${what}`, async () => {
      await using service = await pushService();
      await using nvr = await recorder(service.settings);
      await add(nvr, service);
      await nvr.hook("auditRecorded", { atMs: Date.now(), ...act });
      await nvr.restart();
      assert.equal((await devices(nvr)).length, isOver ? 0 : 1);
    });

  for (const status of [404, 410])
    it(`to a device that its push service does not know (${status}) is the last one`, async () => {
      await using service = await pushService(() => ({ status }));
      await using nvr = await recorder(service.settings);
      await add(nvr, service);
      await assert.rejects(tell(nvr, request()), nobody);
      assert.deepEqual(await devices(nvr), []);
      assert.equal(nvr.logged.filter(({ message }) => /no longer told/.test(message)).length, 1);
    });

  for (const [status, code, kind] of [
    [400, "NJ_PUSH_REFUSED", "failed-precondition"],
    [403, "NJ_PUSH_REFUSED", "failed-precondition"],
    [302, "NJ_PUSH_REFUSED", "failed-precondition"],
    [413, "NJ_PUSH_REFUSED", "failed-precondition"],
    [429, "NJ_PUSH_UNAVAILABLE", "unavailable"],
    [503, "NJ_PUSH_UNAVAILABLE", "unavailable"],
    [507, "NJ_PUSH_UNAVAILABLE", "unavailable"],
  ] as const)
    it(`is ${kind} where the push service answers ${status}, and goes to those alone that lack it`, async () => {
      await using good = await pushService();
      let isWell = false;
      await using bad = await pushService(() => ({ status: isWell ? 201 : status }));
      const services = [...good.settings.services, ...bad.settings.services];
      await using nvr = await recorder({ ...good.settings, services });
      await add(nvr, good, "Phone");
      await add(nvr, bad, "Tablet");
      await assert.rejects(tell(nvr, request()), failure(code, kind, /^1 of 2 devices lack it/));
      isWell = true;
      assert.deepEqual(await tell(nvr, request()), { note: "2 devices" });
      assert.deepEqual([good.received.length, bad.received.length], [1, 2]);
    });

  it("waits as long as a push service says, and asks it nothing meanwhile", async (t) => {
    const answers: Answer[] = [
      { status: 429, headers: { "retry-after": "120" } },
      { status: 503, headers: { "retry-after": new Date(Date.UTC(2026, 5, 1, 12, 10)).toUTCString() } },
    ];
    await using service = await pushService(() => answers.shift() ?? { status: 201 });
    await using nvr = await recorder(service.settings);
    t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 5, 1, 12) });
    try {
      await add(nvr, service);
      const rests = (seconds: number) =>
        failure("NJ_PUSH_UNAVAILABLE", "unavailable", new RegExp(`no more for ${seconds} s`));
      await assert.rejects(tell(nvr, request()), failure("NJ_PUSH_UNAVAILABLE", "unavailable", /429/));
      t.mock.timers.tick(119_000);
      await assert.rejects(tell(nvr, request()), rests(1));
      assert.equal(service.received.length, 1);
      t.mock.timers.tick(1_000);
      await assert.rejects(tell(nvr, request()), failure("NJ_PUSH_UNAVAILABLE", "unavailable", /503/));
      await assert.rejects(tell(nvr, request()), rests(480));
      t.mock.timers.tick(480_000);
      await tell(nvr, request());
      // What has waited here need not wait as long there.
      assert.equal(service.received.at(-1)?.headers["ttl"], "3000");
    } finally {
      t.mock.timers.reset();
    }
  });

  it("is given up where the push service says nothing and nobody waits, and tried again where nobody listens", async () => {
    await using device = await silentDevice();
    await using nvr = await recorder({ services: [`${device.host}:${device.port}`] });
    const service = await pushService();
    await service.close();
    const endpoint = `https://${device.host}:${device.port}/push/secret-word`;
    await nvr.ask("POST", "/devices", {
      body: { name: "Phone", language: "en", ...service.device, endpoint },
    });
    const stop = new AbortController();
    const telling = nvr.linkageAction().run(request(), { signal: stop.signal });
    stop.abort();
    await assert.rejects(telling, NightjarError);
    await device.close();
    await assert.rejects(tell(nvr, request()), failure("NJ_PUSH_UNAVAILABLE", "unavailable", /ECONNREFUSED/));
  });

  it("goes to no push service whose certificate nobody knows", async () => {
    await using service = await pushService();
    await using nvr = await recorder({ services: service.settings.services });
    await add(nvr, service);
    await assert.rejects(tell(nvr, request()), failure("NJ_PUSH_CERTIFICATE", "failed-precondition"));
    assert.equal(service.received.length, 0);
  });

  it("goes out though the list of devices cannot be written, which is told once and made up for", async () => {
    await using service = await pushService();
    await using nvr = await recorder(service.settings);
    await add(nvr, service);
    // Where a file is to be written lies a folder: as little can be written as on a full disk.
    const place = join(nvr.storageDir, "devices.json.new");
    mkdirSync(place);
    await tell(nvr, request());
    for (let turn = 0; turn < 3; turn += 1) nvr.clock.advance(30_000);
    const other = await pushService();
    await other.close();
    const body = {
      name: "Tablet",
      language: "en",
      ...other.device,
      endpoint: "https://fcm.googleapis.com/x",
    };
    await assert.rejects(nvr.ask("POST", "/devices", { body }), failure("NJ_PUSH_NOT_KEPT", "unavailable"));
    assert.deepEqual(
      (await devices(nvr)).map(({ name }) => name),
      ["Phone"],
    );
    const told = nvr.logged.filter(({ message }) => /could not be written/.test(message));
    assert.equal(told.length, 1);
    rmdirSync(place);
    await nvr.restart();
    assert.ok((await devices(nvr))[0]?.lastAt);
  });

  it("begins with an empty list where the file is none of ours, says so and keeps it", async () => {
    await using nvr = await recorder();
    await nvr.stop();
    await using again = await recorder();
    writeFileSync(join(again.storageDir, "devices.json"), '{"cut');
    await again.restart();
    assert.deepEqual(await devices(again), []);
    assert.ok(again.logged.some(({ message }) => /begins anew/.test(message)));
  });
});

describe("where notices go", () => {
  const keys = {
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  };
  const at = (nvr: TestNvr, endpoint: string) =>
    nvr.ask("POST", "/devices", { body: { name: "Phone", language: "en", endpoint, ...keys } });

  it("are push services that browsers use, and those that the owner names", async () => {
    await using nvr = await recorder({
      services: ["*.push.example", "push.house.example:8443", "[fd00::7]"],
    });
    for (const endpoint of [
      ...["https://fcm.googleapis.com/fcm/send/a:b", "https://updates.push.services.mozilla.com/wpush/v2/x"],
      ...["https://wns2-par02p.notify.windows.com/w/?token=x", "https://web.push.apple.com/QX"],
      ...["https://a.push.example/", "https://push.house.example:8443/1", "https://[fd00::7]/2"],
    ])
      await at(nvr, endpoint);
    assert.equal((await devices(nvr)).length, 7);
    const unknown = failure("NJ_PUSH_SERVICE", "permission-denied");
    for (const host of [
      ...[
        "localhost",
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "[::1]",
        "0x7f.1",
        "2130706433",
        "[::ffff:7f00:1]",
      ],
      ...[
        "example.org",
        "fcm.googleapis.com.example.org",
        "evilfcm.googleapis.com",
        "push.example",
        "apple.com",
      ],
      ...["fcm.googleapis.com:8443", "push.house.example", "[fd00::8]", "notpush.services.mozilla.com"],
    ])
      await assert.rejects(at(nvr, `https://${host}/push`), unknown, host);
    const refused = failure("NJ_PUSH_ADDRESS", "invalid-argument");
    for (const endpoint of [
      ...[
        "http://fcm.googleapis.com/x",
        "https://me:word@fcm.googleapis.com/x",
        "nothing",
        "file:///etc/passwd",
      ],
      `https://fcm.googleapis.com/${"x".repeat(1_000)}`,
    ])
      await assert.rejects(at(nvr, endpoint), refused, endpoint);
    await assert.rejects(
      nvr.ask("POST", "/devices", {
        body: {
          name: "x",
          language: "en",
          endpoint: "https://fcm.googleapis.com/x",
          ...keys,
          p256dh: `B${"A".repeat(86)}`,
        },
      }),
      failure("NJ_PUSH_KEYS", "invalid-argument"),
    );
    assert.equal((await devices(nvr)).length, 7);
  });

  it("are never the recorder itself, whatever its owner names", async () => {
    await using service = await pushService();
    await using nvr = await recorder(service.settings, [service.port]);
    await add(nvr, service);
    await assert.rejects(tell(nvr, request()), failure("NJ_ADDRESS_OWN", "invalid-argument"));
    assert.equal(service.received.length, 0);
  });
});

describe("one's own devices", () => {
  it("are named, tried and removed; others' are not there", async () => {
    await using service = await pushService();
    await using nvr = await recorder(service.settings);
    const { id } = await add(nvr, service);
    await nvr.ask("PATCH", `/devices/${id}`, { body: { name: "Kitchen" } });
    await nvr.ask("POST", `/devices/${id}/test`);
    assert.deepEqual(
      [service.received[0]?.notice["title"], service.received[0]?.notice["page"]],
      ["Test: Kitchen", "account"],
    );
    const shown = JSON.stringify(await nvr.ask("GET", "/devices"));
    assert.match(shown, /Kitchen.*lastAt/);
    assert.doesNotMatch(shown, /secret-word/);
    assert.ok(!shown.includes(service.device.auth));
    const none = failure("NJ_PUSH_DEVICE", "not-found");
    const other = nvr.routes().find((route) => route.id === "device-remove");
    await assert.rejects(
      async () => other?.handle({ params: { id }, query: {}, userName: "eve" }, { signal }),
      none,
    );
    await assert.rejects(nvr.ask("DELETE", "/devices/0123456789abcdef"), none);
    await nvr.ask("DELETE", `/devices/${id}`);
    assert.deepEqual(await devices(nvr), []);
    await assert.rejects(nvr.ask("POST", `/devices/${id}/test`), none);
  });

  it("are twenty at most, and the same browser is one", async () => {
    await using service = await pushService();
    await using nvr = await recorder(service.settings);
    for (const name of ["Phone", "My phone"]) await add(nvr, service, name);
    assert.deepEqual(
      (await devices(nvr)).map(({ name }) => name),
      ["My phone"],
    );
    const more = (index: number) =>
      nvr.ask("POST", "/devices", {
        body: {
          ...{ name: String(index), language: "en" },
          ...{ ...service.device, endpoint: `https://fcm.googleapis.com/${index}` },
        },
      });
    for (let index = 1; index < 20; index += 1) await more(index);
    await assert.rejects(more(20), failure("NJ_PUSH_LIMIT", "resource-exhausted"));
  });
});
