// What another set of settings would change, place by place, for people to read before it happens. Values of secrets are
// never among it: of them only that they are set, changed or removed.
import type { FrozenConfig } from "../config/config-store.ts";
import { escapePointer } from "../config/schema-problems.ts";
import { redactUrl } from "../domain/redact-url.ts";
import { accountKey, changedFields, type StoredAccount } from "../users/account-replacement.ts";
import { type HiddenPlaces, isHidden, withoutHidden } from "./hidden-places.ts";

export const DIFFERENCE_KINDS = ["added", "changed", "removed", "set"] as const;

export interface Difference {
  /** JSON pointer, with cameras, plugins, volumes and accounts by their names. */
  readonly path: string;
  /** `set`: a secret that was not there. */
  readonly kind: (typeof DIFFERENCE_KINDS)[number];
  /** A secret: no value is shown. */
  readonly secret?: true;
  /** As JSON, cut off where it is long. */
  readonly before?: string;
  readonly after?: string;
}

/** Settings as a whole: what is there, or what will be. */
export interface SettingsState {
  readonly config: FrozenConfig;
  readonly secrets: ReadonlyMap<string, string>;
  readonly accounts: readonly StoredAccount[];
}

const VALUE_CHARACTERS = 300;
const PATH_CHARACTERS = 500;

/** All differences, in the order of the configuration, then secrets, then accounts. */
export function differences(before: SettingsState, after: SettingsState, hidden: HiddenPlaces): Difference[] {
  const found: Difference[] = [];
  compare(byName(before.config), byName(after.config), "", hidden, found);
  for (const name of sorted(before.secrets.keys(), after.secrets.keys())) {
    const [old, next] = [before.secrets.get(name), after.secrets.get(name)];
    if (old !== next) found.push(secretDifference(`/secrets/${name}`, old, next));
  }
  compareAccounts(before.accounts, after.accounts, found);
  return found.map((one) => ({ ...one, path: one.path.slice(0, PATH_CHARACTERS) }));
}

/** Lists whose entries have names, as objects, so that a camera in another place of its list is no difference. */
function byName({ cameras, storage, ...rest }: FrozenConfig): Record<string, unknown> {
  return {
    ...rest,
    storage: {
      ...storage,
      volumes: Object.fromEntries(storage.volumes.map((volume) => [volume.path, volume])),
    },
    cameras: Object.fromEntries(cameras.map((camera) => [camera.id, camera])),
  };
}

function compare(
  before: unknown,
  after: unknown,
  path: string,
  hidden: HiddenPlaces,
  found: Difference[],
): void {
  if (isObject(before) && isObject(after)) {
    for (const key of sorted(Object.keys(before), Object.keys(after))) {
      const place = `${path}/${escapePointer(key)}`;
      const [old, next] = [own(before, key), own(after, key)];
      if (isHidden(place, key, old ?? next, hidden)) {
        if (JSON.stringify(old) !== JSON.stringify(next)) found.push(secretDifference(place, old, next));
      } else compare(old, next, place, hidden, found);
    }
    return;
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  found.push({
    path,
    kind: before === undefined ? "added" : after === undefined ? "removed" : "changed",
    ...(before === undefined ? {} : { before: shown(before, path, hidden) }),
    ...(after === undefined ? {} : { after: shown(after, path, hidden) }),
  });
}

function compareAccounts(
  before: readonly StoredAccount[],
  after: readonly StoredAccount[],
  found: Difference[],
): void {
  const [old, next] = [before, after].map(
    (list) => new Map(list.map((one) => [accountKey(one.name), one])),
  ) as [Map<string, StoredAccount>, Map<string, StoredAccount>];
  for (const key of sorted(old.keys(), next.keys())) {
    const [was, will] = [old.get(key), next.get(key)];
    const path = `/accounts/${escapePointer((will ?? was)?.name ?? key)}`;
    if (was === undefined && will !== undefined) found.push({ path, kind: "added", after: text(will.role) });
    else if (was !== undefined && will === undefined)
      found.push({ path, kind: "removed", before: text(was.role) });
    else if (was !== undefined && will !== undefined) {
      for (const field of changedFields(was, will)) {
        if (field === "secondFactor")
          found.push(secretDifference(`${path}/secondFactor`, was.secondFactor, will.secondFactor));
        else if (field === "passwordHash")
          found.push({ path: `${path}/password`, kind: "changed", secret: true });
        else
          found.push({
            path: `${path}/${field}`,
            kind: "changed",
            before: text(was[field]),
            after: text(will[field]),
          });
      }
    }
  }
}

function secretDifference(path: string, before: unknown, after: unknown): Difference {
  return {
    path,
    kind: before === undefined ? "set" : after === undefined ? "removed" : "changed",
    secret: true,
  };
}

function shown(value: unknown, path: string, hidden: HiddenPlaces): string {
  return text(withoutHidden(value, path, hidden));
}

function text(value: unknown): string {
  const whole = redactUrl(JSON.stringify(value));
  return whole.length > VALUE_CHARACTERS ? `${whole.slice(0, VALUE_CHARACTERS)}…` : whole;
}

function sorted(...lists: Iterable<string>[]): string[] {
  return [...new Set(lists.flatMap((list) => [...list]))].sort();
}

function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
