// The contract suite for plugins that bring a till parser: what the recorder relies on, as tests of node:test. Each is run
// twice: inline, and in a process of its own, since a plugin cannot know where it will run.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Receipt, Receipts } from "../pos/receipts.ts";
import { parserSettings, readLines } from "../pos/till-parser.ts";
import { checkFields, checkRefused } from "./camera-driver-checks.ts";
import { contractCard, liveOnce, MODES, SUITE_LIMIT_MS, settled } from "./contract-runs.ts";
import { type TestNvr, testNvr } from "./test-nvr.ts";

/** A receipt that must come out. */
export interface ExpectedReceipt {
  /** As they are to be kept. */
  readonly lines: readonly string[];
  readonly totalMinor?: number;
  readonly receipt?: string;
}

/** A till, what it writes, and what is to be made of that. */
export interface ContractTill {
  /** The plugin's settings. */
  readonly settings?: unknown;
  /** What config.json says of the till for the parser. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the till writes, line by line: two receipts at least, all of them over. */
  readonly lines: readonly string[];
  readonly receipts: readonly ExpectedReceipt[];
}

/** What the contract suite of till parsers needs to know of a plugin. */
export interface PosParserContractOptions {
  /** The plugin's folder: a path, or `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** Which of the plugin's parsers is meant; needed where it has several. */
  readonly parser?: string;
  readonly till: ContractTill;
  /** What config.json may say of a till and what must be refused, each with its name. */
  readonly wrong?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const WORD = "pos-parser";
const BEGIN_MS = Date.UTC(2026, 0, 5, 12);

/** Registers the tests. Call it at the top of a test file, or inside a `describe`. */
export function posParserContract(options: PosParserContractOptions): void {
  const { pluginFolder, parser: wanted, till } = options;
  const folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
  const card = contractCard(folder);
  const { signal } = new AbortController();
  const written = till.lines.map((text, index) => ({ text, timeMs: BEGIN_MS + index * 200 }));
  for (const [isolation, where] of MODES) {
    describe(`${card.name}, run ${where}, keeps the contract of till parsers:`, {
      timeout: SUITE_LIMIT_MS,
    }, () => {
      // One for all: a parser keeps nothing between calls, which is one of the tests.
      let nvr: TestNvr;
      before(async () => {
        nvr = await testNvr({ pluginFolder: folder, isolation, settings: till.settings });
        await nvr.start();
      });
      after(() => nvr?.[Symbol.asyncDispose]());
      /** Reads everything, so many lines at once. */
      async function receiptsOf(portion: number): Promise<ExpectedReceipt[]> {
        const parser = nvr.posParser(wanted);
        const config = parserSettings(parser, till.config);
        const receipts = new Receipts();
        const all = new Set<Receipt>();
        for (let at = 0; at < written.length; at += portion) {
          const lines = written.slice(at, at + portion);
          const marks = await readLines(parser, { till: "counter", config, lines }, signal);
          for (const receipt of receipts.take(lines, marks)) all.add(receipt);
        }
        assert.equal(receipts.open, undefined, "the last receipt is over");
        return [...all].map(({ lines, totalMinor, receipt }) => ({
          lines: lines.map(({ text }) => text),
          ...(totalMinor === undefined ? {} : { totalMinor }),
          ...(receipt === undefined ? {} : { receipt }),
        }));
      }

      it("its identity card names its parsers", async () => {
        const registered = nvr.plugin().provides.filter((item) => item.startsWith(`${WORD}:`));
        assert.deepEqual(card.provides(WORD), registered.toSorted(), "nightjar.provides in package.json");
      });

      it("every field of a till has a title and a description, and none is a secret", async () => {
        const { configSchema } = nvr.posParser(wanted);
        checkFields(configSchema);
        for (const [name, field] of Object.entries(configSchema.properties))
          assert.notEqual((field as { "x-secret"?: unknown })["x-secret"], true, `${name} is a secret`);
      });

      it("it finds the receipts in what a till writes", async () =>
        assert.deepEqual(await receiptsOf(200), till.receipts));

      it("it finds the same ones line by line: it keeps nothing between calls", async () =>
        assert.deepEqual(await receiptsOf(1), till.receipts));

      it("it reads whatever a line holds, in time", async () => {
        const parser = nvr.posParser(wanted);
        const config = parserSettings(parser, till.config);
        const odd = [
          "",
          " ",
          "x".repeat(500),
          "0".repeat(500),
          "🧾".repeat(250),
          "\\".repeat(500),
          "((((",
          "A A ".repeat(125),
        ];
        const lines = Array.from({ length: 200 }, (_, index) => ({
          text: odd[index % odd.length] ?? "",
          timeMs: BEGIN_MS,
        }));
        // Rejects where it takes longer than the recorder waits for.
        await readLines(parser, { till: "counter", config, lines }, signal);
      });

      it("what is wrong is refused, with a sentence", async () => {
        for (const [what, config] of Object.entries(options.wrong ?? {}))
          await checkRefused(what, async () => {
            const parser = nvr.posParser(wanted);
            const settings = parserSettings(parser, config);
            await readLines(
              parser,
              { till: "counter", config: settings, lines: written.slice(0, 1) },
              signal,
            );
          });
      });

      it("a call that is given up ends", async () => {
        const parser = nvr.posParser(wanted);
        const gone = new AbortController();
        const config = parserSettings(parser, till.config);
        const call = parser.read(
          { till: "counter", config, lines: written.slice(0, 200) },
          { signal: gone.signal },
        );
        gone.abort();
        await settled(call);
      });

      it("after its stop nothing is left open: the process ends by itself", () => {
        const order = {
          config: till.config,
          lines: till.lines.slice(0, 200),
          ...(wanted === undefined ? {} : { parser: wanted }),
        };
        return liveOnce({ pluginFolder: folder, isolation, settings: till.settings, till: order });
      });
    });
  }
}
