// Alarm inputs and outputs of every kind and in every state, for pictures of their page and for what judges it.
import type { Recorder } from "./recorder.ts";

const call = (turn: string) => ({ method: "GET", url: `http://127.0.0.1:9/relay/0?turn=${turn}` });
const input = {
  enabled: true,
  contact: "normally-open",
  holdSeconds: 0,
  use: "alarm",
  cameras: [],
  disarms: [],
};

/** Makes them, and brings them into their states. */
export async function furnishAlarmIo(recorder: Recorder): Promise<void> {
  const output = { enabled: true, dwellSeconds: 5, driver: { kind: "virtual" } };
  await recorder.api("PUT", "/outputs/settings", {
    outputs: [
      {
        ...output,
        id: "siren",
        name: "Siren on the roof",
        dwellSeconds: 0,
        driver: { kind: "http", on: call("on"), off: call("off") },
      },
      { ...output, id: "light", name: "Floodlight", dwellSeconds: 0 },
      {
        ...{ ...output, id: "gate", name: "Gate at the yard", dwellSeconds: 120 },
        driver: { kind: "mqtt", topic: "house/gate/set", on: "OPEN", off: "CLOSE", stateTopic: "house/gate" },
      },
      { ...output, id: "spare", name: "Spare", enabled: false },
    ],
  });
  await recorder.api("PUT", "/inputs/settings", {
    inputs: [
      {
        ...{ ...input, id: "door", name: "Back door", contact: "normally-closed" },
        source: { kind: "mqtt", topic: "zigbee2mqtt/door", field: "contact", closed: "true", open: "false" },
      },
      { ...input, id: "panic", name: "Panic button", source: { kind: "virtual" } },
      { ...input, id: "bell", name: "Doorbell", holdSeconds: 10, source: { kind: "http" } },
      {
        ...input,
        id: "key",
        name: "Key switch in the hall",
        use: "one-key-disarm",
        source: { kind: "virtual" },
      },
    ],
  });
  await recorder.api("POST", "/outputs/light/trigger", {});
  await recorder.api("PUT", "/inputs/panic/contact", { contact: "closed" });
  await recorder.api("PUT", "/inputs/key/contact", { contact: "closed" });
}
