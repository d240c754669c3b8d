// The access list of the embedded broker, default deny in both directions: what an account, or a program with its token,
// may subscribe to, get and send. Rights are those of HTTP, camera by camera; wildcards widen nothing, because each
// message is judged once more before it is handed on.
import { isCameraRight } from "../domain/roles.ts";
import { mayDo, mayDoWith, type Principal } from "../users/principal.ts";
import { canMatchBelow, isBelow, isSoundFilter, isSoundTopic } from "./topic-filters.ts";
import { readTopic, type TopicIds, type TopicKind } from "./topics.ts";

/** What becomes of something that a client publishes. */
export type PublishVerdict =
  /** Not understood by MQTT's rules: the connection ends. */
  | "malformed"
  /** Not allowed: acknowledged, and given to nobody. */
  | "dropped"
  /** Nightjar takes it itself. */
  | "taken"
  /** A topic of other programs: handed on. */
  | "forwarded";

/** May the client ask for this filter at all? What it then gets is judged message by message. */
export function maySubscribe(principal: Principal, base: string, filter: string): boolean {
  if (!isSoundFilter(filter) || filter.startsWith("$")) return false;
  return canMatchBelow(filter, base) || mayDo(principal, "mqtt.other-topics");
}

/** May the client get a message of this topic? */
export function mayReceive(principal: Principal, base: string, topic: string): boolean {
  if (topic.startsWith("$")) return false;
  if (!isBelow(base, topic)) return mayDo(principal, "mqtt.other-topics");
  const found = readTopic(base, topic);
  return found !== undefined && found.kind.direction === "out" && holds(principal, found.kind, found.ids);
}

/** What becomes of a message of this topic from the client. */
export function judgePublish(
  principal: Principal,
  base: string,
  message: { readonly topic: string; readonly retain: boolean },
): PublishVerdict {
  const { topic, retain } = message;
  if (!isSoundTopic(topic)) return "malformed";
  if (topic.startsWith("$")) return "dropped";
  if (!isBelow(base, topic)) return mayDo(principal, "mqtt.other-topics") ? "forwarded" : "dropped";
  const found = readTopic(base, topic);
  // A retained command would be done again and again, by whoever comes later.
  if (found === undefined || found.kind.direction === "out" || retain) return "dropped";
  return holds(principal, found.kind, found.ids) ? "taken" : "dropped";
}

function holds(principal: Principal, kind: TopicKind, ids: TopicIds): boolean {
  const { right } = kind;
  if (kind.needsAllCameras === true) {
    return mayDo(principal, right) && mayDo(principal, "system.view") && principal.cameras === "all";
  }
  if (ids.camera !== undefined && isCameraRight(right)) return mayDoWith(principal, right, ids.camera);
  return mayDo(principal, right);
}
