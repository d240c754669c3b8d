// What `core` tells `media`, in which order it is taken.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type LinkedParts, linkHandlers } from "../../../../core/media/process/link-handlers.ts";
import { YARD } from "./rig.ts";

const WHERE = { camera: YARD, stream: "main" };

/** The handlers of a link to `core`, with parts that write down what they are asked. */
function handled(): { readonly asked: string[]; readonly handlers: ReturnType<typeof linkHandlers> } {
  const asked: string[] = [];
  const note = (what: string) => () => void asked.push(what);
  const recorder = { trigger: note("trigger"), endTrigger: note("end of a trigger") };
  const parts = {
    coreWatch: { heard: () => undefined },
    clockWatch: { check: note("clock") },
    state: { set: note("state") },
    streams: new Map([[`${YARD}/main`, { recorder }]]),
  } as unknown as LinkedParts;
  return { asked, handlers: linkHandlers(parts, () => ({ peer: { role: "core" } }) as never) };
}

describe("what core tells media", () => {
  it("is taken after a look at the clock where it holds times: they are those of a clock that may just have been set", async () => {
    for (const [method, params, what] of [
      ["setDesiredState", {}, "state"],
      ["trigger", { ...WHERE, trigger: {} }, "trigger"],
      ["endTrigger", { ...WHERE, id: "e1", until90k: 1 }, "end of a trigger"],
    ] as const) {
      const { asked, handlers } = handled();
      await handlers[method]?.(params as never);
      assert.deepEqual(asked, ["clock", what]);
    }
  });
});
