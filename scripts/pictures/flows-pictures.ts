// Pictures of the flow editor with the recorder's own nodes: a flow wired by hand, and the rules of linkage as a tab.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { waitFor } from "../../core/testing/wait-for.ts";
import type { Recorder } from "../../tests/e2e/support/recorder.ts";

const EXAMPLE = join(import.meta.dirname, "../../flows/palette/examples/record-another-camera.json");
const STARTED_MS = 60_000;
const DRAWN_MS = 2_000;

interface Node {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** Takes them on a recorder with cameras; `camera` and `other` are two of theirs. */
export async function takeFlows(
  recorder: Recorder,
  page: Page,
  [camera, other]: readonly [string, string],
  take: (name: string) => Promise<unknown>,
): Promise<void> {
  const headers = { origin: new URL(recorder.url).origin };
  const ask = page.context().request;
  await recorder.api("PUT", "/linkage/rules", {
    rules: [
      {
        ...{
          id: "gate",
          name: "Somebody at the gate",
          types: ["motion", "line-crossing"],
          cameras: [camera],
        },
        actions: [
          { action: "record", settings: { cameras: [other] } },
          { action: "capture", settings: { cameras: [camera], count: 3 } },
        ],
      },
      {
        ...{ id: "tamper", name: "A camera is covered", types: ["tamper"] },
        actions: [{ action: "record", settings: {} }],
      },
    ],
  });
  await ask.patch(`${recorder.url}/api/v1/flows`, { headers, data: { enabled: true } });
  const stored = async () =>
    (await (await ask.get(`${recorder.url}/flows/flows`, { headers })).json()) as readonly Node[];
  const tab = await waitFor(
    async () => {
      const view = await recorder.api<{ status: string }>("GET", "/flows");
      const flows = view.status === "running" ? await stored() : [];
      return flows.some(({ type }) => type === "nj-tick") ? flows : undefined;
    },
    { deadlineMs: STARTED_MS, what: "the tab of alarm linkage" },
  );
  const own = (JSON.parse(readFileSync(EXAMPLE, "utf8")) as readonly Node[])
    .filter(({ type }) => type !== "nj-server")
    .map((node) => ({
      ...{ ...node, z: "own" },
      ...(node["server"] === undefined ? {} : { server: "nightjar-here" }),
      ...(node["cameras"] === "gate" ? { cameras: camera } : {}),
      ...(node["camera"] === "yard" ? { camera: other } : {}),
    }));
  const data = [...tab, { id: "own", type: "tab", label: "Gate" }, ...own];
  await ask.post(`${recorder.url}/flows/flows`, { headers, data });
  await page.goto(`${recorder.url}/flows/`);
  for (const [id, name] of [
    ["own", "flows"],
    ["nightjar-linkage", "flows-linkage"],
  ] as const) {
    await page.locator(`#red-ui-tab-${id}`).waitFor({ state: "attached", timeout: STARTED_MS });
    await page.evaluate(`RED.workspaces.show(${JSON.stringify(id)})`);
    // The editor draws in its own time, and says nothing when it has.
    await page.waitForTimeout(DRAWN_MS);
    await take(name);
  }
}
