// Addresses in the settings of actions that lead back to the recorder itself: an event would set off the next one. What can be
// seen without a resolver; names are judged when the action is done.
import type { TObject } from "typebox";
import { isOwnUrl } from "../domain/own-target.ts";

/** What is wrong with the fields that their schema marks with `"x-target": "url"`, by JSON pointers. */
export function ownTargetProblems(
  { properties }: Pick<TObject, "properties">,
  settings: Readonly<Record<string, unknown>>,
  ownPorts: readonly number[],
): { readonly path: string; readonly message: string }[] {
  return Object.entries(properties as Readonly<Record<string, { readonly "x-target"?: unknown }>>).flatMap(
    ([field, schema]) => {
      const text = settings[field];
      if (schema["x-target"] !== "url" || typeof text !== "string" || !isOwnUrl(text, ownPorts)) return [];
      return [
        {
          path: `/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`,
          message: "leads to this recorder itself: what it sends there could set itself off again",
        },
      ];
    },
  );
}
