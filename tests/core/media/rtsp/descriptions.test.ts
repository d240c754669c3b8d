import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { controlUrl, parseRtspUrl } from "../../../../core/media/rtsp/rtsp-url.ts";
import { parseSdp } from "../../../../core/media/rtsp/sdp.ts";
import { StreamFaultError } from "../../../../core/media/rtsp/stream-fault-error.ts";
import { planSession } from "../../../../core/media/rtsp/track-planner.ts";
import { parseRtpInfo, parseSession, parseTransport } from "../../../../core/media/rtsp/transport-header.ts";
import { cheapSdp, dahuaSdp, g726Sdp, hikvisionSdp, latmSdp, sdpWithSound } from "../sample-sessions.ts";

describe("session descriptions", () => {
  it("in Hikvision's manner: H.264, AAC and the metadata track, absolute control URLs", () => {
    const plan = planSession(parseSdp(hikvisionSdp), true);
    assert.equal(plan.video.plan.codec, "h264");
    assert.equal(plan.video.plan.parameterSets.length, 2);
    assert.match(plan.video.control ?? "", /^rtsp:.*trackID=1/);
    assert.equal(plan.audio?.plan.format?.codecString, "mp4a.40.2");
    assert.equal(plan.audio?.plan.format?.sampleRate, 16_000);
    assert.equal(plan.metadata?.plan.payloadType, 107);
  });

  it("in Dahua's manner: H.265, the frame rate, and the loudspeaker's track left alone", () => {
    const plan = planSession(parseSdp(dahuaSdp), true);
    assert.equal(plan.video.plan.codec, "h265");
    assert.equal(plan.video.plan.frameRate, 20);
    assert.equal(plan.audio?.plan.format?.codec, "pcma");
    assert.equal(plan.audio?.control, "trackID=1");
  });

  it("of cheap cameras: a map for another payload type, no sets, a static sound", () => {
    const plan = planSession(parseSdp(cheapSdp), true);
    assert.equal(plan.video.plan.codec, "h264");
    assert.deepEqual(plan.video.plan.parameterSets, []);
    assert.equal(plan.audio?.plan.format?.codec, "pcmu");
  });

  it("name no sound that was not asked for", () => {
    assert.equal(planSession(parseSdp(hikvisionSdp), false).audio, undefined);
  });

  it("with LATM and G.726 make plans that say what is done", () => {
    assert.equal(planSession(parseSdp(latmSdp), true).audio?.plan.packing.kind, "latm");
    assert.match(planSession(parseSdp(g726Sdp), true).audio?.plan.format?.note ?? "", /G\.726 at 32/);
    const aal2 = sdpWithSound(["m=audio 0 RTP/AVP 99", "a=rtpmap:99 AAL2-G726-16/8000"]);
    assert.deepEqual(planSession(parseSdp(aal2), true).audio?.plan.packing, {
      kind: "g726",
      rate: 16,
      packing: "aal2",
    });
  });

  it("with a sound that cannot be kept name it and keep the picture", () => {
    const plan = planSession(parseSdp(sdpWithSound(["m=audio 0 RTP/AVP 9"])), true);
    assert.equal(plan.audio, undefined);
    assert.equal(plan.unusableSound, "PAYLOAD TYPE 9");
  });

  it("without a picture, or with one of another codec, are refused in words", () => {
    const fault = (sdp: string) => {
      try {
        planSession(parseSdp(sdp), true);
      } catch (error) {
        if (error instanceof StreamFaultError) return error.fault;
      }
      return undefined;
    };
    assert.equal(fault("v=0\r\nm=audio 0 RTP/AVP 0\r\n")?.code, "no-video");
    const jpeg = fault("v=0\r\nm=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n");
    assert.equal(jpeg?.code, "codec-unsupported");
    assert.match(jpeg?.message ?? "", /JPEG/);
  });

  it("are cut at 64 media and 64 KiB", () => {
    assert.equal(parseSdp("m=video 0 RTP/AVP 96\n".repeat(1_000)).media.length, 64);
    const late = `v=0\n${"a=x:y\n".repeat(12_000)}m=video 0 RTP/AVP 96\n`;
    assert.equal(parseSdp(late).media.length, 0);
  });

  it("with a start code left in their base64 still give parameter sets", () => {
    const sdp = sdpWithSound([]).replace(
      /sprop-parameter-sets=[^\r]*/,
      "sprop-parameter-sets=AAAAAWdCAB4=,AAABaM4=",
    );
    const sets = planSession(parseSdp(sdp), false).video.plan.parameterSets;
    assert.deepEqual(
      sets.map((nal) => nal[0]),
      [0x67, 0x68],
    );
  });
});

describe("RTSP URLs", () => {
  it("keep what follows the host as it was typed and lose credentials", () => {
    const url = parseRtspUrl("rtsp://user:p@ss@cam.example/cam/realmonitor?channel=1&subtype=0");
    assert.equal(url?.text, "rtsp://cam.example/cam/realmonitor?channel=1&subtype=0");
    assert.deepEqual([url?.host, url?.port, url?.tls], ["cam.example", 554, false]);
    assert.deepEqual(
      [parseRtspUrl("rtsps://[2001:db8::1]/a")?.host, parseRtspUrl("rtsps://h/a")?.port],
      ["2001:db8::1", 322],
    );
  });

  it("of other schemes, without a host, with line ends or silly ports are none", () => {
    for (const text of ["http://h/a", "rtsp:///a", "rtsp://h\r\nX: y/a", "rtsp://h:99999/", "", "rtsp://"]) {
      assert.equal(parseRtspUrl(text), undefined, text);
    }
  });

  for (const [base, control, wanted] of [
    ["rtsp://h/a", "*", "rtsp://h/a"],
    ["rtsp://h/a", undefined, "rtsp://h/a"],
    ["rtsp://h/a/", "trackID=1", "rtsp://h/a/trackID=1"],
    ["rtsp://h/a", "trackID=1", "rtsp://h/a/trackID=1"],
    ["rtsp://h/a/", "/trackID=1", "rtsp://h/a/trackID=1"],
    ["rtsp://h/a?channel=1&subtype=0", "trackID=0", "rtsp://h/a?channel=1&subtype=0/trackID=0"],
    ["rtsp://h/a", "rtsp://10.0.0.1/b/track1", "rtsp://10.0.0.1/b/track1"],
    ["rtsp://h/a", "x\r\nEvil: 1", "rtsp://h/a"],
  ] as const) {
    it(`join ${base} and ${JSON.stringify(control)} to ${wanted}`, () => {
      assert.equal(controlUrl(base, control), wanted);
    });
  }
});

describe("RTSP headers", () => {
  it("Transport gives channels and ports, also without the second number", () => {
    assert.deepEqual(parseTransport("RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=1").interleaved, [2, 3]);
    assert.deepEqual(
      parseTransport("RTP/AVP;unicast;client_port=1-2;server_port=6970").serverPort,
      [6970, 6971],
    );
    assert.equal(parseTransport("RTP/AVP;unicast;server_port=1-2").isTcp, false);
    assert.equal(parseTransport("RTP/AVP/TCP;interleaved=900-901").interleaved, undefined);
  });

  it("Session gives the id and a timeout of 60 s unless it names another", () => {
    assert.deepEqual(parseSession(" 123ABC ; timeout=15"), { id: "123ABC", timeoutSeconds: 15 });
    assert.deepEqual(parseSession("1"), { id: "1", timeoutSeconds: 60 });
    assert.equal(parseSession(" ;timeout=5"), undefined);
  });

  it("RTP-Info gives a time a track, and none for the zero of cameras that do not know", () => {
    assert.deepEqual(parseRtpInfo("url=rtsp://h/a/t1;seq=1;rtptime=345,url=rtsp://h/a/t2;rtptime=0"), [
      { url: "rtsp://h/a/t1", rtptime: 345 },
      { url: "rtsp://h/a/t2", rtptime: undefined },
    ]);
  });
});
