// A recorder with what a household has, for pictures of every page and for what judges them: accounts, a token, rules, holidays, inputs and outputs, a till
// with receipts, a camera that turns and one that does not answer.
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { FakeOnvifDevice } from "../../../core/testing/fake-onvif-device.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { ADMINISTRATOR, addAccount } from "../../support/accounts.ts";
import { putAlarms, putWalk } from "../../support/alarms.ts";
import { wellNode } from "../../support/node-servers.ts";
import { furnishAlarmIo } from "./alarm-io.ts";
import type { Recorder } from "./recorder.ts";

export interface House {
  /** Ids of cameras, by what the paths of screens call them. */
  readonly places: Readonly<Record<string, string>>;
  /** The session of somebody who may only look. */
  readonly viewer: string;
}

/** Furnishes it; `dome` is a camera that turns, `camera` the id of one that is there and has recordings. */
export async function furnish(recorder: Recorder, dome: FakeOnvifDevice, camera: string): Promise<House> {
  const viewer = await addAccount(recorder, {
    username: "vera",
    password: "looks at pictures",
    role: "viewer",
  });
  await addAccount(recorder, {
    username: "otto-the-operator",
    password: "locks recordings",
    role: "operator",
  });
  await recorder.api("POST", "/tokens", {
    name: "Home automation",
    rights: ["live", "cameras.view"],
    cameras: "all",
    expiresAt: new Date(Date.now() + 90 * 86_400_000).toISOString(),
    current: ADMINISTRATOR.password,
  });
  await recorder.api("PUT", "/linkage/rules", {
    rules: [
      {
        id: "gate",
        name: "Somebody at the gate",
        types: ["person", "line-crossing"],
        profiles: ["away", "night"],
        actions: [
          { action: "record", settings: { postRecordSeconds: 20 } },
          { action: "capture", settings: { count: 3 } },
        ],
      },
      {
        id: "guests",
        name: "Guests",
        enabled: false,
        at: "end",
        types: ["doorbell"],
        actions: [{ action: "capture", settings: {} }],
      },
    ],
  });
  await furnishAlarmIo(recorder);
  await recorder.api("PATCH", "/arming/rules", {
    rules: [
      {
        ...{ id: "nights", name: "Nobody in the garden", types: ["person", "motion"], profiles: ["night"] },
        schedule: { monday: [{ from: "22:00", to: "06:00" }], friday: [{ from: "20:00", to: "06:00" }] },
      },
    ],
    holidays: [{ name: "Christmas", when: { by: "day-of-year", from: "12-24", to: "12-26" } }],
  });
  const added = await recorder.api<{ id: string }>("POST", "/cameras", {
    name: "Dome",
    driver: "onvif",
    config: { address: `127.0.0.1:${dome.port}`, username: "dome", password: "bright-dome" },
  });
  await recorder.api("POST", "/cameras", {
    name: "Loading bay with a long name",
    driver: "rtsp",
    config: { url: "rtsp://localhost:1/none" },
  });
  await putAlarms(recorder.dataDir, camera, [1_000_001, 1_000_002, 1_000_003]);
  await putWalk(recorder.dataDir, camera, 1_000_004);
  await furnishTill(recorder, camera);
  await furnishNode(recorder);
  return { places: { camera, dome: added.id }, viewer };
}

/** A till with two receipts, one of them long. */
async function furnishTill(recorder: Recorder, camera: string): Promise<void> {
  const port = await freePort();
  await recorder.api("PUT", "/tills/settings", {
    tills: [
      {
        ...{ id: "till-1", name: "Counter", enabled: true, cameras: [camera], charset: "utf-8" },
        input: { kind: "tcp-listen", host: "127.0.0.1", port, from: [] },
        parser: {
          source: "nightjar-pos-text/text",
          config: { decimals: 2, begin: "^ACME", end: "^THANK YOU", total: "^TOTAL\\s+([\\d.]+)" },
        },
        ...{ pauseSeconds: 30, hide: [], hideCardNumbers: true, keepDays: 90 },
      },
    ],
  });
  const till = await dialled(port);
  till.write("ACME MARKET\n2 DIET-COKE      3.00\nTOTAL           3.00\nTHANK YOU\n");
  till.end("ACME MARKET\n1 GREEN TEA      2.20\n1 CAKE           4.10\nTOTAL           6.30\nTHANK YOU\n");
  await waitFor(
    async () => (await recorder.api<{ receipts: unknown[] }>("GET", "/receipts")).receipts.length === 2,
    { what: "two receipts" },
  );
}

/** Another recorder that is watched, for as long as this process lives. */
async function furnishNode(recorder: Recorder): Promise<void> {
  const server = createHttpServer(wellNode);
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await recorder.api("POST", "/cluster/nodes", {
    name: "Barn, beyond the orchard",
    url: `http://127.0.0.1:${port}`,
  });
  await waitFor(
    async () => {
      const { nodes } = await recorder.api<{ nodes: { status: string }[] }>("GET", "/cluster/nodes");
      return nodes[0]?.status === "online";
    },
    { what: "the other recorder to be online" },
  );
}

/** A connection to the till's port, once the recorder listens there. */
async function dialled(port: number): Promise<Socket> {
  let found: Socket | undefined;
  await waitFor(
    async () => {
      const socket = connect(port, "127.0.0.1");
      found = await once(socket, "connect").then(
        () => socket,
        () => undefined,
      );
      return found !== undefined;
    },
    { what: "the till's port" },
  );
  return found as Socket;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
