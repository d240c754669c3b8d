// Another broker that is there and of no use: Mosquitto that stands still with its connections, and one whose disk is full. The
// recorder goes on, says what is wrong, and brings in order what was not acknowledged.
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { connect } from "mqtt";
import { DATABASE_FILE } from "../../core/db/database-file.ts";
import { openDb } from "../../core/db/open-db.ts";
import { lastEventNumbers, putEvents } from "../../core/db/tables/events-table.ts";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import type { StatusView } from "../../core/http/wire-schemas.ts";
import { silentLog } from "../../core/log.ts";
import type { EventMessage } from "../../core/mqtt/payloads.ts";
import { noTemporaryVolume, temporaryVolume } from "../../core/testing/temporary-volume.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { call } from "../support/core-calls.ts";
import { type CoreInProcess, startCoreInProcess } from "../support/core-in-process.ts";
import {
  type Mosquitto,
  mosquittoSub,
  startMosquitto,
  type Target,
  WITHOUT_MOSQUITTO,
} from "../support/mosquitto.ts";

const USER = "nightjar";
const SECRET = "mosquitto lantern quarry";
const MEANWHILE = 500;
const APART = 10_000;

/** A recorder at that broker. */
async function recorderAt(t: TestContext, mosquitto: Mosquitto): Promise<CoreInProcess> {
  const core = await startCoreInProcess({
    configure(draft) {
      draft.network.rtsps.enabled = false;
      draft.network.rtsp.port = 0;
    },
  });
  t.after(() => core.stop());
  const external = { url: `mqtt://127.0.0.1:${mosquitto.port}`, username: USER, password: SECRET };
  await call(core, "PATCH", "/mqtt", { broker: "external", external });
  await untilRunning(core);
  return core;
}

async function untilRunning(core: CoreInProcess): Promise<void> {
  await waitFor(async () => (await call<MqttView>(core, "GET", "/mqtt")).state.status === "running", {
    ...{ deadlineMs: 60_000, what: "the recorder to be at the broker" },
  });
}

/** What is said of the broker to whoever looks at the recorder's state. */
async function problem(core: CoreInProcess): Promise<StatusView["problems"][number] | undefined> {
  const { problems } = await call<StatusView>(core, "GET", "/status");
  return problems.find(({ code }) => code === "mqtt");
}

/** A program that reads events, and has them kept for it while it is away. */
interface Reader {
  /** Waits until it has had these, each at least once, in this order, and no others. */
  until(ids: readonly number[]): Promise<void>;
  /** Waits until it listens again after that. */
  again(work: () => Promise<void>): Promise<void>;
}

async function reader(t: TestContext, mosquitto: Mosquitto): Promise<Reader> {
  const got = new Set<number>();
  const client = connect(`mqtt://127.0.0.1:${mosquitto.port}`, {
    ...{ protocolVersion: 4, username: USER, password: SECRET, clean: false, clientId: "reader" },
    ...{ reconnectPeriod: 100, connectTimeout: 2_000, resubscribe: false },
  });
  client.on("error", () => undefined);
  t.after(() => client.end(true));
  client.on("message", (_topic, payload) => {
    const { id, camera } = JSON.parse(payload.toString()) as EventMessage;
    if (camera !== undefined) got.add(id);
  });
  const listen = async () => void (await client.subscribeAsync("nightjar/camera/+/event", { qos: 1 }));
  await listen();
  return {
    async until(ids) {
      await waitFor(() => got.size >= ids.length, {
        ...{ deadlineMs: 60_000, what: () => `${ids.length} events, ${got.size} came` },
      });
      assert.deepEqual([...got], ids);
    },
    async again(work) {
      const connected = new Promise<void>((resolve) => client.once("connect", () => resolve()));
      await work();
      await connected;
      await listen();
    },
  };
}

/** An event that has the recorder look what is to be sent. */
async function breakIn(core: CoreInProcess): Promise<void> {
  const body = JSON.stringify({ username: "mallory", password: "wrong horse battery" });
  assert.equal((await core.ask("/api/v1/session", { method: "POST", body })).status, 401);
}

/** Many things happen at both cameras. Answers their ids. */
async function muchHappens(core: CoreInProcess): Promise<number[]> {
  const db = await openDb(join(core.dataDir, DATABASE_FILE), { log: silentLog });
  const { id, revision } = await lastEventNumbers(db);
  // The recorder goes on counting from where it is.
  const ids = Array.from({ length: MEANWHILE }, (_, index) => id + APART + index);
  const common = { type: "motion", source: "test", objects: [], pictures: [], detail: {} } as const;
  await putEvents(
    db,
    ids.map((one, index) => ({
      ...{
        ...common,
        id: one,
        revision: revision + APART + index,
        camera: index % 2 === 0 ? "yard" : "gate",
      },
      ...{ startMs: index, lastMs: index },
    })),
    MEANWHILE,
  );
  await db.close();
  return ids;
}

describe("another broker in trouble", { skip: WITHOUT_MOSQUITTO }, () => {
  it("stands still: is given up and told of, and gets everything in order when it goes on", async (t) => {
    const mosquitto = await startMosquitto(USER, SECRET);
    t.after(() => mosquitto.dispose());
    const core = await recorderAt(t, mosquitto);
    const target: Target = { port: mosquitto.port, user: USER, password: SECRET };
    const { node } = (await call<MqttView>(core, "GET", "/mqtt")).state;
    const at = await reader(t, mosquitto);

    mosquitto.pause();
    const ids = await muchHappens(core);
    await breakIn(core);
    // The recorder does as it is told all the while; what it says of that is acknowledged by nobody.
    await call(core, "PATCH", "/cameras/yard", { record: { mode: "manual" } });
    const told = new Map<unknown, string>();
    await waitFor(
      async () => {
        const now = await problem(core);
        if (now !== undefined) told.set(now.context?.["case"], now.message);
        return told.has("stands-still") && told.has("no-answer");
      },
      { deadlineMs: 60_000, what: () => `what is said of the broker: ${[...told.keys()].join()}` },
    );
    assert.match(
      told.get("stands-still") ?? "",
      /cannot be reached at mqtt:.+it stands still.+for 10 seconds/,
    );
    assert.match(told.get("no-answer") ?? "", /has not answered for 10 seconds; events wait for it/);
    await call(core, "PATCH", "/cameras/gate", { record: { mode: "manual" } });

    mosquitto.goOn();
    await untilRunning(core);
    await at.until(ids);
    await waitFor(async () => (await problem(core)) === undefined, { what: "the problem to be over" });
    // A connection that the broker had not noticed to be over may have it say once more that the recorder is gone.
    for (const [topic, state] of [
      ["nightjar/camera/yard/record-mode/state", "manual"],
      ["nightjar/camera/gate/record-mode/state", "manual"],
      [`nightjar/node/${node}/state`, "online"],
    ] as const)
      await waitFor(async () => (await mosquittoSub(target, topic, 1))[0] === `${topic} ${state}`, {
        ...{ deadlineMs: 60_000, what: `${topic} to be ${state}` },
      });
  });

  it("has no room on its disk: goes on in memory, and is brought again what it forgot", {
    skip: noTemporaryVolume(),
  }, async (t) => {
    using disk = await temporaryVolume({ sizeBytes: 256 * 1024 });
    // Mosquitto gives up being root.
    chmodSync(dirname(disk.path), 0o755);
    chmodSync(disk.path, 0o777);
    const mosquitto = await startMosquitto(USER, SECRET, { writesTo: disk.path });
    t.after(() => mosquitto.dispose());
    const core = await recorderAt(t, mosquitto);
    const target: Target = { port: mosquitto.port, user: USER, password: SECRET };
    const at = await reader(t, mosquitto);
    const full = join(disk.path, "full");
    writeFileSync(full, "");
    while (disk.freeBytes > 0) appendFileSync(full, Buffer.alloc(disk.freeBytes));

    // Mosquitto goes on in memory, and so does whoever is connected.
    const ids = await muchHappens(core);
    await breakIn(core);
    await call(core, "PATCH", "/cameras/yard", { record: { mode: "manual" } });
    await at.until(ids);
    await waitFor(() => /No space left on device/.test(mosquitto.log()), {
      what: "Mosquitto to miss its disk",
    });
    assert.equal(await problem(core), undefined);

    // It ends, with what it could not write down; what happens until it is back is not lost, however little it remembers.
    await mosquitto.stop("SIGKILL");
    await waitFor(async () => (await problem(core))?.context?.["case"] === "away");
    const more = await muchHappens(core);
    // Not before the reader is there again: Mosquitto does not know any more for whom to keep anything.
    await call(core, "PATCH", "/mqtt", { external: { password: "wrong" } });
    await at.again(() => mosquitto.start());
    await call(core, "PATCH", "/mqtt", { external: { password: SECRET } });
    await at.until([...ids, ...more]);
    const topic = "nightjar/camera/yard/record-mode/state";
    await waitFor(async () => (await mosquittoSub(target, topic, 1))[0] === `${topic} manual`);
  });
});
