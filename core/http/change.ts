// One thing that changed in the recorder: what listeners get of it, whom it concerns, and who may see it.
import type { PluginJob } from "../plugin/install/install-job.ts";
import { mayDo, mayDoWith, type Principal } from "../users/principal.ts";
import type { InputView, OutputView } from "./alarm-io-schemas.ts";
import type { CameraView } from "./camera-schemas.ts";
import type { NodeView } from "./cluster-schemas.ts";
import type { EventView } from "./event-schemas.ts";
import type { VolumeView } from "./wire-schemas.ts";

export const CHANGE_TYPES = [
  "camera",
  "camera-removed",
  "volume",
  "problems",
  "plugin-job",
  "coverage",
  "event",
  "output",
  "input",
  "node",
] as const;

/** What is said to screens alone, now and never again. */
export const SCREEN_TYPES = ["popup", "popup-end", "sound"] as const;
export type ScreenType = (typeof SCREEN_TYPES)[number];

/** Something that changed, as listeners get it. */
export type Change =
  | { readonly type: "camera"; readonly camera: CameraView }
  | { readonly type: "camera-removed"; readonly camera: string }
  | { readonly type: "volume"; readonly volume: VolumeView }
  /** What is wrong with the recorder has changed: `GET /status` tells. */
  | { readonly type: "problems" }
  | { readonly type: "plugin-job"; readonly job: PluginJob }
  | { readonly type: "event"; readonly event: EventView }
  | { readonly type: "output"; readonly output: OutputView }
  | { readonly type: "input"; readonly input: InputView }
  | { readonly type: "node"; readonly node: NodeView }
  | {
      readonly type: "coverage";
      readonly camera: string;
      readonly stream: "main" | "sub";
      readonly start: string;
      readonly end: string;
      readonly reasons: readonly string[];
      /** A file was begun at `start`; otherwise one was closed. */
      readonly growing: boolean;
    };

/** True if the change is one of these cameras. What is the recorder's own is none of theirs. */
export function concerns(change: Change, cameras: ReadonlySet<string>): boolean {
  switch (change.type) {
    case "camera":
      return cameras.has(change.camera.id);
    case "camera-removed":
    case "coverage":
      return cameras.has(change.camera);
    case "event":
      return change.event.camera !== undefined && cameras.has(change.event.camera);
    case "volume":
    case "problems":
    case "plugin-job":
    case "output":
    case "input":
    case "node":
      return false;
  }
}

/** Whether the account may see it: the same rights as on the routes that answer the same. */
export function maySeeChange(principal: Principal, change: Change): boolean {
  switch (change.type) {
    case "camera":
      return mayDoWith(principal, "cameras.view", change.camera.id);
    case "camera-removed":
      return mayDoWith(principal, "cameras.view", change.camera);
    case "coverage":
      return mayDoWith(principal, "playback", change.camera);
    case "event":
      return maySeeEvent(principal, change.event.camera);
    case "volume":
    case "problems":
    case "plugin-job":
    case "output":
    case "input":
      return mayDo(principal, "system.view");
    case "node":
      return mayDo(principal, "settings.view");
  }
}

/** Whether the account may see events of a camera; without one, those of the recorder itself. */
export function maySeeEvent(principal: Principal, camera: string | undefined): boolean {
  if (camera !== undefined) return mayDoWith(principal, "events.view", camera);
  // The recorder's own events are for who runs it and sees all of it, as in the list of events.
  return mayDo(principal, "events.view") && mayDo(principal, "system.view") && principal.cameras === "all";
}

/** What is told of it. */
export function payloadOf(change: Change): unknown {
  switch (change.type) {
    case "camera":
      return change.camera;
    case "camera-removed":
      return { id: change.camera };
    case "volume":
      return change.volume;
    case "problems":
      return {};
    case "plugin-job":
      return change.job;
    case "event":
      return change.event;
    case "output":
      return change.output;
    case "node":
      return change.node;
    case "input": {
      // Not everybody who listens may see all cameras.
      const { cameras: _, ...rest } = change.input;
      return rest;
    }
    case "coverage": {
      const { type: _, ...rest } = change;
      return rest;
    }
  }
}

/** A message of an event stream (WHATWG HTML §9.2.5). `data` is JSON, and so has no line break. */
export function frame(event: string, data: string, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}
