// Node-RED in a process of its own for the suite `alarm`: one flow, an event has its camera recorded.
// `node flows-process.ts FOLDER SOCKET PASSWORD`.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import nodeRed from "node-red";
import { NOTHING_ALLOWED } from "../../core/flows/allowed.ts";
import { nodeRedSettings } from "../../core/flows/node-red-settings.ts";
import { silentLog } from "../../core/log.ts";
import { FLOWS_USER } from "../../core/mqtt/flows-door.ts";

const [folder = "", socketPath = "", password = ""] = process.argv.slice(2);
const FLOWS = [
  { id: "bench-server", type: "nj-server", where: "here" },
  { id: "bench-tab", type: "tab", label: "Bench" },
  {
    ...{ id: "bench-event", type: "nj-event", z: "bench-tab", server: "bench-server", phases: "start" },
    wires: [["bench-record"]],
  },
  {
    ...{ id: "bench-record", type: "nj-record", z: "bench-tab", server: "bench-server" },
    ...{ camera: "", act: "start", seconds: "10", wires: [[]] },
  },
];

writeFileSync(join(folder, "flows.json"), JSON.stringify(FLOWS));
nodeRed.init(
  createServer(),
  nodeRedSettings({
    ...{ folder, credentialKey: "bench", isSafe: false, allowed: NOTHING_ALLOWED, log: silentLog },
    findBroker: async () => ({ socketPath, username: FLOWS_USER, password, node: "n1", base: "nightjar" }),
  }),
);
await nodeRed.start();
