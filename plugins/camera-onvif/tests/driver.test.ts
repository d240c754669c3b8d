// The driver on a fake device: streams, signing in, what is not believed, PTZ, relays, siren and events.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CameraDriver, DriverContext } from "@nightjar/core";
import {
  type FakeOnvifOptions,
  fakeOnvifDevice,
  onvifMessage,
  silentDevice,
  waitFor,
} from "@nightjar/core/testing";
import { generate } from "selfsigned";
import { prepareConfig } from "../src/config.ts";
import { onvifDriver } from "../src/driver.ts";

const PASSWORD = "onvif-password";
const lookup = async (host: string) => [{ address: host, family: 4 }];

interface Asked {
  readonly driver: CameraDriver;
  readonly config: Record<string, unknown>;
  readonly context: DriverContext;
}

function asking(url: string, more: Record<string, unknown> = {}, password = PASSWORD): Asked {
  return {
    driver: onvifDriver(lookup),
    config: prepareConfig({ address: url, username: "admin", ...more }),
    context: { signal: AbortSignal.timeout(10_000), secret: async () => password },
  };
}

async function withDevice<Answer>(
  options: FakeOnvifOptions,
  test: (device: Awaited<ReturnType<typeof fakeOnvifDevice>>, asked: Asked) => Promise<Answer>,
): Promise<Answer> {
  await using device = await fakeOnvifDevice(options);
  return await test(device, asking(device.url));
}

describe("the address of an ONVIF camera, as people type it", () => {
  const cases: readonly (readonly [string, Record<string, unknown>])[] = [
    ["192.168.1.20", { address: "http://192.168.1.20/onvif/device_service" }],
    [" cam.local:8000 ", { address: "http://cam.local:8000/onvif/device_service" }],
    ["https://cam/", { address: "https://cam/onvif/device_service" }],
    ["http://cam/onvif/other", { address: "http://cam/onvif/other" }],
    ["admin:p%40ss@cam", { address: "http://cam/onvif/device_service", username: "admin", password: "p@ss" }],
    ["[fe80::1]:80", { address: "http://[fe80::1]/onvif/device_service" }],
    ["rtsp://cam/1", { address: "rtsp://cam/1" }],
    ["no address at all", { address: "no address at all" }],
  ];
  for (const [typed, expected] of cases)
    it(`${typed} is tidied, once`, () => {
      const prepared = prepareConfig({ address: typed });
      assert.deepEqual(prepared, expected);
      assert.deepEqual(prepareConfig(prepared), expected);
    });
});

describe("the streams of an ONVIF camera", () => {
  it("are its largest picture and one for small tiles, on the host that the person gave", async () => {
    const options: FakeOnvifOptions = {
      namedHost: "192.0.2.7:81",
      streamUrl: "rtsp://127.0.0.1:554/s?a=1&b=2",
      profiles: [
        { token: "jpeg", encoding: "JPEG", width: 4_000, height: 3_000 },
        { token: "small", width: 352, height: 288, url: "rtsp://admin:secret@127.0.0.1:8554/small" },
        { token: "middle", width: 704, height: 576, url: "rtsp://127.0.0.1/middle" },
        { token: "large", width: 2_560, height: 1_440 },
      ],
    };
    await withDevice(options, async (_device, { driver, config, context }) => {
      const common = { kind: "rtsp", username: "admin", credentialsRef: "password", transport: "auto" };
      assert.deepEqual(await driver.streams(config, context), {
        main: { ...common, url: "rtsp://127.0.0.1:554/s?a=1&b=2" },
        sub: { ...common, url: "rtsp://127.0.0.1/middle" },
      });
      const forwarded = await driver.streams({ ...config, rtspPort: 10_554, transport: "tcp" }, context);
      assert.equal(forwarded.sub?.url, "rtsp://127.0.0.1:10554/middle");
      assert.equal(forwarded.main.transport, "tcp");
    });
  });

  it("are H.265 where the second media service says so, and of the channel that is wanted", async () => {
    const profiles = [
      { token: "a", source: "s0", encoding: "H265", width: 3_840, height: 2_160, url: "rtsp://127.0.0.1/1" },
      { token: "b", source: "s1", encoding: "H264", width: 1_280, height: 720, url: "rtsp://127.0.0.1/2" },
    ] as const;
    await withDevice({ media2: true, profiles }, async (device, { driver, config, context }) => {
      assert.equal((await driver.streams(config, context)).main.url, "rtsp://127.0.0.1/1");
      assert.equal((await driver.streams({ ...config, channel: 2 }, context)).main.url, "rtsp://127.0.0.1/2");
      await assert.rejects(driver.streams({ ...config, channel: 3 }, context), {
        code: "NJ_ONVIF_CHANNEL",
        message: /2 channels .* 3 is wanted/,
      });
      // Named, and not there.
      device.setFaults({ unknown: ["GetStreamUri"] });
      await assert.rejects(driver.streams(config, context), { code: "NJ_ONVIF_REFUSED" });
    });
  });

  it("are refused where there is none that can be played", async () => {
    await withDevice({ profiles: [{ encoding: "JPEG" }] }, async (_device, { driver, config, context }) => {
      await assert.rejects(driver.streams(config, context), { code: "NJ_ONVIF_NO_STREAM" });
    });
  });
});

describe("signing in to an ONVIF camera", () => {
  for (const auth of ["token", "digest", "digest-sha256", "none"] as const)
    it(`works by ${auth}, whatever the camera's clock says, and the password never travels`, async () => {
      await withDevice({ auth, clockOffsetMs: 86_400_000 }, async (device, { driver, config, context }) => {
        await driver.streams(config, context);
        await driver.capabilities?.(config, context);
        assert.ok(!device.heard.includes(PASSWORD));
      });
    });

  for (const auth of ["token", "digest"] as const)
    it(`tells of a wrong password, by ${auth}`, async () => {
      await using device = await fakeOnvifDevice({ auth });
      const { driver, config, context } = asking(device.url, {}, "wrong");
      await assert.rejects(driver.streams(config, context), (error: Error & { code?: string }) => {
        assert.equal(error.code, "NJ_ONVIF_PASSWORD");
        assert.ok(!error.message.includes("wrong"));
        return true;
      });
      const { length } = device.asked;
      assert.ok(length <= 3, `it was asked ${length} times, and would lock the account`);
      await assert.rejects(driver.streams(config, context), { code: "NJ_ONVIF_PASSWORD" });
      assert.equal(device.asked.length, length, "what was refused is not said again at once");
    });

  it("takes a clock that was set meanwhile for what it is", async () => {
    await withDevice({}, async (device, { driver, config, context }) => {
      await driver.streams(config, context);
      device.state.setClock(7_200_000);
      await driver.streams(config, context);
    });
  });
});

describe("an account of an ONVIF camera that may not do everything", () => {
  it("does what it may, and is not taken for a wrong password", async () => {
    const faults = { forbidden: ["GetRelayOutputs", "GetServiceCapabilities", "SetRelayOutputState"] };
    await withDevice({ faults }, async (_device, { driver, config, context }) => {
      const can = await driver.capabilities?.(config, context);
      assert.deepEqual([can?.relays, can?.ptz?.presets, can?.events], [[], true, true]);
      const switched = driver.setRelay?.(config, { relay: "relay0", on: true }, context);
      await assert.rejects(switched ?? Promise.resolve(), { code: "NJ_ONVIF_LACKS" });
      await driver.streams(config, context);
    });
  });

  it("is told from a password that was changed meanwhile, which is not said again at once", async () => {
    await using device = await fakeOnvifDevice({});
    const { driver, config, context } = asking(device.url);
    await driver.streams(config, context);
    // The same operations are refused to the probe as well.
    device.setFaults({ forbidden: ["GetProfiles", "GetDeviceInformation"] });
    await assert.rejects(driver.streams(config, context), { code: "NJ_ONVIF_PASSWORD" });
    const { length } = device.asked;
    await assert.rejects(driver.streams(config, context), { code: "NJ_ONVIF_PASSWORD" });
    assert.equal(device.asked.length, length);
  });

  it("hears the device's own reason where something is prohibited", async () => {
    const subcode = "<e:Subcode><e:Value>ter:OperationProhibited</e:Value></e:Subcode>";
    const text = `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault><e:Code>${subcode}</e:Code></e:Fault></e:Body></e:Envelope>`;
    await withDevice({ faults: { answer: { status: 400, text } } }, async (_device, asked) => {
      await assert.rejects(asked.driver.streams(asked.config, asked.context), { code: "NJ_ONVIF_REFUSED" });
    });
  });
});

describe("an ONVIF camera at https://", () => {
  it("is trusted as browsers do, or whichever certificate it has made", async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "camera" }]);
    await withDevice({ tls: { key, cert } }, async (device, { driver, config, context }) => {
      await assert.rejects(driver.streams(config, context), { code: "NJ_ONVIF_CERTIFICATE" });
      assert.equal(device.heard, "");
      const streams = await driver.streams({ ...config, certificate: "any" }, context);
      assert.match(streams.main.url, /^rtsp:/);
      const plain = { ...config, address: String(config["address"]).replace("https:", "http:") };
      await assert.rejects(driver.streams(plain, context), (error: { code?: string }) =>
        ["NJ_ONVIF_ANSWER", "NJ_ONVIF_UNREACHABLE"].includes(error.code ?? ""),
      );
    });
    await withDevice({}, async (_device, { driver, config, context }) => {
      const secure = { ...config, address: String(config["address"]).replace("http:", "https:") };
      await assert.rejects(driver.streams(secure, context), { code: "NJ_ONVIF_ANSWER" });
    });
  });
});

describe("what answers in the place of an ONVIF camera", () => {
  const envelope = (body: string): string =>
    `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>${body}</e:Body></e:Envelope>`;
  const cases: readonly (readonly [string, { status?: number; text: string }, string])[] = [
    ["says nothing", { text: "" }, "NJ_ONVIF_ANSWER"],
    ["is a page", { text: "<!DOCTYPE html><html></html>" }, "NJ_ONVIF_ANSWER"],
    ["is a page that wants a password", { status: 401, text: "<html>401" }, "NJ_ONVIF_PASSWORD"],
    ["speaks JSON", { text: '{"a":1}' }, "NJ_ONVIF_ANSWER"],
    ["has a bomb in it", { text: '<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>' }, "NJ_ONVIF_ANSWER"],
    ["never stops", { text: `<a>${"x".repeat(2 * 1024 * 1024)}</a>` }, "NJ_ONVIF_ANSWER"],
    ["has lost its body", { text: "<a/>" }, "NJ_ONVIF_ANSWER"],
    ["fails inside", { status: 500, text: "<a" }, "NJ_ONVIF_ANSWER"],
    ["answers something else", { text: envelope("<Other/>") }, "NJ_ONVIF_LACKS"],
  ];
  for (const [what, answer, code] of cases)
    it(`is refused where it ${what}`, async () => {
      await withDevice({ faults: { answer } }, async (_device, { driver, config, context }) => {
        await assert.rejects(driver.streams(config, context), { code });
      });
    });

  it("is not followed to another host", async () => {
    await using other = await fakeOnvifDevice();
    await withDevice({ faults: { redirect: other.url } }, async (_device, { driver, config, context }) => {
      await assert.rejects(driver.streams(config, context), { code: "NJ_ONVIF_ANSWER", message: /sends on/ });
    });
    assert.deepEqual(other.asked, []);
  });

  it("is not believed where it names another host for its services", async () => {
    await using other = await fakeOnvifDevice();
    await withDevice(
      { namedHost: `127.0.0.2:${other.port}` },
      async (device, { driver, config, context }) => {
        await driver.streams(config, context);
        assert.ok(device.asked.includes("GetProfiles"));
      },
    );
    assert.deepEqual(other.asked, []);
  });

  it("is given up when nobody waits any more, or when it is gone", async () => {
    await using silent = await silentDevice();
    const { driver, config } = asking(`http://127.0.0.1:${silent.port}`);
    const abort = new AbortController();
    const call = driver.streams(config, { signal: abort.signal, secret: async () => PASSWORD });
    const ended = assert.rejects(call, { code: "NJ_ONVIF_UNREACHABLE" });
    abort.abort();
    await ended;
    await silent.close();
    const gone = driver.streams(config, {
      signal: new AbortController().signal,
      secret: async () => PASSWORD,
    });
    await assert.rejects(gone, { code: "NJ_ONVIF_UNREACHABLE", kind: "unavailable" });
  });

  it("has its reason told in one line of bounded length", async () => {
    const fault = envelope(
      `<e:Fault><e:Reason><e:Text>no\nway ${"x".repeat(1_000)}</e:Text></e:Reason></e:Fault>`,
    );
    const faults = { answer: { status: 500, text: fault } };
    await withDevice({ faults }, async (_device, { driver, config, context }) => {
      await assert.rejects(driver.streams(config, context), (error: Error) => {
        assert.match(error.message, /refuses: no way x+$/);
        assert.ok(error.message.length < 250);
        return true;
      });
    });
  });
});

describe("what an ONVIF camera can do", () => {
  it("is said by its device", async () => {
    await withDevice({}, async (_device, { driver, config, context }) => {
      assert.deepEqual(await driver.capabilities?.(config, context), {
        ptz: {
          ...{ move: true, zoom: true, presets: true, changesPresets: true, position: true, patterns: [] },
          patrols: [{ id: "tour0", name: "Round" }],
        },
        relays: [
          { id: "relay0", name: "Relay 1" },
          { id: "relay1", name: "Relay 2" },
        ],
        inputs: [
          { id: "input0", name: "Input 1" },
          { id: "input1", name: "Input 2" },
        ],
        auxiliary: ["siren", "light"],
        events: true,
      });
    });
  });

  it("is no more than the device knows, and what it lacks does not spoil the rest", async () => {
    const faults = {
      unknown: ["GetRelayOutputs", "GetDigitalInputs", "GetServiceCapabilities", "GetPresetTours"],
    };
    await withDevice({ hasPtz: false, faults }, async (_device, { driver, config, context }) => {
      assert.deepEqual(await driver.capabilities?.({ ...config, events: false }, context), {
        ...{ relays: [], inputs: [], auxiliary: [], events: false },
      });
      await assert.rejects(driver.stop?.(config, context) ?? Promise.resolve(), {
        code: "NJ_ONVIF_LACKS",
        kind: "unimplemented",
      });
    });
  });

  it("turns, stops, goes to presets and back to where it was", async () => {
    await withDevice({}, async ({ state }, { driver, config, context }) => {
      await driver.move?.(config, { pan: -1, tilt: 0.5, zoom: 0, timeoutMs: 900 }, context);
      assert.ok(state.isMoving);
      await driver.stop?.(config, context);
      assert.ok(!state.isMoving);
      const before = await driver.position?.(config, context);
      assert.ok(before !== undefined && before.pan < 0 && before.tilt > 0);
      assert.deepEqual(await driver.presets?.(config, context), [
        { id: "1", name: "Gate" },
        { id: "2", name: "Yard & shed" },
      ]);
      await driver.goToPreset?.(config, { preset: "2" }, context);
      assert.deepEqual(state.position, { pan: 0.5, tilt: 0.2, zoom: 0.4 });
      await assert.rejects(driver.goToPreset?.(config, { preset: "<9>" }, context) ?? Promise.resolve(), {
        code: "NJ_ONVIF_REFUSED",
      });
      await driver.goToPosition?.(config, before, context);
      assert.ok(Math.abs(state.position.pan - before.pan) < 1e-5);
      await driver.runPatrol?.(config, { kind: "patrol", id: "tour0", isOn: true }, context);
      assert.equal(state.tour, "tour0");
    });
  });

  it("is asked for all at once, for a slow device has ten seconds for it", async () => {
    await withDevice({ faults: { hang: ["GetRelayOutputs"] } }, async (device, { driver, config }) => {
      const abort = new AbortController();
      const context = { signal: abort.signal, secret: async () => PASSWORD };
      const given = driver.capabilities?.(config, context) ?? Promise.resolve();
      const ended = assert.rejects(given, { code: "NJ_ONVIF_UNREACHABLE" });
      await waitFor(() =>
        ["GetRelayOutputs", "GetDigitalInputs", "GetPresetTours"].every((one) => device.asked.includes(one)),
      );
      abort.abort();
      await ended;
    });
  });

  it("is turned by whichever profile it has by now, asked for again after a refusal alone", async () => {
    await withDevice({}, async ({ asked }, { driver, config, context }) => {
      const profiles = (): number => asked.filter((operation) => operation === "GetProfiles").length;
      await driver.stop?.(config, context);
      await driver.stop?.(config, context);
      assert.equal(profiles(), 1);
      const refused = driver.goToPreset?.(config, { preset: "9" }, context) ?? Promise.resolve();
      await assert.rejects(refused, { code: "NJ_ONVIF_REFUSED" });
      await driver.stop?.(config, context);
      assert.equal(profiles(), 2);
    });
  });

  it("switches relays, siren and light", async () => {
    await withDevice({}, async ({ state }, { driver, config, context }) => {
      await driver.setRelay?.(config, { relay: "relay1", on: true }, context);
      assert.equal(state.relays.get("relay1"), true);
      await driver.setRelay?.(config, { relay: "relay1", on: false }, context);
      assert.equal(state.relays.get("relay1"), false);
      await driver.setAuxiliary?.(config, { part: "siren", on: true }, context);
      assert.equal(state.auxiliary.get("tt:Siren"), true);
      await assert.rejects(
        driver.setAuxiliary?.(config, { part: "wiper", on: true }, context) ?? Promise.resolve(),
        {
          code: "NJ_ONVIF_LACKS",
        },
      );
    });
  });
});

describe("events of an ONVIF camera", () => {
  for (const hasReference of [false, true])
    it(`come as they happen${hasReference ? ", from a device that wants its reference back" : ""}`, async () => {
      await withDevice(
        { hasReference, namedHost: "192.0.2.7" },
        async ({ state }, { driver, config, context }) => {
          const pull = async (session: string, waitMs = 4_000) => {
            const pulled = await driver.pullEvents?.(config, { session, waitMs }, context);
            assert.equal(pulled?.session, session);
            return pulled?.reports;
          };
          const { session = "" } = (await driver.pullEvents?.(config, { waitMs: 1 }, context)) ?? {};
          assert.deepEqual(await pull(session), [
            { kind: "event", type: "motion", phase: "end" },
            { kind: "input", input: "input0", closed: false },
            { kind: "input", input: "input1", closed: false },
            { kind: "relay", relay: "relay0", on: false },
            { kind: "relay", relay: "relay1", on: false },
          ]);
          const coming = pull(session);
          state.setInput("input1", true);
          assert.deepEqual(await coming, [{ kind: "input", input: "input1", closed: true }]);
          state.setMotion(true);
          state.tell(onvifMessage("tns1:VideoSource/MotionAlarm", { Source: "source0" }, { State: "1" }));
          state.setMotion(false);
          // Two detectors for one thing: it is over when both say so.
          assert.deepEqual(await pull(session), [
            { kind: "event", type: "motion", phase: "begin" },
            { kind: "event", type: "motion", phase: "begin" },
          ]);
          state.tell(
            onvifMessage("tns1:VideoSource/MotionAlarm", { Source: "source0" }, { State: "0" }, "Deleted"),
          );
          state.tell(
            onvifMessage("tns1:RuleEngine/LineDetector/Crossed", { Rule: "Fence" }, { ObjectId: "7" }),
          );
          state.tell(onvifMessage("tnsx:Maker/Own/Thing", { a: "b" }, { State: "1" }));
          assert.deepEqual(await pull(session), [
            { kind: "event", type: "motion", phase: "end" },
            { kind: "event", type: "line-crossing", rule: "Fence", phase: "moment" },
          ]);
          await driver.endEvents?.(config, { session }, context);
          assert.equal(state.subscriptions.size, 0);
        },
      );
    });

  it("are of the camera's own channel alone", async () => {
    const profiles = [
      { token: "a", source: "s0" },
      { token: "b", source: "s1" },
    ];
    await withDevice({ profiles }, async ({ state }, { driver, config, context }) => {
      const second = { ...config, channel: 2 };
      const { session = "" } = (await driver.pullEvents?.(second, { waitMs: 1 }, context)) ?? {};
      await driver.pullEvents?.(second, { session, waitMs: 1 }, context);
      for (const source of ["s0", "s1"])
        state.tell(onvifMessage("tns1:VideoSource/MotionAlarm", { VideoSource: source }, { State: "true" }));
      const { reports } = (await driver.pullEvents?.(second, { session, waitMs: 1 }, context)) ?? {};
      assert.deepEqual(reports, [{ kind: "event", type: "motion", phase: "begin" }]);
    });
  });

  it("do not spoil each other: what is the recorder's alone to report is left out", async () => {
    await withDevice({}, async ({ state }, { driver, config, context }) => {
      const { session = "" } = (await driver.pullEvents?.(config, { waitMs: 1 }, context)) ?? {};
      await driver.pullEvents?.(config, { session, waitMs: 1 }, context);
      const failing = { State: "true" };
      state.tell(onvifMessage("tns1:Device/HardwareFailure/StorageFailure", { Token: "card" }, failing));
      state.tell(onvifMessage("tns1:VideoSource/MotionAlarm", { Source: "source0" }, failing));
      const answer = await driver.pullEvents?.(config, { session, waitMs: 1 }, context);
      assert.deepEqual(answer?.reports, [{ kind: "event", type: "motion", phase: "begin" }]);
    });
  });

  it("leave no subscription behind where the first question fails, and keep theirs through a late answer", async () => {
    await withDevice({}, async ({ state, setFaults, asked }, { driver, config, context }) => {
      setFaults({ forbidden: ["SetSynchronizationPoint"] });
      await assert.rejects(driver.pullEvents?.(config, { waitMs: 1 }, context) ?? Promise.resolve());
      await waitFor(() => state.subscriptions.size === 0);
      setFaults({});
      const { session = "" } = (await driver.pullEvents?.(config, { waitMs: 1 }, context)) ?? {};
      await driver.pullEvents?.(config, { session, waitMs: 1 }, context);
      setFaults({ hang: ["PullMessages"] });
      const abort = new AbortController();
      const late = driver.pullEvents?.(config, { session, waitMs: 1 }, { ...context, signal: abort.signal });
      const ended = assert.rejects(late ?? Promise.resolve(), { code: "NJ_ONVIF_UNREACHABLE" });
      await waitFor(() => asked.filter((one) => one === "PullMessages").length === 2);
      abort.abort();
      await ended;
      setFaults({});
      const next = await driver.pullEvents?.(config, { session, waitMs: 1 }, context);
      assert.deepEqual([next?.session, next?.reports.length], [session, 5], "all states come anew");
    });
  });

  it("begin anew with a device that has forgotten who listens", async () => {
    await withDevice({}, async ({ state }, { driver, config, context }) => {
      const first = await driver.pullEvents?.(config, { waitMs: 1 }, context);
      state.forgetSubscriptions();
      const wanted = { session: first?.session ?? "", waitMs: 1 };
      const second = await driver.pullEvents?.(config, wanted, context);
      assert.notEqual(second?.session, first?.session);
      const third = await driver.pullEvents?.(config, { session: second?.session ?? "", waitMs: 1 }, context);
      assert.equal(third?.session, second?.session);
      assert.equal(third?.reports.length, 5);
    });
  });
});
