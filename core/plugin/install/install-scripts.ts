// Install scripts: which packages want to run a program when they are installed, and who was allowed to. npm runs
// nothing by itself here; what was consented to is run by its name afterwards.
import { NightjarError } from "../../errors.ts";
import type { ScriptedPackage } from "./install-job.ts";
import { type LockEntry, type PluginProject, type ProjectCard, statOf } from "./plugin-project.ts";

const SCRIPTS = ["preinstall", "install", "postinstall"];
const SHOWN = 20;

/** A package with install scripts. */
export interface WantsScripts extends ScriptedPackage {
  /** How npm names it in `allowScripts`: bound to the version, or to the very file. */
  readonly key: string;
  readonly path: string;
}

/** Packages in the project's tree that have install scripts, by what lies on the disk and by what the lock file says. */
export async function packagesWithScripts(project: PluginProject): Promise<WantsScripts[]> {
  const found: WantsScripts[] = [];
  for (const entry of await project.lock()) {
    // npm never runs scripts of what came inside another package.
    if (entry.isLink || entry.isBundled) continue;
    const card = await project.packageCard(entry.path);
    // Left out on this machine: an optional one of another platform.
    if (card === undefined) continue;
    if (!entry.hasInstallScript && !hasScripts(card) && !(await isNativeAddon(project, entry))) continue;
    const { name, version, path } = entry;
    found.push({ name, version, path, key: keyOf(entry) });
  }
  return found;
}

/**
 * The consents after a change: those that there were, without what is not installed any more, and those given now for
 * `due`, whose scripts have yet to run. Throws `NJ_PLUGIN_SCRIPTS` with those that nobody consented to.
 */
export function consentsFor(
  wanted: readonly WantsScripts[],
  due: readonly WantsScripts[],
  before: ProjectCard["allowScripts"],
  allowed: boolean | readonly string[] | undefined,
): ProjectCard["allowScripts"] {
  const isAllowed = ({ key, name, version }: WantsScripts): boolean =>
    // A refusal that the owner wrote by hand stays, whatever somebody allows for all.
    before[key] !== false &&
    (before[key] === true ||
      allowed === true ||
      (Array.isArray(allowed) && allowed.includes(`${name}@${version}`)));
  const refused = due.filter((entry) => !isAllowed(entry));
  if (refused.length > 0) throw new ScriptsRefusedError(refused);
  const keys = [...wanted.filter(({ key }) => before[key] === true), ...due].map(({ key }) => key);
  // npm heeds these before any consent.
  const denials = Object.entries(before).filter(([, value]) => !value);
  return Object.fromEntries([...denials, ...keys.map((key) => [key, true] as const)]);
}

/** Somebody has to consent first. */
export class ScriptsRefusedError extends NightjarError {
  readonly packages: readonly ScriptedPackage[];

  constructor(refused: readonly ScriptedPackage[]) {
    const names = refused.map(({ name, version }) => `${name}@${version}`);
    const shown = names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? " and more" : "");
    super(
      "NJ_PLUGIN_SCRIPTS",
      "failed-precondition",
      `these packages want to run programs of theirs on this machine, with all that Nightjar may do: ${shown}. Allow it if you trust them`,
    );
    this.packages = refused.map(({ name, version }) => ({ name, version }));
  }
}

/** Of `wanted`, those that are new or changed since `before`: the others have run. */
export function notYetRun(
  wanted: readonly WantsScripts[],
  before: readonly LockEntry[],
  after: readonly LockEntry[],
): WantsScripts[] {
  const print = (entry: LockEntry): string => [entry.path, entry.version, entry.integrity].join(" ");
  const known = new Set(before.map(print));
  const fresh = new Set(after.filter((entry) => !known.has(print(entry))).map(({ path }) => path));
  return wanted.filter(({ path }) => fresh.has(path));
}

function keyOf(entry: LockEntry): string {
  return entry.resolved.startsWith("file:") ? entry.resolved : `${entry.name}@${entry.version}`;
}

function hasScripts(card: unknown): boolean {
  if (typeof card !== "object" || card === null || !("scripts" in card)) return false;
  const { scripts } = card;
  return (
    typeof scripts === "object" && scripts !== null && SCRIPTS.some((name) => Object.hasOwn(scripts, name))
  );
}

/** npm builds those without being told to. */
async function isNativeAddon(project: PluginProject, entry: LockEntry): Promise<boolean> {
  return (await statOf(project.path(entry.path, "binding.gyp"))) !== undefined;
}
