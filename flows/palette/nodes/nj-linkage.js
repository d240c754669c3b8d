// Alarm linkage: that a rule is followed, and having actions done, those of a rule or any other.
const { actionName, causeOf, done } = require("../lib/linkage-parts.js");
const { answering, badge, connectionOf, firstText, follow, timeOfDay } = require("../lib/node-parts.js");

/**
 * @typedef {import("../lib/node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("../lib/node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("../lib/node-red-api.d.ts").NodeConfig} NodeConfig
 * @typedef {import("../lib/node-red-api.d.ts").Message} Message
 */

/** @param {RuntimeApi} RED */
module.exports = (RED) => {
  /** @this {FlowNode} @param {NodeConfig} config */
  function NjRule(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    const shown = badge(this, connection);
    follow(this, connection, "linkage", (told) => {
      if (config["rule"] && told["rule"] !== config["rule"]) return;
      const message = messageOf(told);
      if (told["phase"] === "done") this.send([null, message]);
      else {
        shown.tell(`${told["name"]} ${timeOfDay(Date.now())}`);
        this.send([message, null]);
      }
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjLinkage(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const cause = causeOf(config, message);
      if (config["act"] !== "action") {
        const rule = firstText(config["rule"], message["rule"]);
        if (rule === undefined) throw new Error(RED._("error.no-rule"));
        return done(message, await connection.request("linkage-rule", { rule, ...cause }));
      }
      const action = firstText(config["action"], message["action"]);
      if (action === undefined) throw new Error(RED._("error.no-action"));
      const settings = settingsOf(config["settings"]);
      return done(message, await connection.request("linkage-action", { action, settings, ...cause }));
    });
  }

  /** @param {unknown} text @returns {Record<string, unknown>} */
  function settingsOf(text) {
    try {
      const value = JSON.parse(String(text || "{}"));
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    } catch {
      // Said below.
    }
    throw new Error(RED._("error.settings"));
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjTick(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    const shown = badge(this, connection);
    const wanted = actionName(config["action"]);
    // The recorder does it by itself, whether flows run or not; here it is only told of.
    follow(this, connection, "linkage", (told) => {
      const isOwn = told["rule"] === config["rule"] && actionName(told["action"]) === wanted;
      if (told["phase"] !== "done" || !isOwn) return;
      if (told["status"] === "done") shown.tell(`${told["note"] ?? "✓"} ${timeOfDay(Date.now())}`);
      else shown.fail(new Error(String(told["note"] ?? told["status"])));
      this.send(messageOf(told));
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjNotify(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const url = firstText(config["url"], message["url"]);
      const settings = { ...(url === undefined ? {} : { url }), picture: config["picture"] === true };
      const wanted = { action: "notify", settings, ...causeOf(config, message) };
      return done(message, await connection.request("linkage-action", wanted));
    });
  }

  RED.nodes.registerType("nj-rule", NjRule);
  RED.nodes.registerType("nj-tick", NjTick);
  RED.nodes.registerType("nj-linkage", NjLinkage);
  RED.nodes.registerType("nj-notify", NjNotify);
};

/** @param {Record<string, unknown>} told @returns {Message} */
function messageOf(told) {
  const event = /** @type {Record<string, unknown>} */ (structuredClone(told["event"] ?? {}));
  return { topic: String(told["rule"]), payload: structuredClone(told), event, camera: event["camera"] };
}
