// The link by which a plugin finds the core: `node_modules/@nightjar/core` leads to the running core's folder. Editors and
// tools follow it; in a plugin's process a hook answers in its place. npm removes it whenever it runs.
import { mkdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemCode } from "../../errors.ts";
import { type PluginProject, statOf } from "./plugin-project.ts";

const CORE_FOLDER = resolve(import.meta.dirname, "../..");

/** Makes the link, or mends one that leads elsewhere. Where nothing is installed there is nothing to do. */
export async function linkCore(project: PluginProject): Promise<void> {
  if ((await statOf(project.path("node_modules"))) === undefined) return;
  const link = project.path("node_modules", "@nightjar", "core");
  if ((await targetOf(link)) === CORE_FOLDER) return;
  await rm(link, { recursive: true, force: true });
  await mkdir(dirname(link), { recursive: true });
  await symlink(CORE_FOLDER, link, "junction");
}

async function targetOf(link: string): Promise<string | undefined> {
  try {
    return await readlink(link);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "EINVAL") return undefined;
    throw error;
  }
}
