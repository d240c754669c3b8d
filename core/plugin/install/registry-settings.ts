// The registries as their owner sees and sets them: addresses readable, logins in and never out. A login belongs to the
// address that it was given for: whoever changes the address gives it anew.
import type { ConfigStore } from "../../config/config-store.ts";
import type { SecretStore } from "../../config/secret-store.ts";
import { checkLogin, keptLogin, loginSecret, type RegistryLogin, registriesOf } from "./registries.ts";

export type LoginKind = "none" | "token" | "password";

export interface RegistryView {
  readonly url: string;
  readonly login: LoginKind;
}

export interface RegistriesView extends RegistryView {
  readonly scopes: (RegistryView & { readonly scope: string })[];
}

export interface RegistryOrder {
  readonly url: string;
  /** `null` takes a login away; left out, it stays as long as the address does. */
  readonly login?: RegistryLogin | null | undefined;
}

export interface RegistriesOrder extends RegistryOrder {
  readonly scopes: readonly (RegistryOrder & { readonly scope: string })[];
}

export class RegistrySettings {
  readonly #config: ConfigStore;
  readonly #secrets: SecretStore;

  constructor(config: ConfigStore, secrets: SecretStore) {
    this.#config = config;
    this.#secrets = secrets;
  }

  view(): RegistriesView {
    const { main, scopes } = registriesOf(this.#config.get().pluginRegistry, this.#secrets);
    const shown = ({ url, login }: { url: string; login?: RegistryLogin | undefined }): RegistryView => ({
      url,
      login: login === undefined ? "none" : "token" in login ? "token" : "password",
    });
    return {
      ...shown(main),
      scopes: Object.entries(scopes).map(([scope, place]) => ({ scope, ...shown(place) })),
    };
  }

  /** Stores all of it. Throws `NJ_PLUGIN_REGISTRY_LOGIN`, and as a change of settings does; then nothing has changed. */
  async put(order: RegistriesOrder): Promise<RegistriesView> {
    const places = [{ ...order, scope: undefined }, ...order.scopes];
    for (const { login } of places) if (login) checkLogin(login);
    const before = registriesOf(this.#config.get().pluginRegistry, this.#secrets);
    const logins = new Map<string, string | undefined>();
    for (const name of this.#secrets.names("plugin-registry/")) logins.set(name, undefined);
    for (const { scope, url, login } of places) {
      const known = scope === undefined ? before.main : before.scopes[scope];
      const kept = login === undefined && known?.url === url ? known.login : login;
      if (kept) logins.set(loginSecret(scope), keptLogin(url, kept));
    }
    await this.#config.update((draft) => {
      draft.pluginRegistry = {
        url: order.url,
        scopes: Object.fromEntries(order.scopes.map(({ scope, url }) => [scope, { url }])),
      };
    });
    await this.#secrets.change(logins);
    return this.view();
  }
}
