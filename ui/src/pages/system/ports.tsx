// The ports that the recorder has open, and who reaches them: a busy one gave way to another, which has to be found somewhere.
import type { RecorderStatus } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** The list. */
export function Ports({ ports }: { readonly ports: NonNullable<RecorderStatus["ports"]> }) {
  return (
    <ul>
      {ports.map(({ kind, host, port }) => (
        <li key={kind}>
          {kind.toUpperCase()} <strong>{port}</strong>{" "}
          <span class="muted">
            {LOOPBACK.has(host)
              ? t("system.ports.local")
              : host === "::" || host === "0.0.0.0"
                ? t("system.ports.network")
                : host}
          </span>
        </li>
      ))}
    </ul>
  );
}
