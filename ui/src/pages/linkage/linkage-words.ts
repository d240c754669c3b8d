// The words for linkage rules and actions, and what a new rule is. The recorder's own actions and their settings are called
// in the viewer's language; those of plugins as their plugins call them.
import type { LinkageAction, LinkageRule } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { isObject } from "../../parts/json-place.ts";
import { entryName, fieldWords, type PluginNames, schemaInWords } from "../../state/plugin-names.ts";
import { EVENT_TEXT } from "../events/event-words.ts";

const ACTION_TEXT: Readonly<Record<string, MessageKey>> = {
  record: "linkage.record.name",
  capture: "linkage.capture.name",
  popup: "linkage.popup.name",
  sound: "linkage.sound.name",
  output: "linkage.output.name",
  ptz: "linkage.ptz.name",
  siren: "linkage.siren.name",
};

/** What bundled plugins bring, as it is called while they are switched off. */
const AWAY_TEXT: Readonly<Record<string, MessageKey>> = {
  notify: "linkage.notify.name",
  email: "linkage.email.name",
  upload: "linkage.upload.name",
  push: "linkage.push.name",
};

interface OwnWords {
  readonly title: MessageKey;
  readonly hint: MessageKey;
}

const FIELD_TEXT: Readonly<Record<string, OwnWords>> = {
  "record/postRecordSeconds": { title: "linkage.postRecord", hint: "linkage.postRecord.hint" },
  "output/command": { title: "linkage.command", hint: "linkage.command.hint" },
  "output/dwellSeconds": { title: "linkage.dwell", hint: "linkage.dwell.hint" },
  "capture/count": { title: "linkage.count", hint: "linkage.count.hint" },
  "capture/intervalSeconds": { title: "linkage.interval", hint: "linkage.interval.hint" },
  "popup/dwellSeconds": { title: "linkage.popupDwell", hint: "linkage.popupDwell.hint" },
  "popup/untilEnd": { title: "linkage.untilEnd", hint: "linkage.untilEnd.hint" },
  "sound/where": { title: "linkage.where", hint: "linkage.where.hint" },
  "sound/pattern": { title: "linkage.pattern", hint: "linkage.pattern.hint" },
  "sound/volumePercent": { title: "linkage.volume", hint: "linkage.volume.hint" },
  "sound/seconds": { title: "linkage.soundSeconds", hint: "linkage.soundSeconds.hint" },
  "siren/command": { title: "linkage.command", hint: "linkage.siren.command" },
  "siren/siren": { title: "ptz.part.siren", hint: "linkage.siren.siren" },
  "siren/light": { title: "ptz.part.light", hint: "linkage.siren.light" },
  "siren/seconds": { title: "linkage.soundSeconds", hint: "linkage.siren.seconds" },
  "sound/untilAcknowledged": { title: "linkage.untilAck", hint: "linkage.untilAck.hint" },
};

/** Actions as they and what they are told are called in the language of the page. */
export function actionsInWords(
  actions: readonly LinkageAction[],
  names: PluginNames,
): readonly LinkageAction[] {
  return actions.map((action) => {
    const { source, plugin, displayName, configSchema } = action;
    if (plugin === undefined) return action;
    // Packages call their entries by ids of their own, whatever rules call them.
    const entry = `${plugin}/${source.slice(source.lastIndexOf("/") + 1)}`;
    const words = fieldWords(names, "linkage-action", entry);
    return {
      ...action,
      displayName: entryName(names, "linkage-action", entry, displayName),
      configSchema: schemaInWords(configSchema, words),
    };
  });
}

/** What choices are called, by field and value. */
const CHOICE_TEXT: Readonly<Record<string, MessageKey>> = {
  "sound/where/pages": "linkage.where.pages",
  "sound/where/walls": "linkage.where.walls",
  "sound/pattern/chime": "linkage.pattern.chime",
  "sound/pattern/beep": "linkage.pattern.beep",
  "sound/pattern/alarm": "linkage.pattern.alarm",
  "sound/pattern/siren": "linkage.pattern.siren",
};

/** What is ticked out of a list that the recorder has. */
const CHOICE_KINDS = ["cameras", "outputs", "walls"] as const;
export type ChoiceKind = (typeof CHOICE_KINDS)[number];

/** An action in words; one whose plugin is a stranger's and away as rules name it. */
export function actionName(source: string, actions: readonly LinkageAction[]): string {
  const own = Object.hasOwn(ACTION_TEXT, source) ? ACTION_TEXT[source] : undefined;
  if (own !== undefined) return t(own);
  const away = Object.hasOwn(AWAY_TEXT, source) ? AWAY_TEXT[source] : undefined;
  return actions.find((one) => one.source === source)?.displayName ?? (away === undefined ? source : t(away));
}

/** An action's settings as its form draws them: lists of cameras, outputs and walls apart, to be ticked, the rest as a schema. */
export function settingsForm({ source, configSchema }: LinkageAction): {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly choiceLists: readonly { readonly name: string; readonly kind: ChoiceKind }[];
} {
  const properties = Object.entries(isObject(configSchema["properties"]) ? configSchema["properties"] : {});
  const kindOf = (node: unknown): ChoiceKind | undefined =>
    isObject(node) ? CHOICE_KINDS.find((kind) => kind === node["x-choices"]) : undefined;
  return {
    schema: {
      ...configSchema,
      properties: Object.fromEntries(
        properties
          .filter(([, node]) => kindOf(node) === undefined)
          .map(([name, node]) => [name, translated(`${source}/${name}`, node)]),
      ),
    },
    choiceLists: properties.flatMap(([name, node]) => {
      const kind = kindOf(node);
      return kind === undefined ? [] : [{ name, kind }];
    }),
  };
}

function translated(place: string, node: unknown): unknown {
  const words = Object.hasOwn(FIELD_TEXT, place) ? FIELD_TEXT[place] : undefined;
  if (words === undefined || !isObject(node)) return node;
  const { anyOf } = node;
  return {
    ...node,
    title: t(words.title),
    description: t(words.hint),
    ...(Array.isArray(anyOf) ? { anyOf: anyOf.map((one: unknown) => choice(place, one)) } : {}),
  };
}

function choice(place: string, one: unknown): unknown {
  if (!isObject(one)) return one;
  const key = `${place}/${String(one["const"])}`;
  const text = Object.hasOwn(CHOICE_TEXT, key) ? CHOICE_TEXT[key] : undefined;
  return text === undefined ? one : { ...one, title: t(text) };
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

/** True for a rule that an event of this kind, of whichever camera, can have done; also one that is switched off. */
export function followsFrom(
  { types = [], severities = [], cameras = [], detectorRules = [] }: LinkageRule,
  kind: { readonly type: string; readonly severity: string; readonly about: string },
): boolean {
  const has = (list: readonly string[], value: string): boolean => list.length === 0 || list.includes(value);
  const isPlaced = kind.about === "recorder" ? cameras.length === 0 : true;
  return has(types, kind.type) && has(severities, kind.severity) && isPlaced && detectorRules.length === 0;
}

function isRuleType(type: string): type is NonNullable<LinkageRule["types"]>[number] {
  return Object.hasOwn(EVENT_TEXT, type);
}

/** A rule that does nothing yet; about events of this type. */
export function newRule(
  rules: readonly LinkageRule[],
  camera: string | undefined,
  type = "motion",
): LinkageRule {
  let number = rules.length + 1;
  while (rules.some(({ id }) => id === `rule-${number}`)) number += 1;
  return {
    id: `rule-${number}`,
    name: t("linkage.newName", { number }),
    types: [isRuleType(type) ? type : "motion"],
    ...(camera === undefined ? {} : { cameras: [camera] }),
    actions: [],
  };
}
