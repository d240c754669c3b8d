// Tarballs that came by browser: kept until they are installed, a few at a time, and looked into at once.
import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { NightjarError, systemCode } from "../../errors.ts";
import type { PluginPermissions } from "../package/permissions.ts";
import { acceptedManifest } from "./project-checks.ts";
import { readTarball } from "./tarball-reader.ts";

const KEPT = 5;

/** A plugin that was uploaded and can be installed. */
export interface UploadedPlugin {
  /** What a job installs it by. */
  readonly source: string;
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly description: string;
  readonly permissions: PluginPermissions;
}

export class PluginUploads {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Keeps a file and tells which plugin it is. Throws `NJ_PLUGIN_TARBALL` or `NJ_PLUGIN_REFUSED`, `NJ_BODY_TOO_LARGE`
   * beyond `limitBytes`; then nothing is kept.
   */
  async take(
    bytes: AsyncIterable<Uint8Array>,
    limitBytes: number,
    nightjarVersion: string,
  ): Promise<UploadedPlugin> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom();
    const source = join(this.#folder, `${randomBytes(8).toString("hex")}.tgz`);
    try {
      await write(source, bytes, limitBytes);
      const { card } = await readTarball(source);
      const manifest = acceptedManifest(card, nightjarVersion);
      const { name, version, displayName, description, permissions } = manifest;
      return { source, name, version, displayName, description, permissions };
    } catch (error) {
      await rm(source, { force: true });
      if (error instanceof NightjarError && error.code === "NJ_PLUGIN_TARBALL") {
        throw new NightjarError(error.code, error.kind, error.message.replace(source, "the file"));
      }
      throw error;
    }
  }

  /** Forgets a file that has been installed; sources that were not uploaded are left alone. */
  async drop(source: string | undefined): Promise<void> {
    if (source !== undefined && dirname(source) === this.#folder) await rm(source, { force: true });
  }

  /** Forgets all: nobody comes back to them after a restart. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeRoom(): Promise<void> {
    const files: { readonly path: string; readonly atMs: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      try {
        files.push({ path, atMs: (await stat(path)).mtimeMs });
      } catch (error) {
        if (systemCode(error) !== "ENOENT") throw error;
      }
    }
    files.sort((a, b) => b.atMs - a.atMs);
    for (const { path } of files.slice(KEPT - 1)) await rm(path, { force: true });
  }
}

async function write(path: string, bytes: AsyncIterable<Uint8Array>, limitBytes: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    let length = 0;
    for await (const chunk of bytes) {
      length += chunk.byteLength;
      if (length > limitBytes) {
        throw new NightjarError(
          "NJ_BODY_TOO_LARGE",
          "invalid-argument",
          `a plugin's file may hold ${limitBytes} bytes at most`,
          { httpStatus: 413 },
        );
      }
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
}
