// Makes the folder that is published as `nightjar`: the core and the plugins that come with it as JavaScript, the built
// web interface, and the cards that npm reads. Its folders lie to each other as in a checkout.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refusePacking } from "../pack-plugin/refusal.ts";
import { buildCore } from "./build-core.ts";
import { buildPalette } from "./build-palette.ts";
import { buildBundledPlugin } from "./bundled-plugin.ts";
import { coreCard, programCard } from "./cards.ts";
import { shrinkwrap } from "./shrinkwrap.ts";
import { licenceTexts, type ThirdParty } from "./third-parties.ts";

type Json = Record<string, unknown>;

/** What travels from the root of the checkout as it is. */
const BESIDE = ["LICENSE", "NOTICE", "CHANGELOG.md"];
/** As the page of the package on a registry. */
const README = `# Nightjar

A network video recorder that is built like a home-automation hub: a small core, plugins for everything that has a brand
or a medium, and files that are yours.

    npm install --global nightjar
    nightjar start --data /srv/nightjar

Then open the printed address and type the one-time code. \`nightjar --help\` lists the commands; \`nightjar service install\`
makes it a service. Snapshots and conversions use ffmpeg; recording does without.
`;

/** Packages that are programs of their own, with files that they read: they lie beside the recorder, as npm puts them. */
const PROGRAMS = ["node-red"];

/** Builds the package of the checkout `root` into `target`, which must not exist. Throws `NJ_PACK_REFUSED` with the reason. */
export async function buildProgram(root: string, target: string): Promise<{ readonly version: string }> {
  const ui = join(root, "ui/dist");
  if (!existsSync(join(ui, "index.html"))) {
    throw refusePacking("the web interface is not built: npm run build sees to it");
  }
  mkdirSync(target, { recursive: true });
  const rootCard = json(join(root, "package.json"));
  const core = json(join(root, "core/package.json"));
  const lock = json(join(root, "package-lock.json"));
  const parties = await buildCore(root, join(target, "core"), [
    ...Object.keys(core["optionalDependencies"] as Json),
    ...PROGRAMS,
  ]);
  const others = await buildPalette(root, join(target, "flows/palette"));
  write(join(target, "core/package.json"), coreCard(core));
  const version = String(core["version"]);
  const ofPlugins: ThirdParty[] = [];
  for (const name of readdirSync(join(root, "plugins")).sort()) {
    const [from, to] = [join(root, "plugins", name), join(target, "plugins", name)];
    ofPlugins.push(...(await buildBundledPlugin(from, to, version)));
  }
  const licences = licenceTexts(together(together(parties, others), ofPlugins));
  writeFileSync(join(target, "THIRD-PARTY-LICENSES.txt"), licences);
  cpSync(ui, join(target, "ui/dist"), { recursive: true });
  for (const name of BESIDE) cpSync(join(root, name), join(target, name));
  writeFileSync(join(target, "README.md"), README);
  const card = programCard(
    rootCard,
    core,
    parties.map(({ name }) => name),
  );
  write(join(target, "package.json"), card);
  write(join(target, "npm-shrinkwrap.json"), shrinkwrap(card, lock));
  return { version: String(card["version"]) };
}

/** Each once, by name. */
function together(one: readonly ThirdParty[], other: readonly ThirdParty[]): readonly ThirdParty[] {
  const all = new Map([...one, ...other].map((party) => [`${party.name}@${party.version}`, party]));
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, party]) => party);
}

function json(file: string): Json {
  return JSON.parse(readFileSync(file, "utf8")) as Json;
}

function write(file: string, value: Json): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
