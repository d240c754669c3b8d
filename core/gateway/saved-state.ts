// What the gateway remembers in `<data>/gateway.json`: the settings that core gave last, so that it can listen while
// core is away, and the ports it took instead of busy ones, so that bookmarks stay good.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import type { GatewaySettings } from "./protocol.ts";

/** The ports that a gateway has. */
export type PortKind = "http" | "https" | "rtsp" | "rtsps";

type SavedSettings = Omit<GatewaySettings, "rtsp" | "rtsps"> &
  Partial<Pick<GatewaySettings, "rtsp" | "rtsps">>;
interface TakenPort {
  readonly wanted: number;
  readonly taken: number;
}

interface SavedState {
  readonly version: 1;
  readonly taken: Readonly<Partial<Record<PortKind, TakenPort>>>;
  readonly settings?: SavedSettings;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const isPort: Check = (value) => isCount(value) && Number(value) <= 65_535;
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(checks).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const isTaken = maybe(fields({ wanted: isPort, taken: isPort }));
const isDoor = fields({ port: isPort, host: isText, enabled: isFlag });
/** By hand: a schema's package would be three quarters of what this process loads. */
const isSavedState = fields({
  version: (value) => value === 1,
  taken: fields({ http: isTaken, https: isTaken, rtsp: isTaken, rtsps: isTaken }),
  settings: maybe(
    fields({
      http: fields({ port: isPort, host: isText }),
      https: isDoor,
      // Missing in what earlier versions kept.
      ...{ rtsp: maybe(isDoor), rtsps: maybe(isDoor) },
      basePath: isText,
      trustedProxies: list(isText),
      certificateNames: list(isText),
      maxTranscodes: isCount,
      ffmpegPath: maybe(isText),
      volumes: list(fields({ id: isText, path: isText })),
    }),
  ),
});

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
      if (isSavedState(value)) this.#state = value as SavedState;
    } catch (error) {
      this.#log.debug("no saved gateway state", { reason: String(error) });
    }
  }

  get settings(): GatewaySettings | undefined {
    const { settings } = this.#state;
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
    this.#state = { ...this.#state, settings: structuredClone(settings) };
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
