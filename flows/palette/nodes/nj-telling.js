// Telling people: a camera on walls, taken away again, and mails. The recorder does it, by its own actions and plugins.
const { causeOf, done } = require("../lib/linkage-parts.js");
const { answering, cameraIn, connectionOf, firstText, isTrue, timeOfDay } = require("../lib/node-parts.js");
const { words } = require("../lib/event-filter.js");

/**
 * @typedef {import("../lib/node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("../lib/node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("../lib/node-red-api.d.ts").NodeConfig} NodeConfig
 * @typedef {import("../lib/node-red-api.d.ts").Message} Message
 */

/** @param {RuntimeApi} RED */
module.exports = (RED) => {
  /** @this {FlowNode} @param {NodeConfig} config */
  function NjPopup(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const walls = words(config["walls"] || message["walls"]);
      const camera = cameraIn(config["camera"], message);
      const isShown = config["act"] === "message" ? isTrue(message.payload) : config["act"] !== "end";
      if (!isShown) {
        const cameras = camera === undefined ? [] : [camera];
        const payload = await connection.request("popup-end", { walls, cameras });
        return { message: { ...message, payload }, text: `– ${timeOfDay(Date.now())}` };
      }
      if (camera === undefined) throw new Error(RED._("error.no-camera"));
      const settings = {
        walls,
        cameras: [camera],
        ...(Number(config["seconds"]) > 0 ? { dwellSeconds: Number(config["seconds"]) } : {}),
        untilEnd: config["untilEnd"] === true,
      };
      const wanted = { action: "popup", settings, ...causeOf(config, message) };
      return done(message, await connection.request("linkage-action", wanted));
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjEmail(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const receivers = words(config["receivers"] || message["to"]);
      if (receivers.length === 0) throw new Error(RED._("error.no-receiver"));
      const subject = firstText(config["subject"], message["subject"]);
      const text = firstText(config["text"], message["text"]);
      const settings = {
        receivers,
        ...(subject === undefined ? {} : { subject }),
        ...(text === undefined ? {} : { text }),
        pictures: Number(config["pictures"]) || 0,
      };
      const wanted = { action: "email", settings, ...causeOf(config, message) };
      return done(message, await connection.request("linkage-action", wanted));
    });
  }

  RED.nodes.registerType("nj-popup", NjPopup);
  RED.nodes.registerType("nj-email", NjEmail);
};
