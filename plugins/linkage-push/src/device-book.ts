// Devices that are told of events, each of one account: where its push service is, and the keys that only that device can open.
// In a file of the plugin's own, bounded in all and for each account. A full disk keeps nobody from being told.
import { createHash } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { type AuditedAct, type Log, NightjarError } from "@nightjar/core";
import { LANGUAGES, type Language } from "./languages.ts";

const FILE = "devices.json";
const FILE_LIMIT = 2_000_000;
export const MOST_DEVICES = 500;
export const MOST_OF_ACCOUNT = 20;

export interface Device {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly endpoint: string;
  /** base64url: the device's public key and what it shares with whoever may tell it (RFC 8291). */
  readonly p256dh: string;
  readonly auth: string;
  readonly language: Language;
  readonly createdMs: number;
  /** When its push service took something for it last. */
  readonly lastMs?: number;
}

/** What a browser brings. */
export type NewDevice = Omit<Device, "id" | "createdMs" | "lastMs">;

export class DeviceBook {
  readonly #file: string;
  readonly #log: Log;
  #devices = new Map<string, Device>();
  #isChanged = false;
  #isFailing = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, log: Log) {
    this.#file = join(folder, FILE);
    this.#log = log;
  }

  get all(): readonly Device[] {
    return [...this.#devices.values()];
  }

  async open(): Promise<void> {
    try {
      const text = await readFile(this.#file, "utf8");
      const kept: unknown = text.length > FILE_LIMIT ? undefined : JSON.parse(text);
      if (!Array.isArray(kept)) throw new SyntaxError("no list of devices");
      for (const device of kept.filter(isDevice).slice(0, MOST_DEVICES)) this.#devices.set(device.id, device);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === "ENOENT") return;
      // A disk that cannot be read now may be read later: the list is thrown away for what it holds alone.
      if (!(error instanceof SyntaxError)) throw error;
      this.#log.error(
        "the list of devices could not be read and begins anew: people switch theirs on again",
        {
          reason: String(error),
        },
      );
      await rename(this.#file, `${this.#file}.unreadable`).catch(() => undefined);
    }
  }

  ofUser(user: string): readonly Device[] {
    return this.all.filter((device) => isSame(device.user, user));
  }

  /** Throws `NJ_PUSH_DEVICE`: there is none, or it is somebody else's. */
  get(user: string, id: string): Device {
    const device = this.#devices.get(id);
    if (device !== undefined && isSame(device.user, user)) return device;
    throw new NightjarError(
      "NJ_PUSH_DEVICE",
      "not-found",
      "this account has no such device, or not any more",
    );
  }

  /**
   * A browser that is known already belongs to whoever has switched it on last. Throws `NJ_PUSH_LIMIT`, and `NJ_PUSH_NOT_KEPT`
   * where it could not be written down: it is none then.
   */
  async add(given: NewDevice, nowMs: number): Promise<Device> {
    const id = createHash("sha256").update(given.endpoint).digest("hex").slice(0, 16);
    const before = this.#devices.get(id);
    const others = this.ofUser(given.user).filter((device) => device.id !== id).length;
    if (others >= MOST_OF_ACCOUNT || (before === undefined && this.#devices.size >= MOST_DEVICES)) {
      throw new NightjarError(
        "NJ_PUSH_LIMIT",
        "resource-exhausted",
        `an account has ${MOST_OF_ACCOUNT} devices at most, all together ${MOST_DEVICES}: remove one that nobody uses`,
      );
    }
    return this.#keep({ ...given, id, createdMs: nowMs }, before);
  }

  /** Throws as `get` and `add` do. */
  rename(user: string, id: string, name: string): Promise<Device> {
    const before = this.get(user, id);
    return this.#keep({ ...before, name }, before);
  }

  /** It was told something; the file learns of it later. */
  told(id: string, nowMs: number): void {
    const device = this.#devices.get(id);
    if (device === undefined) return;
    this.#devices.set(id, { ...device, lastMs: nowMs });
    this.#isChanged = true;
  }

  /** It is told no more, whether that can be written down or not. Does nothing where it is gone already. */
  async remove(id: string): Promise<void> {
    if (!this.#devices.delete(id)) return;
    this.#isChanged = true;
    await this.save();
  }

  /** What ends the API tokens of an account ends its devices: somebody else locks out whoever has got hold of it. */
  async heard({ action, userName, detail }: AuditedAct): Promise<void> {
    const { user, enabled, passwordChanged } = detail;
    if (typeof user !== "string") return;
    const isLockedOut = enabled === false || (passwordChanged === true && !isSame(user, userName));
    const isOver =
      action === "user-removed" ||
      action === "second-factor-reset" ||
      (action === "user-changed" && isLockedOut);
    if (!isOver) return;
    for (const { id } of this.ofUser(user)) if (this.#devices.delete(id)) this.#isChanged = true;
    await this.save();
  }

  /** Writes down what has changed, if that can be: it is tried again later. */
  async save(): Promise<void> {
    if (!this.#isChanged) return;
    try {
      await this.#write();
      if (this.#isFailing) this.#log.notice("the list of devices is written again");
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error("the list of devices could not be written", { reason: String(error) });
      this.#isFailing = true;
    }
  }

  async #keep(device: Device, before: Device | undefined): Promise<Device> {
    this.#devices.set(device.id, device);
    this.#isChanged = true;
    try {
      await this.#write();
      return device;
    } catch (error) {
      if (before === undefined) this.#devices.delete(device.id);
      else this.#devices.set(device.id, before);
      throw new NightjarError(
        "NJ_PUSH_NOT_KEPT",
        "unavailable",
        "the device could not be written down: look at the disk of the data directory",
        {},
        error,
      );
    }
  }

  /** One after the other: each writes all that there is by then. */
  #write(): Promise<void> {
    const done = this.#writing.then(async () => {
      this.#isChanged = false;
      try {
        await written(this.#file, JSON.stringify(this.all));
      } catch (error) {
        this.#isChanged = true;
        throw error;
      }
    });
    this.#writing = done.catch(() => undefined);
    return done;
  }
}

async function written(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  const handle = await open(fresh, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function isDevice(value: unknown): value is Device {
  if (typeof value !== "object" || value === null) return false;
  const { id, user, name, endpoint, p256dh, auth, language, createdMs, lastMs } = value as Partial<Device>;
  return (
    [id, user, name, endpoint, p256dh, auth].every((text) => typeof text === "string" && text !== "") &&
    LANGUAGES.some((known) => known === language) &&
    Number.isFinite(createdMs) &&
    (lastMs === undefined || Number.isFinite(lastMs))
  );
}
