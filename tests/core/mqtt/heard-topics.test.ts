// Topics of other programs that the recorder listens to: at its own broker, and at another one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemClock } from "../../../core/clock.ts";
import { silentLog } from "../../../core/log.ts";
import { ExternalBroker } from "../../../core/mqtt/external-broker.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { brokerFixture } from "./broker-fixture.ts";

describe("topics that are listened to", () => {
  it("are heard of whoever may publish there, at the broker within and at another one, kept messages too", async (t) => {
    const { broker, heard, port, client } = await brokerFixture(t);
    const [ann, eve] = [await client("ann"), await client("eve")];
    broker.listen(["house/door"]);
    await eve.publish("house/door", "forged");
    await ann.publish("house/door", "open");
    await ann.publish("house/other", "open");
    await broker.publish({ topic: "house/door", payload: "own", qos: 1, retain: false });
    await ann.publish("house/window", "kept", { retain: true });
    assert.deepEqual(heard, ["house/door open", "house/door own"]);

    const there: string[] = [];
    const taken: string[] = [];
    const other = new ExternalBroker({
      ...{ url: `mqtt://127.0.0.1:${port}`, username: "ann", password: GOOD_PASSWORD, ca: "" },
      ...{ acceptRequests: false, base: "nightjar", node: "n1", clock: systemClock, log: silentLog },
      events: {
        up: () => undefined,
        changed: () => undefined,
        message: ({ topic }) => void taken.push(topic),
        heard: (topic, payload) => void there.push(`${topic} ${payload.toString("utf8")}`),
      },
    });
    other.listen(["house/window"]);
    other.start();
    t.after(() => other.close());
    await waitFor(() => there.length === 1, { what: "the message that was kept" });
    other.listen(["house/door"]);
    await waitFor(async () => {
      await ann.publish("house/door", "open");
      return there.includes("house/door open");
    });
    const before = there.length;
    await ann.publish("house/window", "shut");
    await ann.publish("house/door", "shut");
    await waitFor(() => there.includes("house/door shut"));
    assert.deepEqual(
      there.slice(before).filter((line) => line.startsWith("house/window")),
      [],
    );
    assert.deepEqual(taken, []);
  });
});
