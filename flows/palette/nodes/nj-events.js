// Events of a recorder: as they come, and which of them go on.
const { ageMs, filterOf, passes } = require("../lib/event-filter.js");
const { badge, connectionOf, eventIn, follow, timeOfDay } = require("../lib/node-parts.js");

const MOST_RESTS = 10_000;

/**
 * @typedef {import("../lib/node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("../lib/node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("../lib/node-red-api.d.ts").NodeConfig} NodeConfig
 */

/** @param {RuntimeApi} RED */
module.exports = (RED) => {
  /** @this {FlowNode} @param {NodeConfig} config */
  function NjEvent(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    const filter = filterOf(config);
    const maxAgeSeconds = Number(config["maxAge"]);
    const shown = badge(this, connection);
    follow(this, connection, "event", (event) => {
      if (!passes(filter, event)) return;
      const nowMs = Date.now();
      // A change is news however long ago its event began.
      const isOld = maxAgeSeconds > 0 && ageMs(event, nowMs) > maxAgeSeconds * 1_000;
      if (isOld && event["phase"] !== "update") return;
      shown.tell(`${event["event_type"]} ${event["camera"] ?? ""} ${timeOfDay(nowMs)}`);
      // `event` stays with the message, whatever becomes of its payload on the way.
      this.send({
        topic: topicOf(event),
        payload: structuredClone(event),
        event: structuredClone(event),
        camera: event["camera"],
      });
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjFilter(config) {
    RED.nodes.createNode(this, config);
    const filter = filterOf(config);
    const restMs = Math.max(0, Number(config["rest"]) || 0) * 1_000;
    /** When each camera and type may pass again. @type {Map<string, number>} */
    const rests = new Map();
    /** @param {Record<string, unknown>} event */
    const isResting = (event) => {
      if (restMs === 0) return false;
      const nowMs = performance.now();
      const key = topicOf(event);
      if ((rests.get(key) ?? 0) > nowMs) return true;
      if (rests.size >= MOST_RESTS) rests.clear();
      rests.set(key, nowMs + restMs);
      return false;
    };
    this.on("input", (message, send, done) => {
      const event = eventIn(message);
      const isPassed = event !== undefined && passes(filter, event) && !isResting(event);
      send(isPassed ? [message, null] : [null, message]);
      done();
    });
  }

  RED.nodes.registerType("nj-event", NjEvent);
  RED.nodes.registerType("nj-filter", NjFilter);
};

/** @param {Record<string, unknown>} event */
function topicOf(event) {
  return `${event["camera"] ?? "recorder"}/${event["event_type"]}`;
}
