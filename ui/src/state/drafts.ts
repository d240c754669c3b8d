// What is typed into forms and not saved yet, kept in this tab: a reload, a dialog closed by mistake or a page left costs
// nothing. Never a secret: whoever keeps a draft leaves them out. All drafts go when somebody signs out.

const PREFIX = "nightjar.draft.";
const OWNER = "nightjar.drafts-of";
const LIMIT_CHARACTERS = 200_000;

const drops = new Set<() => void>();

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** The draft under that name, if there is one that is made like `like`, but for the parts with the names `free`. */
export function readDraft<T>(
  name: string,
  like: T,
  free: readonly string[] = [],
  store: Store = sessionStorage,
): T | undefined {
  try {
    const value: unknown = JSON.parse(store.getItem(PREFIX + name) ?? "null");
    return isMadeLike(value, like, free) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a draft; one that the browser has no room for is not kept. */
export function keepDraft(name: string, value: unknown, store: Store = sessionStorage): void {
  const text = JSON.stringify(value);
  try {
    if (text.length <= LIMIT_CHARACTERS) store.setItem(PREFIX + name, text);
  } catch {
    // Private windows of some browsers keep nothing: the form itself goes on.
    return;
  }
}

export function dropDraft(name: string, store: Store = sessionStorage): void {
  try {
    store.removeItem(PREFIX + name);
  } catch {
    // Where nothing is kept, nothing is to be dropped.
    return;
  }
}

/** Call when somebody is in: drafts that another account left in this tab, whose session had run out, go. */
export function claimDrafts(account: string, store: Store = sessionStorage): void {
  try {
    if (store.getItem(OWNER) === account) return;
    dropAllDrafts(store);
    store.setItem(OWNER, account);
  } catch {
    // Where nothing is kept, nothing is anybody's.
    return;
  }
}

/** For what is kept of drafts elsewhere, as in the memory of a page: called when all of them go. */
export function whenDraftsGo(drop: () => void): void {
  drops.add(drop);
}

/** Call when somebody signs out: the next one at this screen is not shown what was typed. */
export function dropAllDrafts(store: Store = sessionStorage): void {
  for (const drop of drops) drop();
  const names = Array.from({ length: store.length }, (_, index) => store.key(index));
  for (const name of names) if (name?.startsWith(PREFIX) === true) store.removeItem(name);
}

/** The same kinds of values under the same names; of lists only that they are lists. An older page may have kept another form. */
function isMadeLike<T>(value: unknown, like: T, free: readonly string[]): value is T {
  if (typeof like !== "object" || like === null || Array.isArray(like)) return kindOf(value) === kindOf(like);
  if (kindOf(value) !== "object") return false;
  return Object.entries(like).every(([name, part]) => {
    const found = (value as Record<string, unknown>)[name];
    if (part === null || part === undefined) return true;
    if (free.includes(name)) return found === undefined || found === null || kindOf(found) === kindOf(part);
    return isMadeLike(found, part, free);
  });
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
