// How files get to a target: one connection, or what stands for one, that takes a file after the other. Each protocol in a
// file of its own, loaded when a target first asks for it.
import type { NightjarError, Nvr, ResolvedAddress } from "@nightjar/core";
import type { Target } from "./config.ts";
import type { HostKeys } from "./host-keys.ts";
import { connectionError, uploadError } from "./upload-errors.ts";

/** A file on its way. */
export interface UploadFile {
  /** Steps from the target's folder down. */
  readonly folder: readonly string[];
  readonly name: string;
  readonly bytes: Buffer;
}

/** A target that is reached and has let us in. */
export interface Carrier {
  /** Something that people should know: a host key that was accepted. */
  readonly note?: string;
  /** Puts a file there, whole or not at all under its name; goes on where a former try was cut. Throws `NJ_UPLOAD_*`. */
  put(file: UploadFile): Promise<void>;
  /** Ends it; never throws. */
  close(): void;
}

/** How a target is asked. */
export interface CarrierOptions {
  readonly lookup: Nvr["lookup"];
  readonly hostKeys: HostKeys;
  /** Ends it at once, whatever is on its way. */
  readonly signal: AbortSignal;
  /** How long a server may stand still. */
  readonly stallMs: number;
  /** Somebody looks: a host key that nobody knows yet is accepted. */
  readonly isTest: boolean;
}

/** Opens the way to a target. The caller closes what it gives. Throws `NJ_UPLOAD_*` and `NJ_ADDRESS_OWN`. */
export async function openCarrier(target: Target, options: CarrierOptions): Promise<Carrier> {
  switch (target.protocol) {
    case "sftp":
      return (await import("./sftp-carrier.ts")).openSftp(target, options);
    case "webdav":
      return (await import("./webdav-carrier.ts")).openWebDav(target, options);
    case "s3":
      return (await import("./s3-carrier.ts")).openS3(target, options);
    default:
      return (await import("./ftp-carrier.ts")).openFtp(target, options);
  }
}

/** The name under which a file grows until it is whole: the same content goes on, other content never does. */
export function growingName(name: string, digest: string): string {
  return `.${name}.${digest.slice(0, 12)}.part`;
}

/** The steps of a target's own folder, and whether they begin at the top. */
export function baseOf(folder = ""): { readonly isAbsolute: boolean; readonly steps: readonly string[] } {
  return { isAbsolute: folder.startsWith("/"), steps: folder.split("/").filter((step) => step !== "") };
}

/** Where a server lies: none of it may be the recorder, some of it must be a machine. Resolvers cannot be told to give up; this can. */
export async function addressesOf(
  { name }: Pick<Target, "name">,
  host: string,
  port: number,
  { lookup, signal, stallMs }: Pick<CarrierOptions, "lookup" | "signal" | "stallMs">,
): Promise<readonly ResolvedAddress[]> {
  const places = await within(lookup(host, port), { signal, stallMs }, () =>
    uploadError("TIMEOUT", name, `no name server has told where ${host} lies`),
  ).catch((error: unknown) => {
    throw connectionError(error, name, `${host}, port ${port},`);
  });
  if (places.length === 0) throw uploadError("TARGET", name, `${host} leads to no machine`);
  return places;
}

/** Waits for something that cannot be told to give up: until it stands still for too long, or nobody wants it any more. */
export async function within<Value>(
  work: Promise<Value>,
  { signal, stallMs }: Pick<CarrierOptions, "signal" | "stallMs">,
  late: () => NightjarError,
): Promise<Value> {
  // Nobody may be left to hear of it.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), stallMs);
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}
