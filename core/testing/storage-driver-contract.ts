// The contract suite for plugins that bring a storage driver: what the recorder relies on, as tests of node:test. Each is run
// twice: inline, and in a process of its own, since a plugin cannot know where it will run.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { NightjarError } from "../errors.ts";
import type { StorageRequest } from "../plugin/contract/storage-driver.ts";
import { volumeSettings } from "../recording/prepared-volume.ts";
import { checkFields, checkRefused } from "./camera-driver-checks.ts";
import { contractCard, liveOnce, MODES, SUITE_LIMIT_MS } from "./contract-runs.ts";
import { tempDir } from "./temp-dir.ts";
import { noTemporaryVolume, temporaryVolume } from "./temporary-volume.ts";
import { type TestNvr, testNvr } from "./test-nvr.ts";
import { waitFor } from "./wait-for.ts";

/** A storage that works, and what config.json says of a volume on it. */
export interface ContractStorage {
  /** The plugin's settings, with which it reaches this storage. */
  readonly settings?: unknown;
  /** What config.json says of the volume for the driver. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder of the volume; a temporary one unless given. */
  readonly path?: string;
  /** Makes that the volume is not ready any more, as by a cable that is pulled. */
  takeAway(): Promise<void>;
  close(): Promise<void>;
}

/** What the contract suite of storage drivers needs to know of a plugin. */
export interface StorageDriverContractOptions {
  /** The plugin's folder: a path, or `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** Which of the plugin's drivers is meant; needed where it has several. */
  readonly driver?: string;
  /** Starts a storage that works; called for each test. */
  storage(): Promise<ContractStorage>;
  /** What config.json may say of a volume and what must be refused, each with its name. */
  readonly wrong?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const WORD = "storage-driver";
const FULL_BYTES = 4 * 1024 * 1024;
/** How long a driver may take until it says what has become of a volume. */
const READY_MS = 20_000;

/** Registers the tests. Call it at the top of a test file, or inside a `describe`. */
export function storageDriverContract(options: StorageDriverContractOptions): void {
  const { pluginFolder, driver: wanted } = options;
  const folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
  const card = contractCard(folder);
  const context = { signal: new AbortController().signal };
  for (const [isolation, where] of MODES) {
    describe(`${card.name}, run ${where}, keeps the contract of storage drivers:`, {
      timeout: SUITE_LIMIT_MS,
    }, () => {
      /** Runs a test with a storage and a recorder that asks about a volume on it. */
      async function withStorage(
        test: (nvr: TestNvr, request: StorageRequest, storage: ContractStorage) => Promise<void>,
      ): Promise<void> {
        using place = tempDir("nightjar-volume-");
        const storage = await options.storage();
        try {
          const { settings, config, path = place.path } = storage;
          await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
          await nvr.start();
          await test(nvr, { path, config }, storage);
        } finally {
          await storage.close();
        }
      }
      const driverOf = (nvr: TestNvr) => nvr.storageDriver(wanted);
      async function becomesReady(nvr: TestNvr, request: StorageRequest): Promise<void> {
        await driverOf(nvr).prepare(request, context);
        await waitFor(async () => (await driverOf(nvr).health(request, context)).ready, {
          what: "the volume to be ready",
          deadlineMs: READY_MS,
        });
      }

      it("its identity card names its drivers", () =>
        withStorage(async (nvr) => {
          const registered = nvr.plugin().provides.filter((item) => item.startsWith(`${WORD}:`));
          assert.deepEqual(card.provides(WORD), registered.toSorted(), "nightjar.provides in package.json");
        }));

      it("every field of a volume has a title and a description, and none is a secret", () =>
        withStorage(async (nvr) => {
          const { configSchema } = driverOf(nvr);
          checkFields(configSchema);
          for (const [name, field] of Object.entries(configSchema.properties))
            assert.notEqual((field as { "x-secret"?: unknown })["x-secret"], true, `${name} is a secret`);
        }));

      it("it makes a volume ready, and a second time leaves what is ready as it is", () =>
        withStorage(async (nvr, request) => {
          await becomesReady(nvr, request);
          await driverOf(nvr).prepare(request, context);
          assert.equal((await driverOf(nvr).health(request, context)).ready, true);
        }));

      it("it says when a volume is not there any more, and why, and makes it ready again", () =>
        withStorage(async (nvr, request, storage) => {
          await becomesReady(nvr, request);
          await storage.takeAway();
          const reason = await waitFor(
            () =>
              driverOf(nvr)
                .health(request, context)
                .then(
                  (health) => (health.ready ? undefined : (health.reason ?? "")),
                  (error: unknown) => (error instanceof NightjarError ? error.message : undefined),
                ),
            { what: "the driver to say that the volume is gone", deadlineMs: READY_MS },
          );
          assert.ok(reason.length >= 10, `a reason for people: ${reason}`);
          await becomesReady(nvr, request);
        }));

      it("a storage that is away is told with a reason", async () => {
        using place = tempDir("nightjar-volume-");
        const storage = await options.storage();
        const { settings, config, path = place.path } = storage;
        await storage.takeAway();
        await storage.close();
        await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
        await nvr.start();
        const request = { path, config };
        const tried = driverOf(nvr)
          .prepare(request, context)
          .then(() => driverOf(nvr).health(request, context))
          .then((health) => {
            if (!health.ready) throw new NightjarError("NJ_TEST_PLUGIN", "unavailable", health.reason ?? "");
          });
        await assert.rejects(tried, (error: Error) => error.message.length >= 10);
      });

      it("what is wrong is refused, with a sentence", () =>
        withStorage(async (nvr, request) => {
          for (const [what, config] of Object.entries(options.wrong ?? {}))
            await checkRefused(what, async () => {
              const settings = volumeSettings(driverOf(nvr), config);
              await driverOf(nvr).prepare({ ...request, config: settings }, context);
            });
        }));

      it("a full folder is ready as before: what is overwritten is the recorder's affair", {
        skip: noTemporaryVolume("tmpfs", ["fallocate"]),
      }, async (t) => {
        const storage = await options.storage();
        try {
          const { settings, config } = storage;
          if (storage.path !== undefined) {
            t.skip("the storage has a folder of its own");
            return;
          }
          using volume = await temporaryVolume({ sizeBytes: FULL_BYTES });
          await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
          await nvr.start();
          const request = { path: volume.path, config };
          await becomesReady(nvr, request);
          volume.fill();
          assert.equal((await driverOf(nvr).health(request, context)).ready, true, "a full one");
          await driverOf(nvr).prepare(request, context);
          assert.equal(
            (await driverOf(nvr).health(request, context)).ready,
            true,
            "and can be made so again",
          );
        } finally {
          await storage.close();
        }
      });

      it("it starts a second time while the volume is in use, and leaves it ready", () =>
        withStorage(async (nvr, request) => {
          await becomesReady(nvr, request);
          await nvr.restart();
          assert.equal((await driverOf(nvr).health(request, context)).ready, true, "a stop does not release");
          await becomesReady(nvr, request);
        }));

      it("after its stop nothing is left open: the process ends by itself", async () => {
        using place = tempDir("nightjar-volume-");
        const storage = await options.storage();
        try {
          const { settings, config, path = place.path } = storage;
          const volume = { path, config, ...(wanted === undefined ? {} : { driver: wanted }) };
          await liveOnce({ pluginFolder: folder, isolation, settings, storage: volume });
        } finally {
          await storage.close();
        }
      });
    });
  }
}
