// Why a plugin is not packed.
import { NightjarError } from "../../core/errors.ts";

/** A refusal, in a sentence for the plugin's author. */
export function refusePacking(reason: string): NightjarError {
  return new NightjarError("NJ_PACK_REFUSED", "failed-precondition", reason);
}
