// A client of the recorder's broker in a process of its own for the suite `alarm`: counts what it hears of which events, and whether
// it comes in order, by camera. `node storm-reader-process.ts SOCKET PASSWORD`; tells "ready", and its counts when it is asked.
import { connect } from "node:net";
import { MqttClient } from "mqtt";
import { FLOWS_USER } from "../../core/mqtt/flows-door.ts";

const [socketPath = "", password = ""] = process.argv.slice(2);
const seen = new Set<number>();
/** The newest event of each camera whose begin was heard. */
const newest = new Map<string, number>();
let disordered = 0;

const client = new MqttClient(() => connect(socketPath), {
  ...{ username: FLOWS_USER, password, clientId: "storm", protocolVersion: 4, clean: true },
});
client.on("message", (topic, payload) => {
  const { id } = JSON.parse(payload.toString()) as { id: number };
  // Of its end, too, something is told: by then others have begun.
  if (seen.has(id)) return;
  seen.add(id);
  if (id < (newest.get(topic) ?? 0)) disordered += 1;
  newest.set(topic, id);
});
client.subscribe("nightjar/camera/+/event", { qos: 1 }, () => process.send?.("ready"));
process.on("message", () => process.send?.({ heard: seen.size, disordered }));
process.on("disconnect", () => process.exit(0));
