// What the nodes of the palette share: their connection, their badge, and how an answer or a refusal leaves them.

/**
 * @typedef {import("./node-red-api.d.ts").RuntimeApi} RuntimeApi
 * @typedef {import("./node-red-api.d.ts").FlowNode} FlowNode
 * @typedef {import("./node-red-api.d.ts").NodeConfig} NodeConfig
 * @typedef {import("./node-red-api.d.ts").Message} Message
 * @typedef {InstanceType<typeof import("./recorder-connection.js").RecorderConnection>} RecorderConnection
 */

const TEXT_LIMIT = 60;
/** Words of badges stand in one catalogue for all sets of nodes. */
const STATUS = "node-red-contrib-nightjar/nj-server:status.";

/**
 * The recorder that a node belongs to; undefined where none is chosen, which its badge then says.
 * @param {RuntimeApi} RED @param {FlowNode} node @param {NodeConfig} config
 * @returns {RecorderConnection | undefined}
 */
function connectionOf(RED, node, config) {
  const server = /** @type {(FlowNode & { connection?: RecorderConnection }) | null} */ (
    RED.nodes.getNode(config["server"])
  );
  if (server?.connection === undefined) {
    node.status({ fill: "red", shape: "ring", text: `${STATUS}no-recorder` });
    return undefined;
  }
  return server.connection;
}

/**
 * Shows on a node how its connection is, and `text` while all is well. Ends when the node is closed.
 * @param {FlowNode} node @param {RecorderConnection} connection
 * @returns {{ tell(text: string): void, fail(error: unknown): void }}
 */
function badge(node, connection) {
  let text = "node-red:common.status.connected";
  const show = () => {
    const { status, reason } = connection.state;
    if (status === "connected") node.status({ fill: "green", shape: "dot", text });
    else if (status === "failed") node.status({ fill: "red", shape: "ring", text: `${STATUS}${reason}` });
    else node.status({ fill: "yellow", shape: "ring", text: "node-red:common.status.connecting" });
  };
  connection.on("state", show);
  node.on("close", (done) => {
    connection.off("state", show);
    done();
  });
  show();
  return {
    tell(next) {
      text = next.slice(0, TEXT_LIMIT);
      show();
    },
    fail(error) {
      node.status({ fill: "red", shape: "dot", text: textOf(error).slice(0, TEXT_LIMIT) });
    },
  };
}

/**
 * Listens to a connection until the node is closed.
 * @param {FlowNode} node @param {RecorderConnection} connection @param {string} name
 * @param {(body: Record<string, unknown>) => void} listener
 */
function follow(node, connection, name, listener) {
  connection.on(name, listener);
  node.on("close", (done) => {
    connection.off(name, listener);
    done();
  });
}

/**
 * Has each message make one request; its answer is sent on, a refusal goes to Catch nodes with its code.
 * @param {FlowNode} node @param {RecorderConnection} connection
 * @param {(message: Message) => Promise<{ message: Message, text: string }>} act
 */
function answering(node, connection, act) {
  const shown = badge(node, connection);
  node.on("input", (message, send, done) => {
    act(message).then(
      ({ message: answer, text }) => {
        shown.tell(text);
        send(answer);
        done();
      },
      (error) => {
        shown.fail(error);
        const failure = error instanceof Error ? error : new Error(String(error));
        // Catch nodes get it beside the text.
        message["nightjarError"] = { code: "code" in failure ? failure.code : "", message: failure.message };
        done(failure);
      },
    );
  });
}

/** What flows mean by "on". @param {unknown} payload */
function isTrue(payload) {
  return typeof payload === "string" ? /^(on|true|start|1)$/i.test(payload.trim()) : Boolean(payload);
}

/** The first that is a text which says something. @param {...unknown} values @returns {string | undefined} */
function firstText(...values) {
  for (const value of values) if (typeof value === "string" && value !== "") return value;
  return undefined;
}

/** The event that a message carries, if it does. @param {Message} message @returns {Record<string, unknown> | undefined} */
function eventIn(message) {
  const { event } = message;
  return typeof event === "object" && event !== null
    ? /** @type {Record<string, unknown>} */ (event)
    : undefined;
}

/** The camera of a form, else of the message, else of its event. @param {unknown} chosen @param {Message} message */
function cameraIn(chosen, message) {
  return firstText(chosen, message["camera"], eventIn(message)?.["camera"]);
}

/** The event's number, where the recorder has it. @param {Message} message @returns {number | undefined} */
function eventIdIn(message) {
  const id = eventIn(message)?.["id"];
  return Number.isSafeInteger(id) && Number(id) > 0 ? Number(id) : undefined;
}

/** Time of day for a badge. @param {number} ms */
function timeOfDay(ms) {
  return new Date(ms).toTimeString().slice(0, 8);
}

/** @param {unknown} error */
function textOf(error) {
  return error instanceof Error ? error.message : String(error);
}

module.exports = {
  answering,
  badge,
  cameraIn,
  connectionOf,
  eventIdIn,
  eventIn,
  firstText,
  follow,
  isTrue,
  timeOfDay,
};
