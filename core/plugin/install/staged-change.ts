// Prepares a change of the plugins' project in a copy of it: resolves what is wanted, lets npm fetch and unpack it
// without running anything of it, checks it, runs the install scripts that were consented to. Nothing that is live is
// touched: whatever goes wrong here has changed nothing.
import { copyFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { NightjarError, systemCode } from "../../errors.ts";
import { discoverPlugins } from "../package/discovery.ts";
import type { PluginPermissions } from "../package/permissions.ts";
import { linkCore } from "./core-folder-link.ts";
import type { GrowthLimits } from "./growth-watch.ts";
import { consentsFor, notYetRun, packagesWithScripts } from "./install-scripts.ts";
import { runNpm, throwIfCancelled } from "./npm-process.ts";
import { type PluginProject, TARBALLS } from "./plugin-project.ts";
import type { PluginSource } from "./plugin-source.ts";
import { acceptedManifest, checkInstalled, refused } from "./project-checks.ts";
import { STAGING } from "./project-swap.ts";
import type { Registries } from "./registries.ts";
import type { RegistryClient } from "./registry-client.ts";
import { readTarball } from "./tarball-reader.ts";

export interface ChangeContext {
  /** Of the job: names the copy. */
  readonly id: string;
  readonly live: PluginProject;
  readonly dataDir: string;
  /** Of Nightjar. */
  readonly version: string;
  readonly registry: RegistryClient;
  readonly registries: Registries;
  readonly signal: AbortSignal;
  /** What npm may add to the disk. */
  readonly growth?: GrowthLimits | undefined;
  onLine(line: string): void;
}

/** A copy of the project that can take its place. */
export interface StagedChange {
  readonly project: PluginProject;
  readonly name: string;
  /** Undefined for a removal. */
  readonly version: string | undefined;
  readonly previousVersion: string | undefined;
  /** What it asks to be allowed; undefined for a removal. */
  readonly permissions: PluginPermissions | undefined;
}

/** What npm is to install, and what must come out of it. */
interface Resolved {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** As npm wants it. */
  readonly spec: string;
}

const BUNDLED = resolve(import.meta.dirname, "../../../plugins");

const INSTALL_FLAGS = [
  "--ignore-scripts",
  "--save-exact",
  "--omit=dev",
  "--omit=peer",
  // Without it npm looks for @nightjar/core on the registry, although peers are left out.
  "--legacy-peer-deps",
  "--allow-file=root",
  "--allow-directory=none",
  "--allow-git=none",
];

/** Prepares the installation of a plugin. Throws what its steps throw; nothing is left behind but the copy. */
export async function stageInstall(
  context: ChangeContext,
  source: PluginSource,
  allowScripts: boolean | readonly string[] | undefined,
): Promise<StagedChange> {
  const { live, version: nightjar } = context;
  const found = await lookAt(context, source);
  if ((await bundledNames(nightjar)).has(found.name))
    throw refused(found.name, "a plugin of that name comes with Nightjar");
  const project = await live.copyTo(live.path(`${STAGING}${context.id}`));
  const wanted = await found.fetch(project);
  if (wanted.name !== found.name) throw refused(found.name, "its file was changed meanwhile");
  context.onLine(`installing ${wanted.name}@${wanted.version}`);
  await npm(context, project, ["install", wanted.spec, ...INSTALL_FLAGS]);
  const { permissions } = await checkInstalled(project, wanted, nightjar);
  const hosts = permissions.network === true ? "the network" : permissions.network;
  if (hosts !== false) context.onLine(`it asks for: ${hosts.toString()}`);
  await runConsentedScripts(context, project, allowScripts);
  await dropUnusedTarballs(project);
  await linkCore(project);
  throwIfCancelled(context.signal);
  return {
    project,
    name: wanted.name,
    version: wanted.version,
    previousVersion: await versionIn(live, wanted.name),
    permissions,
  };
}

/** Prepares the removal of a plugin. Throws `NJ_PLUGIN_NOT_INSTALLED` if it was not installed here. */
export async function stageRemoval(context: ChangeContext, name: string): Promise<StagedChange> {
  const { live } = context;
  if ((await live.card()).dependencies[name] === undefined) throw notInstalled(name);
  const previousVersion = await versionIn(live, name);
  const project = await live.copyTo(live.path(`${STAGING}${context.id}`));
  context.onLine(`removing ${name}${previousVersion === undefined ? "" : `@${previousVersion}`}`);
  await npm(context, project, ["uninstall", name, ...INSTALL_FLAGS]);
  const { allowScripts } = await project.card();
  await project.writeConsents(consentsFor(await packagesWithScripts(project), [], allowScripts, undefined));
  await dropUnusedTarballs(project);
  await linkCore(project);
  throwIfCancelled(context.signal);
  return { project, name, version: undefined, previousVersion, permissions: undefined };
}

/** The error of a plugin that was not installed by the installer. */
export function notInstalled(name: string): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_NOT_INSTALLED",
    "not-found",
    `${name.slice(0, 214)} was not installed here: what comes with Nightjar, or by --plugin-path, is not changed this way`,
  );
}

/** Plugins that come with Nightjar: nobody takes their place. */
async function bundledNames(nightjar: string): Promise<Set<string>> {
  const { plugins } = await discoverPlugins([{ bundled: true, folder: BUNDLED }], nightjar);
  return new Set(plugins.map(({ manifest }) => manifest.name));
}

/** Reads and checks the identity card, and tells how to get hold of the rest. */
async function lookAt(
  context: ChangeContext,
  source: PluginSource,
): Promise<{ readonly name: string; fetch(project: PluginProject): Promise<Resolved> }> {
  switch (source.kind) {
    case "registry": {
      context.onLine(`asking the registry for ${source.name}@${source.wanted}`);
      const { name, version, integrity, card } = await context.registry.version(
        source.name,
        source.wanted,
        context.signal,
      );
      acceptedManifest(card, context.version);
      const spec = `${name}@${version}`;
      return { name, fetch: async () => ({ name, version, integrity, spec }) };
    }
    case "tarball": {
      const { card } = await readTarball(source.path);
      const { name } = acceptedManifest(card, context.version);
      return {
        name,
        async fetch(project) {
          const copy = project.path(TARBALLS, basename(source.path));
          await mkdir(project.path(TARBALLS), { recursive: true });
          await copyFile(source.path, copy);
          return keepTarball(context, project, copy);
        },
      };
    }
    case "folder": {
      const { name } = acceptedManifest(await folderCard(source.path), context.version);
      return {
        name,
        async fetch(project) {
          await mkdir(project.path(TARBALLS), { recursive: true });
          context.onLine(`packing ${source.path}`);
          const told = await npm(context, project, [
            "pack",
            source.path,
            "--ignore-scripts",
            "--json",
            `--pack-destination=${project.path(TARBALLS)}`,
          ]);
          return keepTarball(context, project, project.path(TARBALLS, packedFile(told)));
        },
      };
    }
  }
}

/** Gives a tarball in the project the name by which the lock file knows this very content. */
async function keepTarball(context: ChangeContext, project: PluginProject, file: string): Promise<Resolved> {
  const { card, integrity } = await readTarball(file);
  const { name, version } = acceptedManifest(card, context.version);
  const print = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex").slice(0, 12);
  const kept = `${name.replace("@", "").replace("/", "__")}-${version.replaceAll(/[^\w.-]/g, "_")}-${print}.tgz`;
  await rename(file, project.path(TARBALLS, kept));
  return { name, version, integrity, spec: `./${TARBALLS}/${kept}` };
}

async function runConsentedScripts(
  context: ChangeContext,
  project: PluginProject,
  allowScripts: boolean | readonly string[] | undefined,
): Promise<void> {
  const wanted = await packagesWithScripts(project);
  const due = notYetRun(wanted, await context.live.lock(), await project.lock());
  const before = await context.live.card();
  await project.writeConsents(consentsFor(wanted, due, before.allowScripts, allowScripts));
  if (due.length === 0) return;
  for (const { name, version } of due) context.onLine(`running the install scripts of ${name}@${version}`);
  await npm(
    context,
    project,
    [
      "rebuild",
      ...new Set(due.map(({ name }) => name)),
      "--no-ignore-scripts",
      "--foreground-scripts",
      "--legacy-peer-deps",
    ],
    true,
  );
}

async function dropUnusedTarballs(project: PluginProject): Promise<void> {
  const { dependencies } = await project.card();
  const used = new Set(Object.values(dependencies).map((spec) => basename(spec.replace(/^file:/, ""))));
  let files: string[] = [];
  try {
    files = await readdir(project.path(TARBALLS));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  for (const file of files) if (!used.has(file)) await rm(project.path(TARBALLS, file), { recursive: true });
}

function npm(
  context: ChangeContext,
  project: PluginProject,
  args: readonly string[],
  runsScripts = false,
): Promise<string> {
  const { dataDir, registries, signal, growth, onLine } = context;
  return runNpm({ args, cwd: project.folder, dataDir, registries, runsScripts, signal, growth, onLine });
}

async function folderCard(folder: string): Promise<unknown> {
  const file = join(folder, "package.json");
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const reason = systemCode(error) ?? (error instanceof Error ? error.message : String(error));
    throw new NightjarError("NJ_PLUGIN_SOURCE", "invalid-argument", `${file} cannot be read (${reason})`);
  }
}

/** `npm pack --json` tells its files in a list, or by the package's name, as its version goes. */
function packedFile(told: string): string {
  const parsed: unknown = JSON.parse(told);
  const [first] = Object.values(parsed as Readonly<Record<string, { readonly filename?: unknown }>>);
  return basename(String(first?.filename));
}

async function versionIn(project: PluginProject, name: string): Promise<string | undefined> {
  return (await project.installed()).find((plugin) => plugin.name === name)?.version;
}
