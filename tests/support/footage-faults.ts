// What cameras do wrong, one line of the requirement each, with the code and the words that are due.
import type { CameraFaults } from "../../core/testing/camera-faults.ts";
import type { FakeCamera, FakeCameraOptions } from "../../core/testing/fake-camera.ts";

/** What is wrong with a camera, and what the recorder is to say of it. */
export interface Fault {
  readonly name: string;
  readonly faults: CameraFaults;
  readonly options?: FakeCameraOptions;
  readonly config?: (camera: FakeCamera) => Record<string, string>;
  readonly code: string;
  readonly words: RegExp;
}

/** Cameras of which nothing comes, or nothing more. */
export const FAULTS: readonly Fault[] = [
  {
    name: "wrong password",
    faults: {},
    options: { auth: "digest" },
    config: () => ({ username: "admin", password: "not this one" }),
    code: "wrong-password",
    words: /user name or password/,
  },
  {
    name: "wrong path",
    faults: {},
    config: (camera) => ({ url: camera.url.replace("/stream", "/elsewhere") }),
    code: "not-found",
    words: /Check the path/,
  },
  {
    name: "wrong host",
    faults: {},
    config: () => ({ url: "rtsp://no-such-camera.invalid/stream" }),
    code: "host-not-found",
    words: /not known\. Check the camera's address/,
  },
  {
    name: "unknown codec",
    faults: { sdp: (sdp) => sdp.replace("H264/90000", "WMV9/90000") },
    code: "codec-unsupported",
    words: /WMV9|codec|H\.264/i,
  },
  {
    name: "rubbish for an answer",
    faults: { rawAnswer: { method: "DESCRIBE", bytes: Buffer.alloc(4_000, 0x9c) } },
    code: "protocol-error",
    words: /\w+ \w+ \w+/,
  },
  {
    name: "a header without end",
    faults: { endlessHeaderAt: "DESCRIBE" },
    code: "protocol-error",
    words: /64 KiB|header/,
  },
  {
    name: "a body of 4 GB",
    faults: { contentLengthError: 4_294_960_000 },
    code: "protocol-error",
    words: /42949\d+/,
  },
  {
    name: "no more viewers",
    faults: { failAt: { method: "SETUP", status: 453 } },
    code: "too-many-sessions",
    words: /no more viewers/,
  },
  { name: "no answer", faults: { silentAt: "DESCRIBE" }, code: "timed-out", words: /answer/ },
  { name: "no pictures after a while", faults: { stallAfter: 60 }, code: "stalled", words: /\w+ \w+ \w+/ },
  { name: "hangs up", faults: { closeAfter: 40 }, code: "closed-by-camera", words: /clos|hung|ended/ },
];

/** Those that go on sending: nobody may suffer. */
export const NOISE: readonly { readonly name: string; readonly options: FakeCameraOptions }[] = [
  { name: "lies about packet lengths", options: { faults: { lengthLie: { every: 9, by: 700 } } } },
  {
    name: "rubbish between packets",
    options: { faults: { garbage: { every: 7, bytes: Buffer.alloc(300, 0x24) } } },
  },
  { name: "a NAL unit without end", options: { faults: { endlessNalAfter: 30 } } },
  {
    name: "NAL units that say they are 4 GB",
    options: { faults: { payload: (payload, count) => (count % 5 === 0 ? stap(payload) : payload) } },
  },
];

/** An aggregation packet (STAP-A) whose unit says that it is 65 535 bytes long: the most that RTP can claim. */
function stap(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x78, 0xff, 0xff]), payload]);
}
