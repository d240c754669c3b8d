// Detectors of plugins in processes of their own: their calls go to core, which passes them on. The picture goes ahead of the
// call as a binary frame.
import { NightjarError } from "../errors.ts";
import type { LinkClient } from "../link/link-client.ts";
import type { DetectorCalls } from "./detector-run.ts";
import { type CoreMethodsForAnalysis, type DesiredDetector, TICKET_BYTES } from "./protocol.ts";

/** Longer than core waits for the plugin, which says then what ran out of time. */
const CALL_LIMIT_MS = 6_000;

/** The calls of one, over the link to core. */
export function passedDetector(
  core: Pick<LinkClient<CoreMethodsForAnalysis>, "link" | "request">,
  { plugin, id }: DesiredDetector,
  nextTicket: () => number,
): DetectorCalls {
  return {
    async begin(watch) {
      await core.request("call", { plugin, id, method: "begin", watch }, CALL_LIMIT_MS);
    },
    async look(look, luma) {
      let ticket = 0;
      if (luma.byteLength > 0) {
        const { link } = core;
        if (link === undefined) throw new NightjarError("NJ_LINK_CLOSED", "unavailable", "core is away");
        ticket = nextTicket();
        const head = Buffer.allocUnsafe(TICKET_BYTES);
        head.writeUInt32BE(ticket);
        // It stays with the detector until the answer: nobody writes into it meanwhile.
        link.sendBinary([head, luma]);
      }
      return core.request("call", { plugin, id, method: "look", look, ticket }, CALL_LIMIT_MS);
    },
    async end(watch) {
      await core.request("call", { plugin, id, method: "end", watch }, CALL_LIMIT_MS);
    },
  };
}
