// What a linkage plugin registers: something that can be done because of an event (a message, a mail, a lamp). When it is done
// is the owner's word: the rules of `linkage` in config.json.
import type { TObject } from "typebox";
import type { HookEvent } from "./hook-data.ts";

/** A picture of the event's camera, taken when the action began or soon after. */
export interface LinkagePicture {
  readonly camera: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** JPEG, base64. */
  readonly jpeg: string;
}

/** An account that may see the event, as it is when the action is called. More fields may come. */
export interface LinkageAccount {
  readonly name: string;
  /**
   * When the account was made, in milliseconds since the epoch: what was kept for an account of this name before that is
   * another person's.
   */
  readonly sinceMs: number;
  /** It may also acknowledge the event. */
  readonly mayAcknowledge: boolean;
}

/** What is to be done, and because of what. More fields may come. */
export interface LinkageRequest {
  /** The same when it is tried again: whoever is told twice can know it. */
  readonly id: string;
  readonly event: HookEvent;
  readonly rule: { readonly id: string; readonly name: string };
  /** What people call the event's camera; undefined for an event of the recorder itself. */
  readonly cameraName?: string;
  /** What people call the recorder. */
  readonly recorderName: string;
  /** Of the recorder, for times that people read: `Europe/Berlin`. */
  readonly timeZone: string;
  /** What the rule says for the action, checked by its schema, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** As many as the action wants and there are, all together 3 MB of base64 at most. */
  readonly pictures: readonly LinkagePicture[];
  /** Somebody tries the action: there was no such event. */
  readonly isTest: boolean;
  /**
   * The accounts that may see the event now, 500 at most; only for actions that want them. Ask nobody else, and ask anew
   * each time: rights come and go, also between two tries. Absent where the plugin was not given leave.
   */
  readonly accounts?: readonly LinkageAccount[];
}

/** What was done. More fields may come. */
export interface LinkageDone {
  /** For people, shown with the event: at most 300 letters. */
  readonly note?: string;
}

/**
 * Something that rules can have done. It must stand in `nightjar.provides` of package.json, as `linkage-action:<id>`. Plain
 * data in, plain data out; it has 30 seconds. Two calls run at once at most.
 */
export interface LinkageAction {
  /** `notify`, `email` … In config.json it is named together with its package. */
  readonly id: string;
  readonly displayName: string;
  /** TypeBox schema of what a rule says for it. No secrets: they belong to the plugin's own settings. */
  readonly configSchema: TObject;
  /** How many pictures of the event it can use, 0 to 5. They are taken a second apart, and the action is called after the last. */
  readonly wantsPictures: number;
  /** A whole number among the fields of `configSchema`, by which a rule says how many of them it wants. Absent: all. */
  readonly picturesField?: string;
  /**
   * It is told which accounts may see the event. Its package.json must ask for that (`nightjar.permissions.accounts`), and
   * its owner may take it away.
   */
  readonly wantsAccounts?: boolean;
  /** How late it may still be done, 1 to 604 800 seconds: 10 for a siren, 86 400 for a mail. */
  readonly maxAgeSeconds: number;
  /**
   * Does it. Throws, with a message for people, where that cannot be: errors of the kinds `unavailable`, `deadline-exceeded`,
   * `resource-exhausted` and `internal` are tried again with growing pauses until it is too late, others are not.
   */
  run(request: LinkageRequest, context: { readonly signal: AbortSignal }): Promise<LinkageDone | undefined>;
}
