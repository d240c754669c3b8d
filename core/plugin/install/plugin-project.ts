// The npm project of the plugins, `<data>/plugins`: its package.json, its lock file, what is installed in it, and
// copies of it to work on. Plugins' own storage lies beside these files and is none of its business.
import { constants, type Stats } from "node:fs";
import { copyFile, cp, lstat, mkdir, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../../config/atomic-file.ts";
import { NightjarError, systemCode } from "../../errors.ts";
import { isPluginName } from "../package/manifest.ts";

/** What makes the project: changed together or not at all. */
export const PROJECT_PARTS = ["package.json", "package-lock.json", "node_modules", "tarballs"] as const;
export type ProjectPart = (typeof PROJECT_PARTS)[number];
/** Plugins that did not come from a registry are kept here, so that the lock file can name them. */
export const TARBALLS = "tarballs";

/** The project's package.json, as far as Nightjar is concerned. */
export interface ProjectCard {
  readonly dependencies: Readonly<Record<string, string>>;
  /** Consents to install scripts, as npm reads them: `name@version` or `file:…` → true. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

/** A package in the lock file. */
export interface LockEntry {
  /** Below the project: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly resolved: string;
  readonly integrity: string | undefined;
  readonly hasInstallScript: boolean;
  readonly isLink: boolean;
  /** It came inside another package. */
  readonly isBundled: boolean;
}

export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  readonly origin: "registry" | "file";
}

const FILE_LIMIT_BYTES = 32 * 1024 * 1024;

export class PluginProject {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Throws `NJ_PLUGIN_PROJECT` if the file is spoilt, as the other readers do. */
  async card(): Promise<ProjectCard> {
    const card = record(await this.#json("package.json"));
    return {
      dependencies: Object.fromEntries(
        Object.entries(record(card["dependencies"])).map(([name, spec]) => [name, String(spec)]),
      ),
      allowScripts: Object.fromEntries(
        Object.entries(record(card["allowScripts"])).map(([key, value]) => [key, value === true]),
      ),
    };
  }

  /** Writes the consents; the rest of package.json stays. */
  async writeConsents(allowScripts: ProjectCard["allowScripts"]): Promise<void> {
    const { allowScripts: _, ...card } = record(await this.#json("package.json"));
    const next = Object.keys(allowScripts).length === 0 ? card : { ...card, allowScripts };
    await writeFileAtomically(this.path("package.json"), `${JSON.stringify(next, null, 2)}\n`);
  }

  /** All packages that the lock file names, without the project itself. */
  async lock(): Promise<LockEntry[]> {
    const packages = record(record(await this.#json("package-lock.json"))["packages"]);
    return Object.entries(packages)
      .filter(([path]) => path !== "")
      .map(([path, value]) => {
        const entry = record(value);
        return {
          path,
          name: text(entry["name"]) ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
          version: text(entry["version"]) ?? "",
          resolved: text(entry["resolved"]) ?? "",
          integrity: text(entry["integrity"]),
          hasInstallScript: entry["hasInstallScript"] === true,
          isLink: entry["link"] === true,
          isBundled: entry["inBundle"] === true,
        };
      });
  }

  /** The package.json of what lies at a path of the lock file; undefined where nothing does. */
  packageCard(path: string): Promise<unknown> {
    return this.#json(join(path, "package.json"));
  }

  /** The plugins that were installed, with what is on disk. */
  async installed(): Promise<InstalledPlugin[]> {
    const { dependencies } = await this.card();
    const found: InstalledPlugin[] = [];
    for (const [name, spec] of Object.entries(dependencies)) {
      if (!isPluginName(name)) continue;
      const version = text(record(await this.packageCard(join("node_modules", name)))["version"]);
      if (version !== undefined)
        found.push({ name, version, origin: spec.startsWith("file:") ? "file" : "registry" });
    }
    return found;
  }

  /** Copies the project to a folder, in which it may then be changed; makes an empty one where there is none yet. */
  async copyTo(folder: string): Promise<PluginProject> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const part of PROJECT_PARTS) {
      const from = this.path(part);
      const kind = await statOf(from);
      if (kind === undefined) continue;
      if (!kind.isDirectory()) {
        await copyFile(from, join(folder, part));
        continue;
      }
      await cp(from, join(folder, part), {
        recursive: true,
        verbatimSymlinks: true,
        preserveTimestamps: true,
        // Costs no space where the file system can share it.
        mode: constants.COPYFILE_FICLONE,
        // The link to the core is made anew.
        filter: (source) => source !== this.path("node_modules", "@nightjar", "core"),
      });
    }
    const copy = new PluginProject(folder);
    if ((await statOf(copy.path("package.json"))) === undefined) {
      const card = {
        name: "nightjar-plugins",
        private: true,
        description: "Plugins of a Nightjar recorder.",
      };
      await writeFileAtomically(copy.path("package.json"), `${JSON.stringify(card, null, 2)}\n`);
    }
    // npm believes its list of what is there only if nothing is newer.
    const hidden = copy.path("node_modules", ".package-lock.json");
    if ((await statOf(hidden)) !== undefined) await utimes(hidden, new Date(), new Date());
    return copy;
  }

  async #json(path: string): Promise<unknown> {
    const file = this.path(path);
    try {
      const bytes = await readFile(file);
      if (bytes.length > FILE_LIMIT_BYTES) throw new SyntaxError("it is too long");
      return JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
      throw new NightjarError(
        "NJ_PLUGIN_PROJECT",
        "failed-precondition",
        `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        {},
        error,
      );
    }
  }
}

/** What lies at a path, links not followed; undefined if nothing does. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
