// Secrets of plugins in the recorder's sealed store, each plugin in a corner of its own.
import type { SecretStore } from "../../config/secret-store.ts";
import { NightjarError } from "../../errors.ts";
import type { PluginSecrets } from "../contract/define-plugin.ts";

const NAME = /^[a-z0-9._-]{1,64}$/i;
const SECRET_LIMIT_CHARACTERS = 16 * 1024;
const SECRETS_LIMIT = 100;

/**
 * Where the secret fields of a plugin's settings are kept: within its corner, so that they go when it goes, and out of
 * its own reach, since its names hold no slash.
 */
export function settingsCorner(plugin: string): string {
  return `plugin/${plugin}/settings/`;
}

/** The secrets of one plugin. */
export function secretsOfPlugin(store: SecretStore, plugin: string): PluginSecrets {
  const corner = `plugin/${plugin}/`;
  const ownNames = (): string[] =>
    store.names(corner).filter((name) => !name.startsWith(settingsCorner(plugin)));
  return {
    get: async (name) => store.get(corner + checked(name)),
    async set(name, secret) {
      const full = corner + checked(name);
      if (secret === undefined) {
        await store.delete(full);
        return;
      }
      if (secret.length > SECRET_LIMIT_CHARACTERS)
        throw refused(`a secret of a plugin holds ${SECRET_LIMIT_CHARACTERS} characters at most`);
      if (!store.has(full) && ownNames().length >= SECRETS_LIMIT)
        throw refused(`a plugin keeps ${SECRETS_LIMIT} secrets at most`);
      await store.set(full, secret);
    },
  };
}

function checked(name: string): string {
  if (NAME.test(name)) return name;
  throw refused("a secret's name is 1 to 64 of letters, digits, '.', '_' and '-'");
}

function refused(message: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_DATA", "invalid-argument", message);
}
