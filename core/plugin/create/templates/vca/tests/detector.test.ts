// What is special to this detector.
import assert from "node:assert/strict";
import { it } from "node:test";
import { testNvr } from "@nightjar/core/testing";

const pluginFolder = new URL("..", import.meta.url);
const { signal } = new AbortController();

it("tells of a lamp that is switched on, once it has burnt for as long as was set, and of its going out", async () => {
  await using nvr = await testNvr({ pluginFolder });
  await nvr.start();
  const detector = nvr.detector();
  const { width, height } = detector.frames;
  const settings = { sensitivity: 50, rules: [], options: nvr.checkDetectorOptions({ afterSeconds: 2 }) };
  await detector.begin({ watch: "yard", camera: "yard", settings }, { signal });
  const told: string[] = [];
  for (let atMs = 0; atMs < 12_000; atMs += 500) {
    const isOn = atMs >= 3_000 && atMs < 9_000;
    const luma = new Uint8Array(width * height).fill(isOn ? 180 : 60);
    const look = { watch: "yard", nowMs: atMs, silentMs: 0, frame: { timeMs: atMs, width, height } };
    for (const { kind, timeMs } of await detector.look(look, { signal, luma }))
      told.push(`${kind} ${timeMs}`);
  }
  assert.deepEqual(told, ["start 3000", "end 9000"]);
});
