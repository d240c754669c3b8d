// Puts pins of the board onto topics: `<prefix>/<name>/state` says how each is, `<prefix>/set` switches an output by its name and
// ON or OFF. Alarm inputs and outputs of the kind MQTT are made of these. What was switched on is on again after a restart.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NightjarError, type Nvr } from "@nightjar/core";
import { clashOf, type GpioSettings } from "./config.ts";
import { GpioTools } from "./gpio-tools.ts";
import { InputPin, OutputPin } from "./pins.ts";
import { StateTeller } from "./state-teller.ts";

const NAME = "nightjar-bridge-gpio";
const COMMAND = /^(?<name>[a-z0-9-]{1,32}) (?<word>ON|OFF)$/;
const FILE = "outputs.json";

/** Taps the hooks and registers the resource. Throws `NJ_GPIO_PIN` where two pins are one. */
export async function buildBridge(nvr: Nvr, settings: GpioSettings): Promise<void> {
  const { prefix, inputs, outputs } = settings;
  const clash = clashOf(settings);
  if (clash !== undefined)
    throw new NightjarError("NJ_GPIO_PIN", "invalid-argument", `two pins have ${clash}: each has its own`);
  const parts = { tools: new GpioTools(), timers: nvr.timers, log: nvr.log };
  const teller = new StateTeller(nvr.timers, nvr.log, (topic, payload) =>
    nvr.mqtt.publishOutside(topic, payload, { retain: true }),
  );
  const file = join(nvr.storageDir, FILE);
  const wasOn = await readOn(file);
  const on = new Set(outputs.flatMap(({ name }) => (wasOn.has(name) ? [name] : [])));
  const states = new Map<string, boolean>();
  const topicOf = (name: string): string => `${prefix}/${name}/state`;
  const listened = inputs.map(
    (input) =>
      new InputPin(parts, input, (isActive) => {
        states.set(input.name, isActive);
        teller.tell(topicOf(input.name), isActive ? "ON" : "OFF");
      }),
  );
  const held = new Map(
    outputs.map((output) => [
      output.name,
      new OutputPin(parts, output, on.has(output.name), (isActive) => {
        states.set(output.name, isActive);
        teller.tell(topicOf(output.name), `${output.name} ${isActive ? "ON" : "OFF"}`);
      }),
    ]),
  );
  let turn: Promise<void> = Promise.resolve();
  let isKept = true;

  /** Written down before it is done: the next process knows what was wanted. Done also where the disk takes nothing. */
  function command(name: string, isOn: boolean): Promise<void> {
    turn = turn.then(async () => {
      if (isOn) on.add(name);
      else on.delete(name);
      await keep();
      await held.get(name)?.set(isOn);
    });
    return turn;
  }

  async function keep(): Promise<void> {
    try {
      await writeOn(file, on);
      if (!isKept) nvr.log.notice("what is switched on is kept again");
      isKept = true;
    } catch (error) {
      if (isKept)
        nvr.log.warn("what is switched on cannot be kept for the next start", { reason: String(error) });
      isKept = false;
    }
  }

  nvr.hooks.start.tapPromise({ name: NAME }, async () => {
    await Promise.all([...listened, ...held.values()].map((pin) => pin.start()));
  });
  nvr.hooks.stop.tapPromise({ name: NAME }, async () => {
    await Promise.all([...listened, ...held.values()].map((pin) => pin.close()));
  });
  if (outputs.length > 0) {
    const topic = `${prefix}/set`;
    const listening = nvr.mqtt.subscribeOutside(topic, async ({ payload }) => {
      const { name = "", word } = COMMAND.exec(payload.trim())?.groups ?? {};
      if (held.has(name)) await command(name, word === "ON");
    });
    await listening.catch((error: unknown) =>
      nvr.log.warn("outputs cannot be switched", { topic, reason: String(error) }),
    );
  }

  nvr.routes.register({
    id: "pins",
    method: "GET",
    path: "/pins",
    permission: "settings.edit",
    summary: "The pins of the board with their topics, how they are, and why not.",
    handle: async () => ({
      pins: [
        ...inputs.map(({ name, chip, line }, index) => ({
          ...{ kind: "input", name, chip, line, topic: topicOf(name) },
          ...stateOf(name, listened[index]?.problem),
        })),
        ...outputs.map(({ name, chip, line }) => ({
          ...{ kind: "output", name, chip, line, topic: topicOf(name) },
          ...stateOf(name, held.get(name)?.problem),
        })),
      ],
    }),
  });

  function stateOf(name: string, problem: string | undefined) {
    const active = states.get(name);
    return {
      ...(active === undefined ? {} : { active }),
      ...(problem === undefined ? {} : { problem }),
    };
  }
}

async function readOn(file: string): Promise<ReadonlySet<string>> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, "utf8"));
    return new Set(Array.isArray(kept) ? kept.filter((name) => typeof name === "string") : []);
  } catch {
    // Not there yet, or damaged: then everything is off.
    return new Set();
  }
}

async function writeOn(file: string, on: ReadonlySet<string>): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify([...on]), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
