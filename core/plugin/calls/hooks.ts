// Makes the hooks of the catalogue (hook-catalogue.ts): tapable's, each with the guard around every tap.
import {
  AsyncParallelHook,
  AsyncSeriesBailHook,
  AsyncSeriesHook,
  AsyncSeriesWaterfallHook,
  type Tap,
} from "tapable";
import {
  HOOKS,
  type HookCard,
  type HookKind,
  type HookName,
  type PluginHooks,
  type PluginTap,
} from "../contract/hook-catalogue.ts";
import type { Collection } from "./collection.ts";
import { guardTap, type TapGuard } from "./tap-guard.ts";
import { forgetTime } from "./turn-clock.ts";

type AnyHook = AsyncParallelHook<unknown[]>;

/** Which of tapable's a kind is. What they have in common is all that is used of them here. */
const CLASSES = {
  series: AsyncSeriesHook,
  notification: AsyncParallelHook,
  value: AsyncSeriesWaterfallHook,
  veto: AsyncSeriesBailHook,
  collection: AsyncParallelHook,
} as unknown as Readonly<Record<HookKind, new (args: readonly string[], name: string) => AnyHook>>;

type ArgumentsOf<Given> = Given extends PluginTap<infer Arguments, infer _Result> ? Arguments : never;

/** The core's side of a hook: whom it calls, and what comes of it. */
type HookOf<Kind extends HookKind, Arguments extends readonly unknown[]> = Kind extends "veto"
  ? AsyncSeriesBailHook<Arguments, string | undefined>
  : Kind extends "value"
    ? AsyncSeriesWaterfallHook<Arguments>
    : Kind extends "series"
      ? AsyncSeriesHook<Arguments>
      : Kind extends "collection"
        ? AsyncParallelHook<[answers: Collection]>
        : AsyncParallelHook<Arguments>;

export type Hooks = {
  readonly [Name in HookName]: HookOf<(typeof HOOKS)[Name]["kind"], ArgumentsOf<PluginHooks[Name]>>;
};

/** Makes the hooks, each with its guard. */
export function createHooks(guard: TapGuard): Hooks {
  const hooks = (Object.entries(HOOKS) as [HookName, HookCard][]).map(([name, card]) => {
    // What collects answers is the core's: listeners do not see it.
    const args = card.kind === "collection" ? ["answers", ...card.args] : card.args;
    const hook = new CLASSES[card.kind](args, name);
    hook.intercept({
      call: forgetTime,
      register: (tap) => ({ ...tap, fn: guardTap(name, card, tap.name, tap.fn, guard) }) as Tap & typeof tap,
    });
    return [name, hook];
  });
  return Object.fromEntries(hooks) as unknown as Hooks;
}

/** True if any plugin has tapped a hook. tapable's own `isUsed` counts the guard's interceptor as well. */
export function isTapped({ taps }: { readonly taps: readonly unknown[] }): boolean {
  return taps.length > 0;
}
