// Containers for the tests: Debian's buildah and podman on a store of images of their own, in the folder that
// `NIGHTJAR_TEST_CONTAINER` names (some gigabytes; what was fetched once is kept there). Needs root.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const PULL_LIMIT_MS = 120_000;
const WORK_LIMIT_MS = 1_800_000;
/** What is left out of Debian's slim images, as their makers do. */
const SLIM = [
  "path-exclude=/usr/share/doc/*",
  "path-exclude=/usr/share/man/*",
  "path-exclude=/usr/share/locale/*",
];

export class ContainerStore {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** The store that was asked for, or why there is none. */
  static open(): ContainerStore | string {
    const folder = process.env["NIGHTJAR_TEST_CONTAINER"] ?? "";
    if (!folder.startsWith("/")) {
      return "it takes minutes and gigabytes: NIGHTJAR_TEST_CONTAINER=/folder/for/images runs it";
    }
    const lacking = ["buildah", "podman", "crun"].filter((name) => !isOnPath(name));
    if (lacking.length > 0) return `not installed: ${lacking.join(", ")}`;
    if (process.getuid?.() !== 0) return "containers of tests need root";
    mkdirSync(folder, { recursive: true });
    return new ContainerStore(folder);
  }

  buildah(args: readonly string[]): Promise<Ran> {
    return run("buildah", [...this.#options(), ...args], WORK_LIMIT_MS);
  }

  podman(args: readonly string[]): Promise<Ran> {
    return run("podman", [...this.#options(), "--runtime", "crun", ...args], WORK_LIMIT_MS);
  }

  /** Fetches Debian's image `name` (`…/debian:trixie-slim`), or makes its like of the packages. Answers why it cannot be had. */
  async fetchBase(name: string): Promise<string | undefined> {
    if ((await this.buildah(["inspect", "--type", "image", name])).code === 0) return undefined;
    const pull = await run("buildah", [...this.#options(), "pull", name], PULL_LIMIT_MS);
    if (pull.code === 0) return undefined;
    const suite = /\/debian:([a-z]+)-slim$/.exec(name)?.[1];
    if (suite === undefined || !isOnPath("mmdebstrap")) {
      return `${name} cannot be fetched, nor made without mmdebstrap: ${pull.err.trim()}`;
    }
    const archive = join(this.#folder, `${suite}.tar`);
    const options = SLIM.flatMap((option) => ["--dpkgopt", option]);
    const made = await run("mmdebstrap", ["--variant=minbase", ...options, suite, archive], WORK_LIMIT_MS);
    if (made.code !== 0) return `${name} cannot be fetched, nor made: ${made.err.trim().slice(-500)}`;
    const container = (await this.buildah(["from", "scratch"])).out.trim();
    await this.buildah(["add", "--quiet", container, archive, "/"]);
    const kept = await this.buildah(["commit", "--quiet", "--rm", container, name]);
    rmSync(archive);
    return kept.code === 0 ? undefined : kept.err;
  }

  /** Builds the image of a checkout as the guide says, by the npm settings of this machine. Answers buildah's own words. */
  async build(root: string, image: string): Promise<Ran> {
    const settings = join(this.#folder, "npmrc");
    writeFileSync(settings, await npmSettings(root), { mode: 0o600 });
    const secret = ["--secret", `id=npmrc,src=${settings}`];
    const flags = ["--isolation", "chroot", "--format", "docker", "--pull=never"];
    const built = await this.buildah(["build", ...flags, ...secret, "-t", image, root]);
    rmSync(settings);
    return built;
  }

  #options(): string[] {
    // Plain copies: layers that are mounted over each other need a kernel and a file system that allow it.
    const places = ["--root", join(this.#folder, "images"), "--runroot", join(this.#folder, "run")];
    return [...places, "--storage-driver", "vfs"];
  }
}

/** Registry and authority of this machine's npm, as an .npmrc: a registry of one's own is reached from within the build, too. */
async function npmSettings(root: string): Promise<string> {
  const asked = await run("npm", ["config", "list", "--json"], WORK_LIMIT_MS, root);
  const { registry, cafile } = JSON.parse(asked.out) as { registry?: string; cafile?: string | null };
  const lines = registry === undefined ? [] : [`registry=${registry}`];
  if (typeof cafile === "string" && existsSync(cafile)) {
    const found =
      readFileSync(cafile, "utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    for (const certificate of found) lines.push(`ca[]=${JSON.stringify(certificate)}`);
  }
  return `${lines.join("\n")}\n`;
}

function isOnPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}

async function run(command: string, args: readonly string[], timeout: number, cwd = "/"): Promise<Ran> {
  const child = spawn(command, args, { cwd, timeout, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err = (err + chunk.toString()).slice(-20_000);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}
