// Events from the engine through its rows and the outbox to the recorder's broker, as core has them, with only flows for a client:
// what the suite `alarm` measures over.
import { Arming } from "../../core/alarm/arming.ts";
import { EventEngine } from "../../core/alarm/event-engine.ts";
import { systemClock } from "../../core/clock.ts";
import { checkConfig } from "../../core/config/check-config.ts";
import { initialConfig } from "../../core/config/initial-config.ts";
import type { Db } from "../../core/db/db.ts";
import { silentLog } from "../../core/log.ts";
import { BrokerLogin } from "../../core/mqtt/broker-login.ts";
import { EmbeddedBroker } from "../../core/mqtt/embedded-broker.ts";
import { EventOutbox } from "../../core/mqtt/event-outbox.ts";
import { FlowsDoor } from "../../core/mqtt/flows-door.ts";
import type { Requests } from "../../core/mqtt/requests.ts";
import type { Users } from "../../core/users/users.ts";

export const NODE = "n1";
/** Nobody but flows comes to this broker. */
const NO_USERS = { sessions: { onRevoked: () => () => undefined } } as unknown as Users;

export interface EventChain extends AsyncDisposable {
  readonly engine: EventEngine;
  readonly broker: EmbeddedBroker;
  readonly outbox: EventOutbox;
  /** How a client gets in, as flows. */
  readonly socketPath: string;
  readonly password: string;
}

/** Starts it; `requests` takes what clients ask for. The database stays its caller's. */
export async function eventChain(
  folder: string,
  db: Db,
  requests?: Pick<Requests, "take">,
): Promise<EventChain> {
  const { alarms } = checkConfig("the bench", initialConfig());
  const arming = new Arming(alarms, "Europe/Berlin");
  const engine = new EventEngine({ db, clock: systemClock, log: silentLog, arming });
  const login = new BrokerLogin(NO_USERS, systemClock, silentLog);
  const broker = new EmbeddedBroker({
    ...{ base: "nightjar", login, clock: systemClock, log: silentLog },
    events: {
      ...{ up: () => undefined, changed: () => undefined, heard: () => undefined },
      message: (message) => void requests?.take(message),
    },
  });
  await broker.start();
  const door = new FlowsDoor(folder);
  await door.open(broker);
  const outbox = new EventOutbox({
    webAddress: () => "",
    ...{ db, clock: systemClock, log: silentLog, node: NODE, base: () => "nightjar" },
    publish: (message) => broker.publish(message),
  });
  engine.onEvent("test", () => outbox.kick());
  await engine.start();
  const { socketPath = "", password = "" } = door.login ?? {};
  return {
    ...{ engine, broker, outbox, socketPath, password },
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await outbox.close();
      await door.close();
      login.close();
      await broker.close();
    },
  };
}
