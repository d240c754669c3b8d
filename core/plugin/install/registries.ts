// The registries that plugins come from: one for all names, others for scopes (`@house/…`), each with its login where it
// wants one. Addresses stand in config.json, logins sealed in the secret store.
import type { Config } from "../../config/config-schema.ts";
import { NightjarError } from "../../errors.ts";

/** How one signs in to a registry. */
export type RegistryLogin =
  | { readonly token: string }
  | { readonly username: string; readonly password: string };

export interface RegistryPlace {
  readonly url: string;
  readonly login?: RegistryLogin | undefined;
}

export interface Registries {
  /** For all names that no scope claims. */
  readonly main: RegistryPlace;
  /** By scope, as `@house`. */
  readonly scopes: Readonly<Record<string, RegistryPlace>>;
}

/** Where a registry's login is kept; `scope` undefined: the main one's. */
export function loginSecret(scope: string | undefined): string {
  return `plugin-registry/${scope ?? "main"}`;
}

/** One registry without a login. */
export function registryAt(url: string): Registries {
  return { main: { url }, scopes: {} };
}

/** The registries as the owner set them. */
export function registriesOf(
  { url, scopes }: Config["pluginRegistry"],
  secrets: { find(name: string): string | undefined },
): Registries {
  const place = (address: string, scope?: string): RegistryPlace => ({
    url: address,
    login: readLogin(secrets.find(loginSecret(scope)), address),
  });
  return {
    main: place(url),
    scopes: Object.fromEntries(
      Object.entries(scopes).map(([scope, { url: address }]) => [scope, place(address, scope)]),
    ),
  };
}

/** The registry that answers for a package. */
export function placeFor({ main, scopes }: Registries, name: string): RegistryPlace {
  const scope = name.startsWith("@") ? name.slice(0, name.indexOf("/")) : "";
  return Object.hasOwn(scopes, scope) ? (scopes[scope] ?? main) : main;
}

/** The value of the header that signs in. */
export function authorizationOf(login: RegistryLogin): string {
  return "token" in login ? `Bearer ${login.token}` : `Basic ${basicOf(login)}`;
}

/** `user:password` as both HTTP and npm write it. */
export function basicOf({ username, password }: { username: string; password: string }): string {
  return Buffer.from(`${username}:${password}`, "utf8").toString("base64");
}

/** As it is kept: together with the address that it is for, so that it is never sent to another. */
export function keptLogin(url: string, login: RegistryLogin): string {
  return JSON.stringify({ url, login });
}

function readLogin(kept: string | undefined, url: string): RegistryLogin | undefined {
  if (kept === undefined) return undefined;
  const { url: meant, login } = JSON.parse(kept) as { url: string; login: RegistryLogin };
  return meant === url ? login : undefined;
}

/**
 * Throws `NJ_PLUGIN_REGISTRY_LOGIN` for a login that could not be handed to npm as it is: its settings are lines of a
 * file in which some signs mean something.
 */
export function checkLogin(login: RegistryLogin): void {
  if (!("token" in login)) {
    if (login.username.includes(":"))
      throw unfit("the name holds a colon, which no registry can tell from the password");
    return;
  }
  if (!/^[\x21-\x7e]+$/.test(login.token) || /[${}"'\\]/.test(login.token))
    throw unfit("the token holds signs that no token has");
}

function unfit(why: string): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_REGISTRY_LOGIN",
    "invalid-argument",
    `the login cannot be used: ${why}`,
  );
}
