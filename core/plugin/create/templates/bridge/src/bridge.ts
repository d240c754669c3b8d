// Tells Template how cameras are and what happens: over MQTT below the plugin's own place, and as a resource over HTTP.
// It keeps the states in memory and asks for them anew by being told.
import type { HookEvent, Nvr, Static } from "@nightjar/core";
import type { pluginConfig } from "./config.ts";

/** More cameras than a recorder has are not told of: what is retained is bounded. */
const CAMERAS_LIMIT = 150;

interface KnownCamera {
  readonly camera: string;
  name?: string;
  status: string;
  /** For people; absent when all is well. */
  reason?: string;
}

/** Taps the hooks and registers the resource. */
export function buildBridge(nvr: Nvr, { events }: Static<typeof pluginConfig>): void {
  const { hooks } = nvr;
  const name = "nightjar-bridge-template";
  const known = new Map<string, KnownCamera>();

  function cameraOf(camera: string): KnownCamera | undefined {
    const found = known.get(camera);
    if (found !== undefined || known.size >= CAMERAS_LIMIT) return found;
    const fresh: KnownCamera = { camera, status: "connecting" };
    known.set(camera, fresh);
    return fresh;
  }

  /** A broker that is away is no fault of the plugin's: what is retained is told again when it is back. */
  async function say(topic: string, payload: string, retain: boolean): Promise<void> {
    await nvr.mqtt.publish(topic, payload, { retain }).catch((error: unknown) => {
      nvr.log.debug("not told over MQTT", { topic, reason: String(error) });
    });
  }

  hooks.cameraAdded.tapPromise({ name }, async (camera) => {
    const found = cameraOf(camera.id);
    if (found === undefined) return;
    found.name = camera.name;
    await say(`cameras/${camera.id}/state`, found.status, true);
  });
  hooks.cameraStateChanged.tapPromise({ name }, async (camera, { status, reason }) => {
    const found = cameraOf(camera);
    if (found === undefined) return;
    found.status = status;
    if (reason === undefined) delete found.reason;
    else found.reason = reason;
    await say(`cameras/${camera}/state`, status, true);
  });
  hooks.cameraRemoved.tapPromise({ name }, async ({ id }) => {
    if (known.delete(id)) await say(`cameras/${id}/state`, "", true);
  });
  if (events) {
    const tell = (event: HookEvent, phase: string): Promise<void> =>
      say("events", JSON.stringify({ ...messageOf(event), phase }), false);
    hooks.alarmRaised.tapPromise({ name }, (event) => tell(event, "raised"));
    hooks.alarmCleared.tapPromise({ name }, (event) => tell(event, "cleared"));
  }
  hooks.diagnostics.tapPromise({ name }, async () => ({ cameras: known.size }));

  nvr.routes.register({
    id: "cameras",
    method: "GET",
    path: "/cameras",
    // Whoever may see how the recorder is sees how its cameras are.
    permission: "system.view",
    summary: "How all cameras are.",
    handle: async () => ({ cameras: [...known.values()] }),
  });
}

/** What is told of an event. */
function messageOf({ id, type, camera, start, end }: HookEvent): Record<string, unknown> {
  return {
    ...{ id, type, start },
    ...(camera === undefined ? {} : { camera }),
    ...(end === undefined ? {} : { end }),
  };
}
