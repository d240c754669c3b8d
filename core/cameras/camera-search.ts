// Searching the network for cameras: asks the drivers that can, one search at a time, for a few seconds. What devices say of
// themselves is cleaned and bounded here, whatever the driver made of it, and compared with the cameras that are there.
// Nothing that is found is connected to.
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { NightjarError, toPlainError } from "../errors.ts";
import type { CameraDriver, FoundCamera } from "../plugin/contract/camera-driver.ts";

export const SEARCH_MS = 5_000;
/** Devices of one search, of all drivers together. */
export const MOST_FOUND = 256;
const LONGEST_TEXT = 80;

const word = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const FOUND = Type.Array(
  Type.Object({
    address: word(300),
    config: Type.Record(Type.String({ minLength: 1, maxLength: 64 }), word(500), { maxProperties: 16 }),
    id: Type.Optional(word(200)),
    name: Type.Optional(word(500)),
    maker: Type.Optional(word(500)),
    hardware: Type.Optional(word(500)),
    location: Type.Optional(word(500)),
  }),
  { maxItems: MOST_FOUND },
);

/** A device that was found, and the camera that it is already. */
export interface FoundDevice extends Omit<FoundCamera, "id"> {
  readonly driver: string;
  /** What the driver is called. */
  readonly displayName: string;
  readonly camera?: string;
}

/** A driver that could not search, and why. */
export interface SearchProblem {
  readonly driver: string;
  readonly displayName: string;
  readonly code: string;
  readonly message: string;
}

/** What came of a search. */
export interface SearchOutcome {
  readonly found: readonly FoundDevice[];
  /** There may be more than are told. */
  readonly isCut: boolean;
  readonly problems: readonly SearchProblem[];
}

/** A camera as far as it is needed to know a device again. */
export interface PresentCamera {
  readonly id: string;
  readonly driver: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface CameraSearchParts {
  drivers(): readonly CameraDriver[];
  cameras(): readonly PresentCamera[];
}

export class CameraSearch {
  readonly #parts: CameraSearchParts;
  #isBusy = false;

  constructor(parts: CameraSearchParts) {
    this.#parts = parts;
  }

  /**
   * Searches once. Throws `NJ_CAMERA_SEARCH_BUSY` while another search goes on, `NJ_CAMERA_SEARCH_NONE` where no driver can
   * search.
   */
  async search(signal: AbortSignal): Promise<SearchOutcome> {
    if (this.#isBusy) {
      throw new NightjarError(
        "NJ_CAMERA_SEARCH_BUSY",
        "resource-exhausted",
        "somebody searches the network already: try again in a few seconds",
      );
    }
    const drivers = this.#parts.drivers().filter((driver) => driver.discover !== undefined);
    if (drivers.length === 0) {
      throw new NightjarError(
        "NJ_CAMERA_SEARCH_NONE",
        "failed-precondition",
        "no plugin that runs can search the network: switch on the one for ONVIF cameras",
      );
    }
    this.#isBusy = true;
    try {
      return this.#outcome(await Promise.all(drivers.map((driver) => ask(driver, signal))));
    } finally {
      this.#isBusy = false;
    }
  }

  #outcome(answers: readonly Answer[]): SearchOutcome {
    const all = answers.flatMap(({ driver, found }) => found.map((one) => ({ ...driver, ...one })));
    const hosts = this.#parts.cameras().map((camera) => ({ ...camera, places: placesOf(camera.config) }));
    const found = all.slice(0, MOST_FOUND).map((device): FoundDevice => {
      const known = hosts.find((camera) => isSameDevice(device, camera));
      return known === undefined ? device : { ...device, camera: known.id };
    });
    const problems = answers.flatMap(({ problem }) => problem ?? []);
    const isCut = all.length > found.length || answers.some(({ isFull }) => isFull === true);
    return { found, isCut, problems };
  }
}

type Found = Omit<FoundDevice, "driver" | "displayName">;

interface Answer {
  readonly driver: Pick<FoundDevice, "driver" | "displayName">;
  readonly found: readonly Found[];
  /** It found as many as it may: there may be more. */
  readonly isFull?: boolean;
  readonly problem?: SearchProblem;
}

async function ask(driver: CameraDriver, signal: AbortSignal): Promise<Answer> {
  const named = { driver: driver.id, displayName: driver.displayName };
  try {
    const found: unknown = await driver.discover?.({ waitMs: SEARCH_MS, most: MOST_FOUND }, { signal });
    if (!Value.Check(FOUND, found)) {
      const [problem] = Value.Errors(FOUND, found);
      throw new NightjarError(
        "NJ_PLUGIN_DATA",
        "invalid-argument",
        `what the driver ${driver.id} found is wrong at ${problem?.instancePath || "/"}: ${problem?.message}`,
      );
    }
    return { driver: named, found: tidied(found), isFull: found.length >= MOST_FOUND };
  } catch (error) {
    const { code, message } = toPlainError(error);
    return { driver: named, found: [], problem: { ...named, code, message } };
  }
}

/** Each device once, its texts fit to be shown. */
function tidied(found: Static<typeof FOUND>): Found[] {
  const seen = new Set<string>();
  return found.flatMap(({ id, address, config, ...texts }) => {
    const keys = [`at ${address}`, ...(id === undefined ? [] : [`id ${id}`])];
    if (keys.some((key) => seen.has(key))) return [];
    for (const key of keys) seen.add(key);
    const shown = Object.entries(texts).flatMap(([name, text]) => {
      const plain = plainText(text ?? "");
      return plain === "" ? [] : [[name, plain] as const];
    });
    return [{ address: plainText(address), config, ...Object.fromEntries(shown) }];
  });
}

/** One line without what hides or turns letters. Markup stays as letters: pages show it as text. */
function plainText(text: string): string {
  return [
    ...text
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu, " ")
      .replace(/ {2,}/g, " ")
      .trim(),
  ]
    .slice(0, LONGEST_TEXT)
    .join("");
}

interface Place {
  readonly host: string;
  readonly port: string;
}

/** Machines that a camera's settings name. */
function placesOf(config: Readonly<Record<string, unknown>>): Place[] {
  return Object.values(config).flatMap((value) => (typeof value === "string" ? (placeOf(value) ?? []) : []));
}

function placeOf(text: string): Place | undefined {
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.hostname === "") return undefined;
  return { host: url.hostname.toLowerCase(), port: url.port };
}

/** By the same driver, another port is another device behind the same address; by another driver ports say nothing. */
function isSameDevice(
  device: FoundDevice,
  camera: { readonly driver: string; readonly places: readonly Place[] },
): boolean {
  const [place] = placesOf({ address: device.address });
  return camera.places.some(
    ({ host, port }) => host === place?.host && (camera.driver !== device.driver || port === place.port),
  );
}
