// The words for linkage rules and actions, and what a new rule is. The recorder's own actions and their settings are called
// in the viewer's language; those of plugins as their plugins call them.
import type { LinkageAction, LinkageRule } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { isObject } from "../../parts/json-place.ts";

const ACTION_TEXT: Readonly<Record<string, MessageKey>> = {
  record: "linkage.record.name",
  capture: "linkage.capture.name",
  output: "linkage.output.name",
};

interface FieldWords {
  readonly title: MessageKey;
  readonly hint: MessageKey;
}

const FIELD_TEXT: Readonly<Record<string, FieldWords>> = {
  "record/postRecordSeconds": { title: "linkage.postRecord", hint: "linkage.postRecord.hint" },
  "output/command": { title: "linkage.command", hint: "linkage.command.hint" },
  "output/dwellSeconds": { title: "linkage.dwell", hint: "linkage.dwell.hint" },
  "capture/count": { title: "linkage.count", hint: "linkage.count.hint" },
  "capture/intervalSeconds": { title: "linkage.interval", hint: "linkage.interval.hint" },
};

/** An action in words; one whose plugin is away as rules name it. */
export function actionName(source: string, actions: readonly LinkageAction[]): string {
  const key = Object.hasOwn(ACTION_TEXT, source) ? ACTION_TEXT[source] : undefined;
  if (key !== undefined) return t(key);
  return actions.find((one) => one.source === source)?.displayName ?? source;
}

/** What an action can be told a list of. */
export type ListedThing = "cameras" | "outputs";

/** An action's settings as its form draws them: lists of cameras and of outputs apart, to be ticked, the rest as a schema. */
export function settingsForm({ source, configSchema }: LinkageAction): {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly lists: readonly { readonly name: string; readonly of: ListedThing }[];
} {
  const properties = Object.entries(isObject(configSchema["properties"]) ? configSchema["properties"] : {});
  const listed = (node: unknown): ListedThing | undefined => {
    const choices = isObject(node) ? node["x-choices"] : undefined;
    return choices === "cameras" || choices === "outputs" ? choices : undefined;
  };
  return {
    schema: {
      ...configSchema,
      properties: Object.fromEntries(
        properties
          .filter(([, node]) => listed(node) === undefined)
          .map(([name, node]) => [name, translated(`${source}/${name}`, node)]),
      ),
    },
    lists: properties.flatMap(([name, node]) => {
      const of = listed(node);
      return of === undefined ? [] : [{ name, of }];
    }),
  };
}

function translated(place: string, node: unknown): unknown {
  const words = Object.hasOwn(FIELD_TEXT, place) ? FIELD_TEXT[place] : undefined;
  if (words === undefined || !isObject(node)) return node;
  return { ...node, title: t(words.title), description: t(words.hint) };
}

/** Whether a rule follows events of a camera, or does something with it. */
export function concerns({ cameras = [], actions }: LinkageRule, camera: string): boolean {
  return (
    cameras.length === 0 ||
    cameras.includes(camera) ||
    actions.some(({ settings }) =>
      Object.values(settings).some((value) => Array.isArray(value) && value.includes(camera)),
    )
  );
}

/** A rule that does nothing yet. */
export function newRule(rules: readonly LinkageRule[], camera: string | undefined): LinkageRule {
  let number = rules.length + 1;
  while (rules.some(({ id }) => id === `rule-${number}`)) number += 1;
  return {
    id: `rule-${number}`,
    name: t("linkage.newName", { number }),
    types: ["motion"],
    ...(camera === undefined ? {} : { cameras: [camera] }),
    actions: [],
  };
}
