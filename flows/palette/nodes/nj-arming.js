// Arming: puts a profile in force, and tells when another one is.
const { answering, connectionOf, firstText, follow } = require("../lib/node-parts.js");

/**
 * @typedef {import("../lib/node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("../lib/node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("../lib/node-red-api.d.ts").NodeConfig} NodeConfig
 */

/** @param {RuntimeApi} RED */
module.exports = (RED) => {
  /** @this {FlowNode} @param {NodeConfig} config */
  function NjArm(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const profile = firstText(config["profile"], message["profile"], message.payload);
      if (profile === undefined) throw new Error(RED._("error.no-profile"));
      const payload = await connection.request("arming", { profile });
      return { message: { ...message, payload }, text: profile };
    });
    if (config["follows"] !== true) return;
    let known = connection.arming?.["profile"];
    follow(this, connection, "arming", (state) => {
      const before = known;
      known = state["profile"];
      // The first is how things are, no change.
      if (before === undefined || known === before) return;
      this.send({ topic: "arming", payload: structuredClone(state) });
    });
  }

  RED.nodes.registerType("nj-arm", NjArm);
};
