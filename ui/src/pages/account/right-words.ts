// The words for rights: a closed table, so that every key can be found by search.
import { type MessageKey, t } from "../../locale/messages.ts";

/** Rights in the order in which they are offered: those of cameras first. */
export const RIGHT_TEXT: Readonly<Record<string, MessageKey>> = {
  live: "right.live",
  playback: "right.playback",
  snapshot: "right.snapshot",
  export: "right.export",
  "cameras.view": "right.cameras.view",
  "events.view": "right.events.view",
  "events.acknowledge": "right.events.acknowledge",
  "recordings.manual": "right.recordings.manual",
  "recordings.lock": "right.recordings.lock",
  ptz: "right.ptz",
  "arming.set": "right.arming.set",
  "outputs.set": "right.outputs.set",
  "inputs.set": "right.inputs.set",
  "status.view": "right.status.view",
  "system.view": "right.system.view",
  "metrics.view": "right.metrics.view",
  "diagnostics.view": "right.diagnostics.view",
  "audit.view": "right.audit.view",
  "settings.view": "right.settings.view",
  "settings.edit": "right.settings.edit",
  "cameras.edit": "right.cameras.edit",
  "users.manage": "right.users.manage",
  "flows.view": "right.flows.view",
  "flows.edit": "right.flows.edit",
  "linkage.run": "right.linkage.run",
  "mqtt.connect": "right.mqtt.connect",
  "mqtt.other-topics": "right.mqtt.other-topics",
};

/** Rights that change the recorder, or who may use it. */
export const GRAVE_RIGHTS: ReadonlySet<string> = new Set([
  "settings.edit",
  "cameras.edit",
  "users.manage",
  "flows.edit",
  "linkage.run",
]);

/** A right in words; one that this page does not know as it is called. */
export function rightText(right: string): string {
  const key = RIGHT_TEXT[right];
  return key === undefined ? right : t(key);
}
