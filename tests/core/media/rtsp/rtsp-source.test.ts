import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fakeCamera } from "../../../../core/testing/fake-camera.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { faultOfStream, fetchFrom, pictures } from "./source-harness.ts";

describe("an RTSP source", () => {
  for (const transport of ["tcp", "udp"] as const) {
    for (const codec of ["h264", "h264-bframes", "h265"] as const) {
      it(`fetches every picture and sound of a camera: ${codec} over ${transport}`, async () => {
        await using camera = await fakeCamera({ codec, audio: "aac", speed: 10, atEnd: "end" });
        await using fetching = fetchFrom(camera.url, { transport });
        await pictures(fetching, camera.framesPerLoop);
        const { video, runs, losses } = fetching.sink;
        assert.equal(video.length, camera.framesPerLoop);
        assert.equal(video[0]?.keyFrame, true);
        assert.ok(video.every((frame) => !frame.damaged));
        assert.deepEqual([runs.length, losses.length, runs[0]?.transport], [1, 0, transport]);
        const times = video.map((frame) => frame.time).sort((a, b) => a - b);
        assert.ok(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === 3_600));
        assert.ok(fetching.sink.audio.length > 0);
      });
    }
  }

  it("logs in by every method and tells a refused password from everything else", async () => {
    for (const auth of ["basic", "digest", "digest-sha256"] as const) {
      await using camera = await fakeCamera({ auth, speed: 10 });
      const { username } = camera;
      await using right = fetchFrom(camera.url, { username, password: camera.password });
      await pictures(right, 1);
      await using wrong = fetchFrom(camera.url, { username, password: "no" });
      assert.equal((await faultOfStream(wrong)).code, "wrong-password");
      await using none = fetchFrom(camera.url);
      assert.match((await faultOfStream(none)).message, /none is set/);
    }
  });

  it("goes from TCP to UDP when the camera refuses TCP", async () => {
    await using camera = await fakeCamera({ transports: ["udp"], speed: 10 });
    await using fetching = fetchFrom(camera.url);
    await pictures(fetching, 10);
    assert.equal(fetching.sink.runs[0]?.transport, "udp");
    assert.ok(fetching.sink.states.every((state) => state.status !== "offline"));
  });

  it("says so when the camera refuses the one transport that is allowed", async () => {
    await using camera = await fakeCamera({ transports: ["udp"], speed: 10 });
    await using fetching = fetchFrom(camera.url, { transport: "tcp" });
    assert.match((await faultOfStream(fetching)).message, /transport \(461\)/);
  });

  it("keeps times going over the wraps of sequence numbers and timestamps", async () => {
    await using camera = await fakeCamera({ speed: 10, base: { sequence: 65_500, rtpTime: 0xffff_0000 } });
    await using fetching = fetchFrom(camera.url);
    await pictures(fetching, 60);
    const { video, runs, losses } = fetching.sink;
    assert.deepEqual([runs.length, losses.length], [1, 0]);
    assert.ok(
      video.every((frame, index) => index === 0 || frame.time - (video[index - 1]?.time ?? 0) === 3_600),
    );
  });

  it("reads answers that come byte by byte", async () => {
    await using camera = await fakeCamera({ speed: 10, faults: { splitAnswers: true } });
    await using fetching = fetchFrom(camera.url);
    await pictures(fetching, 5);
  });

  it("goes on behind garbage and lengths that lie, with no more loss than that", async () => {
    for (const faults of [
      { garbage: { every: 7, bytes: Buffer.from("$garbage!RTSP") } },
      { lengthLie: { every: 40, by: 9 } },
      { lengthLie: { every: 40, by: -9 } },
    ]) {
      await using camera = await fakeCamera({ speed: 10, faults });
      await using fetching = fetchFrom(camera.url, { transport: "tcp" });
      await pictures(fetching, 30);
      assert.equal(fetching.sink.runs.length, 1);
    }
  });

  it("reports loss over UDP, shows it in the state, and flags pictures until the next key frame", async () => {
    await using camera = await fakeCamera({ speed: 10, faults: { loseEvery: 20 } });
    await using fetching = fetchFrom(camera.url, { transport: "udp" });
    await pictures(fetching, 60);
    assert.ok(fetching.sink.losses.length > 0);
    const { fault } = await waitFor(() => fetching.sink.states.find(({ status }) => status === "degraded"), {
      what: "the state of loss",
    });
    assert.equal(fault?.code, "packet-loss");
    assert.match(fault.message, /Packets are lost.+choose TCP/);
    assert.ok(fetching.sink.video.some((frame) => frame.damaged));
    assert.equal(fetching.sink.runs.length, 1);
  });

  it("puts swapped and repeated UDP packets right", async () => {
    await using camera = await fakeCamera({ speed: 5, faults: { swapEvery: 9, repeatEvery: 7 } });
    await using fetching = fetchFrom(camera.url, { transport: "udp" });
    await pictures(fetching, 60);
    assert.deepEqual(fetching.sink.losses, []);
    assert.ok(fetching.sink.video.every((frame) => !frame.damaged));
  });

  it("starts a new run when the camera's timestamps jump", async () => {
    await using camera = await fakeCamera({
      speed: 10,
      faults: { timeJump: { after: 60, by: 90_000 * 60 } },
    });
    await using fetching = fetchFrom(camera.url);
    await waitFor(() => fetching.sink.runs.length === 2);
    await waitFor(() => fetching.sink.video.some((frame) => frame.run === 2));
    assert.equal(fetching.sink.video.find((frame) => frame.run === 2)?.time, 0);
    assert.equal(camera.connections, 1);
  });

  it("survives a NAL unit that never ends, in bounded memory, and goes on behind it", async () => {
    await using camera = await fakeCamera({ speed: 10, faults: { endlessNalAfter: 30 } });
    await using fetching = fetchFrom(camera.url, { transport: "tcp" });
    await waitFor(() => fetching.source.statistics().bytes > 64 * 1024 * 1024, { deadlineMs: 10_000 });
    assert.ok(fetching.pool.usedBytes < 32 * 1024 * 1024);
    const before = fetching.sink.video.length;
    camera.setFaults({});
    await waitFor(() => fetching.sink.video.slice(before).some((frame) => frame.keyFrame && !frame.damaged));
    // A hole of more than 10 s of media begins a new run; the session is the same.
    assert.ok(fetching.sink.ends.every((end) => end === undefined));
    assert.equal(fetching.source.statistics().sessions, 1);
  });

  it("comes back by itself when the camera does", async () => {
    await using camera = await fakeCamera({ speed: 10 });
    await using fetching = fetchFrom(camera.url);
    await pictures(fetching, 3);
    await camera.powerOff();
    const lost = await faultOfStream(fetching);
    assert.ok(["closed-by-camera", "connection-refused"].includes(lost.code));
    assert.equal(fetching.sink.ends.length, 1);
    await camera.powerOn();
    await waitFor(() => fetching.sink.runs.length === 2);
    await waitFor(() => fetching.sink.state?.status === "online");
  });

  it("hands the metadata track on and gives statistics", async () => {
    await using camera = await fakeCamera({ speed: 4, metadata: ["<tt:MetadataStream/>"] });
    await using fetching = fetchFrom(camera.url);
    await waitFor(() => fetching.sink.documents.length >= 2);
    assert.match(fetching.sink.documents[0] ?? "", /MetadataStream/);
    await waitFor(() => fetching.source.statistics().framesPerSecond > 0);
    const statistics = fetching.source.statistics();
    assert.ok(statistics.bitrateKbps > 0 && statistics.packets > 0 && statistics.sessions === 1);
  });

  it("says goodbye with TEARDOWN, gives all memory back, and is silent afterwards", async () => {
    await using camera = await fakeCamera({ speed: 10, audio: "aac" });
    const fetching = fetchFrom(camera.url);
    await pictures(fetching, 5);
    await fetching.source.close();
    const calls = fetching.sink.calls.length;
    assert.equal(camera.requests.at(-1)?.method, "TEARDOWN");
    assert.equal(fetching.pool.usedBytes, 0);
    assert.deepEqual([fetching.sink.calls.at(-1), fetching.sink.ends], ["runEnded", [undefined]]);
    await waitFor(() => camera.connections === 0);
    assert.equal(fetching.sink.calls.length, calls);
  });
});
