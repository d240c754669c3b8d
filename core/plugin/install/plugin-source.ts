// Where a plugin comes from, as somebody typed it: a name on the registry, a tarball, or a folder. What could bring in
// something else than it says (ranges, addresses, repositories) is refused. Pure parsing, no I/O.
import { isAbsolute } from "node:path";
import semver from "semver";
import { NightjarError } from "../../errors.ts";
import { isPluginName } from "../package/manifest.ts";

export type PluginSource =
  /** `wanted` is an exact version or a tag. */
  | { readonly kind: "registry"; readonly name: string; readonly wanted: string }
  | { readonly kind: "tarball"; readonly path: string }
  | { readonly kind: "folder"; readonly path: string };

const LONGEST = 4096;
const TAG = /^[a-z][\w.-]{0,63}$/i;

/**
 * Reads `nightjar-camera-x`, `@scope/nightjar-camera-x`, `name@1.2.3`, `name@tag`, `/path/to/x.tgz` or `/path/to/folder`.
 * Throws `NJ_PLUGIN_SOURCE` (invalid-argument) with what is wrong.
 */
export function parsePluginSource(text: string): PluginSource {
  const typed = text.trim();
  if (typed === "" || typed.length > LONGEST || /\p{Cc}/u.test(typed)) {
    throw sourceError("the source is a plugin's name, the path of a .tgz file, or the path of a folder");
  }
  if (/^git\b|(^|@)(git\+|github:|gitlab:|bitbucket:|https?:)/i.test(typed)) {
    throw sourceError("plugins are not installed from addresses or repositories: download a .tgz file first");
  }
  const path = typed.replace(/^file:(\/\/(?=\/))?/, "");
  if (isAbsolute(path)) {
    return /\.(tgz|tar\.gz)$/i.test(path) ? { kind: "tarball", path } : { kind: "folder", path };
  }
  if (/^\.{1,2}([/\\]|$)|^~|\.(tgz|tar\.gz)$/i.test(path)) {
    throw sourceError(`${path.slice(0, 200)} is a relative path: name it from the root`);
  }
  return registrySource(typed);
}

function registrySource(typed: string): PluginSource {
  const at = typed.indexOf("@", 1);
  const name = at === -1 ? typed : typed.slice(0, at);
  const wanted = at === -1 ? "latest" : typed.slice(at + 1);
  if (!isPluginName(name)) {
    throw sourceError(`"${name.slice(0, 214)}" is no plugin's name: they read nightjar-<kind>-<name>`);
  }
  const version = semver.valid(wanted);
  if (version !== null) return { kind: "registry", name, wanted: version };
  if (!TAG.test(wanted) || semver.validRange(wanted) !== null) {
    throw sourceError(`"${wanted.slice(0, 100)}" is neither an exact version nor a tag`);
  }
  return { kind: "registry", name, wanted };
}

function sourceError(message: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_SOURCE", "invalid-argument", message);
}
