// The page of its own that a plugin may bring: what its identity card says of it (`nightjar.page`). Pure checks.
import { CAMERA_RIGHTS, type Right, SYSTEM_RIGHTS } from "../../domain/roles.ts";

/** A plugin's page: a folder of files with an `element.js` or an `index.html`, shown in a closed frame. */
export interface PluginPageCard {
  /** Folder below the package's, `nightjar-ui` unless told. */
  readonly folder: string;
  /** Right that an account must hold to open it. */
  readonly permission: Right;
}

const FOLDER = /^[a-z0-9][a-z0-9._-]{0,60}$/i;
const RIGHTS: readonly string[] = [...CAMERA_RIGHTS, ...SYSTEM_RIGHTS];

/** Reads the card's page, or says in a sentence what is wrong with it. */
export function readPage(value: unknown): PluginPageCard | string {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return "its nightjar.page is not an object";
  const { folder = "nightjar-ui", permission, ...rest } = value as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return `its nightjar.page has an unknown key "${unknown.slice(0, 40)}"`;
  if (typeof folder !== "string" || !FOLDER.test(folder))
    return "its nightjar.page.folder is not the name of a folder in its own";
  if (typeof permission !== "string" || !RIGHTS.includes(permission))
    return `its nightjar.page.permission is not one of ${RIGHTS.join(", ")}`;
  return { folder, permission: permission as Right };
}
