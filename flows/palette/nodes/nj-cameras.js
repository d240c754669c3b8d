// Cameras of a recorder: how they are, recording by hand, a picture of what one shows now, turning, siren and light, and why one was
// recorded or not.
const { causeOf, done } = require("../lib/linkage-parts.js");
const {
  answering,
  badge,
  cameraIn,
  connectionOf,
  eventIn,
  firstText,
  follow,
  isTrue,
  timeOfDay,
} = require("../lib/node-parts.js");

/**
 * @typedef {import("../lib/node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("../lib/node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("../lib/node-red-api.d.ts").NodeConfig} NodeConfig
 * @typedef {import("../lib/node-red-api.d.ts").Message} Message
 */

/** @param {RuntimeApi} RED */
module.exports = (RED) => {
  /** @this {FlowNode} @param {NodeConfig} config */
  function NjCamera(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    const shown = badge(this, connection);
    /** @param {Record<string, unknown>} state @returns {Message} */
    const tell = (state) => {
      shown.tell(`${state["id"]}: ${state["status"]}`);
      return { topic: String(state["id"]), payload: structuredClone(state), camera: state["id"] };
    };
    follow(this, connection, "camera", (state) => {
      if (!config["camera"] || state["id"] === config["camera"]) this.send(tell(state));
    });
    // Where the connection was there before the node, nothing is told again.
    const first = setImmediate(() => {
      for (const state of connection.cameras.values())
        if (!config["camera"] || state["id"] === config["camera"]) this.send(tell(state));
    });
    this.on("close", (/** @type {() => void} */ closed) => {
      clearImmediate(first);
      closed();
    });
    this.on("input", (message, send, done) => {
      const camera = cameraIn(config["camera"], message);
      const state = camera === undefined ? undefined : connection.cameras.get(camera);
      if (state === undefined) {
        done(new Error(RED._("error.no-such-camera", { camera: camera ?? "" })));
        return;
      }
      send({ ...message, ...tell(state) });
      done();
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjRecord(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const camera = wanted(cameraIn(config["camera"], message));
      const isOn = config["act"] === "message" ? isTrue(message.payload) : config["act"] !== "stop";
      const seconds = Number(config["seconds"]);
      const until =
        isOn && seconds > 0 ? { until: new Date(Date.now() + seconds * 1_000).toISOString() } : {};
      const state = isOn ? "ON" : "OFF";
      const payload = await connection.request("manual-recording", { camera, state, ...until });
      return {
        message: { ...message, payload, camera },
        text: `${camera}: ${state} ${timeOfDay(Date.now())}`,
      };
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjCapture(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const camera = wanted(cameraIn(config["camera"], message));
      const width = Number(config["width"]) || 640;
      const { picture, time, contentType } = await connection.request("snapshot", { camera, width });
      const payload = Buffer.from(String(picture), "base64");
      return {
        message: { ...message, payload, camera, time, contentType, filename: `${camera}-${time}.jpg` },
        text: `${camera}: ${Math.round(payload.length / 1024)} KB ${timeOfDay(Date.now())}`,
      };
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjExplain(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const camera = wanted(cameraIn(config["camera"], message));
      const event = eventIn(message);
      const at = momentIn(config["at"] === "now" ? undefined : (message["at"] ?? event?.["time"]));
      const type = firstText(config["eventType"], event?.["event_type"]);
      const asked = { camera, ...(at === undefined ? {} : { at }), ...(type === undefined ? {} : { type }) };
      const payload = await connection.request("explain", asked);
      const { recording, alarm } = /** @type {Record<string, { message?: unknown, state?: unknown }>} */ (
        payload
      );
      return {
        message: { ...message, payload, camera, recording: recording?.message, alarm: alarm?.message },
        text: `${camera}: ${recording?.message ?? ""}`,
      };
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjPtz(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const camera = wanted(cameraIn(config["camera"], message));
      const isTold = config["act"] === "message";
      const wish = isTold ? message.payload : { ...config, command: config["act"] };
      if (typeof wish !== "object" || wish === null) throw new Error(RED._("error.no-move"));
      const { command, pan, tilt, zoom, id } = /** @type {Record<string, unknown>} */ ({
        ...wish,
        // Of a form it is the node's own.
        ...(isTold ? {} : { id: firstText(config["place"], message["place"]) }),
      });
      const speeds = command === "move" ? { pan: speed(pan), tilt: speed(tilt), zoom: speed(zoom) } : {};
      const place = id === undefined || command === "move" || command === "stop" ? {} : { id: String(id) };
      const payload = await connection.request("ptz", { camera, command, ...speeds, ...place });
      return {
        message: { ...message, payload, camera },
        text: `${camera}: ${command} ${id ?? ""} ${timeOfDay(Date.now())}`,
      };
    });
  }

  /** @this {FlowNode} @param {NodeConfig} config */
  function NjSiren(config) {
    RED.nodes.createNode(this, config);
    const connection = connectionOf(RED, this, config);
    if (connection === undefined) return;
    answering(this, connection, async (message) => {
      const camera = wanted(cameraIn(config["camera"], message));
      const isOn = config["act"] === "message" ? isTrue(message.payload) : config["act"] !== "stop";
      const settings = {
        cameras: [camera],
        command: isOn ? "trigger" : "clear",
        siren: config["parts"] !== "light",
        light: config["parts"] !== "siren",
        ...(isOn ? { seconds: soundSeconds(config["seconds"]) } : {}),
      };
      const asked = { action: "siren", settings, ...causeOf(config, message) };
      return done(message, await connection.request("linkage-action", asked));
    });
  }

  /** @param {unknown} value @returns {number} */
  function soundSeconds(value) {
    const seconds = Number(value);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600)
      throw new Error(RED._("error.no-seconds"));
    return seconds;
  }

  /** @param {unknown} value */
  function speed(value) {
    const number = Number(value);
    return Number.isFinite(number) ? Math.max(-1, Math.min(1, number)) : 0;
  }

  /** A moment as the recorder takes it; undefined is now. @param {unknown} value @returns {string | undefined} */
  function momentIn(value) {
    if (value === undefined || value === null || value === "") return undefined;
    const date = new Date(value instanceof Date || typeof value === "number" ? value : String(value));
    if (Number.isNaN(date.getTime())) throw new Error(RED._("error.no-moment"));
    return date.toISOString();
  }

  /** @param {string | undefined} camera @returns {string} */
  function wanted(camera) {
    if (camera === undefined) throw new Error(RED._("error.no-camera"));
    return camera;
  }

  RED.nodes.registerType("nj-camera", NjCamera);
  RED.nodes.registerType("nj-record", NjRecord);
  RED.nodes.registerType("nj-capture", NjCapture);
  RED.nodes.registerType("nj-explain", NjExplain);
  RED.nodes.registerType("nj-ptz", NjPtz);
  RED.nodes.registerType("nj-siren", NjSiren);
};
