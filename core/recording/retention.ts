// Gives `media` every minute, per volume, what it may delete and what it must: it acts on the last list alone
// while this process is away (docs/design/storage-and-quota.md).
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { pruneRunEnds } from "../db/tables/coverage-table.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { listStreams } from "../db/tables/streams-table.ts";
import type { VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { planEviction } from "./eviction-planner.ts";
import type { KeepReason, KeptBack } from "./eviction-veto.ts";
import type { MediaClient } from "./media-client.ts";
import { forgetMotionWithoutFootage } from "./motion-footage.ts";
import type { RecordedCamera } from "./recorded-camera.ts";
import { RetentionClock } from "./retention-clock.ts";
import type { Revisions } from "./revisions.ts";

const PERIOD_MS = 60_000;
const REMEMBER_PERIOD_MS = 3_600_000;
/** A clock that has gone on for so long says what time it is. */
const STEADY_MS = 24 * REMEMBER_PERIOD_MS;
const LAST_MOMENT_KEY = "retention.last-moment-ms";
/** A long list takes a while to be written down on the other side. */
const LIST_TIMEOUT_MS = 30_000;

export interface RetentionOptions {
  readonly db: Db;
  readonly media: MediaClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly revisions: Revisions;
  readonly volumes: () => readonly VolumeId[];
  readonly cameras: () => readonly RecordedCamera[];
  /** `nowMs`: the moment from which ages are counted. */
  readonly forgetEvents: (nowMs: number) => Promise<void>;
  /** Whom to ask about what is to go; undefined: nobody has a say. */
  readonly keepReason?: () => KeepReason | undefined;
}

export class Retention {
  readonly #options: RetentionOptions;
  #ages: RetentionClock;
  #timer: Timer | undefined;
  readonly #startedAtMs: number;
  #rememberedAtMs = Number.NEGATIVE_INFINITY;
  /** The round in progress, and the one asked for meanwhile. */
  #running: Promise<void> | undefined;
  #again = false;
  /** Volumes of which a plugin keeps recordings back. */
  readonly #kept = new Set<VolumeId>();
  /** The index of a volume is not whole: what it calls the oldest may not be. */
  isHeld: (volume: VolumeId) => boolean = () => false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.monotonicMs();
    this.#ages = new RetentionClock(options.clock, undefined);
  }

  async start(): Promise<void> {
    const last = await keyValuesTable(this.#options.db).get(LAST_MOMENT_KEY);
    this.#ages = new RetentionClock(
      this.#options.clock,
      typeof last === "number" && Number.isFinite(last) ? last : undefined,
    );
    this.#timer = this.#options.clock.every(PERIOD_MS, () => this.renewSoon());
  }

  /** The moment from which ages are counted. */
  agesMs(): number {
    return this.#ages.nowMs();
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
  }

  /** Renews all lists as soon as a round in progress is over; failures are logged and tried a minute later. */
  renewSoon(): void {
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.#round().finally(() => {
      this.#running = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.renewSoon();
    });
  }

  /** Renews the list of one volume; resolves when `media` obeys it. Rejects while `media` is away. */
  async renew(volume: VolumeId): Promise<void> {
    const { db, media, cameras, revisions } = this.#options;
    const revision = await revisions.next();
    const now90k = this.#ages.nowMs() * 90;
    const keepReason = this.#options.keepReason?.();
    // Without a list `media` goes by the order of writing, which no index has to tell it, and spares what is locked.
    const plan = this.isHeld(volume)
      ? { list: { volume, revision, segments: [], due: [] }, kept: undefined }
      : await planEviction(db, { volume, revision, cameras: cameras(), now90k, keepReason });
    if (plan === undefined) return;
    const { list } = plan;
    if (plan.kept !== undefined) this.#noteKept(volume, plan.kept);
    const kept = (await media.request("setEvictionList", list, LIST_TIMEOUT_MS)).revision;
    if (kept < revision) {
      throw new NightjarError(
        "NJ_EVICTION_LIST_STALE",
        "unavailable",
        "the recorder keeps an older list of what may be deleted; try again in a minute",
        { volume, sent: revision, kept },
      );
    }
  }

  /** Said when it begins and when it is over. */
  #noteKept(volume: VolumeId, { ids, reason }: KeptBack): void {
    if ((reason !== undefined) === this.#kept.has(volume)) return;
    const { log } = this.#options;
    if (reason === undefined) {
      this.#kept.delete(volume);
      log.notice("no plugin keeps recordings back any more", { volume });
    } else {
      this.#kept.add(volume);
      log.notice("a plugin keeps recordings back", { volume, segments: ids.size, reason });
    }
  }

  async #round(): Promise<void> {
    const { media, volumes, log } = this.#options;
    await this.#remember().catch((error: unknown) => this.#warn(error));
    if (!media.isUp) return;
    for (const volume of volumes()) {
      try {
        await this.renew(volume);
      } catch (error) {
        log.warn("the list of what may be deleted was not renewed; the last one stays in force", {
          volume,
          reason: String(error),
        });
      }
    }
  }

  /** Once an hour: the moment is kept for the next start; old events, and ends of runs and motion without footage, are forgotten. */
  async #remember(): Promise<void> {
    const { db, clock } = this.#options;
    const nowMs = this.#ages.nowMs();
    if (clock.monotonicMs() - this.#rememberedAtMs < REMEMBER_PERIOD_MS) return;
    this.#rememberedAtMs = clock.monotonicMs();
    // Never taken back by a clock that only just began in 1970: the next start has to know it.
    const last = await keyValuesTable(db).get(LAST_MOMENT_KEY);
    const isLater = typeof last !== "number" || nowMs > last;
    if (isLater || clock.monotonicMs() - this.#startedAtMs >= STEADY_MS)
      await keyValuesTable(db).set(LAST_MOMENT_KEY, Math.round(nowMs));
    await this.#options.forgetEvents(nowMs);
    await forgetMotionWithoutFootage(db, nowMs);
    for (const stream of await listStreams(db)) {
      const first = await db.get<{ start90k: number }>(
        "select start_90k as start90k from coverage where stream_number = ? order by start_90k limit 1",
        [stream.number],
      );
      // A day's grace: the end of the run before the first footage explains the gap before it.
      if (first !== undefined) await pruneRunEnds(db, stream.number, first.start90k - 86_400 * 90_000);
    }
  }

  #warn(error: unknown): void {
    this.#options.log.warn("retention could not note the time", { reason: String(error) });
  }
}
