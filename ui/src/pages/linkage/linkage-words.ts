// The words for linkage rules and actions, and what a new rule is. The recorder's own actions and their settings are called
// in the viewer's language; those of plugins as their plugins call them.
import type { LinkageAction, LinkageRule } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { isObject } from "../../parts/json-place.ts";
import { entryName, type FieldWords, fieldWords, type PluginNames } from "../../state/plugin-names.ts";

const ACTION_TEXT: Readonly<Record<string, MessageKey>> = {
  record: "linkage.record.name",
  capture: "linkage.capture.name",
};

interface OwnWords {
  readonly title: MessageKey;
  readonly hint: MessageKey;
}

const FIELD_TEXT: Readonly<Record<string, OwnWords>> = {
  "record/postRecordSeconds": { title: "linkage.postRecord", hint: "linkage.postRecord.hint" },
  "capture/count": { title: "linkage.count", hint: "linkage.count.hint" },
  "capture/intervalSeconds": { title: "linkage.interval", hint: "linkage.interval.hint" },
};

/** Actions as they and what they are told are called in the language of the page. */
export function actionsInWords(
  actions: readonly LinkageAction[],
  names: PluginNames,
): readonly LinkageAction[] {
  return actions.map((action) => {
    const { source, displayName, configSchema } = action;
    const words = fieldWords(names, "linkage-action", source);
    return {
      ...action,
      displayName: entryName(names, "linkage-action", source, displayName),
      configSchema: inWords(configSchema, words, ""),
    };
  });
}

/** A schema whose fields, and entries of whose lists, are called so. */
function inWords(
  schema: Readonly<Record<string, unknown>>,
  words: FieldWords,
  place: string,
): Record<string, unknown> {
  const { properties, items } = schema;
  return {
    ...schema,
    ...words[place],
    ...(isObject(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, node]) => [
              name,
              isObject(node) ? inWords(node, words, `${place}/${name}`) : node,
            ]),
          ),
        }
      : {}),
    ...(isObject(items) ? { items: inWords(items, words, `${place}/*`) } : {}),
  };
}

/** An action in words; one whose plugin is away as rules name it. */
export function actionName(source: string, actions: readonly LinkageAction[]): string {
  const key = Object.hasOwn(ACTION_TEXT, source) ? ACTION_TEXT[source] : undefined;
  if (key !== undefined) return t(key);
  return actions.find((one) => one.source === source)?.displayName ?? source;
}

/** An action's settings as its form draws them: lists of cameras apart, to be ticked, the rest as a schema. */
export function settingsForm({ source, configSchema }: LinkageAction): {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly cameraLists: readonly string[];
} {
  const properties = Object.entries(isObject(configSchema["properties"]) ? configSchema["properties"] : {});
  const isCameras = (node: unknown): boolean => isObject(node) && node["x-choices"] === "cameras";
  return {
    schema: {
      ...configSchema,
      properties: Object.fromEntries(
        properties
          .filter(([, node]) => !isCameras(node))
          .map(([name, node]) => [name, translated(`${source}/${name}`, node)]),
      ),
    },
    cameraLists: properties.filter(([, node]) => isCameras(node)).map(([name]) => name),
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
