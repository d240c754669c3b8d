// Somebody's own Node-RED with the palette as npm packs it: its folder, and a process of it that can be made to stand still.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAM = join(ROOT, "node_modules/node-red/red.js");

/** Why tests with Node-RED are skipped; false where it is. */
export const WITHOUT_NODE_RED: string | false = existsSync(PROGRAM)
  ? false
  : "Node-RED is not installed: npm leaves it out on an older Node";

/** What npm packs of the palette, made once for all tests of a process. */
let archive: Buffer | undefined;

function packedPalette(): Buffer {
  using folder = tempDir("nightjar-palette-");
  const npm = join(ROOT, "node_modules/.bin/npm");
  const name = execFileSync(
    process.execPath,
    [npm, "pack", join(ROOT, "flows/palette"), "--ignore-scripts", "--silent"],
    { cwd: folder.path, encoding: "utf8" },
  ).trim();
  return readFileSync(folder.join(name));
}

/** Puts the palette into a folder of Node-RED's own, out of the archive that npm makes of it. */
export function installPalette(folder: string): void {
  archive ??= packedPalette();
  const place = join(folder, "node_modules/node-red-contrib-nightjar");
  mkdirSync(place, { recursive: true });
  execFileSync("tar", ["xz", "--strip-components=1", "-C", place], { input: archive });
  // What npm would bring of a registry.
  symlinkSync(join(ROOT, "node_modules/mqtt"), join(folder, "node_modules/mqtt"));
  writeFileSync(join(folder, "package.json"), '{"name":"own","version":"0.0.0","private":true}');
}

/** A Node-RED of one's own. */
export interface OwnNodeRed {
  /** Puts flows into force; `credentials` by the id of a node. Throws with what Node-RED says when it refuses them. */
  deploy(flows: readonly FlowNode[], credentials: Readonly<Record<string, object>>): Promise<void>;
  /** What an `http in` node of its flows answers. */
  ask<Answer>(path: string): Promise<Answer>;
  /** Stands still, with its connections. */
  pause(): void;
  /** Goes on where it stood. */
  goOn(): void;
}

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Starts one in a process of its own; it ends with the test. `userFolder`: an empty one, that is not removed; a temporary one by default. */
export async function startNodeRed(t: TestContext, userFolder?: string): Promise<OwnNodeRed> {
  const folder = userFolder === undefined ? tempDir("nightjar-node-red-") : undefined;
  const place = userFolder ?? folder?.path ?? "";
  installPalette(place);
  const port = await freePort();
  const settings = {
    ...{ uiHost: "127.0.0.1", uiPort: port, flowFile: "flows.json", credentialSecret: "own" },
    ...{ httpAdminRoot: "/admin", httpNodeRoot: "/pages", mqttReconnectTime: 500 },
    telemetry: { enabled: false, updateNotification: false },
  };
  const settingsFile = join(place, "settings.js");
  writeFileSync(settingsFile, `module.exports = ${JSON.stringify(settings)};`);
  const args = [PROGRAM, "--userDir", place, "--settings", settingsFile];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: "ignore" });
  const exited = once(child, "exit");
  t.after(async () => {
    child.kill("SIGKILL");
    await exited;
    folder?.[Symbol.dispose]();
  });
  const url = `http://127.0.0.1:${port}`;
  const get = (path: string) => fetch(`${url}${path}`, { headers: { accept: "application/json" } });
  await waitFor(
    () =>
      get("/admin/flows").then(
        ({ ok }) => ok,
        () => false,
      ),
    { deadlineMs: 60_000, what: "Node-RED to answer" },
  );
  return {
    async deploy(flows, credentials) {
      const body = flows.map((node) =>
        credentials[node.id] === undefined ? node : { ...node, credentials: credentials[node.id] },
      );
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${url}/admin/flows`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      if (answer.status !== 204) throw new Error(`Node-RED refused the flows: ${await answer.text()}`);
    },
    async ask<Answer>(path: string) {
      return (await (await get(`/pages${path}`)).json()) as Answer;
    },
    pause: () => void child.kill("SIGSTOP"),
    goOn: () => void child.kill("SIGCONT"),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
