// The order in which plugins are set up: what each declares in `after` first, names second. A circle among them is an
// error that names it; whoever stands in one is left out, the others are not. Pure.

/** What the order depends on. */
export interface Ordered {
  readonly name: string;
  /** Names of those that come before it, where they are there at all. */
  readonly after: readonly string[];
}

export interface LoadOrder<Item> {
  readonly order: readonly Item[];
  /** Those that wait for themselves, with the circle: `a after b after a`. */
  readonly circles: readonly { readonly item: Item; readonly circle: string }[];
}

/** Puts items in order. `cardOf` tells an item's name, which is its own alone, and what it waits for. */
export function loadOrder<Item>(items: readonly Item[], cardOf: (item: Item) => Ordered): LoadOrder<Item> {
  const byName = new Map(items.map((item) => [cardOf(item).name, item]));
  const afterOf = new Map(
    [...byName].map(([name, item]) => [name, cardOf(item).after.filter((other) => byName.has(other))]),
  );
  const names = [...byName.keys()].sort();
  const circles: { item: Item; circle: string }[] = [];
  for (const name of names) {
    const circle = circleOf(name, afterOf);
    if (circle !== undefined)
      circles.push({ item: byName.get(name) as Item, circle: circle.join(" after ") });
  }
  const leftOut = new Set(circles.map(({ item }) => cardOf(item).name));
  const done = new Set<string>();
  const waiting = names.filter((name) => !leftOut.has(name));
  while (waiting.length > 0) {
    // Without its circles the rest has an order: there is always one that waits for nobody.
    const next = waiting.findIndex((name) =>
      (afterOf.get(name) ?? []).every((other) => done.has(other) || leftOut.has(other)),
    );
    for (const name of waiting.splice(Math.max(0, next), 1)) done.add(name);
  }
  return { order: [...done].map((name) => byName.get(name) as Item), circles };
}

/** The shortest way from a name back to itself, both ends named; undefined if there is none. */
function circleOf(start: string, afterOf: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const other of afterOf.get(name) ?? []) {
      if (other === start) return [...wayTo(name, cameFrom), start];
      if (cameFrom.has(other)) continue;
      cameFrom.set(other, name);
      queue.push(other);
    }
  }
  return undefined;
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end];
  for (let at = cameFrom.get(end); at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}
