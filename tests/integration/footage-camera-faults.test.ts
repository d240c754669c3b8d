// Cameras that misbehave, through the whole recorder: each says in words over HTTP what is wrong, comes back soon
// (the longest pause is 5 s) when it is mended, and costs neither the other cameras nor the memory and the processor anything (issue "Bad input",
// attack list A19).
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { type FakeCamera, type FakeCameraOptions, fakeCamera } from "../../core/testing/fake-camera.ts";
import { testPatience, waitFor } from "../../core/testing/wait-for.ts";
import type { ShownEvent } from "../support/asked-recorder.ts";
import { FootageRecorder } from "../support/footage.ts";
import { FAULTS, type Fault, NOISE } from "../support/footage-faults.ts";
import { decodeFaults, widthOf } from "../support/footage-files.ts";
import { countPackets, hasProgram } from "../support/media-files.ts";

const METADATA = '<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"/>';
/** Of `media` with 17 cameras: 130 MB and 3 MB each, and their rings. All together stay far below 17 times what one may take. */
const MEDIA_LIMIT_BYTES = 250e6;
/** Of one stream, whatever its camera sends. */
const STREAM_LIMIT_BYTES = 64e6;

const CODEC = "exception-codec-mismatch";

const skip = hasProgram("ffmpeg") ? false : "ffmpeg is not installed";

describe("cameras that misbehave", { skip, timeout: 200_000 }, () => {
  const made: FakeCamera[] = [];
  const ids = new Map<string, string>();
  const cameras = new Map<string, FakeCamera>();
  let recorder: FootageRecorder;
  let healthy: { readonly id: string; readonly files: number };

  async function camera(options: FakeCameraOptions): Promise<FakeCamera> {
    const one = await fakeCamera(options);
    made.push(one);
    return one;
  }

  async function add(name: string, one: FakeCamera, config: Record<string, string> = {}): Promise<string> {
    cameras.set(name, one);
    const id = await recorder.addCamera(name, { url: one.url, transport: "tcp", ...config });
    ids.set(name, id);
    return id;
  }

  function idOf(name: string): string {
    return ids.get(name) ?? assert.fail(`no camera ${name}`);
  }

  before(async () => {
    recorder = await FootageRecorder.start();
    const id = await add("healthy", await camera({ metadata: [METADATA], audio: "aac" }));
    await recorder.untilState(id, ({ state }) => state.status === "online", 10_000, "the healthy camera");
    healthy = { id, files: recorder.filesOf(id).length };
  });
  after(async () => {
    await recorder?.stop();
    for (const one of made) await one.close();
  });

  it("say what is wrong, in words and by a code", async () => {
    await Promise.all(
      FAULTS.map(async ({ name, faults, options, config }) => {
        const one = await camera({ ...options, faults });
        await add(name, one, config?.(one));
      }),
    );
    const told = await Promise.all(
      FAULTS.map(({ name, code }) =>
        recorder.untilState(idOf(name), ({ state }) => state.code === code, 20_000, `${code} for "${name}"`),
      ),
    );
    for (const [index, { state }] of told.entries()) {
      const { name, words } = FAULTS[index] as Fault;
      assert.equal(state.status, "offline", name);
      assert.match(state.reason ?? "", words, name);
      assert.match(state.reason ?? "", /^[A-Z0-9].*\.$/s, `${name}: a sentence`);
      assert.doesNotMatch(state.reason ?? "", /not this one|NJ_|Error:|undefined/, name);
    }
    const { events } = await recorder.api<{ events: ShownEvent[] }>("GET", `/events?types=${CODEC}`);
    assert.deepEqual(
      events.map(({ camera: id, end, detail }) => [id, end, detail["code"]]),
      [[idOf("unknown codec"), undefined, "codec-unsupported"]],
      "that a codec cannot be recorded is an event of the camera that sends it, and of no other",
    );
  });

  it("cost media little time and bounded memory while they go on for 6 s", async () => {
    const quiet = await recorder.mediaFigures();
    await Promise.all(NOISE.map(async ({ name, options }) => add(name, await camera(options))));
    await add("no key frame", await camera({ keyFrames: 0 }));
    const begin = await recorder.mediaFigures();
    const from = performance.now();
    await waitFor(() => performance.now() - from > 6_000 || undefined, { deadlineMs: 10_000, periodMs: 250 });
    const end = await recorder.mediaFigures();
    const share = (end.cpuSeconds - begin.cpuSeconds) / ((performance.now() - from) / 1_000);
    assert.equal(end.pid, begin.pid, "media is the process that it was");
    assert.ok(share < 0.4, `${(share * 100).toFixed(1)} % of a core`);
    await recorder.untilState(
      idOf("a NAL unit without end"),
      ({ state }) => state.status === "degraded" && state.code === "stalled",
      10_000,
      "a NAL unit without end, stalled",
    );
    // Five are added; that all of them take less than one may holds for each of them.
    const addedBytes = end.residentBytes - quiet.residentBytes;
    assert.ok(
      addedBytes < STREAM_LIMIT_BYTES,
      `${(addedBytes / 1e6).toFixed(0)} MB for ${NOISE.length + 1} streams`,
    );
    assert.ok(end.residentBytes < MEDIA_LIMIT_BYTES, `${(end.residentBytes / 1e6).toFixed(0)} MB`);
  });

  it("come back soon after being mended", async () => {
    const mendable = [...FAULTS.filter(({ config }) => config === undefined), ...NOISE];
    for (const { name } of mendable) cameras.get(name)?.setFaults({});
    const fromMs = Date.now();
    const late: string[] = [];
    await Promise.all(
      mendable.map(async ({ name }) => {
        await recorder.untilState(
          idOf(name),
          ({ state, recording }) =>
            state.status !== "offline" && state.status !== "connecting" && recording.active,
          20_000,
          `"${name}", mended,`,
        );
        // The longest pause is 5 s; connecting takes its time beside others.
        // A request that was never answered is given up after 10 s; only then is there anything to come back from.
        const pendingMs = name === "no answer" ? 10_000 : 0;
        if (Date.now() - fromMs > 7_000 * testPatience() + pendingMs)
          late.push(`${name}: ${Date.now() - fromMs} ms`);
      }),
    );
    assert.deepEqual(late, []);
    const codec = await waitFor(
      async () => {
        const { events } = await recorder.api<{ events: ShownEvent[] }>("GET", `/events?types=${CODEC}`);
        return events.every(({ end }) => end !== undefined) && events;
      },
      { what: "the end of the codec that could not be recorded" },
    );
    assert.deepEqual(
      codec.map(({ camera: id }) => id),
      [idOf("unknown codec")],
    );
  });

  it("are seen to be unplugged and come back soon after the power", async () => {
    const one = cameras.get("wrong path") as FakeCamera;
    await recorder.api("PATCH", `/cameras/${idOf("wrong path")}`, {
      config: { url: one.url, transport: "tcp" },
    });
    await recorder.untilState(
      idOf("wrong path"),
      ({ state }) => state.status === "online",
      5_000,
      "the right path",
    );
    await one.powerOff();
    const off = await recorder.untilState(
      idOf("wrong path"),
      ({ state }) => state.code === "connection-refused",
      8_000,
      "no power",
    );
    assert.match(off.state.reason ?? "", /Nothing listens at .*Check the port/);
    await one.powerOn();
    await recorder.untilState(idOf("wrong path"), ({ state }) => state.status === "online", 5_600, "power");
  });

  it("refuse a web server's port with the reason", async () => {
    const web = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
      0,
      "127.0.0.1",
    );
    await once(web, "listening");
    const address = web.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const id = await recorder.addCamera("web server", { url: `rtsp://127.0.0.1:${port}/stream` });
    const told = await recorder.untilState(
      id,
      ({ state }) => state.status === "offline",
      10_000,
      "web server",
    );
    assert.match(told.state.reason ?? "", /web server/);
    web.close();
  });

  it("lose 5 % over UDP without a storm of files; the files play and tell of the holes", async () => {
    const lossy = await camera({ transports: ["udp"], faults: { loseEvery: 20 } });
    const id = await recorder.addCamera("lossy", { url: lossy.url, transport: "udp" });
    const fromMs = Date.now();
    await recorder.untilState(
      id,
      ({ streams }) => (streams[0]?.figures?.packetsLost ?? 0) > 20,
      30_000,
      "lost packets",
    );
    const query = `cameras=${id}&start=${new Date(fromMs - 5_000).toISOString()}&end=${new Date(Date.now() + 60_000).toISOString()}&stream=main`;
    const holes = await waitFor(
      async () => {
        const { cameras: found } = await recorder.api<{
          cameras: { holes: { packets: number }[] }[];
        }>("GET", `/recordings/coverage?${query}`);
        return (found[0]?.holes.length ?? 0) > 3 ? found[0]?.holes : undefined;
      },
      { deadlineMs: 30_000, periodMs: 250, what: "holes in the timeline" },
    );
    assert.ok(holes.every(({ packets }) => packets >= 1));
    const files = recorder.filesOf(id);
    assert.equal(new Set(files.map(({ run }) => run)).size, 1, "one run");
    assert.ok(files.length <= 1 + Math.ceil((Date.now() - fromMs) / 10_000), `${files.length} files`);
  });

  it("change their resolution: a new file begins, and both play", async () => {
    const one = await camera({ changeTo: { codec: "h264-small", afterSeconds: 2 } });
    const id = await recorder.addCamera("changing", { url: one.url, transport: "tcp" });
    await recorder.untilState(
      id,
      ({ streams }) => streams[0]?.format?.video?.width === 160,
      15_000,
      "a new size",
    );
    await waitFor(() => recorder.filesOf(id).length >= 2 || undefined, { what: "a second file" });
    await recorder.api("PATCH", `/cameras/${id}`, { enabled: false });
    const [first, second] = recorder.filesOf(id);
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(first.run, second.run, "one run");
    await waitFor(async () => (await decodeFaults(second.path)).length === 0 || undefined, {
      deadlineMs: 10_000,
    });
    assert.deepEqual(await decodeFaults(first.path), []);
    assert.deepEqual([await widthOf(first.path), await widthOf(second.path)], [320, 160]);
  });

  it("tell over HTTP what was done about their sound: G.726 is decoded, what nobody knows is left out", async () => {
    const addSound = async (audio: "g726" | "unknown"): Promise<string> =>
      recorder.addCamera(audio, { url: (await camera({ audio })).url, transport: "tcp" });
    const [g726, unknown] = [await addSound("g726"), await addSound("unknown")];
    const decoded = await recorder.untilState(
      g726,
      ({ state, recording }) => state.note !== undefined && recording.active,
      15_000,
      "a note about G.726",
    );
    assert.equal(decoded.state.status, "online");
    assert.equal(decoded.state.note, "decoded from G.726 at 32 kbit/s");
    assert.equal(decoded.streams[0]?.format?.audio?.codec, "ulaw");
    const without = await recorder.untilState(
      unknown,
      ({ state, recording }) => state.status === "degraded" && recording.active,
      15_000,
      "the sound that nobody knows",
    );
    assert.equal(without.state.code, "codec-unsupported");
    assert.match(without.state.reason ?? "", /X-SECRET-CODEC.*recorded without it/);
    assert.equal(without.streams[0]?.format?.audio, undefined);
    for (const [id, hasSound] of [
      [g726, true],
      [unknown, false],
    ] as const) {
      await recorder.api("PATCH", `/cameras/${id}`, { enabled: false });
      const path = await waitFor(
        async () => {
          const file = recorder.filesOf(id)[0]?.path;
          return file !== undefined && (await decodeFaults(file)).length === 0 ? file : undefined;
        },
        { deadlineMs: 10_000, what: "a whole file" },
      );
      assert.ok((await countPackets(path, "v")) > 0);
      assert.equal((await countPackets(path, "a")) > 0, hasSound);
    }
  });

  it("say so when they send no key frame, and nothing can be recorded of them", async () => {
    const id = idOf("no key frame");
    const told = await recorder.untilState(
      id,
      ({ state }) => state.code === "no-key-frame",
      20_000,
      "no key frame",
    );
    assert.match(told.state.reason ?? "", /nothing can be shown or recorded.*interval/);
    assert.deepEqual([told.state.status, told.recording.active], ["degraded", false]);
  });

  it("have left the healthy camera alone, whose metadata track cost nothing: one run, no frame lost", async () => {
    const { state, streams } = await recorder.camera(healthy.id);
    assert.deepEqual([state.status, streams[0]?.figures?.packetsLost], ["online", 0]);
    await recorder.rig.stopRecorder();
    // Only now: until it stopped, another file might begin.
    const files = recorder.filesOf(healthy.id);
    assert.equal(new Set(files.map(({ run }) => run)).size, 1);
    let frames = 0;
    assert.deepEqual(await decodeFaults(...files.map(({ path }) => path)), []);
    for (const { path } of files) frames += await countPackets(path, "v");
    const recorded = recorder.rig.files().filter(({ camera: name }) => name === healthy.id);
    const seconds = ((recorded.at(-1)?.endMs ?? 0) - (recorded[0]?.startMs ?? 0)) / 1_000;
    assert.ok(Math.abs(frames - seconds * 25) <= 2, `${frames} frames in ${seconds} s`);
  });
});
