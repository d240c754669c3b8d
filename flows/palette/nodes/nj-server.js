// The recorder that nodes belong to: the one that runs these flows, or any other by its MQTT address and a token. Also
// answers the editor what there is to choose from.
const eventTypes = require("../lib/event-types.js");
const { RecorderConnection } = require("../lib/recorder-connection.js");

/**
 * @typedef {import("../lib/node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("../lib/node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("../lib/node-red-api.d.ts").NodeConfig} NodeConfig
 * @typedef {import("../lib/node-red-api.d.ts").RecorderBroker} RecorderBroker
 * @typedef {InstanceType<typeof RecorderConnection>} Connection
 * @typedef {FlowNode & { connection: Connection }} ServerNode
 */

/** @param {RuntimeApi} RED */
module.exports = (RED) => {
  /** @this {ServerNode} @param {NodeConfig} config */
  function NjServer(config) {
    RED.nodes.createNode(this, config);
    const isHere = config["where"] !== "other";
    this.connection = new RecorderConnection(async () =>
      isHere ? RED.settings.nightjar?.findBroker() : elsewhere(config, this),
    );
    /** @type {string | undefined} */
    let told;
    this.connection.on("state", (/** @type {Connection["state"]} */ { status, reason, detail = "" }) => {
      if (status === "connected") this.log(RED._("nj-server.log.connected"));
      // One line for each loss and each refusal; what follows is the same again.
      if (status === "failed" && reason !== told) this.warn(`${RED._(`status.${reason}`)} ${detail}`.trim());
      if (status === "failed" || status === "connected") told = reason;
    });
    this.on("close", (done) => {
      this.connection.close().then(done, done);
    });
    this.connection.open();
  }

  /** @param {NodeConfig} config @param {FlowNode} node @returns {RecorderBroker | undefined} */
  function elsewhere(config, node) {
    const url = String(config["url"] ?? "").trim();
    if (url === "") return undefined;
    /** @type {Record<string, unknown>} */
    const tls = {};
    const tlsNode = /** @type {{ addTLSOptions?: (options: object) => void } | null} */ (
      /** @type {unknown} */ (RED.nodes.getNode(config["tls"]))
    );
    tlsNode?.addTLSOptions?.(tls);
    return {
      url,
      username: node.credentials?.["user"] || undefined,
      password: node.credentials?.["token"] || undefined,
      node: String(config["node"] ?? "").trim() || undefined,
      base: String(config["base"] ?? "").trim() || "nightjar",
      tls,
    };
  }

  RED.nodes.registerType("nj-server", NjServer, {
    credentials: { user: { type: "text" }, token: { type: "password" } },
    // True in the recorder's own Node-RED: only there is "this recorder" offered.
    settings: { njServerHere: { value: false, exportable: true } },
  });

  RED.httpAdmin.get("/nightjar/:id/choices", RED.auth.needsPermission("flows.read"), (request, response) => {
    const server = /** @type {ServerNode | null} */ (RED.nodes.getNode(request.params["id"]));
    const connection = server?.connection;
    const own = { types: eventTypes, cameras: [], outputs: [], profiles: [], rules: [], actions: [] };
    if (connection === undefined) {
      response.json(own);
      return;
    }
    const known = {
      ...own,
      cameras: connection.cameraNames(),
      outputs: connection.outputNames(),
      profiles: connection.arming?.["profiles"] ?? [],
    };
    connection.request("linkage-list", {}).then(
      (/** @type {Record<string, unknown>} */ { rules, actions }) =>
        response.json({ ...known, rules, actions }),
      // Without the right to it there is nothing to choose; it can be typed.
      () => response.json(known),
    );
  });
};
