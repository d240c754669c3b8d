// Faults of a machine, planted for real for `nightjar doctor` to find: an ffmpeg that is too old, disks in trouble, files
// with wrong owners, a database out of step. Each is taken away with the folder that it was planted in.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { generate } from "selfsigned";

/** A program in a folder of its own, in the place of the real one. Answers the folder, for the PATH. */
export function plantProgram(folder: string, name: string, lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(join(folder, name), 0o755);
  return folder;
}

/** The PATH without the folders that hold `program`, and with `first` in front. */
export function pathWithout(program: string, first: readonly string[] = []): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const held = folders.filter((folder) => !existsSync(join(folder, program)));
  return [...first, ...held].join(delimiter);
}

/** Overwrites the middle of a file, as a failing disk does. */
export function damage(file: string): void {
  const { length } = readFileSync(file);
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Buffer.alloc(Math.floor(length / 2), 0x5a), 0, Math.floor(length / 2), 512);
  closeSync(descriptor);
}

/** Changes a database by hand, with the recorder away. */
export function changeDatabase(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

/** A small file system in memory; needs root. `dispose` unmounts it. */
export function mountMemory(path: string, options: string): Disposable {
  mkdirSync(path, { recursive: true });
  mount(["-t", "tmpfs", "-o", options, "tmpfs", path]);
  return { [Symbol.dispose]: () => void spawnSync("umount", ["-l", path]) };
}

/** The same file system again, read-only. */
export function remountReadOnly(path: string): void {
  mount(["-o", "remount,ro", path]);
}

function mount(args: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${args.join(" ")}: ${stderr}`);
}

/** The owner's own certificate, good for `name` between two moments. */
export async function plantCertificate(
  dataDir: string,
  name: string,
  beginMs: number,
  endMs: number,
): Promise<void> {
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(beginMs),
    notAfterDate: new Date(endMs),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: name }] }],
  });
  const file = join(dataDir, "certificates", "own");
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.crt`, made.cert);
  writeFileSync(`${file}.key`, made.private, { mode: 0o600 });
}
