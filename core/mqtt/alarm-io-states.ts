// The retained states of alarm inputs and outputs: each is published when it changes, all of them whenever the broker is there
// again, and those of inputs and outputs that have gone are cleared, also while the broker was away.
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { InputView, OutputView } from "../http/alarm-io-schemas.ts";
import type { Log } from "../log.ts";
import type { AlarmIoControl } from "./alarm-io-control.ts";
import type { OutgoingMessage } from "./broker.ts";
import type { InputStateMessage, OutputStateMessage } from "./payloads.ts";
import { TOPICS, type TopicName, topicOf } from "./topics.ts";

const KEY = "mqtt.alarm-io";
const KINDS = ["output", "input"] as const;
type Kind = (typeof KINDS)[number];

export interface AlarmIoStatesOptions {
  readonly db: Db;
  readonly log: Log;
  readonly node: string;
  readonly base: () => string;
  readonly alarmIo: Pick<AlarmIoControl, "outputs" | "inputs">;
  readonly publish: (message: OutgoingMessage) => Promise<void>;
}

export class AlarmIoStates {
  readonly #options: AlarmIoStatesOptions;
  /** What was published last, by topic. */
  readonly #sent = new Map<string, string>();
  #tail: Promise<void> = Promise.resolve();

  constructor(options: AlarmIoStatesOptions) {
    this.#options = options;
  }

  /** The broker is there (again). */
  all(): Promise<void> {
    this.#sent.clear();
    return this.settingsChanged();
  }

  /** There may be others now, or less. */
  settingsChanged(): Promise<void> {
    const done = this.#tail.then(() => this.#follow());
    // What the broker did not take comes with the next one.
    this.#tail = done.catch(() => undefined);
    return done;
  }

  output({ id, name, enabled, on, since, offAt, by, reason }: OutputView): void {
    const message: OutputStateMessage = {
      ...{ v: 1, id, name, enabled, state: on ? "ON" : "OFF" },
      ...(since === undefined ? {} : { since }),
      ...(offAt === undefined ? {} : { off_at: offAt }),
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { reason }),
    };
    this.#set("outputState", id, message.state);
    this.#set("outputInfo", id, JSON.stringify(message));
  }

  input({ id, name, enabled, use, active, contact, since }: InputView): void {
    const message: InputStateMessage = {
      ...{ v: 1, id, name, enabled, use, state: active ? "ON" : "OFF", contact },
      ...(since === undefined ? {} : { since }),
    };
    this.#set("inputState", id, message.state);
    this.#set("inputInfo", id, JSON.stringify(message));
  }

  async #follow(): Promise<void> {
    const { alarmIo, db } = this.#options;
    const views = { output: alarmIo.outputs(), input: alarmIo.inputs() };
    const present = KINDS.flatMap((kind) => views[kind].map(({ id }) => `${kind}/${id}`));
    const table = keyValuesTable(db);
    const before = await table.get(KEY);
    const gone = Array.isArray(before)
      ? before.filter((one): one is string => typeof one === "string" && !present.includes(one))
      : [];
    for (const one of gone) {
      const [kind, id = ""] = one.split("/");
      if (kind === "output" || kind === "input") await this.#clear(kind, id);
    }
    if (JSON.stringify(before) !== JSON.stringify(present)) await table.set(KEY, present);
    for (const view of views.output) this.output(view);
    for (const view of views.input) this.input(view);
  }

  async #clear(kind: Kind, id: string): Promise<void> {
    for (const name of [`${kind}State`, `${kind}Info`] as const) {
      const topic = this.#topic(name, id);
      this.#sent.delete(topic);
      await this.#options.publish({ topic, payload: "", qos: 1, retain: true });
    }
  }

  #topic(name: TopicName, id: string): string {
    const { base, node } = this.#options;
    return topicOf(base(), name, { node, output: id, input: id });
  }

  #set(name: TopicName, id: string, payload: string): void {
    const topic = this.#topic(name, id);
    if (this.#sent.get(topic) === payload) return;
    this.#sent.set(topic, payload);
    this.#options.publish({ topic, payload, qos: TOPICS[name].qos, retain: true }).catch((error: unknown) => {
      // It comes with all the others when the broker is there again.
      this.#sent.delete(topic);
      this.#options.log.debug("a state was not published", { topic, reason: String(error) });
    });
  }
}
