// The provider: asks the directory whether a name and a password belong together. Here it is one over HTTP that answers a
// POST of both with 200 and the groups, or 401.
import { type LoginProvider, NightjarError, type Nvr, type Static } from "@nightjar/core";
import type { pluginConfig } from "./config.ts";

/** Less than the five seconds that the recorder waits, so that the reason is told and not only that there was none. */
const PATIENCE_MS = 4_000;

/** Makes the provider. It keeps no state, and no password longer than the question takes. */
export function loginProvider(ask: Nvr["fetch"], config: Static<typeof pluginConfig>): LoginProvider {
  return {
    id: "template",
    displayName: "Template",
    async check({ userName, password }, { signal }) {
      const { url, key } = config;
      if (url === undefined) throw away("the directory's address is not set: see the plugin's settings");
      const headers = {
        "content-type": "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      };
      const body = JSON.stringify({ name: userName, password });
      const asked = { method: "POST", headers, body, signal, timeoutMs: PATIENCE_MS };
      const answer = await ask(url, asked).catch((error: unknown) => {
        throw away(`the directory at ${url} does not answer: ${reasonOf(error)}`);
      });
      if (answer.status === 401) return undefined;
      if (answer.status !== 200) throw away(`the directory at ${url} answers with ${answer.status}`);
      return { groups: groupsOf(await answer.json()) };
    },
  };
}

function groupsOf(answer: unknown): string[] {
  const groups: unknown =
    typeof answer === "object" && answer !== null && "groups" in answer ? answer.groups : undefined;
  if (Array.isArray(groups) && groups.every((group) => typeof group === "string")) return groups;
  throw away("the directory names no list of groups");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function away(message: string): NightjarError {
  return new NightjarError("NJ_DIRECTORY_AWAY", "unavailable", message);
}
