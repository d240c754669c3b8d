// Dashboard 2 (FlowFuse) as somebody who may see flows has it: its page and its socket come through the recorder's login at
// /flows-http, the editor stays shut, and who may not see flows sees nothing. Not among Nightjar's dependencies: the test runs
// where NIGHTJAR_DASHBOARD names a folder in which npm has installed @flowfuse/node-red-dashboard.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { addAccount } from "../support/accounts.ts";
import { openBrowser, openContext, skipBrowserTests } from "./support/browser.ts";
import { startRecorder } from "./support/recorder.ts";

const FOLDER = process.env["NIGHTJAR_DASHBOARD"] ?? "";
const isThere = existsSync(join(FOLDER, "node_modules/@flowfuse/node-red-dashboard/package.json"));
const skip = isThere
  ? skipBrowserTests
  : "NIGHTJAR_DASHBOARD names no folder with @flowfuse/node-red-dashboard";
const OPERATOR = { username: "olga", password: "violet harbour lamp nine", role: "operator" } as const;
const VIEWER = { username: "vera", password: "copper meadow stairs four", role: "viewer" } as const;

/** A page with one text, which a message sets. */
const FLOWS = [
  { id: "tab", type: "tab", label: "Dashboard" },
  {
    ...{ id: "base", type: "ui-base", name: "House", path: "/dashboard", includeClientData: false },
    ...{
      acceptsClientConfig: [],
      showPathInSidebar: false,
      navigationStyle: "default",
      titleBarStyle: "default",
    },
  },
  {
    ...{ id: "theme", type: "ui-theme", name: "Plain" },
    colors: {
      surface: "#ffffff",
      primary: "#0094ce",
      bgPage: "#eeeeee",
      groupBg: "#ffffff",
      groupOutline: "#cccccc",
    },
    sizes: {
      density: "default",
      pagePadding: "12px",
      groupGap: "12px",
      groupBorderRadius: "4px",
      widgetGap: "12px",
    },
  },
  {
    ...{ id: "page", type: "ui-page", name: "Hall", ui: "base", path: "/hall", icon: "home", layout: "grid" },
    ...{ theme: "theme", order: 1, className: "", visible: "true", disabled: "false", breakpoints: [] },
  },
  {
    ...{ id: "group", type: "ui-group", name: "Doors", page: "page", width: "6", height: "1", order: 1 },
    ...{ showTitle: true, className: "", visible: "true", disabled: "false", groupType: "default" },
  },
  {
    ...{ id: "text", type: "ui-text", z: "tab", group: "group", order: 1, width: 0, height: 0, name: "" },
    ...{
      label: "Gate",
      format: "{{msg.payload}}",
      layout: "row-spread",
      style: false,
      className: "",
      wires: [],
    },
  },
  { id: "in", type: "http in", z: "tab", url: "/gate", method: "get", wires: [["word"]] },
  {
    ...{ id: "word", type: "change", z: "tab", wires: [["text", "out"]] },
    rules: [{ t: "set", p: "payload", pt: "msg", to: "the gate stands open", tot: "str" }],
  },
  { id: "out", type: "http response", z: "tab", wires: [] },
];

describe("a dashboard of flows", { skip, timeout: 300_000 }, () => {
  it("is seen by who may see flows, with its socket, behind the recorder's login; the editor stays shut", async (t) => {
    const recorder = await startRecorder(true, [], async (dataDir) => {
      await mkdir(join(dataDir, "flows"), { recursive: true, mode: 0o700 });
      for (const name of ["package.json", "node_modules"])
        await cp(join(FOLDER, name), join(dataDir, "flows", name), { recursive: true });
    });
    t.after(() => recorder.stop());
    const { url, token } = recorder;
    const operator = await addAccount({ url, token }, OPERATOR);
    const viewer = await addAccount({ url, token }, VIEWER);
    const ask = (path: string, session: string, method = "GET", body?: object) =>
      fetch(`${url}${path}`, {
        method,
        redirect: "manual",
        headers: { cookie: `nightjar=${session}`, origin: url, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const view = async () =>
      (await (await ask("/api/v1/flows", token)).json()) as { status: string; barred?: { type: string }[] };
    const runs = () =>
      waitFor(async () => (await view()).status === "running", { deadlineMs: 90_000, what: "flows to run" });
    const allow = (modules: boolean) =>
      ask("/api/v1/flows/allowed", token, "PUT", { programs: false, folders: [], modules });
    assert.equal((await allow(true)).status, 200);
    assert.equal((await ask("/api/v1/flows", token, "PATCH", { enabled: true })).status, 200);
    await runs();
    assert.equal((await ask("/flows/flows", token, "POST", FLOWS)).status, 204);
    const poll = "/flows-http/dashboard/socket.io/?EIO=4&transport=polling";
    await waitFor(async () => (await ask("/flows-http/dashboard", operator)).status < 400, {
      ...{ deadlineMs: 30_000, what: "the dashboard" },
    });
    for (const [who, session, page, socket, editor] of [
      ["an operator", operator, 200, 200, 403],
      ["a viewer", viewer, 403, 403, 403],
      ["nobody", "nj_made-up", 401, 401, 401],
    ] as const) {
      assert.equal((await ask("/flows-http/dashboard/", session)).status, page, `the page, to ${who}`);
      assert.equal((await ask(poll, session)).status, socket, `the socket, to ${who}`);
      assert.equal((await ask("/flows/", session)).status, editor, `the editor, to ${who}`);
    }

    const browser = await openBrowser();
    t.after(() => browser.close());
    const context = await openContext(browser, { url, token: operator });
    const page = await context.newPage();
    const complaints: string[] = [];
    const sockets: string[] = [];
    page.on("console", (line) => {
      if (line.type() === "error") complaints.push(line.text());
    });
    page.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname));
    await page.goto(`${url}/flows-http/dashboard/hall`);
    await page.getByText("Gate").waitFor({ timeout: 60_000 });
    assert.equal((await ask("/flows-http/gate", operator)).status, 200);
    await page.getByText("the gate stands open").waitFor({ timeout: 30_000 });
    assert.ok(sockets.includes("/flows-http/dashboard/socket.io/"), sockets.join());
    assert.deepEqual(
      complaints.filter((line) => /Content.Security.Policy/i.test(line)),
      [],
    );

    // Not allowed any more, its nodes stand still and say so; the rest of the flows runs.
    assert.equal((await allow(false)).status, 200);
    await runs();
    await waitFor(async () => (await view()).barred?.some(({ type }) => type === "ui-text"), {
      ...{ deadlineMs: 30_000, what: "its nodes to be barred" },
    });
    assert.equal((await ask("/flows-http/dashboard/", operator)).status, 404);
    assert.equal((await ask("/flows-http/gate", operator)).status, 200, "a node beside them runs");
  });
});
