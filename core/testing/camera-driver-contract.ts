// The contract suite for plugins that bring a camera driver: what the recorder relies on, as tests of node:test. Each is
// run twice: inline, and in a process of its own, since a plugin cannot know where it will run.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { askStreams, sourcesOf } from "../cameras/driver-call.ts";
import { CAMERA_ABILITIES } from "../plugin/contract/camera-abilities.ts";
import { bundledDrivers } from "../plugin/package/bundled.ts";
import { type CameraAbility, checkAbilities } from "./camera-ability-checks.ts";
import { checkDescriptor, checkFields, checkRefused, wrongConfigs } from "./camera-driver-checks.ts";
import { contractCard, liveOnce, MODES, SUITE_LIMIT_MS, settled } from "./contract-runs.ts";
import { probeStream } from "./probe-stream.ts";
import { silentDevice } from "./silent-device.ts";
import { type TestNvr, testNvr } from "./test-nvr.ts";
import { waitFor } from "./wait-for.ts";

/** A camera that answers, and what a person would type to add it. */
export interface ContractCamera {
  /** As `POST /cameras` takes it in `config`, secrets included. */
  readonly config: Readonly<Record<string, unknown>>;
  close?(): Promise<void>;
}

/** What the contract suite needs to know of a plugin. */
export interface CameraDriverContractOptions {
  /** The plugin's folder: a path, or `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** Which of the plugin's drivers is meant; needed where it has several. */
  readonly driver?: string;
  /** The plugin's own settings. */
  readonly settings?: unknown;
  /** Starts a camera that answers; called for each test that wants one. Usually made of `fakeCamera`. */
  camera(): Promise<ContractCamera>;
  /** Configurations that a person may type and that must be refused, each with its name. */
  readonly wrong?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * For drivers that ask the device: the configuration of a camera at an address where connections are taken and nothing
   * is ever said. The call must end soon after nobody waits for it any more.
   */
  silentCamera?(address: { readonly host: string; readonly port: number }): Readonly<Record<string, unknown>>;
  /**
   * For drivers of cameras that can do more than send pictures: what the camera of `camera` can do, each of which is tried
   * on it. It must have at least two presets where it has any.
   */
  readonly abilities?: readonly CameraAbility[];
}

/** Registers the tests. Call it at the top of a test file, or inside a `describe`. */
export function cameraDriverContract(options: CameraDriverContractOptions): void {
  const { pluginFolder } = options;
  const folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
  const card = contractCard(folder);
  for (const [isolation, where] of MODES) {
    describe(`${card.name}, run ${where}, keeps the contract of camera drivers:`, {
      timeout: SUITE_LIMIT_MS,
    }, () => {
      const { driver: wanted } = options;
      let nvr: TestNvr;
      before(async () => {
        nvr = await testNvr({ pluginFolder: folder, isolation, settings: options.settings });
        await nvr.start();
      });
      after(() => nvr?.[Symbol.asyncDispose]());

      it("its identity card names its drivers, whose ids nobody else has", async () => {
        const { id } = nvr.driver(wanted);
        const registered = nvr.plugin().provides.filter((item) => item.startsWith("camera-driver:"));
        assert.deepEqual(
          card.provides("camera-driver"),
          registered.toSorted(),
          "nightjar.provides in package.json",
        );
        const owner = (await bundledDrivers()).get(id) ?? card.name;
        assert.equal(owner, card.name, `${owner} answers for the driver "${id}" already: choose another id`);
      });

      it("every field of a camera has a title and a description, and passwords are marked as secret", async () => {
        checkFields(nvr.driver(wanted).configSchema);
      });

      it("it answers with plain data: known streams, without credentials in their addresses", async () => {
        await withCamera(options, async ({ config }) => {
          const { secrets } = await nvr.prepare(config, wanted);
          const streams = await nvr.streams(config, choice(wanted));
          assert.deepEqual(JSON.parse(JSON.stringify(streams)), streams, "only what JSON can say may cross");
          const schema = nvr.driver(wanted).configSchema;
          checkDescriptor("main", streams.main, schema, secrets);
          if (streams.sub !== undefined) checkDescriptor("sub", streams.sub, schema, secrets);
        });
      });

      it("the streams that it names play", async () => {
        await withCamera(options, async ({ config }) => {
          const prepared = await nvr.prepare(config, wanted);
          const streams = await askStreams(nvr.driver(wanted), prepared.config, prepared.secrets);
          const sources = sourcesOf(streams, prepared.secrets, []);
          for (const source of [sources.main, sources.sub]) {
            if (source !== undefined) assert.notEqual((await probeStream(source)).keyFrame, "");
          }
        });
      });

      it("what the camera can do besides is what its driver says, and it does that", async () => {
        await withCamera(options, async ({ config }) => {
          const driver = nvr.driver(wanted);
          const { abilities = [] } = options;
          if (driver.capabilities === undefined) {
            const others = CAMERA_ABILITIES.filter((name) => driver[name] !== undefined);
            assert.deepEqual([...others, ...abilities], [], "a driver with abilities answers `capabilities`");
            return;
          }
          const prepared = await nvr.prepare(config, wanted);
          await checkAbilities(driver, prepared, abilities);
        });
      });

      it("a search of the network, where it has one, ends in its time with plain data, and when nobody waits", async () => {
        const { discover } = nvr.driver(wanted);
        if (discover === undefined) return;
        const { signal } = new AbortController();
        const found = await discover({ waitMs: 50, most: 4 }, { signal });
        assert.ok(found.length <= 4);
        assert.deepEqual(JSON.parse(JSON.stringify(found)), found, "only what JSON can say may cross");
        const abort = new AbortController();
        const call = discover({ waitMs: 60_000, most: 4 }, { signal: abort.signal });
        abort.abort();
        await settled(call);
      });

      it("what was typed is tidied once: tidying it again changes nothing", async () => {
        await withCamera(options, async ({ config }) => {
          const driver = nvr.driver(wanted);
          const tidy = (await driver.prepare?.(structuredClone(config))) ?? config;
          assert.deepEqual((await driver.prepare?.(structuredClone(tidy))) ?? tidy, tidy);
        });
      });

      it("what is wrong is refused, with a sentence", async () => {
        await withCamera(options, async ({ config }) => {
          const schema = nvr.driver(wanted).configSchema;
          const cases = { ...wrongConfigs(schema, config), ...options.wrong };
          for (const [what, wrong] of Object.entries(cases)) {
            await checkRefused(what, () => nvr.streams(wrong, choice(wanted)));
          }
        });
      });

      it("a call ends when nobody waits for it any more", async () => {
        const abort = new AbortController();
        if (options.silentCamera === undefined) {
          await withCamera(options, async ({ config }) => {
            const call = nvr.streams(config, { ...choice(wanted), signal: abort.signal });
            abort.abort();
            await settled(call);
          });
          return;
        }
        await using device = await silentDevice();
        const call = nvr.streams(options.silentCamera(device), { ...choice(wanted), signal: abort.signal });
        call.catch(() => undefined);
        await waitFor(() => device.connections > 0, { what: "the driver to ask the device" });
        abort.abort();
        await settled(call);
      });

      it("it starts a second time on the same data directory, and answers as before", async () => {
        await withCamera(options, async ({ config }) => {
          const first = await nvr.streams(config, choice(wanted));
          await nvr.restart();
          assert.deepEqual(await nvr.streams(config, choice(wanted)), first);
        });
        const complaints = nvr.logged.filter(({ level }) => level === "error");
        assert.deepEqual(complaints, []);
      });

      it("after its stop nothing is left open: the process ends by itself", async () => {
        await withCamera(options, async ({ config }) => {
          const { settings } = options;
          await liveOnce({ pluginFolder: folder, isolation, settings, camera: config, ...choice(wanted) });
        });
      });
    });
  }
}

async function withCamera(
  options: CameraDriverContractOptions,
  test: (camera: ContractCamera) => Promise<void>,
): Promise<void> {
  const camera = await options.camera();
  try {
    await test(camera);
  } finally {
    await camera.close?.();
  }
}

function choice(driver: string | undefined): { readonly driver?: string } {
  return driver === undefined ? {} : { driver };
}
