// The action: posts a message about the event as JSON, once a picture of it is there. It keeps no state.
import {
  type LinkageAction,
  type LinkageRequest,
  NightjarError,
  type Nvr,
  type Static,
} from "@nightjar/core";
import { type pluginConfig, ruleConfig } from "./config.ts";

/** Less than the 30 seconds that the recorder waits, so that the reason is told and not only that there was none. */
const PATIENCE_MS = 10_000;
/** What may be another answer in a while; other refusals stay. */
const PASSING = new Set([408, 425, 429]);

/** Makes the action. */
export function linkageAction(send: Nvr["fetch"], plugin: Static<typeof pluginConfig>): LinkageAction {
  return {
    id: "template",
    displayName: "Message to Template",
    configSchema: ruleConfig,
    wantsPictures: 1,
    // Whoever gets a message an hour late has no use for it.
    maxAgeSeconds: 3_600,
    async run(request, { signal }) {
      const { url, key } = plugin;
      if (url === undefined) throw refused("the address is not set: see the plugin's settings");
      const headers = {
        "content-type": "application/json",
        // The same when the recorder tries again: a message that arrived in spite of all is not shown twice.
        "idempotency-key": request.id,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      };
      const sent = {
        method: "POST",
        headers,
        body: JSON.stringify(messageOf(request)),
        signal,
        timeoutMs: PATIENCE_MS,
      };
      const answer = await send(url, sent).catch((error: unknown) => {
        throw away(`${url} does not answer: ${reasonOf(error)}`);
      });
      // An answer that nobody reads would keep its connection.
      await answer.body?.cancel();
      if (answer.ok) return { note: `taken with ${answer.status}` };
      const what = `${url} answers with ${answer.status}`;
      throw answer.status >= 500 || PASSING.has(answer.status) ? away(what) : refused(what);
    },
  };
}

/** What is sent. */
function messageOf(request: LinkageRequest): Record<string, unknown> {
  const { event, rule, cameraName, recorderName, pictures, isTest } = request;
  const { urgency, picture } = request.config as Static<typeof ruleConfig>;
  const jpeg = picture ? pictures[0]?.jpeg : undefined;
  return {
    text: `${isTest ? "Test: " : ""}${event.type} at ${cameraName ?? recorderName} (${rule.name})`,
    test: isTest,
    urgency,
    event: { id: event.id, type: event.type, start: event.start },
    ...(jpeg === undefined ? {} : { jpeg }),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function away(message: string): NightjarError {
  return new NightjarError("NJ_LINKAGE_TARGET", "unavailable", message);
}

function refused(message: string): NightjarError {
  return new NightjarError("NJ_LINKAGE_TARGET", "failed-precondition", message);
}
