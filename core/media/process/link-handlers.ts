// What `core` and the gateway may call on the media process (protocol.ts), each role its own methods and no others.
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { Link, LinkMethods } from "../../link/link.ts";
import type {
  CoreMethodsForMedia,
  GatewayMethodsForMedia,
  MediaMethodsForCore,
  MediaMethodsForGateway,
  MediaReport,
} from "../protocol.ts";
import type { ClockWatch } from "./clock-watch.ts";
import type { CoreWatch } from "./core-watch.ts";
import type { Figures } from "./figures.ts";
import { initialiseVolumeApart } from "./initialise-volume.ts";
import type { Inventories } from "./inventories.ts";
import type { ReportJournal } from "./journal.ts";
import { type KeptStream, streamKey } from "./kept-stream.ts";
import type { LiveFanout } from "./live-fanout.ts";
import { type CreateSource, probeSource } from "./probe.ts";
import type { ReportSender } from "./report-sender.ts";
import type { StateKeeper } from "./state-keeper.ts";
import { unindexedSegments } from "./unindexed-segments.ts";
import type { Volume } from "./volume.ts";
import { fetchBackupsFrom, mirroredLocks, storeBackupOn } from "./volume-backups.ts";
import type { VolumeSet } from "./volume-set.ts";

/** The parts of the media process that the links reach. */
export interface LinkedParts {
  readonly clock: Clock;
  readonly state: StateKeeper;
  readonly streams: ReadonlyMap<string, KeptStream>;
  readonly volumes: VolumeSet;
  readonly journal: ReportJournal;
  readonly sender: ReportSender;
  readonly coreWatch: CoreWatch;
  readonly clockWatch: Pick<ClockWatch, "check">;
  readonly fanout: LiveFanout;
  readonly figures: Figures;
  readonly inventories: Inventories;
  readonly createSource: CreateSource;
  report(report: MediaReport): void;
}

type Handlers<Methods extends LinkMethods> = {
  readonly [Name in keyof Methods]: (
    params: Parameters<Methods[Name]>[0],
  ) => ReturnType<Methods[Name]> | Promise<ReturnType<Methods[Name]>>;
};

const ROLES_CORE = "core";
const ROLES_GATEWAY = "gateway";
const ROLES_ANALYSIS = "analysis";

/**
 * Handlers for a link whose peer has not said yet who it is: each call is checked against the peer's role.
 * `link` gives the link that they belong to.
 */
export function linkHandlers(
  parts: LinkedParts,
  link: () => Link<LinkMethods>,
): Record<string, (params: never) => unknown> {
  const handlers: Record<string, (params: never) => unknown> = {};
  const guard = (role: string, methods: Record<string, (params: never) => unknown>): void => {
    for (const [name, handler] of Object.entries(methods)) {
      const others = handlers[name];
      handlers[name] = (params: never) => {
        if (link().peer?.role === role) return handler(params);
        if (others !== undefined) return others(params);
        throw new NightjarError(
          "NJ_LINK_METHOD",
          "permission-denied",
          `${name} is for the process "${role}"`,
        );
      };
    }
  };
  guard(ROLES_CORE, coreHandlers(parts));
  guard(
    ROLES_GATEWAY,
    gatewayHandlers(parts, () => link() as unknown as Link<GatewayMethodsForMedia>),
  );
  const { subscribe, unsubscribe } = gatewayHandlers(
    parts,
    () => link() as unknown as Link<GatewayMethodsForMedia>,
  );
  // It looks at pictures as they come, and has no business with recordings.
  guard(ROLES_ANALYSIS, { subscribe, unsubscribe });
  return handlers;
}

/** Called when a peer has said hello. */
export function greetPeer(parts: LinkedParts, link: Link<LinkMethods>): void {
  if (link.peer?.role === ROLES_CORE) {
    parts.coreWatch.heard();
    parts.sender.connect(link as unknown as Link<CoreMethodsForMedia>);
  } else if (link.peer?.role === ROLES_GATEWAY || link.peer?.role === ROLES_ANALYSIS) {
    parts.fanout.connect(link as unknown as Link<GatewayMethodsForMedia>);
  }
}

function coreHandlers(parts: LinkedParts): Handlers<MediaMethodsForCore> {
  const { clock, state, streams, volumes, journal, coreWatch, clockWatch, inventories } = parts;
  const heard = <Params, Result>(handler: (params: Params) => Result) => {
    return (params: Params): Result => {
      coreWatch.heard();
      return handler(params);
    };
  };
  // Their times are the node's clock's as it is now: what runs must not be judged by them as if it had not been set.
  const dated = <Params, Result>(handler: (params: Params) => Result) => {
    return heard((params: Params): Result => {
      clockWatch.check();
      return handler(params);
    });
  };
  const streamOf = (name: Parameters<typeof streamKey>[0]): KeptStream => {
    const stream = streams.get(streamKey(name));
    if (stream !== undefined) return stream;
    throw new NightjarError(
      "NJ_STREAM_UNKNOWN",
      "not-found",
      `${name.camera} has no stream "${name.stream}" that is held`,
    );
  };
  const volumeOf = (id: Parameters<VolumeSet["get"]>[0]): Volume => {
    const volume = volumes.get(id);
    if (volume !== undefined) return volume;
    throw new NightjarError("NJ_VOLUME_UNKNOWN", "not-found", `there is no volume ${id}`, { volume: id });
  };
  return {
    setDesiredState: dated(async (desired) => ({ revision: await state.set(desired) })),
    tryAgain: heard(({ cameras }) => {
      for (const stream of streams.values()) {
        if (cameras.includes(stream.desired.camera)) stream.keeper.source?.tryAgain();
      }
    }),
    setEvictionList: heard(async (list) => ({
      revision: await volumeOf(list.volume).evictor.setList(list),
    })),
    setLocks: heard(({ volume, segments }) => volumeOf(volume).evictor.setLocks(segments)),
    trigger: dated((params) => streamOf(params).recorder.trigger(params.trigger)),
    endTrigger: dated((params) => streamOf(params).recorder.endTrigger(params.id, params.until90k)),
    acknowledge: heard(({ upTo }) => journal.acknowledge(upTo)),
    initialiseVolume: heard((order) => initialiseVolumeApart(order)),
    probe: heard(({ source, timeoutMs }) => probeSource(source, timeoutMs, clock, parts.createSource)),
    figures: heard(() => parts.figures.collect(streams.values())),
    storeBackup: heard(({ volume, file }) => storeBackupOn(volumeOf(volume).desired, file)),
    fetchBackups: heard(async ({ folder }) => ({
      backups: await fetchBackupsFrom(state.state.volumes, folder),
    })),
    mirroredLocks: heard(async ({ volume }) => ({
      segments: await mirroredLocks(volumeOf(volume).desired),
    })),
    beginInventory: heard(({ volume, sinceMs }) => ({
      inventory: inventories.begin(volume, volumeOf(volume).desired.path, sinceMs),
    })),
    nextInventory: heard(({ inventory }) => inventories.next(inventory)),
    retellStates: heard(() => {
      for (const { state } of volumes) {
        // One that nobody has looked at yet will tell by itself.
        if (state.freeBytes !== undefined) parts.report({ kind: "volume-state", state });
      }
      for (const stream of streams.values()) stream.retell();
    }),
    newestKeyFrame: heard((name) => parts.fanout.latestKeyFrame(name)),
    ping: heard(() => undefined),
  };
}

function gatewayHandlers(
  parts: LinkedParts,
  link: () => Link<GatewayMethodsForMedia>,
): Handlers<MediaMethodsForGateway> {
  const { fanout, journal } = parts;
  return {
    subscribe: (name) => fanout.subscribe(link(), name),
    unsubscribe: ({ subscription }) => fanout.unsubscribe(link(), subscription),
    // In this order: one that is closed in between is named twice, not missed.
    openSegments: (name) => ({
      segments: fanout.openSegments(name),
      closed: unindexedSegments(journal, name),
    }),
    latestKeyFrame: (name) => fanout.latestKeyFrame(name),
    requestKeyFrame: (name) => fanout.requestKeyFrame(name),
  };
}
