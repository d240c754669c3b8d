import assert from "node:assert/strict";
import { totalmem } from "node:os";
import { describe, it } from "node:test";
import { silentLog } from "../../../../core/log.ts";
import { ClockWatch } from "../../../../core/media/process/clock-watch.ts";
import { CoreWatch } from "../../../../core/media/process/core-watch.ts";
import { defaultMemoryBudget, shareMemory } from "../../../../core/media/process/memory-budget.ts";
import { inBandSets } from "../../../../core/media/process/parameter-sets.ts";
import { RunNumbers } from "../../../../core/media/process/run-numbers.ts";
import { SyncTimes, WriteRate } from "../../../../core/media/process/volume-figures.ts";
import { SlabPool } from "../../../../core/media/slab.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { h264, StreamRig } from "./rig.ts";

describe("the watch over the node's clock", () => {
  it("tells steps of more than a second in both directions, and no slow correction", () => {
    const clock = new FakeClock();
    const steps: number[] = [];
    const watch = new ClockWatch(clock, (stepMs) => steps.push(stepMs));
    clock.advance(10_000);
    clock.setWall(clock.wallMs() + 3_600_000);
    clock.advance(5_000);
    clock.setWall(clock.wallMs() - 7_200_000);
    clock.advance(5_000);
    for (let second = 0; second < 60; second += 1) {
      clock.setWall(clock.wallMs() + 500);
      clock.advance(1_000);
    }
    assert.deepEqual(steps, [3_600_000, -7_200_000]);
    assert.equal(watch.offsetMs, clock.wallMs() - clock.monotonicMs());
    watch.close();
    assert.equal(clock.pending, 0);
  });
});

describe("the watch over core", () => {
  it("calls core silent ten seconds after its last life sign, also when none ever came", () => {
    const clock = new FakeClock();
    const watch = new CoreWatch(clock);
    clock.advance(9_900);
    assert.equal(watch.isSilent, false);
    clock.advance(200);
    assert.equal(watch.isSilent, true);
    watch.heard();
    assert.equal(watch.isSilent, false);
  });
});

describe("the memory for pictures", () => {
  it("is a quarter of the machine's by default", () => {
    const constrained = process.constrainedMemory();
    const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
    assert.equal(defaultMemoryBudget(), Math.max(64 * 1024 * 1024, Math.floor(total / 4)));
  });

  it("shortens the longest ring first when it is short, and lets it grow back", () => {
    const pool = new SlabPool({ slabBytes: 64 * 1024, budgetBytes: 14_000_000 });
    const rigOf = (preRecordSeconds: number): StreamRig => {
      const rig = new StreamRig({ preRecordSeconds, intervals: [] }, pool);
      rig.frameBytes = 8_000;
      rig.first.takesProvisional = false;
      return rig.play();
    };
    const long = rigOf(60);
    const short = rigOf(5);
    long.send(55);
    short.send(5);
    assert.equal(pool.isTight, true);
    const before = short.stream.keeper.ring.duration90k;
    shareMemory(pool, [short.stream, long.stream]);
    assert.equal(pool.isTight, false);
    assert.ok(long.stream.keeper.ring.duration90k < 40 * 90_000);
    assert.ok(long.stream.keeper.ring.parts[0]?.startsWithKeyFrame);
    assert.equal(short.stream.keeper.ring.duration90k, before);
    long.stream.keeper.ring.clear();
    for (let second = 0; second < 60; second += 1) shareMemory(pool, [short.stream, long.stream]);
    assert.equal(long.stream.keeper.ringLimitSeconds, Number.POSITIVE_INFINITY);
  });
});

describe("numbers of runs", () => {
  it("rise over restarts and when their file is lost", async () => {
    using dir = tempDir();
    using other = tempDir();
    const clock = new FakeClock();
    const first = new RunNumbers(dir.path, clock, silentLog);
    await first.open();
    let last = 0;
    for (let count = 0; count < 1_200; count += 1) {
      const number = first.take();
      assert.ok(number > last);
      last = number;
      // A block is reserved in the background; the loop leaves it time.
      if (count % 100 === 0) await first.open();
    }
    const second = new RunNumbers(dir.path, clock, silentLog);
    assert.ok(second.take() > last);
    clock.advance(3_600_000);
    const later = new RunNumbers(other.path, clock, silentLog);
    assert.ok(later.take() > last);
    // The file lost, the clock in 1970: what older runs have is no reason to take them for its own.
    clock.setWall(5_000);
    using lost = tempDir();
    const small = new RunNumbers(lost.path, clock, silentLog);
    const own = small.take();
    assert.deepEqual(
      [own < last, small.isOwn(own), small.isOwn(last), small.isOwn(own - 1)],
      [true, true, false, false],
    );
  });
});

describe("figures of a volume", () => {
  it("are the rate of writing and the longest sync of the last minute", () => {
    const rate = new WriteRate(0);
    for (let second = 1; second <= 300; second += 1) {
      rate.add(2_000_000);
      rate.tick(second * 1_000);
    }
    assert.ok(Math.abs(rate.bytesPerSecond - 2_000_000) < 20_000);
    const syncs = new SyncTimes();
    syncs.add(0, 9_000);
    syncs.add(30_000, 40);
    assert.equal(syncs.longestMs, 9_000);
    syncs.add(70_000, 30);
    assert.equal(syncs.longestMs, 40);
  });
});

describe("parameter sets in band", () => {
  it("are taken out of both kinds of configuration records, and out of no damaged one", () => {
    assert.deepEqual(
      [...(inBandSets(h264(5)) ?? [])],
      [0, 0, 0, 4, 0x67, 0x42, 0xc0, 5, 0, 0, 0, 2, 0x68, 0xce],
    );
    const hevc = Uint8Array.of(
      ...Array.from({ length: 22 }, () => 0),
      2,
      0x20,
      0,
      1,
      0,
      2,
      7,
      8,
      0x21,
      0,
      1,
      0,
      1,
      9,
    );
    assert.deepEqual(
      [...(inBandSets({ ...h264(), codec: "h265", decoderConfig: hevc }) ?? [])],
      [0, 0, 0, 2, 7, 8, 0, 0, 0, 1, 9],
    );
    assert.equal(inBandSets({ ...h264(), decoderConfig: Uint8Array.of(1, 2) }), undefined);
    const lying = Uint8Array.of(1, 0x42, 0, 30, 255, 0xe1, 255, 255, 1);
    assert.equal(inBandSets({ ...h264(), decoderConfig: lying }), undefined);
  });
});
