import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, describe, it } from "node:test";
import { initialiseVolume } from "../../../../core/media/store/volume-marker.ts";
import type { ThreadFault } from "../../../../core/media/store/volume-messages.ts";
import { WriterLink } from "../../../../core/media/store/writer-link.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

const volume = tempDir("nightjar-link-");
const links: WriterLink[] = [];
let volumes = 0;

/** A link with one open file, whose thread is at rest. */
async function start() {
  const root = volume.join(`${volumes++}`);
  const clock = new FakeClock();
  let created = false;
  const link = new WriterLink({ volumePath: root, volumeId: initialiseVolume(root).marker.id }, clock, {
    onCreated: () => {
      created = true;
    },
    onMoved: () => undefined,
    onFailed: (_token, fault) => assert.fail(fault.message),
    onLost: (fault) => assert.fail(fault.message),
    onAnswer: () => undefined,
  });
  links.push(link);
  link.create(1, "video/file", Buffer.from("a"), undefined);
  await waitFor(() => created && link.isIdle, { what: "the file" });
  return { link, clock, content: () => readFileSync(`${root}/video/file`, "utf8") };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** True once a message is on its way to the thread and not answered. */
function isSent(link: WriterLink, clock: FakeClock): boolean {
  clock.advance(1);
  return link.waitingMs > 0;
}
const settled = (act: (onDone: (fault?: ThreadFault) => void) => void) =>
  new Promise<ThreadFault | undefined>((resolve) => act(resolve));

after(() => volume.remove());
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});

describe("link to a volume's writer thread", () => {
  it("creates a file without waiting for anything", async () => {
    const { content } = await start();
    assert.equal(content(), "a");
  });

  it("gathers appends for a quarter of a second before it sends them together", async () => {
    const { link, clock, content } = await start();
    const first = settled((onDone) => link.append(1, [Buffer.from("b")], onDone));
    await turn();
    assert.equal(isSent(link, clock), false);
    clock.advance(150);
    const second = settled((onDone) => link.append(1, [Buffer.from("c")], onDone));
    await turn();
    assert.equal(isSent(link, clock), false);
    assert.equal(link.isIdle, false, "what waits is not forgotten when the volume is closed");
    clock.advance(100);
    assert.deepEqual(await Promise.all([first, second]), [undefined, undefined]);
    assert.equal(content(), "abc");
  });

  it("sends what was gathered with the next thing that somebody waits for, in order", async () => {
    const { link, content } = await start();
    const first = settled((onDone) => link.append(1, [Buffer.from("b")], onDone));
    const second = settled((onDone) => link.patch(1, 0, Buffer.from("A"), onDone));
    assert.deepEqual(await Promise.all([first, second]), [undefined, undefined]);
    assert.equal(content(), "Ab");
    const third = settled((onDone) => link.append(1, [Buffer.from("c")], onDone));
    link.flush();
    assert.equal(await third, undefined);
  });

  it("does not let many bytes wait", async () => {
    const { link, content } = await start();
    const large = Buffer.from(new SharedArrayBuffer(3 * 1024 * 1024));
    const appended = [1, 2].map(() => settled((onDone) => link.append(1, [large], onDone)));
    assert.deepEqual(await Promise.all(appended), [undefined, undefined]);
    assert.equal(content().length, 1 + 2 * large.length);
  });
});
