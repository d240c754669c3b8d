// The contract suite for plugins that bring a linkage action: what the recorder relies on, as tests of node:test. Each is run
// twice: inline, and in a process of its own, since a plugin cannot know where it will run.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { TObject } from "typebox";
import { type ErrorKind, NightjarError } from "../errors.ts";
import { actionSettings } from "../linkage/action-settings.ts";
import type { LinkageDone, LinkageRequest } from "../plugin/contract/linkage-action.ts";
import { misfitOf } from "../plugin/schemas/settings-check.ts";
import { checkFields, checkRefused, wrongConfigs } from "./camera-driver-checks.ts";
import { contractCard, liveOnce, MODES, SUITE_LIMIT_MS, settled } from "./contract-runs.ts";
import {
  bareRequest,
  CONTRACT_ACCOUNTS,
  eventPictures,
  fullRequest,
  oddRequest,
} from "./linkage-requests.ts";
import { silentDevice } from "./silent-device.ts";
import { type TestNvr, testNvr } from "./test-nvr.ts";
import { waitFor } from "./wait-for.ts";

/** Something that came of an action. */
export interface ReceivedAction {
  /** All that can be read in it. */
  readonly text: string;
  /** Whoever gets it sees that somebody only tries the action. */
  readonly isTest: boolean;
}

/** A target that never says a word. */
export interface SilentTarget {
  /** The plugin's settings, with which it reaches this target. */
  readonly settings?: unknown;
  /** What a rule says for the action. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What is asked of the plugin's resources before its action is: by the account that the kit says may see each event. */
  readonly asks?: readonly AskedBefore[];
}

/** A request to one of the plugin's resources. */
export interface AskedBefore {
  readonly method: "POST" | "PUT" | "PATCH";
  readonly path: string;
  readonly body?: unknown;
}

/** What an action reaches, and what a rule says for it. */
export interface ContractTarget extends SilentTarget {
  /** Passwords and keys among the settings: they stand in no answer, no error and no line of the log. */
  readonly secrets?: readonly string[];
  /** What has come so far. */
  received(): readonly ReceivedAction[] | Promise<readonly ReceivedAction[]>;
  /** Ends it: whoever asks after that gets no answer. */
  close(): Promise<void>;
}

/** What the contract suite of linkage actions needs to know of a plugin. */
export interface LinkageActionContractOptions {
  /** The plugin's folder: a path, or `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** Which of the plugin's actions is meant; needed where it has several. */
  readonly action?: string;
  /** Starts a target that answers; called for each test. */
  target(): Promise<ContractTarget>;
  /** Settings for a target at an address where connections are taken and nothing is ever said; absent: it asks nobody. */
  silentTarget?(address: { readonly host: string; readonly port: number }): SilentTarget;
  /** What a rule may say and what must be refused, each with its name, besides what the schema says of each field. */
  readonly wrong?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const WORD = "linkage-action";
const NOTE_LIMIT = 300;
/** A target that is away may be back soon: errors of these kinds are tried again. */
const AWAY: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  "unavailable",
  "deadline-exceeded",
  "resource-exhausted",
]);

/** Registers the tests. Call it at the top of a test file, or inside a `describe`. */
export function linkageActionContract(options: LinkageActionContractOptions): void {
  const { pluginFolder, action: wanted } = options;
  const folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
  const card = contractCard(folder);
  const { signal: never } = new AbortController();
  for (const [isolation, where] of MODES) {
    describe(`${card.name}, run ${where}, keeps the contract of linkage actions:`, {
      timeout: SUITE_LIMIT_MS,
    }, () => {
      /** Runs a test with a target and a recorder that asks the action. */
      async function withTarget(
        test: (nvr: TestNvr, target: ContractTarget) => Promise<void>,
      ): Promise<void> {
        const target = await options.target();
        try {
          await using nvr = await testNvr({ pluginFolder: folder, isolation, settings: target.settings });
          await nvr.start();
          await prepared(nvr, target);
          await test(nvr, target);
          const told = JSON.stringify(nvr.logged);
          for (const secret of target.secrets ?? []) assert.ok(!told.includes(secret), "a secret is logged");
        } finally {
          await target.close();
        }
      }
      /** Does it as the recorder does, and looks at the answer. */
      async function run(
        nvr: TestNvr,
        request: LinkageRequest,
        { secrets = [], signal = never }: Partial<Pick<ContractTarget, "secrets">> & { signal?: AbortSignal },
      ): Promise<LinkageDone | undefined> {
        const action = nvr.linkageAction(wanted);
        const config = actionSettings(action, request.config);
        const seeing = action.wantsAccounts === true ? { accounts: CONTRACT_ACCOUNTS } : {};
        const done = await action.run(structuredClone({ ...request, config, ...seeing }), { signal });
        if (done === undefined || done === null) return undefined;
        assert.deepEqual(JSON.parse(JSON.stringify(done)), done, "only what JSON can say may cross");
        const { note } = done;
        assert.ok(note === undefined || typeof note === "string", "the note is text");
        assert.ok((note?.length ?? 0) <= NOTE_LIMIT, `a note has ${NOTE_LIMIT} letters at most: ${note}`);
        for (const secret of secrets) assert.ok(!note?.includes(secret), "the note holds a secret");
        return done;
      }
      const asked = (nvr: TestNvr, { config }: Pick<ContractTarget, "config">) => ({
        config,
        pictures: eventPictures(nvr.linkageAction(wanted).wantsPictures),
      });

      it("its identity card names its actions", () =>
        withTarget(async (nvr) => {
          const registered = nvr.plugin().provides.filter((item) => item.startsWith(`${WORD}:`));
          assert.deepEqual(card.provides(WORD), registered.toSorted(), "nightjar.provides in package.json");
        }));

      it("every field of a rule has a title and a description, a default that fits, and none is a secret", () =>
        withTarget(async (nvr, { config }) => {
          const { configSchema } = nvr.linkageAction(wanted);
          checkFields(configSchema);
          for (const [name, field] of Object.entries(configSchema.properties)) {
            const { "x-secret": secret, default: given } = field as {
              "x-secret"?: unknown;
              default?: unknown;
            };
            assert.notEqual(secret, true, `${name} is a secret`);
            if (given !== undefined)
              assert.equal(misfitOf(field, given), undefined, `the default of ${name} does not fit`);
          }
          const needed = Object.entries(config).filter(([name]) => configSchema.required?.includes(name));
          // Throws where a rule that says no more than it must would be wrong.
          actionSettings({ configSchema }, Object.fromEntries(needed));
        }));

      it("it does what it is asked, with all that can be said of an event", () =>
        withTarget(async (nvr, target) => {
          await run(nvr, fullRequest("yard", asked(nvr, target)), target);
          const received = await target.received();
          assert.ok(received.length > 0, "something has come");
          assert.ok(!received.some(({ isTest }) => isTest), "it is no test");
        }));

      it("an event without camera, pictures and objects is no obstacle, nor are fewer pictures than it wants", () =>
        withTarget(async (nvr, target) => {
          await run(nvr, bareRequest(target.config), target);
          const bare = (await target.received()).length;
          assert.ok(bare > 0, "something has come");
          await run(nvr, fullRequest("yard", { config: target.config, pictures: [] }), target);
          assert.ok((await target.received()).length > bare, "and came again");
        }));

      it("odd names reach the target or are refused, and spoil nothing", () =>
        withTarget(async (nvr, target) => {
          const call = run(nvr, oddRequest(asked(nvr, target)), target);
          await call.catch((error: unknown) => assert.ok(error instanceof NightjarError, String(error)));
          const before = (await target.received()).length;
          await run(nvr, fullRequest("yard", asked(nvr, target)), target);
          assert.ok((await target.received()).length > before, "the next one is done");
          assert.equal(nvr.plugin().status, "running");
        }));

      it("whoever gets it sees that it is only tried", () =>
        withTarget(async (nvr, target) => {
          await run(nvr, { ...fullRequest("yard", asked(nvr, target)), isTest: true }, target);
          const received = await target.received();
          assert.ok(received.length > 0, "a test reaches the target");
          assert.ok(
            received.every(({ isTest }) => isTest),
            "and is recognised",
          );
        }));

      it("two at once do not mix", () =>
        withTarget(async (nvr, target) => {
          const words = ["barn", "gate"] as const;
          await Promise.all(words.map((word) => run(nvr, fullRequest(word, asked(nvr, target)), target)));
          const received = await target.received();
          const holding = words.map((word) => received.filter(({ text }) => text.includes(word)));
          assert.ok(received.length >= 2, "both have come");
          assert.equal(holding[0]?.length, holding[1]?.length, "as much of the one as of the other");
          assert.ok(!holding[0]?.some((one) => holding[1]?.includes(one)), "nothing tells of both");
        }));

      it("a target that is away is told with a reason, as something that may be tried again", async () => {
        const target = await options.target();
        await target.close();
        const { settings, secrets = [] } = target;
        await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
        await nvr.start();
        await prepared(nvr, target);
        await assert.rejects(run(nvr, fullRequest("yard", asked(nvr, target)), target), (error: unknown) => {
          assert.ok(error instanceof NightjarError, String(error));
          assert.ok(AWAY.has(error.kind), `its kind is ${error.kind}: ${error.message}`);
          assert.ok(error.message.length > 10, "it says why");
          for (const secret of secrets) assert.ok(!error.message.includes(secret), "it holds a secret");
          return true;
        });
        assert.equal(nvr.plugin().status, "running");
      });

      it("what is wrong is refused, with a sentence", () =>
        withTarget(async (nvr, target) => {
          const { configSchema } = nvr.linkageAction(wanted);
          // What has a default may be left out.
          const required = configSchema.required?.filter((name) => !hasDefault(configSchema, name)) ?? [];
          const wrong = {
            ...wrongConfigs({ ...configSchema, required } as unknown as TObject, target.config),
            ...options.wrong,
          };
          for (const [what, config] of Object.entries(wrong))
            await checkRefused(what, () => run(nvr, fullRequest("yard", { config, pictures: [] }), target));
          assert.deepEqual(await target.received(), [], "nothing came of it");
        }));

      if (options.silentTarget !== undefined) {
        const { silentTarget } = options;
        it("a call ends when nobody waits for it any more", async () => {
          await using device = await silentDevice();
          const { settings, config, asks = [] } = silentTarget(device);
          await using nvr = await testNvr({ pluginFolder: folder, isolation, settings });
          await nvr.start();
          await prepared(nvr, { asks });
          const abort = new AbortController();
          const call = run(nvr, fullRequest("yard", asked(nvr, { config })), { signal: abort.signal });
          call.catch(() => undefined);
          await waitFor(() => device.connections > 0, { what: "the plugin to ask the target" });
          abort.abort();
          await settled(call);
        });
      }

      it("it starts a second time on the same data directory, and does it again", () =>
        withTarget(async (nvr, target) => {
          await run(nvr, fullRequest("yard", asked(nvr, target)), target);
          const first = (await target.received()).length;
          await nvr.restart();
          await run(nvr, fullRequest("yard", asked(nvr, target)), target);
          assert.equal((await target.received()).length, 2 * first);
        }));

      it("after its stop nothing is left open: the process ends by itself", async () => {
        const target = await options.target();
        try {
          const { settings, config, asks = [] } = target;
          const request = { ...fullRequest("yard", { config, pictures: [] }), accounts: CONTRACT_ACCOUNTS };
          const linkage = { request, asks, ...(wanted === undefined ? {} : { action: wanted }) };
          await liveOnce({ pluginFolder: folder, isolation, settings, linkage });
        } finally {
          await target.close();
        }
      });
    });
  }
}

async function prepared(nvr: TestNvr, { asks = [] }: Pick<SilentTarget, "asks">): Promise<void> {
  for (const { method, path, body } of asks) await nvr.ask(method, path, { body });
}

function hasDefault(schema: TObject, field: string): boolean {
  return (schema.properties[field] as { readonly default?: unknown } | undefined)?.default !== undefined;
}
