// What must hold before a plugin may stand in the plugins' project: its identity card, the checksums in the lock file,
// and that nothing came in by a side door (a second core, a folder elsewhere).
import { readdir, readlink } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Facts } from "../../domain/facts.ts";
import { NightjarError } from "../../errors.ts";
import { isPluginName, type PluginManifest, readManifest } from "../package/manifest.ts";
import { type LockEntry, type PluginProject, statOf } from "./plugin-project.ts";

/** The manifest of a package.json that is a plugin's. Throws `NJ_PLUGIN_REFUSED` with the reason. */
export function acceptedManifest(card: unknown, nightjarVersion: string): PluginManifest {
  const result = readManifest(card, nightjarVersion);
  if (result.ok) return result.manifest;
  throw refused(result.name, result.reason, result.context);
}

export function refused(name: string, reason: string, context: Facts = {}): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_REFUSED",
    "failed-precondition",
    `${name.slice(0, 214)} is refused: ${reason}`,
    context,
  );
}

/**
 * Checks a project into which npm has installed `name`: what lies on the disk is that plugin in that version, with that
 * checksum. Throws `NJ_PLUGIN_REFUSED` or `NJ_PLUGIN_INTEGRITY`.
 */
export async function checkInstalled(
  project: PluginProject,
  expected: { readonly name: string; readonly version: string; readonly integrity: string },
  nightjarVersion: string,
): Promise<PluginManifest> {
  const path = `node_modules/${expected.name}`;
  const lock = await project.lock();
  const own = lock.find((entry) => entry.path === path);
  if (own === undefined || !sharesChecksum(own.integrity, expected.integrity)) {
    throw integrityError(expected.name, "the lock file does not name the checksum that was expected");
  }
  for (const { path: place, name, resolved, integrity, isLink, isBundled } of lock) {
    if (name === "@nightjar/core" || place.endsWith("node_modules/@nightjar/core")) {
      throw refused(expected.name, "it brings a second @nightjar/core, by one of its dependencies");
    }
    if (isLink) throw refused(expected.name, `its dependency ${name} is a link to a folder elsewhere`);
    // What came inside another package is covered by that one's checksum.
    if (integrity === undefined && !isBundled) {
      throw integrityError(name, `it came from ${resolved.slice(0, 200) || "somewhere"} without a checksum`);
    }
  }
  await checkNoOthers(project, lock);
  await checkFilesOnly(project, expected.name);
  // What the registry said of it could differ from what it holds.
  const manifest = acceptedManifest(await project.packageCard(path), nightjarVersion);
  if (manifest.name !== expected.name || manifest.version !== expected.version) {
    throw refused(
      expected.name,
      `the package calls itself ${manifest.name}@${manifest.version}, not ${expected.name}@${expected.version}`,
    );
  }
  if ((await statOf(project.path(path, manifest.entry))) === undefined) {
    throw refused(expected.name, `its entry file ${manifest.entry} is not in the package: was it built?`);
  }
  if (/\.[cm]?tsx?$/.test(manifest.entry)) {
    throw refused(
      expected.name,
      `its entry file ${manifest.entry} is TypeScript, which Node does not run below node_modules: pack it for publishing, or use --plugin-path`,
    );
  }
  return manifest;
}

/**
 * Whatever lies in node_modules and calls itself a plugin is run as one, with what it asks for: so nothing may that was
 * not installed by its own name. Throws `NJ_PLUGIN_REFUSED`.
 */
async function checkNoOthers(project: PluginProject, lock: readonly LockEntry[]): Promise<void> {
  const { dependencies } = await project.card();
  for (const { path, name } of lock) {
    if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path)) continue;
    const card = (await project.packageCard(path)) as { readonly name?: unknown } | undefined;
    const called = typeof card?.name === "string" ? card.name : "";
    if (!isPluginName(called)) continue;
    if (path === `node_modules/${called}` && dependencies[called] !== undefined) continue;
    throw refused(
      name,
      `it is a dependency that calls itself the plugin ${called}: install that by its own name`,
    );
  }
}

/**
 * npm leaves links and special files of archives out, and makes links to commands itself: so whatever else lies there is a
 * way out of the project, or a trap for whoever reads it. Throws `NJ_PLUGIN_REFUSED`.
 */
export async function checkFilesOnly(project: PluginProject, name: string): Promise<void> {
  const modules = project.path("node_modules");
  const open = [modules];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (entry.isSymbolicLink()) {
        const target = resolve(dirname(path), await readlink(path));
        if (!target.startsWith(modules + sep))
          throw refused(name, `${relative(project.folder, path)} is a link that leads out of the packages`);
      } else if (!entry.isFile()) {
        throw refused(name, `${relative(project.folder, path)} is no file`);
      }
    }
  }
}

function integrityError(name: string, why: string): NightjarError {
  return new NightjarError("NJ_PLUGIN_INTEGRITY", "failed-precondition", `${name}: ${why}`);
}

/** Both may name several checksums, of several kinds. */
function sharesChecksum(found: string | undefined, expected: string): boolean {
  const wanted = new Set(expected.split(/\s+/));
  return found?.split(/\s+/).some((checksum) => wanted.has(checksum)) ?? false;
}
