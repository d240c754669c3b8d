// Tells npm of registries and their logins by a file that only its owner reads and that is gone when npm is: never by
// arguments or environment, which other programs can see, nor to install scripts (those runs get no such file).
import { randomUUID } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { basicOf, type Registries, type RegistryPlace } from "./registries.ts";

const PREFIX = "npmrc-";

/** Takes away what a recorder that was killed has left. Called while no npm runs. */
export async function removeLeftSettings(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PREFIX)))
    await rm(join(folder, name), { force: true });
}

/** Writes the file into `folder`, which exists. `remove` must be called when npm has ended. */
export async function npmSettingsFile(
  folder: string,
  registries: Registries,
): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = join(folder, PREFIX + randomUUID());
  await writeFile(path, npmSettings(registries), { mode: 0o600, flag: "wx" });
  return { path, remove: () => rm(path, { force: true }) };
}

/** The lines of the file. */
export function npmSettings({ main, scopes }: Registries): string {
  const lines = [...loginLines(main)];
  for (const [scope, place] of Object.entries(scopes))
    lines.push(`${scope}:registry=${place.url}`, ...loginLines(place));
  return lines.map((line) => `${line}\n`).join("");
}

function loginLines({ url, login }: RegistryPlace): string[] {
  if (login === undefined) return [];
  const { host, pathname } = new URL(url.endsWith("/") ? url : `${url}/`);
  const where = `//${host}${pathname}`;
  // In quotation marks, as JSON: "#" and ";" begin remarks otherwise.
  return "token" in login
    ? [`${where}:_authToken=${JSON.stringify(login.token)}`]
    : [`${where}:_auth=${JSON.stringify(basicOf(login))}`];
}
