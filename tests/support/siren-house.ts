// A core in the test's own process with one output, a siren, and an API token for a Node-RED that is to switch it.
import type { TestContext } from "node:test";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { call } from "./core-calls.ts";
import { type CoreInProcess, PASSWORD, startCoreInProcess } from "./core-in-process.ts";

export interface SirenHouse {
  readonly core: CoreInProcess;
  /** Of the token. */
  readonly secret: string;
  /** Of the recorder's own broker, in clear. */
  readonly port: number;
}

/** Starts it; it ends with the test. The token has `rights` on all cameras. */
export async function sirenHouse(t: TestContext, rights: readonly string[]): Promise<SirenHouse> {
  const core = await startCoreInProcess({
    configure(draft) {
      draft.network.rtsps.enabled = false;
      draft.network.rtsp.port = 0;
    },
  });
  t.after(() => core.stop());
  const siren = { id: "siren", name: "Siren", enabled: true, driver: { kind: "virtual" }, dwellSeconds: 0 };
  await call(core, "PUT", "/outputs/settings", { outputs: [siren] });
  const { secret } = await call<{ secret: string }>(core, "POST", "/tokens", {
    ...{ current: PASSWORD, name: "house", rights, cameras: "all", expiresAt: "never" },
  });
  const port = await waitFor(async () => (await call<MqttView>(core, "GET", "/mqtt")).state.tcp?.port);
  return { core, secret, port };
}
