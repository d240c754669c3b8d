// `nightjar status`: what a running recorder is doing.
import type { CommandLine } from "./arguments.ts";
import { EXIT } from "./arguments.ts";
import { urlOf } from "./listener-url.ts";
import { print, printJson, printTable } from "./output.ts";
import { withRunningCore } from "./running-core.ts";

interface StatusBody {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly rtsp?: { readonly host: string; readonly port: number };
  readonly processes: readonly { name: string; status: string; restarts: number; message?: string }[];
  readonly ports?: readonly { kind: string; host: string; port: number }[];
  readonly volumes: readonly { path: string; status: string; freeBytes?: number; message?: string }[];
  readonly cameras: { total: number; online: number; recording: number };
  readonly problems: readonly { severity: string; message: string; code: string }[];
}

export async function status(line: CommandLine): Promise<number> {
  return withRunningCore(line.dataDir, async (core) => {
    const body = (await core.request("status", {})) as StatusBody;
    if (line.json) {
      printJson(body);
      return EXIT.ok;
    }
    const { total, online, recording } = body.cameras;
    print(
      `Nightjar ${body.version}, up ${Math.floor(body.uptimeSeconds / 60)} min: ${online} of ${total} cameras online, ${recording} recorded`,
    );
    if (body.rtsp !== undefined) {
      print(`  Live pictures for other programs: ${urlOf("rtsp", body.rtsp)}/<camera>`);
    }
    printTable(
      body.processes.map(({ name, status: state, restarts, message }) => [
        `  ${name}`,
        state,
        restarts === 0 ? "" : `${restarts} restarts`,
        message ?? "",
      ]),
    );
    printTable(
      (body.ports ?? []).map(({ kind, host, port }) => [`  ${kind}`, addressOf(host, port), reach(host)]),
    );
    printTable(
      body.volumes.map(({ path, status: state, freeBytes, message }) => [
        `  ${path}`,
        state,
        freeBytes === undefined ? "" : `${(freeBytes / 1e9).toFixed(1)} GB free`,
        message ?? "",
      ]),
    );
    for (const problem of body.problems) print(`  ! ${problem.message} [${problem.code}]`);
    return EXIT.ok;
  });
}

function addressOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function reach(host: string): string {
  if (host === "::" || host === "0.0.0.0") return "for the network";
  return host === "127.0.0.1" || host === "::1" || host === "localhost" ? "for this machine alone" : "";
}
