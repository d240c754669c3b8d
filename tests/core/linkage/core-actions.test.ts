// The recorder's own actions where some of their cameras are away.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { coreActions } from "../../../core/linkage/core-actions.ts";
import type { LinkageRequest } from "../../../core/plugin/contract/linkage-action.ts";

const { signal } = new AbortController();

function capture(away: readonly string[]) {
  let file = 0;
  const action = coreActions({
    setOutputs: async () => [],
    record: () => true,
    wait: async () => undefined,
    capture: async (camera) => {
      if (away.includes(camera)) throw new NightjarError("NJ_CAMERA_NO_VIDEO", "unavailable", "no picture");
      file += 1;
      return { file, camera, atMs: 1 };
    },
  }).find(({ id }) => id === "capture");
  const config = { cameras: ["gate", "yard"], count: 2, intervalSeconds: 1 };
  return action?.run({ config, event: { id: 1 } } as unknown as LinkageRequest, { signal });
}

describe("pictures of several cameras", () => {
  it("are kept of those that are there, and it is said of which not", async () => {
    assert.deepEqual(await capture(["gate"]), {
      captures: [
        { file: 1, camera: "yard", atMs: 1 },
        { file: 2, camera: "yard", atMs: 1 },
      ],
      note: "not all pictures of gate",
    });
  });

  it("fail where there are none at all", async () => {
    await assert.rejects(async () => capture(["gate", "yard"]), { code: "NJ_CAMERA_NO_VIDEO" });
  });
});
