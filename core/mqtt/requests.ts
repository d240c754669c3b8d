// What is asked of the recorder over MQTT: checked like the same over HTTP, done once, answered. A request that comes
// twice with the same transaction is done once; one that is too old is not done at all.
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import type { Right } from "../domain/roles.ts";
import { isCameraRight } from "../domain/roles.ts";
import { NightjarError, toPlainError } from "../errors.ts";
import { viewerOf } from "../http/routes/explain-routes.ts";
import type { ExplainViewer } from "../http/services.ts";
import { mayDo, mayDoWith } from "../users/principal.ts";
import type { IncomingMessage } from "./broker.ts";
import { CAMERA_COMMANDS, isCameraCommand } from "./camera-commands.ts";
import { FLOWS_USER } from "./flows-door.ts";
import { requestOfSet } from "./plain-commands.ts";
import type { LinkageCause, Request, RequestsOptions } from "./request-parts.ts";
import { REQUESTS, type RequestName, type ResponseMessage } from "./request-schemas.ts";
import { readTopic, topicOf } from "./topics.ts";

/** As long as the schema lets them be. */
const TRANSACTION_LIMIT = 100;
const REMEMBERED = 1_000;
const RUNNING_LIMIT = 32;
/** Of these, actions of linkage: a webhook may take its time, and is not to keep out the rest. */
const LINKAGE_LIMIT = 16;
const MAX_AGE_MS = 10_000;
/** Clocks of two machines agree about so well. */
const CLOCK_SLACK_MS = 2_000;

export class Requests {
  readonly #options: RequestsOptions;
  readonly #answers = new Map<string, Promise<ResponseMessage>>();
  #running = 0;
  #acting = 0;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Takes what somebody sent. Never throws: what is wrong goes into the answer, or the log. */
  async take(message: IncomingMessage): Promise<void> {
    const found = readTopic(this.#options.base(), message.topic);
    if (found === undefined) return;
    const { name, ids } = found;
    if (name === "nodeRequest") {
      if (ids.node === this.#options.node) await this.#answered(message, ids.command ?? "");
      return;
    }
    const set = requestOfSet(name, ids, message.payload.toString("utf8"));
    if (set === undefined || (ids.node !== undefined && ids.node !== this.#options.node)) return;
    const answer = await this.#once(message, set.command, set.body);
    if (answer.error !== undefined) {
      this.#options.log.notice("an MQTT command was refused", {
        topic: message.topic,
        user: message.actor.userName,
        code: answer.error.code,
      });
    }
  }

  async #answered(message: IncomingMessage, command: string): Promise<void> {
    const body = parsed(message.payload);
    const transaction = body?.["transaction"];
    const known = Object.hasOwn(REQUESTS, command) ? (command as RequestName) : undefined;
    let answer: ResponseMessage;
    if (body === undefined) answer = refusal("NJ_MQTT_REQUEST", "the request is no JSON object");
    else if (known === undefined) answer = refusal("NJ_MQTT_REQUEST", "there is no such request");
    else answer = await this.#once(message, known, body);
    const { base, node } = this.#options;
    message.answer(
      topicOf(base(), "nodeResponse", { node, command: known ?? "unknown" }),
      JSON.stringify(
        typeof transaction === "string"
          ? { ...answer, transaction: transaction.slice(0, TRANSACTION_LIMIT) }
          : answer,
      ),
    );
  }

  #once(message: IncomingMessage, command: RequestName, body: Body): Promise<ResponseMessage> {
    const { transaction } = body;
    // Pictures and lists may be made twice: a thousand of them, or of long ids, would fill the memory.
    const isRead = READS.has(command);
    if (typeof transaction !== "string" || transaction.length > TRANSACTION_LIMIT || isRead)
      return this.#do(message, command, body);
    const { userName, token } = message.actor;
    const key = JSON.stringify([userName, token?.id ?? "", command, transaction]);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#do(message, command, body);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > REMEMBERED && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }

  async #do(message: IncomingMessage, command: RequestName, body: Body): Promise<ResponseMessage> {
    try {
      const schema: TSchema = REQUESTS[command];
      if (!Value.Check(schema, body)) {
        const [problem] = Value.Errors(schema, body);
        throw invalid(
          `${problem?.instancePath ?? ""} ${problem?.message ?? "has not the expected form"}`.trim(),
        );
      }
      const request = body as unknown as Request;
      this.#checkAge(request);
      const isLinkage = command === "linkage-rule" || command === "linkage-action";
      if (this.#running >= RUNNING_LIMIT || (isLinkage && this.#acting >= LINKAGE_LIMIT)) {
        throw new NightjarError("NJ_MQTT_BUSY", "resource-exhausted", "too many requests are being done");
      }
      this.#running += 1;
      if (isLinkage) this.#acting += 1;
      try {
        return { status: "ok", data: await this.#act(message, command, request) };
      } finally {
        this.#running -= 1;
        if (isLinkage) this.#acting -= 1;
      }
    } catch (error) {
      const plain = toPlainError(error);
      if (!(error instanceof NightjarError)) {
        this.#options.log.error("an MQTT request failed", { command, reason: plain.message });
        return refusal("NJ_INTERNAL", "something went wrong inside Nightjar");
      }
      return refusal(plain.code, plain.message);
    }
  }

  async #act(
    message: IncomingMessage,
    command: RequestName,
    request: Request,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { camera } = request;
    if (isCameraCommand(command)) {
      const { right, act } = CAMERA_COMMANDS[command];
      this.#require(message, right, camera);
      return await act(this.#options, request, {
        by: message.actor.userName,
        audit: (action, detail) => this.#audit(message, action, camera, detail),
      });
    }
    switch (command) {
      case "arming": {
        this.#requireAll(message, "arming.set");
        const before = await this.#options.arming.setProfile(request.profile);
        if (before !== request.profile)
          this.#audit(message, "arming-changed", undefined, { profile: request.profile, before });
        return { profile: request.profile };
      }
      case "explain": {
        this.#require(message, "cameras.view", camera);
        const atMs = request.at === undefined ? undefined : Date.parse(request.at);
        if (Number.isNaN(atMs)) throw invalid("/at is no moment");
        const { principal } = message;
        // Flows may know that there is a recording; its footage is not for them.
        const isFlows = message.actor.userName === FLOWS_USER;
        const viewer =
          principal === undefined
            ? SEES_ALL
            : { ...viewerOf(principal, camera), ...(isFlows ? { recordings: true } : {}) };
        return { ...(await this.#options.explain.explain({ camera, atMs, type: request.type }, viewer)) };
      }
      case "output": {
        const { output, state, dwell_seconds } = request;
        this.#requireRight(message, "outputs.set");
        const on = state === "ON";
        // Written down also where its device may have obeyed without saying so.
        this.#audit(message, on ? "output-triggered" : "output-cleared", undefined, { output });
        await this.#options.alarmIo.setOutput(output, on, message.actor.userName, dwell_seconds);
        return { output, state };
      }
      case "outputs": {
        this.#requireRight(message, "outputs.set");
        const on = request.state === "ON";
        this.#audit(message, on ? "outputs-triggered" : "outputs-cleared", undefined, { outputs: "all" });
        await this.#options.alarmIo.setAllOutputs(on, message.actor.userName);
        return { state: request.state };
      }
      case "input": {
        const { input, state } = request;
        this.#requireRight(message, "inputs.set");
        this.#options.alarmIo.setInput(input, state === "ON", message.actor.userName);
        this.#audit(message, "input-set", undefined, { input, contact: state === "ON" ? "closed" : "open" });
        return { input, state };
      }
      case "linkage-list":
        this.#requireAll(message, "linkage.run");
        return { ...this.#options.linkage.names() };
      case "linkage-rule": {
        this.#requireAll(message, "linkage.run");
        const results = await this.#options.linkage.runRule(request.rule, causeOf(request));
        this.#auditRun(message, request, { rules: [request.rule] });
        return { results };
      }
      case "linkage-action": {
        this.#requireAll(message, "linkage.run");
        const { action, settings = {} } = request;
        const results = await this.#options.linkage.runAction(action, settings, causeOf(request));
        this.#auditRun(message, request, { actions: [action] });
        return { results };
      }
      case "popup-end": {
        this.#requireAll(message, "linkage.run");
        const { walls = [], cameras: named = [] } = request;
        const told = this.#options.endPopups({ walls, cameras: named });
        this.#audit(message, "linkage-run", undefined, { actions: [command] });
        return { walls: told };
      }
    }
  }

  /** A camera that one may not see is not there, as over HTTP. */
  #require({ principal }: IncomingMessage, right: Right, camera: string): void {
    if (principal !== undefined && !mayDo(principal, right)) {
      throw new NightjarError("NJ_PERMISSION_DENIED", "permission-denied", `this needs the right ${right}`);
    }
    const isSeen =
      principal === undefined || mayDoWith(principal, isCameraRight(right) ? right : "cameras.view", camera);
    if (!isSeen || this.#options.cameras.get(camera) === undefined) {
      throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", "there is no such camera");
    }
  }

  #requireRight({ principal }: IncomingMessage, right: Right): void {
    if (principal === undefined || mayDo(principal, right)) return;
    throw new NightjarError("NJ_PERMISSION_DENIED", "permission-denied", `this needs the right ${right}`);
  }

  /** Of the recorder as a whole: for those who see all of its cameras. */
  #requireAll({ principal }: IncomingMessage, right: Right): void {
    if (principal === undefined || (mayDo(principal, right) && principal.cameras === "all")) return;
    throw new NightjarError(
      "NJ_PERMISSION_DENIED",
      "permission-denied",
      `this needs the right ${right}, for all cameras`,
    );
  }

  #checkAge({ time, maxAge }: Request): void {
    if (time === undefined) return;
    const atMs = Date.parse(time);
    if (Number.isNaN(atMs)) throw invalid("/time is no moment");
    const ageMs = this.#options.clock.wallMs() - atMs;
    if (ageMs <= (maxAge ?? MAX_AGE_MS) && ageMs >= -MAX_AGE_MS - CLOCK_SLACK_MS) return;
    throw new NightjarError(
      "NJ_MQTT_REQUEST_LATE",
      "deadline-exceeded",
      "the request is too old, or the clocks of the two machines differ: it was not done",
    );
  }

  /** What the recorder's own flows do for an event stands with the event alone: a storm of them is to leave the log readable. */
  #auditRun(message: IncomingMessage, request: Request, detail: Readonly<Record<string, unknown>>): void {
    if (request.event !== undefined && message.actor.userName === FLOWS_USER) return;
    const action = "linkage-run";
    this.#audit(message, action, request.camera, detail);
  }

  #audit(
    message: IncomingMessage,
    action: string,
    camera: string | undefined,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    const { actor } = message;
    this.#options.audit.record({
      userName: actor.userName,
      remoteAddress: actor.address,
      action,
      ...(camera === undefined ? {} : { camera }),
      detail: { ...detail, source: "mqtt" },
      token: actor.token,
    });
  }
}

type Body = Readonly<Record<string, unknown>>;

/** These change nothing. */
const READS: ReadonlySet<RequestName> = new Set<RequestName>([
  "snapshot",
  "linkage-list",
  "explain",
  "presets",
]);
/** Whoever may publish at a broker that is not ours: what they may see is its affair. */
const SEES_ALL: ExplainViewer = {
  ...{ recordings: true, events: true, storage: true, arming: true },
  sees: () => true,
};

function causeOf({ camera, event }: Partial<Request>): LinkageCause {
  return { ...(camera === undefined ? {} : { camera }), ...(event === undefined ? {} : { event }) };
}

function parsed(payload: Buffer): Body | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}

function invalid(message: string): NightjarError {
  return new NightjarError("NJ_MQTT_REQUEST", "invalid-argument", message);
}

function refusal(code: string, message: string): ResponseMessage {
  return { status: "error", data: {}, error: { code, message } };
}
