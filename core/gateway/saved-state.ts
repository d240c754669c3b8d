// What the gateway remembers in `<data>/gateway.json`: the settings that core gave last, so that it can listen while
// core is away, and the ports it took instead of busy ones, so that bookmarks stay good.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import type { Log } from "../log.ts";
import type { GatewaySettings } from "./protocol.ts";

const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const TakenPort = Type.Object({ wanted: Port, taken: Port });
const SavedState = Type.Object({
  version: Type.Literal(1),
  taken: Type.Object({
    http: Type.Optional(TakenPort),
    https: Type.Optional(TakenPort),
    rtsp: Type.Optional(TakenPort),
    rtsps: Type.Optional(TakenPort),
  }),
  settings: Type.Optional(
    Type.Object({
      http: Type.Object({ port: Port, host: Type.String() }),
      https: Type.Object({ port: Port, host: Type.String(), enabled: Type.Boolean() }),
      // Missing in what earlier versions kept.
      rtsp: Type.Optional(Type.Object({ port: Port, host: Type.String(), enabled: Type.Boolean() })),
      rtsps: Type.Optional(Type.Object({ port: Port, host: Type.String(), enabled: Type.Boolean() })),
      basePath: Type.String(),
      trustedProxies: Type.Array(Type.String()),
      certificateNames: Type.Array(Type.String()),
      maxTranscodes: Type.Integer({ minimum: 0 }),
      ffmpegPath: Type.Optional(Type.String()),
      volumes: Type.Array(Type.Object({ id: Type.String(), path: Type.String() })),
    }),
  ),
});
type SavedState = Static<typeof SavedState>;

/** The ports that a gateway has. */
export type PortKind = "http" | "https" | "rtsp" | "rtsps";

type SavedSettings = Omit<GatewaySettings, "rtsp" | "rtsps"> &
  Partial<Pick<GatewaySettings, "rtsp" | "rtsps">>;
/** Until core says more. */
const RTSP_UNKNOWN = { port: 0, host: "127.0.0.1", enabled: false } as const;

/** The file `<data>/gateway.json`, rewritten whole at each change. */
export class SavedStateFile {
  readonly #file: string;
  readonly #log: Log;
  #state: SavedState = { version: 1, taken: {} };
  #writing: Promise<void> = Promise.resolve();

  constructor(dataDir: string, log: Log) {
    this.#file = join(dataDir, "gateway.json");
    this.#log = log;
  }

  /** Reads the file; one that is missing or spoilt counts as empty. */
  async load(): Promise<void> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#file, "utf8"));
      if (Value.Check(SavedState, value)) this.#state = value;
    } catch (error) {
      this.#log.debug("no saved gateway state", { reason: String(error) });
    }
  }

  get settings(): GatewaySettings | undefined {
    const settings = this.#state.settings as SavedSettings | undefined;
    return settings === undefined ? undefined : { rtsp: RTSP_UNKNOWN, rtsps: RTSP_UNKNOWN, ...settings };
  }

  /** The port that was taken the last time when `wanted` was busy. */
  takenPort(kind: PortKind, wanted: number): number | undefined {
    const taken = this.#state.taken[kind];
    return taken?.wanted === wanted ? taken.taken : undefined;
  }

  async keepPort(kind: PortKind, wanted: number, taken: number): Promise<void> {
    if (this.takenPort(kind, wanted) === taken) return;
    this.#state = { ...this.#state, taken: { ...this.#state.taken, [kind]: { wanted, taken } } };
    await this.#write();
  }

  async keepSettings(settings: GatewaySettings): Promise<void> {
    if (JSON.stringify(settings) === JSON.stringify(this.#state.settings)) return;
    this.#state = { ...this.#state, settings: structuredClone(settings) as SavedState["settings"] & object };
    await this.#write();
  }

  #write(): Promise<void> {
    const text = `${JSON.stringify(this.#state, undefined, 2)}\n`;
    this.#writing = this.#writing.then(async () => {
      try {
        await writeFile(`${this.#file}.new`, text, { mode: 0o600 });
        await rename(`${this.#file}.new`, this.#file);
      } catch (error) {
        this.#log.warn("gateway state could not be saved", { reason: String(error) });
      }
    });
    return this.#writing;
  }
}
