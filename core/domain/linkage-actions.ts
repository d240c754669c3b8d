// The ids of the linkage actions that come with Nightjar (manual 11, table 11-A), and who answers for each: one set, whoever
// does it. What a stranger's plugin brings has its package's name before its id and can never take one of these.

/** By id: the bundled plugin that brings it, or `undefined` where the recorder does it itself. */
const OWNERS = {
  popup: undefined,
  sound: undefined,
  notify: "nightjar-linkage-notify",
  email: "nightjar-linkage-email",
  upload: "nightjar-linkage-upload",
  output: undefined,
  record: undefined,
  capture: undefined,
  ptz: undefined,
  siren: undefined,
  push: "nightjar-linkage-push",
} as const;

export type LinkageActionId = keyof typeof OWNERS;

/** All of them, in the order of the table. */
export const LINKAGE_ACTION_IDS = Object.keys(OWNERS) as readonly LinkageActionId[];

/** Ids by their former names, with the package: `nightjar-linkage-email/email` → `email`. */
const IDS = new Map<string, LinkageActionId>(
  LINKAGE_ACTION_IDS.flatMap((id) => {
    const owner = OWNERS[id];
    return owner === undefined ? [] : [[`${owner}/${id}`, id]];
  }),
);

/** What rules call an action that a plugin brings: an id of the table for its owner alone, if that came with Nightjar. */
export function pluginActionName(plugin: string, id: string, isBundled: boolean): string {
  const name = `${plugin}/${id}`;
  return isBundled ? linkageActionName(name) : name;
}

/** An action as it is named now, by that name or its former one: rules, flows and events of before have that. */
export function linkageActionName(given: string): string {
  return IDS.get(given) ?? given;
}

/** An action as it was named before it had an id of the table; of others, their names. */
export function formerActionName(name: string): string {
  const owner = Object.hasOwn(OWNERS, name) ? OWNERS[name as LinkageActionId] : undefined;
  return owner === undefined ? name : `${owner}/${name}`;
}
