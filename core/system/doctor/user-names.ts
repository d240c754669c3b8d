// Names of accounts and groups, as /etc/passwd and /etc/group give them: for sentences and for commands to type.
import { readFile } from "node:fs/promises";

/** The account's name, or its number where it has none. */
export function userName(uid: number): Promise<string> {
  return nameIn("/etc/passwd", uid);
}

/** The group's name, or its number where it has none. */
export function groupName(gid: number): Promise<string> {
  return nameIn("/etc/group", gid);
}

async function nameIn(file: string, id: number): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    const [name, , number] = line.split(":");
    if (name !== undefined && name !== "" && number === String(id)) return name;
  }
  return String(id);
}
