// A process that runs a plugin's whole life once (set up, start, one answer, stop) and then has nothing left to do: it
// ends by itself, or tells what keeps it. Started by contract-runs.ts with its order as JSON.

import { actionSettings } from "../linkage/action-settings.ts";
import type { DetectorSettings } from "../plugin/contract/detector.ts";
import type { LinkageRequest } from "../plugin/contract/linkage-action.ts";
import { parserSettings } from "../pos/till-parser.ts";
import { keepNoCode } from "./kept-code.ts";
import type { AskedBefore } from "./linkage-action-contract.ts";
import { testNvr } from "./test-nvr.ts";

/** What to run: options of `testNvr`, and what is asked of it. */
export interface LifeOrder {
  readonly pluginFolder: string;
  readonly isolation: "inline" | "process";
  readonly settings: unknown;
  readonly driver?: string;
  readonly camera?: Readonly<Record<string, unknown>>;
  /** Prepared by its storage driver. */
  readonly storage?: {
    readonly driver?: string;
    readonly path: string;
    readonly config: Readonly<Record<string, unknown>>;
  };
  /** Read by its till parser. */
  readonly till?: {
    readonly parser?: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly lines: readonly string[];
  };
  /** Shown one picture by its detector. */
  readonly look?: { readonly detector?: string; readonly settings: DetectorSettings };
  /** Asked of its login provider. */
  readonly login?: { readonly provider?: string; readonly userName: string; readonly password: string };
  /** Done by its linkage action. */
  readonly linkage?: {
    readonly action?: string;
    readonly request: LinkageRequest;
    readonly asks: readonly AskedBefore[];
  };
}

/** A connection that has just been closed may take a moment to go. */
const GRACE_MS = 2_000;

const order = JSON.parse(process.argv[2] ?? "null") as LifeOrder;
keepNoCode();
const nvr = await testNvr(order);
await nvr.start();
if (order.camera !== undefined)
  await nvr.streams(order.camera, order.driver === undefined ? {} : { driver: order.driver });
if (order.login !== undefined) {
  const { provider, userName, password } = order.login;
  const { signal } = new AbortController();
  await nvr.loginProvider(provider).check({ userName, password }, { signal });
}
if (order.look !== undefined) {
  const { signal } = new AbortController();
  const { detector: id, settings } = order.look;
  const detector = nvr.detector(id);
  const { width, height } = detector.frames;
  const options = nvr.checkDetectorOptions(settings.options, id);
  await detector.begin({ watch: "life", camera: "yard", settings: { ...settings, options } }, { signal });
  const frame = { timeMs: Date.now(), width, height };
  const look = { watch: "life", nowMs: frame.timeMs, silentMs: 0, frame };
  await detector.look(look, { signal, luma: new Uint8Array(width * height) });
}
if (order.storage !== undefined) {
  const { driver, path, config } = order.storage;
  await nvr.storageDriver(driver).prepare({ path, config }, { signal: new AbortController().signal });
}
if (order.till !== undefined) {
  const { parser, config, lines } = order.till;
  const timed = lines.map((text) => ({ text, timeMs: Date.now() }));
  const { signal } = new AbortController();
  const reader = nvr.posParser(parser);
  const request = { till: "counter", config: parserSettings(reader, config), lines: timed };
  await reader.read(request, { signal });
}
if (order.linkage !== undefined) {
  const { action: id, request, asks } = order.linkage;
  for (const { method, path, body } of asks) await nvr.ask(method, path, { body });
  const action = nvr.linkageAction(id);
  const config = actionSettings(action, request.config);
  await action.run({ ...request, config }, { signal: new AbortController().signal });
}
await nvr[Symbol.asyncDispose]();
process.stdout.write("stopped\n");
// Does not keep the process alive itself: it is only heard if something else does.
setTimeout(() => {
  const kept = process.getActiveResourcesInfo().filter((name) => !/^(PipeWrap|TTYWrap)$/.test(name));
  process.stdout.write(`kept alive by ${kept.join(", ")}\n`);
}, GRACE_MS).unref();
