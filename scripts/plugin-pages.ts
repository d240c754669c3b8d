// The pages of docs/reference for authors of plugins: what a plugin may import, and what makes a good one. Pure text;
// write-docs.ts writes it.
import { join } from "node:path";
import { QUALITY_RULES, QUALITY_TIERS } from "../core/plugin/package/quality.ts";
import { type ApiName, apiOf } from "./plugin-api.ts";

/** Chapters in their order, each with the sources that it describes. What fits none comes under "More". */
const CHAPTERS: readonly (readonly [title: string, sources: RegExp])[] = [
  ["The plugin", /^core\/plugin\/contract\/(define-plugin|plugin-tools)\.ts$/],
  ["Cameras", /^core\/plugin\/contract\/camera-(driver|abilities)\.ts$/],
  ["Log-in", /^core\/plugin\/contract\/login-provider\.ts$/],
  ["Actions", /^core\/plugin\/contract\/linkage-action\.ts$/],
  ["Storage", /^core\/plugin\/contract\/storage-driver\.ts$/],
  ["Tills", /^core\/plugin\/contract\/pos-parser\.ts$/],
  ["Detectors", /^core\/plugin\/contract\/detector\.ts$/],
  ["Hooks", /^core\/plugin\/contract\/hook-/],
  ["Resources over HTTP", /^core\/plugin\/contract\/plugin-route\.ts$/],
  ["Topics over MQTT", /^core\/plugin\/contract\/plugin-mqtt\.ts$/],
  ["Schemas", /^typebox$/],
  ["Values, errors, log", /^core\/(domain\/|errors\.ts|log\.ts)/],
  ["Recordings and volumes", /^core\/media\/(segment|protocol)\.ts$/],
  ["A server of pictures", /^core\/media\/rtsp-server\//],
];

/** docs/reference/plugin-api.md. `made` is the line that says where it comes from. */
export function pluginApiPage(root: string, made: string): string {
  const names = apiOf(root, join(root, "core/index.ts"));
  const chapterOf = ({ source }: ApiName): string =>
    CHAPTERS.find(([, sources]) => sources.test(source))?.[0] ?? "More";
  const titles = [...CHAPTERS.map(([title]) => title), "More"];
  const kit = apiOf(root, join(root, "core/testing/index.ts"));
  const lines = [
    "# The plugin API",
    "",
    made,
    "",
    "What a plugin may import from `@nightjar/core`, and its tests from `@nightjar/core/testing`. How it changes from version to version stands in [plugins.md](../guide/plugins.md#versions-of-the-contract); a first plugin is made in [15 minutes](../guide/first-camera-plugin.md). The moments at which plugins have a say: [hooks.md](hooks.md).",
    "",
    ...titles.flatMap((title) =>
      chapter(
        title,
        names.filter((name) => chapterOf(name) === title),
      ),
    ),
    ...chapter("The test kit: `@nightjar/core/testing`", kit),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function chapter(title: string, names: readonly ApiName[]): string[] {
  if (names.length === 0) return [];
  const entries = names.flatMap(({ name, paragraph, declaration }) => [
    `### \`${name}\``,
    "",
    paragraph,
    "",
    ...(declaration === "" ? [] : ["```ts", declaration.replace(/^export /, ""), "```", ""]),
  ]);
  return [`## ${title}`, "", ...entries];
}

/** docs/reference/plugin-quality.md. */
export function pluginQualityPage(made: string): string {
  const lines = [
    "# The quality of plugins",
    "",
    made,
    "",
    'A plugin says of each rule in its `quality.json` that it is `"done"`, or `{ "exempt": "why it does not apply" }`; what it does not name is open. It has a tier when all rules of it, and of those below, are done or exempt. `scripts/pack-plugin.ts` tells the tier, and contradicts claims that do not hold where a machine can see it.',
    "",
    ...QUALITY_TIERS.flatMap((tier) => [
      `## ${tier}`,
      "",
      "| rule | what it asks for | what a machine looks at |",
      "|---|---|---|",
      ...QUALITY_RULES.filter((rule) => rule.tier === tier).map(
        ({ id, asks, looksAt }) =>
          `| \`${id}\` | ${asks.replaceAll("|", "\\|")} | ${looksAt ?? "nothing: people can tell"} |`,
      ),
      "",
    ]),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
