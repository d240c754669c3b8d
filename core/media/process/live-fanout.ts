// The gateway's subscriptions: which link follows which stream under which number.
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { Link } from "../../link/link.ts";
import type { WireFormat } from "../live-wire.ts";
import type { GatewayMethodsForMedia, OpenSegment, StreamReport } from "../protocol.ts";
import type { StreamState } from "../source.ts";
import { type KeptStream, streamKey } from "./kept-stream.ts";
import { LiveSubscription } from "./live-subscription.ts";
import { wireFormat } from "./wire-formats.ts";

interface Subscriber {
  readonly link: Link<GatewayMethodsForMedia>;
  readonly subscription: LiveSubscription;
  readonly name: StreamReport;
}

export class LiveFanout {
  readonly #streams: ReadonlyMap<string, KeptStream>;
  readonly #clock: Clock;
  readonly #subscribers = new Map<number, Subscriber>();
  readonly #links = new Set<Link<GatewayMethodsForMedia>>();
  #next = 1;

  constructor(streams: ReadonlyMap<string, KeptStream>, clock: Clock) {
    this.#streams = streams;
    this.#clock = clock;
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#subscribers.size;
  }

  /** A gateway is there; it hears of states until it goes. */
  connect(link: Link<GatewayMethodsForMedia>): void {
    this.#links.add(link);
    void link.closed.then(() => {
      this.#links.delete(link);
      for (const [number, subscriber] of this.#subscribers) {
        if (subscriber.link === link) this.#remove(number);
      }
    });
  }

  /** Begins the flow of a stream's frames. */
  subscribe(
    link: Link<GatewayMethodsForMedia>,
    name: StreamReport,
  ): { subscription: number; state: StreamState } {
    const stream = this.#stream(name);
    const number = this.#next;
    this.#next = (this.#next % 0xffff_ffff) + 1;
    const subscription = new LiveSubscription(number, link, stream.keeper, this.#clock);
    this.#subscribers.set(number, { link, subscription, name });
    // The answer goes out first, so that the gateway knows the number when the first frame comes.
    setImmediate(() => this.#join(number));
    return { subscription: number, state: stream.keeper.state };
  }

  /** Ends a subscription of this link. */
  unsubscribe(link: Link<GatewayMethodsForMedia>, number: number): void {
    if (this.#subscribers.get(number)?.link === link) this.#remove(number);
  }

  /** A stream has a new state. */
  stateChanged(stream: KeptStream): void {
    const { camera, stream: name } = stream.desired;
    for (const link of this.#links)
      link.notify("streamState", { camera, stream: name, state: stream.keeper.state });
  }

  /** A stream is no longer desired: its viewers are told that it is off. */
  streamRemoved(stream: KeptStream): void {
    const { camera, stream: name } = stream.desired;
    const state: StreamState = { status: "offline", sinceMs: this.#clock.wallMs() };
    for (const link of this.#links) link.notify("streamState", { camera, stream: name, state });
  }

  /** A stream was made anew under the same name: its subscriptions go on with it. */
  adopt(stream: KeptStream): void {
    const key = streamKey(stream.desired);
    for (const [number, { link, name }] of this.#subscribers) {
      if (streamKey(name) !== key) continue;
      const subscription = new LiveSubscription(number, link, stream.keeper, this.#clock);
      subscription.interrupted();
      this.#subscribers.set(number, { link, subscription, name });
      stream.join(subscription);
    }
  }

  /** The segments of a stream that are not closed yet. */
  openSegments(name: StreamReport): readonly OpenSegment[] {
    return this.#streams.get(streamKey(name))?.recorder.openSegments ?? [];
  }

  /** The newest key frame in memory. */
  latestKeyFrame(name: StreamReport): { format: WireFormat; keyFrame: string; time90k: number } {
    const newest = this.#stream(name).keeper.newestKeyFrame();
    if (newest === undefined) {
      throw new NightjarError(
        "NJ_STREAM_NO_PICTURE",
        "unavailable",
        `no picture of ${name.camera} has come yet`,
        { ...name },
      );
    }
    const { slab, offset, length } = newest.sample;
    return {
      format: wireFormat(newest.format),
      keyFrame: slab.data.toString("base64", offset, offset + length),
      time90k: newest.time90k,
    };
  }

  requestKeyFrame(name: StreamReport): void {
    this.#stream(name).keeper.requestKeyFrame();
  }

  #join(number: number): void {
    const subscriber = this.#subscribers.get(number);
    if (subscriber === undefined) return;
    this.#streams.get(streamKey(subscriber.name))?.join(subscriber.subscription);
  }

  #remove(number: number): void {
    const subscriber = this.#subscribers.get(number);
    this.#subscribers.delete(number);
    if (subscriber === undefined) return;
    this.#streams.get(streamKey(subscriber.name))?.viewers.delete(subscriber.subscription);
  }

  #stream(name: StreamReport): KeptStream {
    const stream = this.#streams.get(streamKey(name));
    if (stream === undefined) {
      throw new NightjarError(
        "NJ_STREAM_UNKNOWN",
        "not-found",
        `${name.camera} has no stream "${name.stream}" that is held`,
        { ...name },
      );
    }
    return stream;
  }
}
