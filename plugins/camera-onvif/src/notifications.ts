// What a device's notifications mean: topics by the catalogue of event types, states by whichever word the device has for them,
// and several topics of one thing as one event. Bounded, whatever the device sends.
import { type CameraReport, eventTypeOfOnvif } from "@nightjar/core";
import { child, childrenOf, textAt, type XmlElement } from "./xml.ts";

/** What is known of the channel that events are wanted of. */
export interface EventScope {
  /** Tokens of its source and of that one's configurations. */
  readonly tokens: ReadonlySet<string>;
  /** The device has others. */
  readonly isShared: boolean;
}

const MOST_MESSAGES = 200;
const MOST_GOING_ON = 100;
const ID_LIMIT = 64;
const NAME_LIMIT = 200;
const SOURCE_NAMES = new Set([
  "VideoSourceConfigurationToken",
  "VideoSourceToken",
  "VideoSource",
  "Source",
  "VideoSourceConfiguration",
]);
const ON = /^(?:true|1|active|on|closed)$/i;
const OFF = /^(?:false|0|inactive|off|open)$/i;

/** What of one session goes on: by event, the topics and sources that say so. */
export class GoingOn {
  readonly #scope: EventScope;
  readonly #events = new Map<string, Set<string>>();

  constructor(scope: EventScope) {
    this.#scope = scope;
  }

  /** Reports of an answer to PullMessages. */
  reports(answer: XmlElement): CameraReport[] {
    return childrenOf(answer, "NotificationMessage")
      .slice(0, MOST_MESSAGES)
      .flatMap((one) => this.#report(one));
  }

  #report(notification: XmlElement): CameraReport[] {
    const topic = (textAt(notification, "Topic") ?? "").slice(0, NAME_LIMIT);
    const message = child(notification, "Message", "Message");
    if (topic === "" || message === undefined) return [];
    const source = itemsOf(message, "Source");
    const data = itemsOf(message, "Data");
    const last = topic.split("/").at(-1) ?? "";
    const type = eventTypeOfOnvif(topic);
    if (type === "alarm-input" || last === "Relay") return portReport(last, source, data);
    if (type === undefined || !this.#isOurs(source)) return [];
    const state = message.attributes["PropertyOperation"] === "Deleted" ? false : stateIn(data);
    const rule = ruleIn(source);
    const named = rule === undefined ? {} : { rule };
    if (state === undefined) return [{ kind: "event", type, ...named, phase: "moment" }];
    return this.#turned(type, named, `${topic} ${JSON.stringify([...source])}`, state);
  }

  #turned(type: string, named: { readonly rule?: string }, sayer: string, isOn: boolean): CameraReport[] {
    const key = `${type} ${named.rule ?? ""}`;
    const sayers = this.#events.get(key) ?? new Set();
    if (isOn) {
      if (sayers.size >= MOST_GOING_ON || this.#events.size >= MOST_GOING_ON) return [];
      this.#events.set(key, sayers.add(sayer));
      return [{ kind: "event", type, ...named, phase: "begin" }];
    }
    sayers.delete(sayer);
    if (sayers.size > 0) return [];
    this.#events.delete(key);
    return [{ kind: "event", type, ...named, phase: "end" }];
  }

  /** Of this channel, or of the device as a whole. */
  #isOurs(source: ReadonlyMap<string, string>): boolean {
    if (!this.#scope.isShared) return true;
    const tokens = [...source].filter(([name]) => SOURCE_NAMES.has(name)).map(([, value]) => value);
    return tokens.length === 0 || tokens.some((token) => this.#scope.tokens.has(token));
  }
}

function portReport(
  last: string,
  source: ReadonlyMap<string, string>,
  data: ReadonlyMap<string, string>,
): CameraReport[] {
  const [id] = [...source.values()];
  const state = stateIn(data);
  if (id === undefined || id === "" || id.length > ID_LIMIT || state === undefined) return [];
  return last === "Relay"
    ? [{ kind: "relay", relay: id, on: state }]
    : [{ kind: "input", input: id, closed: state }];
}

/** The names of lines and areas; what every device calls its only detector says nothing. */
function ruleIn(source: ReadonlyMap<string, string>): string | undefined {
  const rule = (source.get("Rule") ?? source.get("RuleName") ?? "").trim().slice(0, ID_LIMIT);
  return rule === "" || /^(?:0+|MyMotionDetectorRule|MyRuleDetector|MyTamperDetectorRule)$/i.test(rule)
    ? undefined
    : rule;
}

/** The first that is a state, whatever it is called: IsMotion, State, LogicalState … */
function stateIn(data: ReadonlyMap<string, string>): boolean | undefined {
  for (const value of data.values()) {
    if (ON.test(value)) return true;
    if (OFF.test(value)) return false;
  }
  return undefined;
}

function itemsOf(message: XmlElement, group: string): ReadonlyMap<string, string> {
  return new Map(
    childrenOf(child(message, group), "SimpleItem")
      .slice(0, 32)
      .map(({ attributes }) => [
        (attributes["Name"] ?? "").slice(0, NAME_LIMIT),
        (attributes["Value"] ?? "").trim().slice(0, NAME_LIMIT),
      ]),
  );
}
