// Asks drivers for the streams of cameras, with the secrets that their settings leave out, and remembers where they were. Which
// cameras there are is camera-list.ts's business.
import type { CameraConfig } from "../config/camera-config.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { SecretStore } from "../config/secret-store.ts";
import { NightjarError } from "../errors.ts";
import type { DesiredSource } from "../media/protocol.ts";
import type { Registry } from "../plugin/calls/registry.ts";
import type { CameraDriver, CameraStreams as DriverStreams } from "../plugin/contract/camera-driver.ts";
import {
  askStreams,
  prepareConfig,
  prepareWithKept,
  type Secrets,
  secretFields,
  sourcesOf,
} from "./driver-call.ts";
import type { KnownStreams } from "./known-streams.ts";

/** Where the streams of a camera are, as far as that is known. */
export interface CameraSources {
  readonly main?: DesiredSource;
  readonly sub?: DesiredSource;
}

/** What a driver answered, and what is to be fetched of it. */
export interface FoundStreams {
  readonly sources: CameraSources;
  readonly streams: DriverStreams;
}

export interface CameraStreamsOptions {
  readonly secrets: SecretStore;
  readonly drivers: Registry<CameraDriver>;
  /** Where streams were found last, over restarts. */
  readonly known: KnownStreams;
  /** TCP ports of the recorder itself, where no camera can be. */
  ownPorts(): readonly number[];
}

export class CameraStreams {
  readonly #options: CameraStreamsOptions;

  constructor(options: CameraStreamsOptions) {
    this.#options = options;
  }

  /** The driver of that name. Throws `NJ_CAMERA_DRIVER_UNKNOWN`. */
  driver(id: string): CameraDriver {
    const found = this.#options.drivers.get(id);
    if (found === undefined) {
      const known = this.#options.drivers.all().map((driver) => driver.id);
      throw new NightjarError(
        "NJ_CAMERA_DRIVER_UNKNOWN",
        "invalid-argument",
        `no plugin answers for the driver "${id}"; there are: ${known.join(", ") || "none"}`,
      );
    }
    return found.entry;
  }

  /** What is kept secret of a camera's settings, by field. Throws `NJ_SECRETS_UNREADABLE`. */
  secretsOf(id: string, driver: CameraDriver): Record<string, string> {
    const { secrets } = this.#options;
    return byField(driver, (field) => secrets.get(secretName(id, field)));
  }

  /** As {@link secretsOf}, without those that cannot be opened: they are no obstacle to giving others. */
  readableSecretsOf(id: string, driver: CameraDriver): Record<string, string> {
    const { secrets } = this.#options;
    return byField(driver, (field) => secrets.find(secretName(id, field)));
  }

  /** Which fields something is kept secret of, also what cannot be opened. */
  secretsSet(id: string, driver: CameraDriver): string[] {
    return secretFields(driver).filter((field) => this.#options.secrets.has(secretName(id, field)));
  }

  /** Asks a driver for the streams of a camera with such settings. */
  async find(
    driver: CameraDriver,
    { config, secrets }: { config: Record<string, unknown>; secrets: Secrets },
  ): Promise<FoundStreams> {
    const streams = await askStreams(driver, config, secrets);
    return { sources: sourcesOf(streams, secrets, this.#options.ownPorts()), streams };
  }

  /** Remembers where they are, for a start at which the driver cannot tell. */
  remember({ id, driver, config }: DeepReadonly<CameraConfig>, { streams }: FoundStreams): void {
    this.#options.known.set(id, { driver, config }, streams);
  }

  /** Where the streams of a camera were before this start; nothing if that is not known or another was asked about. */
  foundLast({ id, driver, config }: DeepReadonly<CameraConfig>): CameraSources {
    const { known, secrets, ownPorts } = this.#options;
    const streams = known.get(id, { driver, config });
    if (streams === undefined) return {};
    const refs = [streams.main, streams.sub].flatMap((stream) => stream?.credentialsRef ?? []);
    try {
      const kept = refs.flatMap((field) => {
        const secret = secrets.get(secretName(id, field));
        return secret === undefined ? [] : [[field, secret] as const];
      });
      return sourcesOf(streams, Object.fromEntries(kept), ownPorts());
    } catch {
      // What was fit to be fetched once may be one of our own addresses now; and without its secret, the camera would refuse us.
      return {};
    }
  }

  /**
   * Where a camera's main stream would be, for trying it before it is saved. `of`: the camera whose secrets do where none are
   * typed, as long as they go where they were given for.
   */
  async trial(
    driverId: string,
    typed: Readonly<Record<string, unknown>>,
    of: DeepReadonly<CameraConfig> | undefined,
  ): Promise<DesiredSource> {
    const driver = this.driver(driverId);
    const { config, secrets } =
      of?.driver === driverId
        ? await prepareWithKept(driver, typed, this.readableSecretsOf(of.id, driver), of.config)
        : await prepareConfig(driver, typed);
    return sourcesOf(await askStreams(driver, config, secrets), secrets, this.#options.ownPorts()).main;
  }

  /** Forgets where the streams of a camera were that is there no more. */
  forget(id: string): void {
    this.#options.known.delete(id);
  }
}

function byField(
  driver: CameraDriver,
  secretOf: (field: string) => string | undefined,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of secretFields(driver)) {
    const secret = secretOf(field);
    if (secret !== undefined) found[field] = secret;
  }
  return found;
}

/** What a camera's secret is called among those of the house. */
export function secretName(id: string, field: string): string {
  return `camera/${id}/${field}`;
}
