// What forms and tiles decide: requests from a camera form, its problems, passwords, and what a tile says.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  configOf,
  EMPTY_FORM,
  formOf,
  namesAnother,
  problemsOf,
  RTSP_PLACES,
  recordOf,
} from "../src/pages/cameras/camera-form-model.ts";
import { tileNotice } from "../src/pages/live/tile-notice.ts";
import { passwordProblem } from "../src/state/password-rules.ts";

const catalogue = [
  {
    brand: "Hikvision",
    mainPath: "/Streaming/Channels/{channel}01",
    subPath: "/Streaming/Channels/{channel}02",
  },
  { brand: "Foscam", mainPath: "/videoMain", port: 88 },
];

describe("camera form", () => {
  it("makes URLs from brand, address and channel", () => {
    const form = {
      ...EMPTY_FORM,
      brand: "Hikvision",
      address: "192.168.1.64",
      channel: "2",
      username: "eye",
      password: "p",
    };
    assert.deepEqual(configOf(form, catalogue), {
      url: "rtsp://192.168.1.64:554/Streaming/Channels/201",
      subUrl: "rtsp://192.168.1.64:554/Streaming/Channels/202",
      username: "eye",
      password: "p",
    });
  });

  it("knows the brand's port, brackets IPv6, and lets the port be set", () => {
    const foscam = { ...EMPTY_FORM, brand: "Foscam", address: "fd00::7" };
    assert.equal(configOf(foscam, catalogue)["url"], "rtsp://[fd00::7]:88/videoMain");
    assert.equal(configOf({ ...foscam, port: "1554" }, catalogue)["url"], "rtsp://[fd00::7]:1554/videoMain");
  });

  it("leaves out what was not given, so that a stored password stays", () => {
    const form = { ...EMPTY_FORM, way: "url", url: " rtsp://h/1 ", transport: "udp" } as const;
    assert.deepEqual(configOf(form, catalogue), { url: "rtsp://h/1", transport: "udp" });
  });

  it("names the fields that cannot be right", () => {
    assert.deepEqual(problemsOf(EMPTY_FORM), ["name", "address"]);
    const form = { ...EMPTY_FORM, name: "Yard", way: "url", url: "http://h", retentionDays: "0" } as const;
    assert.deepEqual(problemsOf(form), ["url", "days"]);
    assert.deepEqual(problemsOf({ ...form, url: "rtsps://h/1", retentionDays: "30" }), []);
    assert.deepEqual(
      problemsOf({ ...EMPTY_FORM, name: "x", brand: "Foscam", address: "a/b", port: "70000" }),
      ["address", "port"],
    );
  });

  it("comes back from a camera as it went in", () => {
    const record = {
      mode: "manual",
      streams: "both",
      audio: true,
      preRecordSeconds: 5,
      segmentSeconds: 60,
      retentionDays: 7,
      quotaBytes: null,
    } as const;
    const form = formOf({
      id: "yard",
      name: "Yard",
      driver: "rtsp",
      enabled: true,
      config: { url: "rtsp://h/1", transport: "tcp", passwordSet: true },
      record,
      state: { status: "online", since: "2026-01-01T00:00:00Z" },
      streams: [],
      recording: { active: true, reasons: [] },
    });
    assert.deepEqual(recordOf(form), { mode: "manual", streams: "both", audio: true, retentionDays: 7 });
    assert.equal(form.url, "rtsp://h/1");
    assert.equal(form.password, "");
    assert.equal(recordOf({ ...form, retentionDays: "" }).retentionDays, null);
  });
});

describe("a login that was pasted with a camera's address", () => {
  const filled = { ...EMPTY_FORM, way: "url" as const, url: "rtsp://new:secret@h/1", username: "old" };
  it("takes the place of the user that the form was filled with, not of a login typed apart", () => {
    assert.deepEqual(configOf(filled, catalogue), { url: filled.url });
    assert.deepEqual(configOf({ ...filled, password: "typed" }, catalogue), {
      url: filled.url,
      username: "old",
      password: "typed",
    });
  });
});

describe("a camera's stored password", () => {
  const stored = { url: "rtsp://10.0.0.9/1", username: "admin", transport: "tcp" };
  for (const [what, change, isAnother] of [
    ["the path", { url: "rtsp://10.0.0.9/2", subUrl: "rtsp://10.0.0.9/3" }, false],
    ["the transport", { transport: "udp" }, false],
    ["the host", { url: "rtsp://10.0.0.10/1" }, true],
    ["the port", { url: "rtsp://10.0.0.9:8554/1" }, true],
    ["the user", { username: "root" }, true],
  ] as const) {
    it(`${isAnother ? "is asked for again" : "stays"} when ${what} changes`, () => {
      assert.equal(namesAnother(stored, { ...stored, ...change }, RTSP_PLACES), isAnother);
    });
  }
});

describe("passwords", () => {
  it("have 12 to 128 characters", () => {
    assert.equal(passwordProblem("eleven char"), "short");
    assert.equal(passwordProblem("twelve chars"), undefined);
    assert.equal(passwordProblem("x".repeat(129)), "long");
  });
});

describe("tile", () => {
  const since = "2026-11-22T14:29:51.000Z";
  const online = { status: "online", since } as const;
  const offline = { status: "offline", since, reason: "wrong password", code: "wrong-password" } as const;

  it("says nothing while it is live", () => {
    assert.equal(tileNotice(online, { kind: "live" }), undefined);
    assert.equal(tileNotice({ status: "degraded", since }, { kind: "live" }), undefined);
  });

  it("says since when and why the camera gives no picture, before anything else", () => {
    const expected = {
      kind: "offline",
      sinceMs: Date.parse(since),
      reason: "Wrong password.",
      code: "wrong-password",
    };
    assert.deepEqual(tileNotice(offline, { kind: "connecting" }), expected);
    assert.deepEqual(tileNotice(offline, { kind: "live" }), expected);
    assert.deepEqual(tileNotice(offline, { kind: "lost", reason: "stalled", sinceMs: 1 }), expected);
  });

  it("tells a broken line from a camera that stopped and from a refusal", () => {
    assert.deepEqual(tileNotice(offline, { kind: "lost", reason: "line", sinceMs: 5 }), {
      kind: "line",
      sinceMs: 5,
    });
    assert.deepEqual(tileNotice(online, { kind: "lost", reason: "stalled", sinceMs: 5 }), {
      kind: "stalled",
      sinceMs: 5,
    });
    assert.deepEqual(tileNotice(online, { kind: "lost", reason: "undrawn", sinceMs: 5 }), {
      kind: "undrawn",
      sinceMs: 5,
    });
    assert.deepEqual(
      tileNotice(online, { kind: "lost", reason: "refused", sinceMs: 5, code: "NJ_X", message: "no" }),
      { kind: "refused", sinceMs: 5, reason: "no", code: "NJ_X" },
    );
  });

  it("says that a camera is switched off, whatever the player thinks", () => {
    assert.deepEqual(tileNotice({ status: "disabled", since }, { kind: "live" }), { kind: "disabled" });
  });
});
