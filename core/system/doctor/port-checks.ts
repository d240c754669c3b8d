// Can the ports of the configuration be opened, and if not, whose are they? Beside a running recorder its own word counts:
// it may have taken the next free ones.
import { createServer } from "node:net";
import type { FrozenConfig } from "../../config/config-store.ts";
import { systemCode } from "../../errors.ts";
import { type Check, finding, ok, said, sentence } from "./check.ts";
import { portHolder } from "./port-holder.ts";

export interface WantedPort {
  /** `http`, `mqtts` … as a running recorder calls it. */
  readonly kind: string;
  /** JSON pointer of its settings: `/network/http`, `/mqtt/tls`. */
  readonly settings: string;
  readonly host: string;
  readonly port: number;
}

/** The ports that a configuration asks for: those of the gateway, and of the broker within where that is the one. */
export function wantedPorts({ network, mqtt }: Pick<FrozenConfig, "network" | "mqtt">): WantedPort[] {
  const gateway = Object.entries(network).flatMap(([kind, door]) =>
    wantedPort(kind, `/network/${kind}`, door),
  );
  if (mqtt.broker !== "embedded") return gateway;
  return [
    ...gateway,
    ...wantedPort("mqtt", "/mqtt/tcp", mqtt.tcp),
    ...wantedPort("mqtts", "/mqtt/tls", mqtt.tls),
  ];
}

function wantedPort(kind: string, settings: string, door: unknown): WantedPort[] {
  if (typeof door !== "object" || door === null || !("port" in door)) return [];
  const { port, host } = door as { port: unknown; host?: unknown };
  if (typeof port !== "number" || port === 0) return [];
  if ("enabled" in door && door.enabled === false) return [];
  return [{ kind, settings, port, host: typeof host === "string" ? host : "::" }];
}

/** What belongs to the recorder on this data directory. */
export interface OwnPorts {
  readonly pids: readonly number[];
  /** By its own word: a service may not see whose its sockets are. */
  readonly open: readonly { readonly kind: string; readonly port: number }[];
}

/** Looks at one port after the other. */
export async function checkPorts(wanted: readonly WantedPort[], own: OwnPorts): Promise<Check[]> {
  const checks: Check[] = [];
  for (const one of wanted) {
    const isOwn = own.open.some(({ kind, port }) => kind === one.kind && port === one.port);
    checks.push(isOwn ? ownPort(one) : await portFinding(one, own.pids));
  }
  return checks;
}

function ownPort({ kind, settings, host, port }: WantedPort): Check {
  const message = said("port-own", "the {kind} port {port} on {host} is the recorder's", {
    kind,
    port,
    host,
  });
  return ok("port", message, `config.json, ${settings}/port`);
}

async function portFinding(wanted: WantedPort, ownPids: readonly number[]): Promise<Check> {
  const { kind, settings, host, port } = wanted;
  const where = `config.json, ${settings}/port`;
  const place = { kind, port, host };
  const fault = await openingFault(host, port);
  if (fault === undefined) {
    return ok("port", said("port-free", "the {kind} port {port} on {host} is free", place), where);
  }
  switch (systemCode(fault)) {
    case "EADDRINUSE": {
      const holder = await portHolder(port);
      if (holder !== undefined && ownPids.includes(holder.pid)) return ownPort(wanted);
      const message =
        holder === undefined
          ? said(
              "port-of-another",
              "the {kind} port {port} on {host} is another program's (which one, only root and its owner can see): the recorder takes the next free one",
              place,
            )
          : said(
              "port-taken",
              "the {kind} port {port} on {host} is taken by {name} (process {pid}, {command}): the recorder takes the next free one",
              { ...place, name: holder.name, pid: holder.pid, command: holder.commandLine },
            );
      return finding("port", "warning", message, {
        where,
        advice: said("end-or-other-port", "end that program, or choose another port there"),
        command: `ss -ltnp 'sport = :${port}'`,
      });
    }
    case "EACCES":
      return finding(
        "port",
        "warning",
        said(
          "port-of-root",
          "the {kind} port {port} on {host} may only be opened by root: the recorder takes another one",
          place,
        ),
        { where, advice: said("high-port", "choose a port from 1024 on, and forward the low one to it") },
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EINVAL":
      return finding(
        "port",
        "error",
        said(
          "port-without-address",
          "the {kind} port {port} on {host} cannot be opened: this machine has no such address",
          place,
        ),
        {
          where: `config.json, ${settings}/host`,
          advice: said(
            "name-address",
            "name an address of this machine, 127.0.0.1 for this machine alone, or :: for all",
          ),
          command: "ip address",
        },
      );
    default:
      return finding(
        "port",
        "warning",
        said("port-unopened", "the {kind} port {port} on {host} cannot be opened: {reason}", {
          ...place,
          reason: sentence(fault),
        }),
        { where },
      );
  }
}

/** Opens the port for a moment. The reason if that fails. */
function openingFault(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
