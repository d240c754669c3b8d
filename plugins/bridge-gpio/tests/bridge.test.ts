// Pins as inputs and outputs, through programs that stand in for those of libgpiod, in both of its versions: no board is at hand
// where tests run.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type TestNvr, testNvr, waitFor } from "@nightjar/core/testing";
import { clashOf } from "../src/config.ts";
import { fakeGpiod } from "./fake-gpiod.ts";

const pluginFolder = new URL("..", import.meta.url);
const DOOR = { name: "door", chip: "gpiochip0", line: 17, bias: "pull-up", activeLow: true } as const;
const SIREN = { name: "siren", chip: "gpiochip0", line: 27, activeLow: false } as const;

/** Waits while time passes: for programs as it does, for the plugin's timers by its clock. */
function until(nvr: TestNvr, is: () => boolean | Promise<boolean>, what: string): Promise<true> {
  return waitFor(
    async () => {
      nvr.clock.advance(50);
      return (await is()) || undefined;
    },
    { deadlineMs: 20_000, what },
  );
}

interface Pins {
  readonly pins: readonly { readonly name: string; readonly active?: boolean; readonly problem?: string }[];
}

for (const version of [1, 2] as const) {
  describe(`pins through the tools of libgpiod ${version}`, { timeout: 60_000 }, () => {
    it("are told of as they are and when they change, and switched, held, and on again after a restart", async () => {
      using board = fakeGpiod(version, { 17: 1, 27: 0 });
      const settings = { inputs: [DOOR], outputs: [SIREN] };
      await using nvr = await testNvr({ pluginFolder, isolation: "inline", settings });
      await nvr.start();
      const told = (topic: string) => nvr.mqtt.retainedOutside.get(topic);
      const reaches = (topic: string, payload: string) =>
        until(nvr, () => told(topic) === payload, `${payload} at ${topic}`);
      await reaches("gpio/door/state", "OFF");
      await board.holder(17);
      board.turn(17, 0);
      await reaches("gpio/door/state", "ON");
      board.turn(17, 1);
      await reaches("gpio/door/state", "OFF");

      await reaches("gpio/siren/state", "siren OFF");
      for (const odd of ["siren", "door ON", "siren on", "nobody ON", "siren ON; reboot", ""])
        assert.equal(nvr.mqtt.say("gpio/set", odd), 1);
      assert.equal(nvr.mqtt.say("gpio/set", "siren ON"), 1);
      await reaches("gpio/siren/state", "siren ON");
      await until(nvr, () => board.level(27) === "1", "the siren to sound");
      await nvr.restart();
      await reaches("gpio/siren/state", "siren ON");
      await until(nvr, () => board.level(27) === "1", "the siren to sound");
      nvr.mqtt.say("gpio/set", "siren OFF");
      await reaches("gpio/siren/state", "siren OFF");
      await until(nvr, () => board.level(27) === "0", "silence");

      // A tool that is killed is started again.
      const before = await board.holder(27);
      process.kill(before, "SIGTERM");
      await until(nvr, () => ![0, before].includes(board.pid(27)), "another one");
      const isWell = ({ problem }: { readonly problem?: string }): boolean => problem === undefined;
      await until(
        nvr,
        async () => ((await nvr.ask("GET", "/pins")) as Pins).pins.every(isWell),
        "all is well",
      );
      assert.deepEqual(
        nvr.logged.filter(({ level }) => level === "error"),
        [],
      );
      const bias = version === 1 ? "gpiomon --line-buffered --format=%e" : "gpiomon --format=%e";
      const place = version === 1 ? "gpiochip0 17" : "--chip gpiochip0 17";
      assert.ok(
        board.calls().includes(`${bias} --bias=pull-up --active-low ${place}`),
        board.calls().join("\n"),
      );
    });
  });
}

describe("outputs", { timeout: 60_000 }, () => {
  it("are switched although the disk takes nothing, and on as well", async () => {
    using _board = fakeGpiod(2, { 27: 0 });
    await using nvr = await testNvr({ pluginFolder, isolation: "inline", settings: { outputs: [SIREN] } });
    await nvr.start();
    const switched = async (word: "ON" | "OFF"): Promise<void> => {
      nvr.mqtt.say("gpio/set", `siren ${word}`);
      await until(nvr, () => nvr.mqtt.retainedOutside.get("gpio/siren/state") === `siren ${word}`, word);
    };
    const inTheWay = join(nvr.storageDir, "outputs.json.new");
    await mkdir(inTheWay);
    await switched("ON");
    await switched("OFF");
    await rmdir(inTheWay);
    await switched("ON");
    assert.equal(await readFile(join(nvr.storageDir, "outputs.json"), "utf8"), '["siren"]');
    assert.deepEqual(
      nvr.logged.flatMap(({ message }) => (message.includes("is switched on") ? [message] : [])),
      ["what is switched on cannot be kept for the next start", "what is switched on is kept again"],
    );
  });

  const withoutSetpriv = spawnSync("setpriv", ["--pdeathsig", "TERM", "true"]).status !== 0;
  it("are let go of by a recorder that is killed", { skip: withoutSetpriv }, async () => {
    using board = fakeGpiod(2, { 27: 0 });
    const tools = new URL("../src/gpio-tools.ts", import.meta.url).href;
    const recorder = spawn(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `import { GpioTools } from ${JSON.stringify(tools)};
         await new GpioTools().hold(${JSON.stringify(SIREN)}, true);`,
      ],
      { stdio: "inherit" },
    );
    const ended = once(recorder, "exit");
    const tool = await board.holder(27);
    try {
      recorder.kill("SIGKILL");
      await ended;
      await waitFor(() => board.pid(27) === 0 || undefined, {
        deadlineMs: 20_000,
        what: "the pin to be free",
      });
    } finally {
      if (board.pid(27) === tool) process.kill(tool, "SIGKILL");
    }
  });
});

describe("pins that do not work", { timeout: 60_000 }, () => {
  it("say why, are logged once, and work when they can", async () => {
    using board = fakeGpiod(2, { 17: 1 });
    const settings = { inputs: [DOOR, { ...DOOR, name: "gate", chip: "gpiochip7", line: 4 }] };
    await using nvr = await testNvr({ pluginFolder, isolation: "inline", settings });
    await nvr.start();
    const problem = async (name: string) =>
      ((await nvr.ask("GET", "/pins")) as Pins).pins.find((pin) => pin.name === name)?.problem;
    assert.match(
      await waitFor(() => problem("gate"), { what: "the reason" }),
      /unable to open chip 'gpiochip7': No such file/,
    );
    assert.equal(await problem("door"), undefined);
    assert.equal(nvr.logged.filter(({ message }) => message === "pin does not work").length, 1);
    await board.holder(17);
  });

  it("are refused where two are one", () => {
    assert.equal(clashOf({ inputs: [DOOR], outputs: [SIREN] }), undefined);
    assert.equal(clashOf({ inputs: [DOOR], outputs: [{ ...SIREN, name: "door" }] }), "the name door");
    assert.equal(clashOf({ inputs: [DOOR], outputs: [{ ...SIREN, line: 17 }] }), "line 17 of gpiochip0");
  });
});
