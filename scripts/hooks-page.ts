// docs/reference/hooks.md out of the catalogue of hooks.
import { HOOKS, type HookCard, type HookKind } from "../core/plugin/contract/hook-catalogue.ts";

const KINDS: Readonly<Record<HookKind, readonly [name: string, listener: string]>> = {
  series: ["a bare verb", "act, one after the other"],
  notification: ["past tense, or an adjective", "act, all at once; nobody waits"],
  value: ["a noun", "answer the value changed, for the next listener; without an answer it stays"],
  veto: ["`before…`", "answer a sentence: it is refused, and that is why"],
  collection: ["a noun in the plural", "answer an object, which is put under its plugin's name"],
};

/** The page. */
export function hooksPage(made: string): string {
  const hooks = Object.entries(HOOKS) as [string, HookCard][];
  const deciding = hooks
    .filter(([, { kind }]) => kind === "value" || kind === "veto")
    .map(([name]) => `\`${name}\``);
  const lines = [
    "# Hooks",
    "",
    made,
    "",
    "Moments at which several plugins may have a say (`nvr.hooks`, source: `core/plugin/contract/hook-catalogue.ts`; what is",
    "handed over: [plugin-api.md](plugin-api.md)). A tap is `tapPromise({ name, stage? }, async listener)`; order is by `stage`",
    "(-100 … 100), never by load order. Grammar tells the kind:",
    "",
    "| kind | name | what a listener may do |",
    "|---|---|---|",
    ...Object.entries(KINDS).map(([kind, [name, listener]]) => `| ${kind} | ${name} | ${listener} |`),
    "",
    "Listeners get copies. One that throws, answers something else or runs out of time is reported against its plugin, and",
    "things go on as without it. No hook runs in the media process, per packet or per frame: recording never waits for a",
    "plugin.",
    "",
    "A plugin in a process of its own taps hooks of the kinds value and veto only if its package.json asks for them",
    `(\`nightjar.permissions.hooks\`) and its owner leaves it that: ${deciding.join(", ")}. Its \`start\` and \`stop\` run`,
    "beside those of the others.",
    "",
    "| hook | kind | arguments | time limit | when |",
    "|---|---|---|---|---|",
    ...hooks.map(
      ([name, { kind, args, limitMs, when }]) =>
        `| \`${name}\` | ${kind} | ${args.join(", ")} | ${limitMs / 1_000} s | ${when} |`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
