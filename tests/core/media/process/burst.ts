// A burst as a disk that stands still makes one, in a process of its own: 200 MB of slabs, written by the thread of a volume, among
// smaller memory that stays. Says what the process held before, during and after it.
import { readFileSync } from "node:fs";
import { silentLog } from "../../../../core/log.ts";
import { GiveBack } from "../../../../core/media/process/give-back.ts";
import { SlabPool } from "../../../../core/media/slab.ts";
import { openVolumeWriter } from "../../../../core/media/store/volume-writer.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

const SLABS = 800;
const pool = new SlabPool({ budgetBytes: 1024 ** 3 });
using folder = tempDir("nightjar-burst-");
const writer = openVolumeWriter({
  path: folder.path,
  id: undefined,
  log: silentLog,
  onEvent: () => undefined,
});
const token = writer.create("burst.mp4", Buffer.alloc(1_000));
const written = (pieces: readonly Uint8Array[]): Promise<void> =>
  new Promise((resolve, reject) => {
    writer.append(token, pieces, (error) => (error === undefined ? resolve() : reject(error)));
  });
const memory = new GiveBack(pool, () => [writer]);

await written([Buffer.alloc(1_000)]);
const beforeMb = heldMb();
const kept: Buffer[] = [];
const slabs = Array.from({ length: SLABS }, () => {
  kept.push(Buffer.alloc(20_000, 1));
  const slab = pool.take();
  slab.data.fill(1);
  return slab;
});
await Promise.all(slabs.map(({ data }) => written([data])));
const burstMb = heldMb();
for (const slab of slabs.splice(0)) slab.release();
memory.tick();
const afterMb = await waitFor(
  () => {
    memory.tick();
    return heldMb() < beforeMb + 40 ? heldMb() : undefined;
  },
  { deadlineMs: 5_000 },
).catch(heldMb);
await writer.close(1_000);
process.stdout.write(JSON.stringify({ beforeMb, burstMb, afterMb, kept: kept.length }));

function heldMb(): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1_024;
}
