// One connection to a recorder over MQTT 3.1.1: makes itself anew, tells what comes, asks and waits for the answer. All that
// it keeps has a bound. Nodes never see topics.
const { createHash, randomUUID } = require("node:crypto");
const { EventEmitter } = require("node:events");
const { connect: connectSocket } = require("node:net");
const mqtt = require("./mqtt.js");

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A recorder locks an account after a few wrong passwords: the same one again soon makes nothing better. */
const REFUSED_PAUSE_MS = 60_000;
const CONNECT_MS = 15_000;
/** An action may take 30 s. */
const ANSWER_MS = 35_000;
const REQUEST_AGE_MS = 10_000;
const MOST_WAITING = 256;
const MOST_CAMERAS = 2_048;
const MOST_OUTPUTS = 1_024;
const MOST_SEEN = 2_000;
/** What lasts no longer may come as its end alone. */
const MOMENT_MS = 10_000;

/** Return codes of CONNACK (MQTT 3.1.1 §3.2.2.3), by what a person can do about them. */
const REFUSALS = new Map([
  [2, "refused-id"],
  [3, "refused-locked"],
  [4, "refused-login"],
  [5, "refused-right"],
]);

/**
 * @typedef {import("./node-red-api.d.ts").RecorderBroker} RecorderBroker
 * @typedef {{ id: string, name: string }} Named
 * @typedef {{ resolve: (data: Record<string, unknown>) => void, reject: (error: Error) => void, timer: NodeJS.Timeout }} Waiting
 */

/** What a recorder refused, or that it did not answer. */
class RecorderError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = "RecorderError";
    this.code = code;
  }
}

/**
 * Emits `state`, `event` (message), `camera` (state), `output` (state), `arming` (state) and `linkage` (message). `findBroker` is asked
 * before each try, because a login may be another one then; it answers undefined where there is no broker now.
 */
class RecorderConnection extends EventEmitter {
  /** @type {{ status: "connecting" | "connected" | "failed" | "closed", reason?: string, detail?: string }} */
  state = { status: "connecting" };
  /** Newest states by camera. @type {Map<string, Record<string, unknown>>} */
  cameras = new Map();
  /** Newest states by alarm output. @type {Map<string, Record<string, unknown>>} */
  outputs = new Map();
  /** @type {Record<string, unknown> | undefined} */
  arming = undefined;
  /** @type {() => Promise<RecorderBroker | undefined>} */
  #findBroker;
  /** @type {import("mqtt").MqttClient | undefined} */
  #client;
  /** @type {RecorderBroker | undefined} */
  #broker;
  /** @type {string | undefined} */
  #node;
  /** @type {Map<string, Waiting>} */
  #waiting = new Map();
  /** Begins and ends that were told already: each comes at least once. @type {Set<string>} */
  #seen = new Set();
  /** What was told last of each event, hashed. @type {Map<string, string>} */
  #told = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #pauseMs = FIRST_PAUSE_MS;
  #closed = false;

  /** @param {() => Promise<RecorderBroker | undefined>} findBroker */
  constructor(findBroker) {
    super();
    this.#findBroker = findBroker;
    // Each node of a large flow listens.
    this.setMaxListeners(0);
  }

  /** Begins, and goes on until `close`. */
  open() {
    void this.#try();
  }

  /** @returns {Promise<void>} */
  async close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#giveUp("NJ_CLOSED", "the node was closed");
    const client = this.#client;
    this.#client = undefined;
    await client?.endAsync(true);
    this.#set({ status: "closed" });
  }

  /**
   * Asks for something and waits for the answer. Rejects with a RecorderError: what the recorder refused, or that it is away.
   * @param {string} command
   * @param {Record<string, unknown>} body
   * @returns {Promise<Record<string, unknown>>}
   */
  request(command, body) {
    const client = this.#client;
    const node = this.#node;
    if (client === undefined || this.state.status !== "connected")
      return Promise.reject(new RecorderError("NJ_AWAY", "there is no connection to the recorder"));
    if (node === undefined)
      return Promise.reject(new RecorderError("NJ_AWAY", "the recorder has not told its id yet"));
    if (this.#waiting.size >= MOST_WAITING)
      return Promise.reject(new RecorderError("NJ_BUSY", "too many requests wait for the recorder"));
    const transaction = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          this.#fail(transaction, new RecorderError("NJ_NO_ANSWER", "the recorder did not answer in time")),
        ANSWER_MS,
      );
      this.#waiting.set(transaction, { resolve, reject, timer });
      const asked = { ...body, transaction, time: new Date().toISOString(), maxAge: REQUEST_AGE_MS };
      client.publish(
        this.#topic(`node/${node}/request/${command}`),
        JSON.stringify(asked),
        { qos: 1 },
        (error) => {
          if (error) this.#fail(transaction, new RecorderError("NJ_AWAY", error.message));
        },
      );
    });
  }

  /** Cameras by id and name, for forms. @returns {Named[]} */
  cameraNames() {
    return namesOf(this.cameras);
  }

  /** Alarm outputs, the same. @returns {Named[]} */
  outputNames() {
    return namesOf(this.outputs);
  }

  async #try() {
    this.#set({ status: "connecting" });
    try {
      const broker = await this.#findBroker();
      if (this.#closed) return;
      if (broker === undefined) throw new RecorderError("no-broker", "");
      this.#connect(broker);
    } catch (error) {
      this.#again(error instanceof RecorderError ? error.code : "unreachable", textOf(error));
    }
  }

  /** @param {RecorderBroker} broker */
  #connect(broker) {
    this.#broker = broker;
    this.#node = broker.node || undefined;
    const { socketPath, url = "", username, password, tls } = broker;
    const options = {
      ...tls,
      protocolVersion: /** @type {4} */ (4),
      clean: true,
      clientId: `node-red-${randomUUID().slice(0, 13)}`,
      // Each try of ours asks for the login anew.
      reconnectPeriod: 0,
      connectTimeout: CONNECT_MS,
      resubscribe: false,
      queueQoSZero: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
    const client =
      socketPath === undefined
        ? mqtt.connect(url, options)
        : new mqtt.MqttClient(() => connectSocket(socketPath), options);
    this.#client = client;
    /** @type {{ reason: string, detail: string }} */
    let failure = { reason: "unreachable", detail: "" };
    client.on("error", (error) => {
      const code = /** @type {{ code?: unknown }} */ (error).code;
      failure = { reason: REFUSALS.get(Number(code)) ?? "unreachable", detail: textOf(error) };
    });
    client.on("connect", () => this.#welcome(client));
    client.on("message", (topic, payload) => this.#take(topic, payload));
    client.on("close", () => {
      if (this.#client !== client) return;
      this.#client = undefined;
      client.end(true);
      this.#giveUp("NJ_AWAY", "the connection to the recorder broke");
      this.#again(failure.reason, failure.detail);
    });
  }

  /** @param {import("mqtt").MqttClient} client */
  #welcome(client) {
    // What is retained comes again; what went meanwhile does not.
    this.cameras.clear();
    this.outputs.clear();
    const filters = [
      "camera/+/event",
      "camera/+/state",
      "node/+/event",
      "node/+/state",
      "node/+/arming/state",
      "node/+/output/+/info",
      "node/+/linkage/+/event",
      "node/+/response/+",
    ].map((filter) => this.#topic(filter));
    client.subscribe(filters, { qos: 1 }, (error) => {
      if (this.#client !== client) return;
      if (error) {
        client.end(true);
        return;
      }
      this.#pauseMs = FIRST_PAUSE_MS;
      this.#set({ status: "connected" });
    });
  }

  /** @param {string} reason @param {string} detail */
  #again(reason, detail) {
    if (this.#closed) return;
    const refused = reason === "refused-login" || reason === "refused-right" || reason === "refused-locked";
    const pauseMs = refused && this.#broker?.socketPath === undefined ? REFUSED_PAUSE_MS : this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    this.#set({ status: "failed", reason, detail });
    this.#timer = setTimeout(() => void this.#try(), pauseMs);
  }

  /** @param {string} topic @param {Buffer} payload */
  #take(topic, payload) {
    const base = this.#topic("");
    if (!topic.startsWith(base)) return;
    const levels = topic.slice(base.length).split("/");
    const [kind, id = "", ...rest] = levels;
    const what = rest.join("/");
    if (kind === "node" && what === "state") {
      if (payload.toString() === "online") this.#node ??= id;
      return;
    }
    if (kind === "camera" && what === "state" && payload.length === 0) {
      this.cameras.delete(id);
      return;
    }
    if (kind === "node" && rest[0] === "output" && payload.length === 0) {
      if (this.#node === undefined || id === this.#node) this.outputs.delete(String(rest[1]));
      return;
    }
    const body = parsed(payload);
    if (body === undefined) return;
    if (what === "event") this.#takeEvent(body);
    else if (kind === "camera" && what === "state") this.#takeCamera(id, body);
    else if (what === "arming/state") this.#takeArming(id, body);
    else if (rest[0] === "output") this.#takeOutput(id, String(rest[1]), body);
    else if (rest[0] === "linkage") this.emit("linkage", body);
    else if (rest[0] === "response") this.#takeAnswer(body);
  }

  /** @param {Record<string, unknown>} body */
  #takeEvent(body) {
    if (!this.#isNews(body)) return;
    if (body["phase"] !== "update") {
      const key = `${body["node"]}/${body["id"]}/${body["phase"]}`;
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
      const [oldest] = this.#seen;
      if (this.#seen.size > MOST_SEEN && oldest !== undefined) this.#seen.delete(oldest);
    }
    this.emit("event", { ...body, first: this.#isFirst(body) });
  }

  /**
   * What a flow has done is kept with its event, which is told again then: the same words are no news, else a flow that acts
   * on changes would act for ever.
   * @param {Record<string, unknown>} body
   */
  #isNews({ phase, ...facts }) {
    const key = `${facts["node"]}/${facts["id"]}`;
    const text = createHash("sha256").update(JSON.stringify(facts)).digest("base64");
    if (phase === "update" && this.#told.get(key) === text) return false;
    this.#told.delete(key);
    this.#told.set(key, text);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_SEEN && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }

  /**
   * Whether an event is told of for the first time: at its begin, or at its end where it was over before it could be sent.
   * The end of a long one, whose begin was before this connection, is no news.
   * @param {Record<string, unknown>} body
   */
  #isFirst({ node, id, phase, time, end_time: end }) {
    if (phase !== "end") return phase === "start";
    const lastedMs = Date.parse(String(end)) - Date.parse(String(time));
    return lastedMs <= MOMENT_MS && !this.#seen.has(`${node}/${id}/start`);
  }

  /** @param {string} id @param {Record<string, unknown>} body */
  #takeCamera(id, body) {
    if (!this.cameras.has(id) && this.cameras.size >= MOST_CAMERAS) return;
    this.cameras.set(id, body);
    this.emit("camera", body);
  }

  /** @param {string} node @param {string} id @param {Record<string, unknown>} body */
  #takeOutput(node, id, body) {
    if (this.#node !== undefined && node !== this.#node) return;
    if (!this.outputs.has(id) && this.outputs.size >= MOST_OUTPUTS) return;
    this.outputs.set(id, body);
    this.emit("output", body);
  }

  /** @param {string} node @param {Record<string, unknown>} body */
  #takeArming(node, body) {
    if (this.#node !== undefined && node !== this.#node) return;
    this.arming = body;
    this.emit("arming", body);
  }

  /** @param {Record<string, unknown>} body */
  #takeAnswer(body) {
    const transaction = String(body["transaction"]);
    const waiting = this.#waiting.get(transaction);
    if (waiting === undefined) return;
    if (body["status"] === "ok") {
      this.#forget(transaction);
      waiting.resolve(/** @type {Record<string, unknown>} */ (body["data"] ?? {}));
      return;
    }
    const { code = "NJ_REFUSED", message = "" } = /** @type {Record<string, unknown>} */ (
      body["error"] ?? {}
    );
    this.#fail(transaction, new RecorderError(String(code), String(message)));
  }

  /** @param {string} transaction @param {Error} error */
  #fail(transaction, error) {
    const waiting = this.#waiting.get(transaction);
    this.#forget(transaction);
    waiting?.reject(error);
  }

  /** @param {string} transaction */
  #forget(transaction) {
    clearTimeout(this.#waiting.get(transaction)?.timer);
    this.#waiting.delete(transaction);
  }

  /** @param {string} code @param {string} message */
  #giveUp(code, message) {
    for (const transaction of [...this.#waiting.keys()])
      this.#fail(transaction, new RecorderError(code, message));
  }

  /** @param {string} path */
  #topic(path) {
    return `${this.#broker?.base ?? "nightjar"}/${path}`;
  }

  /** @param {RecorderConnection["state"]} state */
  #set(state) {
    this.state = state;
    this.emit("state", state);
  }
}

/** @param {Map<string, Record<string, unknown>>} states @returns {Named[]} */
function namesOf(states) {
  return [...states].map(([id, { name }]) => ({ id, name: String(name ?? id) }));
}

/** @param {Buffer} payload @returns {Record<string, unknown> | undefined} */
function parsed(payload) {
  try {
    const value = JSON.parse(payload.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} error */
function textOf(error) {
  return error instanceof Error ? error.message : String(error);
}

module.exports = { RecorderConnection, RecorderError };
