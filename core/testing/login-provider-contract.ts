// The contract suite for plugins that bring a login provider: what the recorder relies on, as tests of node:test. Each is run
// twice: inline, and in a process of its own, since a plugin cannot know where it will run.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { NightjarError } from "../errors.ts";
import { contractCard, liveOnce, MODES, SUITE_LIMIT_MS, settled } from "./contract-runs.ts";
import { silentDevice } from "./silent-device.ts";
import { type TestNvr, testNvr } from "./test-nvr.ts";
import { waitFor } from "./wait-for.ts";

/** A directory that answers, and somebody whom it knows. */
export interface ContractDirectory {
  /** The plugin's settings, with which it asks this directory. */
  readonly settings: unknown;
  readonly person: {
    readonly userName: string;
    readonly password: string;
    readonly groups: readonly string[];
  };
  close(): Promise<void>;
}

/** What the contract suite of login providers needs to know of a plugin. */
export interface LoginProviderContractOptions {
  /** The plugin's folder: a path, or `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** Which of the plugin's providers is meant; needed where it has several. */
  readonly provider?: string;
  /** Starts a directory that answers; called for each test. */
  directory(): Promise<ContractDirectory>;
  /** Settings for a directory at an address where connections are taken and nothing is ever said. */
  silentDirectory(address: { readonly host: string; readonly port: number }): unknown;
}

const WORD = "login-provider";

/** Registers the tests. Call it at the top of a test file, or inside a `describe`. */
export function loginProviderContract(options: LoginProviderContractOptions): void {
  const { pluginFolder, provider: wanted } = options;
  const folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
  const card = contractCard(folder);
  for (const [isolation, where] of MODES) {
    describe(`${card.name}, run ${where}, keeps the contract of login providers:`, {
      timeout: SUITE_LIMIT_MS,
    }, () => {
      /** Runs a test with a directory and a recorder that asks it. */
      async function withDirectory(
        test: (nvr: TestNvr, directory: ContractDirectory) => Promise<void>,
      ): Promise<void> {
        const directory = await options.directory();
        try {
          const { settings } = directory;
          await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
          await nvr.start();
          await test(nvr, directory);
        } finally {
          await directory.close();
        }
      }
      const check = (
        nvr: TestNvr,
        userName: string,
        password: string,
        signal = new AbortController().signal,
      ) => nvr.loginProvider(wanted).check({ userName, password }, { signal });

      it("its identity card names its providers", () =>
        withDirectory(async (nvr) => {
          const registered = nvr.plugin().provides.filter((item) => item.startsWith(`${WORD}:`));
          assert.deepEqual(card.provides(WORD), registered.toSorted(), "nightjar.provides in package.json");
        }));

      it("whoever has the right password is let in, with the groups", () =>
        withDirectory(async (nvr, { person }) => {
          const answer = await check(nvr, person.userName, person.password);
          assert.deepEqual(answer?.groups.toSorted(), person.groups.toSorted());
          assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer, "only what JSON can say may cross");
        }));

      it("a wrong password, none, somebody else's name and one that holds wildcards are a plain no", () =>
        withDirectory(async (nvr, { person }) => {
          const { userName, password } = person;
          for (const [name, word] of [
            [userName, `${password}x`],
            [userName, ""],
            [`${userName}-nobody`, password],
            ["*", password],
            [`${userName})(|(uid=*`, password],
            ["..", password],
          ] as const) {
            const answer = await check(nvr, name, word);
            assert.ok(
              answer === undefined || answer === null,
              `${name} with ${word} gets ${JSON.stringify(answer)}`,
            );
          }
        }));

      it("a directory that is away is no wrong password: the call fails and says why", async () => {
        const directory = await options.directory();
        await directory.close();
        const { settings, person } = directory;
        await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
        await nvr.start();
        await assert.rejects(check(nvr, person.userName, person.password), (error: unknown) => {
          assert.ok(error instanceof NightjarError, String(error));
          assert.ok(error.message.length > 10, "it says why");
          assert.ok(!error.message.includes(person.password), "it keeps the password to itself");
          return true;
        });
      });

      it("a call ends when nobody waits for it any more", async () => {
        await using device = await silentDevice();
        const settings = options.silentDirectory(device);
        await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
        await nvr.start();
        const abort = new AbortController();
        const call = check(nvr, "anybody", "any password", abort.signal);
        call.catch(() => undefined);
        await waitFor(() => device.connections > 0, { what: "the plugin to ask the directory" });
        abort.abort();
        await settled(call);
      });

      it("it keeps no password, neither in its files nor in the log", () =>
        withDirectory(async (nvr, { person }) => {
          await check(nvr, person.userName, person.password);
          await check(nvr, person.userName, `${person.password}x`);
          assert.ok(!JSON.stringify(nvr.logged).includes(person.password), "the log");
          const files = readdirSync(nvr.storageDir, { recursive: true, withFileTypes: true });
          for (const file of files.filter((each) => each.isFile()))
            assert.ok(!readFileSync(join(file.parentPath, file.name)).includes(person.password), file.name);
        }));

      it("it starts a second time on the same data directory, and answers as before", () =>
        withDirectory(async (nvr, { person }) => {
          const first = await check(nvr, person.userName, person.password);
          await nvr.restart();
          assert.deepEqual(await check(nvr, person.userName, person.password), first);
        }));

      it("after its stop nothing is left open: the process ends by itself", async () => {
        const { settings, person, close } = await options.directory();
        try {
          const { userName, password } = person;
          const login = { userName, password, ...(wanted === undefined ? {} : { provider: wanted }) };
          await liveOnce({ pluginFolder: folder, isolation, settings, login });
        } finally {
          await close();
        }
      });
    });
  }
}
