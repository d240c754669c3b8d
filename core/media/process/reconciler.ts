// Brings the streams in operation to what is desired (docs/design/storage-and-quota.md): starts what is new, stops what is gone,
// and alters the rest in place. Only another source, or the wish for sound, costs a new session.
import type { Log } from "../../log.ts";
import type { DesiredState, DesiredStream } from "../protocol.ts";
import { KeptStream, type StreamServices, streamKey } from "./kept-stream.ts";

export class Reconciler {
  readonly #services: StreamServices;
  readonly #log: Log;
  readonly #streams = new Map<string, KeptStream>();
  /** Streams that are ending: their last segment is being closed. */
  readonly #ending = new Set<KeptStream>();
  /** Called before a stream goes, so that its viewers learn it. */
  onRemoved: (stream: KeptStream) => void = () => undefined;
  /** Called before a stream starts: viewers of one that was made anew go on with it. */
  onAdded: (stream: KeptStream) => void = () => undefined;

  constructor(services: StreamServices, log: Log) {
    this.#services = services;
    this.#log = log;
  }

  get streams(): ReadonlyMap<string, KeptStream> {
    return this.#streams;
  }

  /** True while a segment of any stream is not yet durable. */
  get isBusy(): boolean {
    for (const stream of this.#streams.values()) if (stream.recorder.isBusy) return true;
    for (const stream of this.#ending) if (stream.recorder.isBusy) return true;
    return false;
  }

  /** Makes `state` so. */
  reconcile(state: DesiredState): void {
    const wanted = new Map(state.streams.map((stream) => [streamKey(stream), stream]));
    for (const [key, stream] of this.#streams) {
      const desired = wanted.get(key);
      if (desired === undefined) {
        this.onRemoved(stream);
        this.#end(key, stream);
      } else if (needsNewSession(stream.desired, desired)) {
        this.#end(key, stream);
      } else {
        stream.update(desired);
      }
    }
    for (const [key, desired] of wanted) {
      if (this.#streams.has(key)) continue;
      const stream = new KeptStream(desired, this.#services);
      this.#streams.set(key, stream);
      this.onAdded(stream);
      stream.start();
    }
  }

  /** Ends all sessions and closes all segments. */
  async close(): Promise<void> {
    const all = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of all) this.#ending.add(stream);
    await Promise.allSettled(all.map((stream) => stream.close()));
  }

  #end(key: string, stream: KeptStream): void {
    this.#streams.delete(key);
    this.#ending.add(stream);
    stream
      .close()
      .catch((error: unknown) =>
        this.#log.warn("a stream did not end cleanly", { key, reason: String(error) }),
      )
      .finally(() => {
        // What its files still have to say comes through their own callbacks.
        if (!stream.recorder.isBusy) this.#ending.delete(stream);
      });
    for (const old of this.#ending) if (old !== stream && !old.recorder.isBusy) this.#ending.delete(old);
  }
}

/** True if the session that plays does not fit the wish. */
function needsNewSession(have: DesiredStream, want: DesiredStream): boolean {
  const left = have.source;
  const right = want.source;
  return (
    have.audio !== want.audio ||
    left.kind !== right.kind ||
    left.url !== right.url ||
    left.username !== right.username ||
    left.password !== right.password ||
    left.transport !== right.transport ||
    left.verifyCertificate !== right.verifyCertificate
  );
}
