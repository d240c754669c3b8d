// Third parties' packages whose code lies inside the built files: which they are, and their licences, which ask to travel
// with the code.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { refusePacking } from "../pack-plugin/refusal.ts";

export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** As its card says: `MIT`. */
  readonly license: string;
  /** The text that it comes with; its card's words where it has none. */
  readonly text: string;
}

/** The packages that the modules `ids` are of, each once, by name. Throws `NJ_PACK_REFUSED` for one without a licence. */
export function thirdParties(ids: readonly string[]): readonly ThirdParty[] {
  const folders = new Set(
    ids.filter((id) => id.includes("/node_modules/")).map((id) => folderOf(id.replace(/^\0+|\?.*$/g, ""))),
  );
  const found = new Map<string, ThirdParty>();
  for (const folder of folders) {
    const party = partyOf(folder);
    found.set(`${party.name}@${party.version}`, party);
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** All of them as one text. */
export function licenceTexts(parties: readonly ThirdParty[]): string {
  const each = parties.map(
    ({ name, version, license, text }) =>
      `${"=".repeat(80)}\n${name} ${version} (${license})\n\n${text.trim()}\n`,
  );
  return `Nightjar's built files hold code of these packages.\n\n${each.join("\n")}`;
}

/** The package's own folder: cards without a name only say how files below them are read. */
function folderOf(file: string): string {
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    const card = join(folder, "package.json");
    if (!existsSync(card)) continue;
    const { name, version } = JSON.parse(readFileSync(card, "utf8")) as { name?: string; version?: string };
    if (name !== undefined && version !== undefined) return folder;
  }
  throw refusePacking(`${file} belongs to no package`);
}

function partyOf(folder: string): ThirdParty {
  const card = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: unknown;
    licenses?: readonly { readonly type?: unknown }[];
    author?: unknown;
    contributors?: unknown;
  };
  const { name, version } = card;
  // As cards said it before npm 3.
  const license = card.license ?? card.licenses?.[0]?.type;
  if (typeof license !== "string")
    throw refusePacking(`${name} ${version} does not say under which licence it is`);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  const makers = JSON.stringify(card.author ?? card.contributors ?? "its authors");
  return {
    name,
    version,
    license,
    text: texts.length > 0 ? texts.join("\n\n") : `Licence: ${license}. By ${makers}.`,
  };
}
