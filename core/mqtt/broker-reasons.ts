// Why another broker is not connected to: what the client library and TLS say of it, as a sentence for people and, where it is a
// known one, a word for programs and translations (`mqtt.<case>` in the catalogues of problems).
import type { BrokerFault } from "./ack-watch.ts";

/** Why there is no connection. */
export interface BrokerReason {
  readonly message: string;
  readonly case?: BrokerFault["case"] | "no-answer" | "certificate" | "other-host";
}

/** What the client library calls a broker that keeps its connection and says nothing. */
const SILENCES: Readonly<Record<string, BrokerReason>> = {
  "connack timeout": {
    case: "no-answer",
    message: "something takes the connection and has not answered for 10 seconds",
  },
  "Keepalive timeout": {
    case: "stands-still",
    message: "it stands still: it keeps the connection and answers nothing",
  },
};

const OTHER_HOST = "ERR_TLS_CERT_ALTNAME_INVALID";
const CERTIFICATE_FAULT = /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_(CA|PURPOSE)$)/;

/** What an error of a connection means. */
export function brokerReason(error: Error): BrokerReason {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === OTHER_HOST) {
    return {
      case: "other-host",
      message: "its certificate is of another host: give the address by a name that stands in it",
    };
  }
  // Node's own words advise how to start a Node.js program.
  if (CERTIFICATE_FAULT.test(code)) {
    return {
      case: "certificate",
      message: `its certificate is not trusted (${code}): put that of who signed it into the settings of MQTT, or renew it`,
    };
  }
  return SILENCES[error.message] ?? { message: error.message || code || error.name };
}
