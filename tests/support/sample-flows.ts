// Flows that tests put into force in a recorder's own Node-RED: pages with functions behind them, a socket, an intruder, programs.
import { join } from "node:path";

/** What an intruder who edits flows would try: everything of the process is open to such code, so the process must hold little. */
export const INTRUDER = `
const inside = RED.util.cloneMessage.constructor("return process")();
const fs = inside.getBuiltinModule("node:fs");
const tried = (act) => { try { act(); return "done"; } catch (error) { return error.code; } };
msg.payload = {
  headers: Object.keys(msg.req.headers),
  secrets: tried(() => fs.readFileSync(msg.req.query.data + "/config.json")),
  other: tried(() => fs.writeFileSync(msg.req.query.data + "/nightjar.db", "")),
  program: tried(() => inside.getBuiltinModule("node:child_process").execFileSync("/bin/true")),
  thread: tried(() => new (inside.getBuiltinModule("node:worker_threads").Worker)("1", { eval: true })),
};
return msg;`;

/** Each name is a page, `/flows-http/<name>`, that a function node of this code answers. */
export function flowsFor(functions: Readonly<Record<string, string>>): object[] {
  const nodes = Object.entries(functions).flatMap(([name, func]) => [
    { id: `in-${name}`, type: "http in", z: "tab", url: `/${name}`, method: "get", wires: [[name]] },
    { id: name, type: "function", z: "tab", name: `The one of ${name}`, func, outputs: 1, wires: [["out"]] },
  ]);
  return [
    { id: "tab", type: "tab", label: "Try" },
    ...nodes,
    { id: "out", type: "http response", z: "tab", wires: [] },
  ];
}

/** A socket of flows that says back what it hears, as dashboards have one beside their page. */
export const LIVE = [
  { id: "listener", type: "websocket-listener", path: "/live", wholemsg: "false" },
  { id: "hears", type: "websocket in", z: "tab", server: "listener", client: "", wires: [["says"]] },
  { id: "says", type: "websocket out", z: "tab", server: "listener", client: "", wires: [] },
];

/** One node of each kind that must be allowed, the intruder, and a node that needs no leave. */
export function flowsWithPrograms(share: string): object[] {
  const door = (name: string, to: string) => [
    { id: `in-${name}`, type: "http in", z: "tab", url: `/${name}`, method: "get", wires: [[to]] },
  ];
  return [
    ...flowsFor({ intruder: INTRUDER, others: 'msg.payload = "well"; return msg;' }),
    ...door("program", "call"),
    {
      ...{ id: "call", type: "exec", z: "tab", command: "echo from a program", addpay: "", append: "" },
      ...{ useSpawn: "false", timer: "5", oldrc: false, wires: [["out"], [], []] },
    },
    ...door("file", "write"),
    {
      ...{ id: "write", type: "file", z: "tab", filename: join(share, "written"), filenameType: "str" },
      ...{ appendNewline: true, createDir: false, overwriteFile: "true", encoding: "none", wires: [["out"]] },
    },
  ];
}
