// npm-shrinkwrap.json of the built package: the part of the checkout's lock file that the recorder runs with, so that who
// installs it gets, byte for byte, what was tested. Pure.
import { refusePacking } from "../pack-plugin/refusal.ts";

type Json = Record<string, unknown>;
/** One place of a lock file (`node_modules/koa`) and what lies there. */
type Entry = Json & { readonly optional?: boolean };

/** The lock of `card`, out of the checkout's. Throws `NJ_PACK_REFUSED` if that does not hold what the card wants. */
export function shrinkwrap(card: Json, lock: Json): Json {
  const places = lock["packages"] as Readonly<Record<string, Entry>>;
  const required = reached(places, namesOf(card, "dependencies"), ["dependencies"]);
  const all = reached(
    places,
    [...namesOf(card, "dependencies"), ...namesOf(card, "optionalDependencies")],
    ["dependencies", "optionalDependencies"],
  );
  const packages: Record<string, Entry> = {
    "": {
      name: card["name"],
      version: card["version"],
      license: card["license"],
      dependencies: card["dependencies"],
      optionalDependencies: card["optionalDependencies"],
      bin: card["bin"],
      engines: card["engines"],
    },
  };
  for (const place of [...all].sort()) {
    const {
      dev: _dev,
      devOptional: _devOptional,
      optional: _optional,
      peer: _peer,
      ...entry
    } = places[place] ?? {};
    packages[place] = required.has(place) ? entry : { ...entry, optional: true };
  }
  return { name: card["name"], version: card["version"], lockfileVersion: 3, requires: true, packages };
}

/** Every place that is reached from the root by the given kinds of wishes, peers included. */
function reached(
  places: Readonly<Record<string, Entry>>,
  roots: readonly string[],
  kinds: readonly string[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = roots.map((name) => placeOf(places, "", name) ?? missing(name));
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (found.has(place)) continue;
    found.add(place);
    const entry = places[place] ?? {};
    if (entry["inBundle"] === true) continue;
    const optionalPeers = Object.entries((entry["peerDependenciesMeta"] ?? {}) as Record<string, Json>)
      .filter(([, meta]) => meta["optional"] === true)
      .map(([name]) => name);
    const wanted = [...kinds, "peerDependencies"].flatMap((kind) => namesOf(entry, kind));
    for (const name of wanted) {
      // What would be used if it were there may be here for builders alone.
      if (optionalPeers.includes(name) && !kinds.some((kind) => namesOf(entry, kind).includes(name)))
        continue;
      const next = placeOf(places, place, name);
      if (next !== undefined) open.push(next);
      else if (!namesOf(entry, "optionalDependencies").includes(name)) missing(name);
    }
  }
  // What a package carries in its own archive (npm does) stands in the lock file, and comes with it.
  for (const [place, entry] of Object.entries(places)) {
    const carrier = [...found].find((outer) => place.startsWith(`${outer}/node_modules/`));
    if (entry["inBundle"] === true && carrier !== undefined) found.add(place);
  }
  return found;
}

/** Where a package that lies at `from` finds another: beside it, then further out, as Node looks. */
function placeOf(places: Readonly<Record<string, Entry>>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (places[place] !== undefined) return place;
    if (folder === "") return undefined;
  }
}

function namesOf(entry: Json, kind: string): string[] {
  return Object.keys((entry[kind] as Json | undefined) ?? {});
}

function missing(name: string): never {
  throw refusePacking(`package-lock.json has no ${name}, which the recorder needs: run npm install`);
}
