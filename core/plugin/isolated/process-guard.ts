// Inside the process of an isolated plugin, before any of its code runs: closes the doors that Node's own permissions
// leave open (docs/decisions/0016-walls-around-plugins.md lists them). A second wall where the system gives the first,
// and the only one, weaker, where it does not. What is kept for later use is taken now: the plugin may change prototypes.

import module, { registerHooks, syncBuiltinESMExports } from "node:module";
import { Server, Socket } from "node:net";
import os from "node:os";
import v8 from "node:v8";
import { NightjarError } from "../../errors.ts";
import type { NetworkLeave } from "../package/permissions.ts";

const { apply, defineProperty, deleteProperty } = Reflect;
const { isArray } = Array;

/** Modules that reach past the permissions: SQLite opens any file, the others other programs or all of this one. */
const NEVER = ["sqlite", "inspector", "inspector/promises", "repl", "cluster", "trace_events", "wasi"];
const OF_NETWORK = [
  "net",
  "tls",
  "dgram",
  "dns",
  "dns/promises",
  "http",
  "https",
  "http2",
  "quic",
  "_http_agent",
  "_http_client",
  "_http_common",
  "_http_incoming",
  "_http_outgoing",
  "_http_server",
  "_tls_common",
  "_tls_wrap",
  "_stream_wrap",
];
/** They act on other processes, on the whole process, or hand out what the process keeps to itself. */
const OF_PROCESS = [
  "binding",
  "_linkedBinding",
  "dlopen",
  "execve",
  "_debugProcess",
  "_debugEnd",
  "_getActiveHandles",
  "_getActiveRequests",
  "_startProfilerIdleNotifier",
  "_stopProfilerIdleNotifier",
  "setuid",
  "setgid",
  "seteuid",
  "setegid",
  "setgroups",
  "initgroups",
];
const WHY_NO_NETWORK = {
  unasked: "its package.json does not ask for the network (nightjar.permissions.network)",
  withheld: "its owner does not grant it the network (grants.network in config.json)",
} as const;

/** For what of ours uses the network on the plugin's behalf. Throws `NJ_PLUGIN_PERMISSION` where it has none. */
export function requireNetwork(network: NetworkLeave): void {
  if (network !== "granted") throw refusal(`the network: ${WHY_NO_NETWORK[network]}`);
}

/**
 * Closes them for good. Called once, after the last hook of ours is registered: the plugin cannot register any. `pipe` is the
 * one to the core.
 */
export function guardProcess(network: NetworkLeave, pipe: Socket): void {
  closeModules(network);
  closeProcess();
  closePipes(pipe);
  if (network === "granted") closeSocketsOfFiles();
  else closeNetwork(WHY_NO_NETWORK[network]);
  syncBuiltinESMExports();
}

function closeModules(network: NetworkLeave): void {
  // Looked up by exact name in an object without a prototype: nothing in between that the plugin could have changed.
  const why: Record<string, string> = Object.create(null);
  const close = (names: readonly string[], reason: string): void => {
    for (const name of names) {
      why[name] = `node:${name}: ${reason}`;
      why[`node:${name}`] = `node:${name}: ${reason}`;
    }
  };
  close(NEVER, "no plugin may use it");
  if (network !== "granted") close(OF_NETWORK, WHY_NO_NETWORK[network]);
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const reason = why[found.url];
      if (reason !== undefined) throw refusal(reason);
      return found;
    },
  });
  const builtin = process.getBuiltinModule;
  fix(process, "getBuiltinModule", (id: unknown) => {
    const reason = typeof id === "string" ? why[id] : "its name is no text";
    if (reason !== undefined) throw refusal(reason);
    return apply(builtin, process, [id]);
  });
  // A hook of the plugin's own would run before ours.
  for (const name of ["register", "registerHooks"]) fix(module, name, refuser(`module.${name}`));
}

function closeProcess(): void {
  const ownPid = process.pid;
  for (const name of OF_PROCESS) {
    if (name in process) fix(process, name, refuser(`process.${name}`));
  }
  for (const name of ["kill", "_kill"] as const) {
    const original = (process as unknown as Record<string, (pid: number, signal: unknown) => unknown>)[name];
    if (original === undefined) continue;
    fix(process, name, (pid: unknown, signal: unknown) => {
      if (pid !== ownPid) throw refusal("process.kill: only its own process is a plugin's to end");
      return apply(original, process, [pid, signal]);
    });
  }
  fix(os, "setPriority", refuser("os.setPriority"));
  fix(v8, "setFlagsFromString", refuser("v8.setFlagsFromString"));
}

/**
 * What lies beneath a socket is there for everyone: by the class of the handle of standard error, or of the pipe to the core,
 * any socket of the file system could be opened, with the network or without. What is open already stays.
 */
function closePipes(pipe: Socket): void {
  const { _handle: handle } = pipe as unknown as { readonly _handle: object };
  const prototype = Object.getPrototypeOf(handle) as object;
  for (const name of ["connect", "bind", "listen", "fchmod"])
    fix(prototype, name, refuser(name, "a plugin may not use sockets of the file system"));
}

/** Unix sockets are files that Node's permissions do not look at: the recorder's own ones are among them. */
function closeSocketsOfFiles(): void {
  const { _normalizeArgs: normalized } = process.getBuiltinModule("net") as unknown as {
    _normalizeArgs(args: unknown[]): [Record<string, unknown>, unknown];
  };
  for (const [prototype, name] of [
    [Socket.prototype, "connect"],
    [Server.prototype, "listen"],
  ] as const) {
    const original = (prototype as unknown as Record<string, () => unknown>)[name] as () => unknown;
    fix(prototype, name, function (this: unknown, ...args: unknown[]) {
      const call = normalized(isArray(args[0]) ? args[0] : args);
      // A copy, so that what is looked at here is what is used afterwards.
      const options = { ...call[0] };
      if (options["path"]) throw refusal(`${name}: a plugin may not use sockets of the file system`);
      call[0] = options;
      return apply(original, this, name === "connect" ? [call] : [options, call[1]]);
    });
  }
}

function closeNetwork(reason: string): void {
  // Node 26 and later; what is open already, the pipe to the core, stays.
  const { permission } = process as unknown as { permission?: { drop?: (scope: string) => void } };
  permission?.drop?.("net");
  fix(Socket.prototype, "connect", refuser("a connection", reason));
  fix(Server.prototype, "listen", refuser("a port", reason));
  const why = `fetch: ${reason}`;
  fix(globalThis, "fetch", async () => {
    throw refusal(why);
  });
  for (const name of ["WebSocket", "EventSource"]) fix(globalThis, name, refuser(name, reason));
  // Request, Response and compileStreaming bring the HTTP client of `fetch` with them, and it lies open to everyone.
  const dispatcher = Object.freeze({ dispatch: refuser("a request", reason) });
  for (const version of ["1", "2"])
    fix(globalThis, Symbol.for(`undici.globalDispatcher.${version}`), dispatcher);
  for (const name of ["compileStreaming", "instantiateStreaming"]) {
    fix(
      (globalThis as unknown as { WebAssembly: object }).WebAssembly,
      name,
      refuser(`WebAssembly.${name}`, reason),
    );
  }
}

function refuser(what: string, reason = "no plugin may use it"): () => never {
  const message = `${what}: ${reason}`;
  // Not an arrow function: some of these are called with `new`.
  return function refuse(): never {
    throw refusal(message);
  };
}

function refusal(message: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_PERMISSION", "permission-denied", message);
}

/** Puts a value in its place for good. */
function fix(target: object, name: string | symbol, value: unknown): void {
  // What Node loads at its first use, as an HTTP client of 7 MB with the global WebSocket, would be loaded to be replaced.
  deleteProperty(target, name);
  defineProperty(target, name, { value, writable: false, configurable: false, enumerable: false });
}
