// Core's end of the link to `analysis`: what is to be looked for goes down, what was seen comes up and becomes events, calls
// of detectors in processes of their own are passed on.

import {
  type AnalysisFigures,
  type AnalysisMethodsForCore,
  type CoreMethodsForAnalysis,
  type DesiredAnalysis,
  type PassedCall,
  TICKET_BYTES,
} from "../analysis/protocol.ts";
import type { AlarmEvent, EventReport } from "../domain/alarm-event.ts";
import type { EventTypeId } from "../domain/event-types.ts";
import type { CameraId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import { LINK_VERSION, type Link, type LinkMethods, type LinkServer, listenLinks } from "../link/link.ts";
import type { Log } from "../log.ts";
import type {
  Detector,
  DetectorActivity,
  DetectorAnswer,
  DetectorReport,
} from "../plugin/contract/detector.ts";

/** Takes what was seen: the event engine. */
export interface EventTaker {
  report(report: EventReport): AlarmEvent["id"] | undefined;
  end(report: EventReport): void;
}

/** Takes where something moved. */
export interface MotionTaker {
  take(camera: CameraId, activity: DetectorActivity): void;
}

export interface AnalysisLinkOptions {
  readonly socketPath: string;
  readonly instance: string;
  readonly log: Log;
  readonly events: EventTaker;
  readonly motion: MotionTaker;
  /** A detector of a plugin in a process of its own. */
  detector(plugin: string, id: string): Detector | undefined;
  /** A plugin that answers no more: it is ended and begins anew. */
  restartPlugin(plugin: string): Promise<void>;
}

/** Calls that ran out of time one after the other, after which the plugin is ended. */
const HANGS_ALLOWED = 3;
/** Pictures that wait for their calls. */
const MOST_PICTURES = 64;
const FIGURES_LIMIT_MS = 2_000;
const NO_PICTURE = new Uint8Array();

export class AnalysisLink {
  readonly #options: AnalysisLinkOptions;
  /** What is open, by camera and detector, then by type and rule. */
  readonly #open = new Map<string, Map<string, EventReport>>();
  readonly #hangs = new Map<string, number>();
  #link: Link<AnalysisMethodsForCore> | undefined;
  #server: LinkServer | undefined;
  #desired: DesiredAnalysis | undefined;

  constructor(options: AnalysisLinkOptions) {
    this.#options = options;
  }

  async listen(): Promise<void> {
    const { socketPath, instance } = this.#options;
    this.#server = await listenLinks(
      socketPath,
      () => {
        const pictures = new Map<number, Uint8Array>();
        return {
          hello: { role: "core", version: LINK_VERSION, instance },
          handlers: this.#handlers(pictures),
          onBinary: (payload) => {
            if (payload.length < TICKET_BYTES || pictures.size >= MOST_PICTURES) return;
            // The link's buffer is not ours beyond this call.
            pictures.set(payload.readUInt32BE(0), Uint8Array.prototype.slice.call(payload, TICKET_BYTES));
          },
          onReady: (link) => this.#ready(link),
        };
      },
      () => undefined,
    );
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** Tells what is to be looked for, now and whenever the process begins anew. */
  setDesired(desired: DesiredAnalysis): void {
    this.#desired = desired;
    this.#tell();
  }

  /** Something goes on at a camera by its own word. Nothing is lost where nobody hears it. */
  wake(camera: CameraId): void {
    this.#link?.notify("wake", { camera });
  }

  /** How it goes; undefined while the process is not there. */
  async figures(): Promise<AnalysisFigures | undefined> {
    return this.#link?.request("figures", {}, FIGURES_LIMIT_MS).catch(() => undefined);
  }

  #ready(link: Link<LinkMethods>): void {
    if (link.peer?.role !== "analysis") {
      link.close();
      return;
    }
    const analysis = link as unknown as Link<AnalysisMethodsForCore>;
    this.#link = analysis;
    this.#tell();
    void link.closed.then(() => {
      if (this.#link !== analysis) return;
      this.#link = undefined;
      // Whoever saw it begin will not tell of its end.
      for (const key of this.#open.keys()) this.#endAll(key);
    });
  }

  #tell(): void {
    if (this.#desired === undefined) return;
    this.#link
      ?.request("setDesired", this.#desired)
      .catch((error: unknown) =>
        this.#options.log.warn("what is to be looked for was not passed on", { reason: String(error) }),
      );
  }

  #handlers(pictures: Map<number, Uint8Array>): CoreMethodsForAnalysis {
    return {
      reports: ({ camera, plugin, id, reports }) => {
        for (const report of reports) this.#take(camera, plugin, id, report);
      },
      activity: ({ camera, activity }) => this.#options.motion.take(camera, activity),
      ended: ({ camera, plugin, id }) => this.#endAll(keyOf(camera, plugin, id)),
      call: (call) => this.#call(call, pictures) as unknown as readonly DetectorAnswer[],
    };
  }

  #take(camera: CameraId, plugin: string, id: string, told: DetectorReport): void {
    const { events } = this.#options;
    const report: EventReport = {
      type: told.type as EventTypeId,
      camera,
      source: sourceOf(plugin),
      ...(told.rule === undefined ? {} : { rule: told.rule.slice(0, 64) }),
      ...(told.timeMs === undefined ? {} : { timeMs: told.timeMs, pictures: [told.timeMs] }),
      ...(told.score === undefined ? {} : { score: told.score }),
      ...(told.objects === undefined ? {} : { objects: told.objects }),
      ...(told.detail === undefined ? {} : { detail: told.detail }),
    };
    const key = keyOf(camera, plugin, id);
    const open = this.#open.get(key) ?? new Map<string, EventReport>();
    const name = `${told.type} ${told.rule ?? ""}`;
    const isOver = told.kind === "end" || told.kind === "pulse";
    if (told.kind !== "end") events.report({ ...report, lasts: !isOver });
    if (isOver) {
      events.end(report);
      open.delete(name);
    } else open.set(name, report);
    if (open.size > 0) this.#open.set(key, open);
    else this.#open.delete(key);
  }

  #endAll(key: string): void {
    const open = this.#open.get(key)?.values() ?? [];
    // When and where things were last is told already: they are not there now.
    for (const { timeMs: _begin, pictures: _pictures, objects: _seen, ...report } of open)
      this.#options.events.end(report);
    this.#open.delete(key);
  }

  async #call(call: PassedCall, pictures: Map<number, Uint8Array>): Promise<readonly DetectorAnswer[]> {
    const { plugin, id } = call;
    const luma = call.method === "look" ? taken(pictures, call.ticket) : NO_PICTURE;
    const detector = this.#options.detector(plugin, id);
    if (detector === undefined) {
      throw new NightjarError("NJ_PLUGIN_AWAY", "unavailable", `there is no detector ${plugin}/${id}`);
    }
    const giveUp = new AbortController();
    const { signal } = giveUp;
    try {
      const reports = await (call.method === "look"
        ? detector.look(call.look, { signal, luma })
        : call.method === "begin"
          ? detector.begin(call.watch, { signal }).then(() => [])
          : detector.end(call.watch, { signal }).then(() => []));
      this.#hangs.delete(plugin);
      return reports ?? [];
    } catch (error) {
      giveUp.abort();
      if (error instanceof NightjarError && error.code === "NJ_PLUGIN_TIMEOUT") this.#hung(plugin);
      throw error;
    }
  }

  #hung(plugin: string): void {
    const hangs = (this.#hangs.get(plugin) ?? 0) + 1;
    this.#hangs.set(plugin, hangs);
    if (hangs < HANGS_ALLOWED) return;
    this.#hangs.delete(plugin);
    this.#options.log.warn("a detector answers no more: its plugin is ended and begins anew", { plugin });
    this.#options
      .restartPlugin(plugin)
      .catch((error: unknown) =>
        this.#options.log.warn("a plugin was not started anew", { plugin, reason: String(error) }),
      );
  }
}

function taken(pictures: Map<number, Uint8Array>, ticket: number): Uint8Array {
  const picture = pictures.get(ticket) ?? NO_PICTURE;
  pictures.delete(ticket);
  return picture;
}

function keyOf(camera: string, plugin: string, id: string): string {
  return `${camera} ${plugin}/${id}`;
}

/** As events name it: `vca-motion`. */
function sourceOf(plugin: string): string {
  return plugin.replace(/^@[^/]+\//, "").replace(/^nightjar-/, "");
}
