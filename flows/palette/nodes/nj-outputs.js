// Alarm outputs of a recorder: switches one on, off, or on for a while, and tells how it is whenever that changes.
const { answering, connectionOf, firstText, follow, isTrue, timeOfDay } = require("../lib/node-parts.js");

/**
 * @typedef {import("../lib/node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("../lib/node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("../lib/node-red-api.d.ts").NodeConfig} NodeConfig
 * @typedef {import("../lib/node-red-api.d.ts").Message} Message
 */

/** @param {RuntimeApi} RED */
module.exports = (RED) => {
  /** @this {FlowNode} @param {NodeConfig} config */
  function NjOutput(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    const act = config["act"];
    answering(this, connection, async (message) => {
      const output = firstText(config["output"], message["output"]);
      if (output === undefined) throw new Error(RED._("error.no-output"));
      const isOn = act === "message" ? isTrue(message.payload) : act !== "off";
      const seconds = act === "pulse" ? pulseSeconds(config["seconds"]) : undefined;
      const state = isOn ? "ON" : "OFF";
      const asked = { output, state, ...(seconds === undefined ? {} : { dwell_seconds: seconds }) };
      const payload = await connection.request("output", asked);
      return {
        message: { ...message, payload, output },
        text: `${output}: ${state} ${timeOfDay(Date.now())}`,
      };
    });
    if (config["follows"] !== true) return;
    /** What was told last: the same again is no change. @type {Map<string, unknown>} */
    const told = new Map([...connection.outputs].map(([id, { state }]) => [id, state]));
    follow(this, connection, "output", (state) => {
      const id = String(state["id"]);
      if (config["output"] && id !== config["output"]) return;
      const isKnown = told.has(id);
      const isNews = told.get(id) !== state["state"];
      told.set(id, state["state"]);
      // The first is how things are, no change.
      if (isKnown && isNews)
        this.send({ topic: id, payload: state["state"], output: id, state: structuredClone(state) });
    });
  }

  /** @param {unknown} value @returns {number} */
  function pulseSeconds(value) {
    const seconds = Number(value);
    // Nought would be for ever.
    if (!Number.isInteger(seconds) || seconds < 1) throw new Error(RED._("error.no-seconds"));
    return seconds;
  }

  RED.nodes.registerType("nj-output", NjOutput);
};
