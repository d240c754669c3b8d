// The contract suite for plugins that bring a detector: what the recorder relies on, as tests of node:test. Each is run twice:
// inline, and in a process of its own, since a plugin cannot know where it will run.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { isEventType } from "../domain/event-types.ts";
import type { DetectorAnswer, DetectorSettings } from "../plugin/contract/detector.ts";
import { contractCard, liveOnce, MODES, SUITE_LIMIT_MS } from "./contract-runs.ts";
import { checkObjects } from "./detector-object-checks.ts";
import { type TestNvr, testNvr } from "./test-nvr.ts";

/** A picture for a detector: brightness of each pixel, row by row, at the size that it asks for. */
export type ContractPicture = (
  size: { readonly width: number; readonly height: number },
  /** Milliseconds since the first picture. */
  atMs: number,
) => Uint8Array;

/** What the contract suite of detectors needs to know of a plugin. */
export interface DetectorContractOptions {
  /** The plugin's folder: a path, or `new URL("..", import.meta.url)`. */
  readonly pluginFolder: string | URL;
  /** Which of the plugin's detectors is meant; needed where it has several. */
  readonly detector?: string;
  /** The plugin's own settings. */
  readonly settings?: unknown;
  /** What is set at the camera for the detector alone; nothing unless given. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Options that its schema must refuse, by what is wrong with them. */
  readonly wrong?: Readonly<Record<string, unknown>>;
  /** Pictures of `seconds` in which it must see something begin; left out: that needs no picture at all. */
  readonly event?: { readonly picture: ContractPicture; readonly seconds: number };
  /** Pictures of `seconds` in which it must see nothing. */
  readonly calm: { readonly picture: ContractPicture; readonly seconds: number };
}

const WORD = "detector";

/** Registers the tests. Call it at the top of a test file, or inside a `describe`. */
export function detectorContract(options: DetectorContractOptions): void {
  const { pluginFolder, detector: wanted, settings, event, calm } = options;
  const folder = pluginFolder instanceof URL ? fileURLToPath(pluginFolder) : pluginFolder;
  const card = contractCard(folder);
  /** As the recorder gives them: options checked, defaults filled in. */
  const set = (nvr: TestNvr, more: Partial<DetectorSettings> = {}): DetectorSettings => ({
    sensitivity: 50,
    rules: [],
    options: nvr.checkDetectorOptions({ ...options.options }, wanted),
    ...more,
  });
  for (const [isolation, where] of MODES) {
    describe(`${card.name}, run ${where}, keeps the contract of detectors:`, {
      timeout: SUITE_LIMIT_MS,
    }, () => {
      // One for all: each test has watches of its own, which know nothing of each other.
      let nvr: TestNvr;
      before(async () => {
        nvr = await testNvr({ pluginFolder: folder, isolation, settings });
        await nvr.start();
      });
      after(() => nvr?.[Symbol.asyncDispose]());
      const { signal } = new AbortController();

      /** Shows pictures one after the other; gives what was reported. */
      async function show(
        nvr: TestNvr,
        watch: string,
        { picture, seconds }: { readonly picture: ContractPicture; readonly seconds: number },
      ): Promise<DetectorAnswer[]> {
        const detector = nvr.detector(wanted);
        const { width, height, perSecond } = detector.frames;
        const reports: DetectorAnswer[] = [];
        const beginMs = Date.now();
        for (let count = 0; count < seconds * perSecond; count += 1) {
          const atMs = Math.round((1_000 * count) / perSecond);
          const luma = picture({ width, height }, atMs);
          const timeMs = beginMs + atMs;
          const look = { watch, nowMs: timeMs, silentMs: 0, frame: { timeMs, width, height } };
          reports.push(...(await detector.look(look, { signal, luma })));
        }
        return reports;
      }

      it("its identity card names its detectors", async () => {
        const registered = nvr.plugin().provides.filter((item) => item.startsWith(`${WORD}:`));
        assert.deepEqual(card.provides(WORD), registered.toSorted(), "nightjar.provides in package.json");
      });

      it("it sees nothing in what is calm", async () => {
        await nvr.detector(wanted).begin({ watch: "calm", camera: "yard", settings: set(nvr) }, { signal });
        assert.deepEqual(await show(nvr, "calm", calm), []);
      });

      it("it takes no picture for a while without failing, and goes on", async () => {
        const detector = nvr.detector(wanted);
        await detector.begin({ watch: "gap", camera: "yard", settings: set(nvr) }, { signal });
        await show(nvr, "gap", { ...calm, seconds: Math.min(1, calm.seconds) });
        const luma = new Uint8Array();
        await detector.look({ watch: "gap", nowMs: Date.now(), silentMs: 1_000 }, { signal, luma });
        await show(nvr, "gap", { ...calm, seconds: Math.min(1, calm.seconds) });
      });

      it("a watch that has ended, or never begun, is asked of without harm", async () => {
        const detector = nvr.detector(wanted);
        await detector.begin({ watch: "over", camera: "yard", settings: set(nvr) }, { signal });
        await detector.end({ watch: "over" }, { signal });
        await detector.end({ watch: "over" }, { signal });
        assert.deepEqual(await show(nvr, "over", { ...calm, seconds: 1 }), []);
      });

      if (event !== undefined) {
        it("it says what it sees, of the types that it announces, dated by the pictures", async () => {
          const beginMs = Date.now();
          await nvr
            .detector(wanted)
            .begin({ watch: "event", camera: "yard", settings: set(nvr) }, { signal });
          const reports = await show(nvr, "event", event);
          assert.ok(
            reports.some(({ kind }) => kind === "start" || kind === "pulse"),
            `something begins: ${JSON.stringify(reports)}`,
          );
          for (const report of reports) {
            const { timeMs } = report;
            if (report.kind === "activity") {
              const { columns, rows, cells } = report;
              assert.ok(columns >= 1 && columns <= 64 && rows >= 1 && rows <= 64, `${columns} × ${rows}`);
              assert.match(cells, /^[01]*1[01]*$/, "something moved somewhere");
              assert.equal(cells.length, columns * rows);
            } else if (report.kind !== "wake") {
              assert.ok(nvr.detector(wanted).eventTypes.includes(report.type), report.type);
              assert.ok(isEventType(report.type), `${report.type} is an event of the recorder`);
              checkObjects(report.objects ?? []);
            }
            if (timeMs === undefined) continue;
            assert.ok(timeMs >= beginMs && timeMs <= Date.now() + event.seconds * 1_000, `${timeMs}`);
          }
          assert.deepEqual(JSON.parse(JSON.stringify(reports)), reports, "only what JSON can say may cross");
        });

        it("two cameras do not disturb each other", async () => {
          const detector = nvr.detector(wanted);
          for (const watch of ["one", "other"])
            await detector.begin({ watch, camera: watch, settings: set(nvr) }, { signal });
          const [seen, quiet] = await Promise.all([show(nvr, "one", event), show(nvr, "other", calm)]);
          assert.ok(seen.length > 0);
          assert.deepEqual(quiet, []);
        });

        it("with a sensitivity of 0 it reports nothing", async () => {
          const settingsOff = set(nvr, { sensitivity: 0 });
          await nvr
            .detector(wanted)
            .begin({ watch: "off", camera: "yard", settings: settingsOff }, { signal });
          assert.deepEqual(await show(nvr, "off", event), []);
        });
      }

      for (const [what, wrong] of Object.entries(options.wrong ?? {})) {
        it(`its schema refuses ${what}`, async () => {
          const refused = set(nvr, { options: wrong as Record<string, unknown> });
          assert.throws(() => nvr.checkDetectorOptions(wrong, wanted), /configuration is wrong/);
          // In a process of its own the plugin's own schema is asked once more.
          if (isolation === "process") {
            const begin = { watch: "wrong", camera: "yard", settings: refused };
            await assert.rejects(nvr.detector(wanted).begin(begin, { signal }), /configuration is wrong/);
          }
        });
      }

      it("after its stop nothing is left open: the process ends by itself", async () => {
        const look = {
          ...(wanted === undefined ? {} : { detector: wanted }),
          settings: { sensitivity: 50, rules: [], options: { ...options.options } },
        };
        await liveOnce({ pluginFolder: folder, isolation, settings, look });
      });
    });
  }
}
