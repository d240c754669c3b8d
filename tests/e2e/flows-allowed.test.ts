// Flows of an older Nightjar under this one, and what they may do, in a real browser: hand-made tabs and wires stay, the tab of
// alarm linkage is made anew, what was there before lies in the copies; programs, files and contributed nodes are off until an
// administrator has read what they mean and typed the word, and off again by a button. One recorder with a real Node-RED.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { ConfigStore } from "../../core/config/config-store.ts";
import { ticksOf } from "../../core/flows/linkage-tab.ts";
import { silentLog } from "../../core/log.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { addAccount } from "../support/accounts.ts";
import { openBrowser, openContext, screenshot, skipBrowserTests, until } from "./support/browser.ts";
import { type Recorder, startRecorder } from "./support/recorder.ts";

const LONG_MS = 60_000;
const OPERATOR = { username: "olga", password: "violet harbour lamp nine", role: "operator" } as const;
/** As actions of bundled plugins were called before they had ids of the table. */
const FORMER = "nightjar-linkage-email/email";
const ACTIONS = [
  { action: "email", settings: { receivers: ["guard@home.example"] } },
  { action: "capture", settings: {} },
];
const [MAIL = "", CAPTURE = ""] = ticksOf({ id: "gate", actions: ACTIONS }).map(({ id }) => id);
const TAB = "nightjar-linkage";

type Node = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
interface View {
  readonly status: string;
  readonly allowed: { readonly programs: boolean; readonly folders: string[]; readonly modules: boolean };
  readonly barred?: readonly { readonly type: string }[];
}

describe("flows of an older version, and what they may do", {
  skip: skipBrowserTests,
  timeout: 600_000,
}, () => {
  const share = tempDir("nightjar-flows-share-");
  const file = share.join("written");
  const own = ownersNodes(file);
  const old = [...own, ...olderTab()];
  let recorder: Recorder;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    recorder = await startRecorder(true, [], (dataDir) => prepare(dataDir, old));
    browser = await openBrowser();
    context = await openContext(browser, recorder);
  });
  after(async () => {
    await browser?.close();
    await recorder?.stop();
    share[Symbol.dispose]();
  });

  const view = () => recorder.api<View>("GET", "/flows");
  const runs = (types: readonly string[]) =>
    until(
      `flows to run, and nothing barred but ${types.join()}`,
      async () => {
        const { status, barred = [] } = await view();
        const found = barred.map(({ type }) => type).toSorted();
        return status === "running" && found.join() === types.toSorted().join();
      },
      LONG_MS,
    );
  const flows = async (): Promise<readonly Node[]> => {
    const answer = await context.request.get(`${recorder.url}/flows/flows`);
    const nodes: unknown = answer.ok() ? await answer.json() : [];
    return Array.isArray(nodes) ? (nodes as readonly Node[]) : [];
  };
  /** Types of nodes that there are, once they are as wanted: after each change Node-RED begins anew, and answers nothing meanwhile. */
  const types = (areWanted: (types: readonly string[]) => boolean): Promise<readonly string[]> =>
    until(
      "types of nodes",
      async () => {
        const headers = { accept: "application/json" };
        const answer = await context.request.get(`${recorder.url}/flows/nodes`, { headers });
        if (!answer.ok()) return undefined;
        const found = ((await answer.json()) as { types: string[] }[]).flatMap((set) => set.types);
        return areWanted(found) ? found : undefined;
      },
      LONG_MS,
    );
  const page = async (path: string): Promise<string> =>
    (await context.request.get(`${recorder.url}/flows-http/${path}`)).text();
  /** What Node-RED tells its editor of itself. */
  const settings = async (): Promise<unknown> =>
    (await context.request.get(`${recorder.url}/flows/settings`)).json();
  /** Whether the editor, opened anew, has the manager of contributed nodes in its menu. */
  const offersModules = async (editor: Page): Promise<boolean> => {
    await editor.goto(`${recorder.url}/flows/`);
    await editor.locator("#red-ui-workspace-chart svg").waitFor({ timeout: LONG_MS });
    await editor.locator("#red-ui-header-button-sidemenu").click();
    await editor.locator("#menu-item-user-settings").waitFor();
    return (await editor.locator("#menu-item-edit-palette").count()) === 1;
  };

  it("have their hand-made tabs and wires as they were, the tab of linkage anew, and a copy of before", async () => {
    await runs(["exec", "file"]);
    const now = await until(
      "the tab to be made anew",
      async () => {
        const nodes = await flows();
        return nodes.find(({ id }) => id === MAIL)?.["action"] === "email" ? nodes : undefined;
      },
      LONG_MS,
    );
    const nodeOf = (id: string) => now.find((node) => node.id === id);
    for (const node of own) assert.deepEqual(nodeOf(node.id), node, node.id);
    // Ours: as the rules are, with what the owner did to them.
    assert.partialDeepStrictEqual(nodeOf("nightjar-rule-gate"), { name: "Gate", wires: [["mine-seen"], []] });
    assert.partialDeepStrictEqual(nodeOf(MAIL), { wires: [["mine-out"]], x: 720, y: 444 });
    assert.partialDeepStrictEqual(nodeOf(CAPTURE), { action: "capture", z: TAB });
    assert.equal(nodeOf("nightjar-rule-gone"), undefined, "its rule went while the older one was away");
    assert.equal(nodeOf(TAB)?.["label"], "Alarms of mine", "a tab is its owner's");
    await until("a hand-made flow to run", async () => (await page("well")) === "well", LONG_MS);

    const folder = join(recorder.dataDir, "flows/backups");
    const copies = await Promise.all(
      (await readdir(folder)).sort().map((name) => readFile(join(folder, name), "utf8")),
    );
    assert.deepEqual(JSON.parse(copies[0] ?? ""), old, "what was there before");
  });

  it("may run programs, use files and have nodes installed once an administrator has said so, and not after", async () => {
    const admin = await context.newPage();
    const faults: string[] = [];
    admin.on("pageerror", (error) => faults.push(error.message));
    const editor = await context.newPage();
    assert.deepEqual((await view()).allowed, { programs: false, folders: [], modules: false });
    const powerful = ["exec", "file", "watch"];
    const before = await types((found) => powerful.every((type) => !found.includes(type)));
    assert.equal(await offersModules(editor), false);
    const closed = await settings();
    // It would follow each new beginning of Node-RED.
    await editor.goto("about:blank");

    await admin.goto(`${recorder.url}/system/flows?show=settings`);
    await admin.getByText(/^These nodes do nothing.*exec/).waitFor();
    await allow(admin, "Run programs", /outside the walls around flows.*has the recorder/);
    await allow(
      admin,
      "Read and write files",
      /read, change and delete everything in these folders/,
      share.path,
    );
    await allow(admin, "Contributed nodes", /Code of strangers then runs/);
    await screenshot(admin, "flows-allowed");
    assert.deepEqual((await view()).allowed, { programs: true, folders: [share.path], modules: true });
    await runs([]);
    await types((found) => powerful.every((type) => found.includes(type)));
    await until("a program", async () => (await page("program")).trim() === "from a program", LONG_MS);
    await page("file");
    assert.equal(await readFile(file, "utf8"), "{}\n");
    assert.notDeepEqual(await settings(), closed);
    assert.equal(await offersModules(editor), true);
    await editor.close();

    for (const name of ["Run programs", "Read and write files", "Contributed nodes"]) {
      await admin.getByRole("button", { name: `Forbid ${name}` }).click();
      await admin.getByRole("button", { name: `Forbid ${name}` }).waitFor({ state: "detached" });
    }
    await runs(["exec", "file"]);
    assert.deepEqual((await view()).allowed, { programs: false, folders: [], modules: false });
    assert.deepEqual(await types((found) => powerful.every((type) => !found.includes(type))), before);
    // What the editor shows follows from these: it need not be loaded a third time.
    assert.deepEqual(await settings(), closed);
    await until("the others to run", async () => (await page("well")) === "well", LONG_MS);
    assert.deepEqual(faults, []);
  });

  it("are allowed nothing by anybody else", async () => {
    const operator = await addAccount(recorder, OPERATOR);
    const theirs = await openContext(browser, { url: recorder.url, token: operator });
    const own = await theirs.newPage();
    await own.goto(`${recorder.url}/system/flows?show=settings`);
    await own.locator(".empty.denied").waitFor();
    assert.equal(await own.getByRole("button", { name: /Allow/ }).count(), 0);
    const put = (headers: Record<string, string>) =>
      theirs.request.put(`${recorder.url}/api/v1/flows/allowed`, {
        ...{ headers, data: { programs: true, folders: [], modules: true } },
      });
    assert.equal((await put({ origin: recorder.url })).status(), 403);
    assert.deepEqual((await view()).allowed, { programs: false, folders: [], modules: false });
    await theirs.close();
  });
});

/** Through its dialog: the warning stands there, and the button does nothing until the word was typed. */
async function allow(page: Page, name: string, warning: RegExp, folder?: string): Promise<void> {
  const open = page.getByRole("button", { name: `Allow … ${name}` });
  const dialog = page.getByRole("dialog", { name });
  await open.click();
  await dialog.locator(".warn-text").filter({ hasText: warning }).waitFor();
  if (folder !== undefined) await dialog.getByLabel("Folders, one a line").fill(folder);
  const button = dialog.getByRole("button", { name: "Allow it" });
  const word = dialog.getByLabel(/allow/i);
  assert.equal(await button.isDisabled(), true, name);
  await word.fill("yes");
  assert.equal(await button.isDisabled(), true, name);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await open.click();
  await word.fill("allow");
  await button.click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: `Forbid ${name}` }).waitFor();
}

/** What an owner has made: on a tab of their own, and beside the nodes of a rule. */
function ownersNodes(file: string): readonly Node[] {
  const door = (name: string, to: string): Node => ({
    ...{ id: `in-${name}`, type: "http in", z: "mine", name: "", url: `/${name}`, method: "get" },
    ...{ upload: false, swaggerDoc: "", x: 120, y: 80, wires: [[to]] },
  });
  return [
    { id: "mine", type: "tab", label: "Mine", disabled: false, info: "of the house" },
    { ...door("well", "say") },
    {
      ...{ id: "say", type: "function", z: "mine", name: "Say", func: 'msg.payload = "well"; return msg;' },
      ...{ outputs: 1, timeout: 0, noerr: 0, initialize: "", finalize: "", libs: [], x: 300, y: 80 },
      wires: [["out"]],
    },
    { ...door("program", "call") },
    {
      ...{ id: "call", type: "exec", z: "mine", command: "echo from a program", addpay: "", append: "" },
      ...{ useSpawn: "false", timer: "5", oldrc: false, name: "", x: 300, y: 160, wires: [["out"], [], []] },
    },
    { ...door("file", "write") },
    {
      ...{ id: "write", type: "file", z: "mine", name: "", filename: file, filenameType: "str" },
      ...{ appendNewline: true, createDir: false, overwriteFile: "true", encoding: "none" },
      ...{ x: 300, y: 240, wires: [["out"]] },
    },
    {
      id: "out",
      type: "http response",
      z: "mine",
      name: "",
      statusCode: "",
      headers: {},
      x: 500,
      y: 80,
      wires: [],
    },
    // On the tab of linkage: one wired from a rule, one in its group, wired from its action.
    { id: "mine-seen", type: "debug", z: TAB, name: "Seen", active: true, x: 400, y: 60, wires: [] },
    {
      ...{ id: "mine-out", type: "link out", z: TAB, g: "nightjar-group-gate", name: "", mode: "link" },
      ...{ links: ["mine-in"], x: 900, y: 444, wires: [] },
    },
    {
      id: "mine-in",
      type: "link in",
      z: "mine",
      name: "",
      links: ["mine-out"],
      x: 100,
      y: 320,
      wires: [["say"]],
    },
  ];
}

/** The tab as an older Nightjar made it of the same rule, called otherwise then, and of one that there is no more. */
function olderTab(): readonly Node[] {
  const common = { z: TAB, g: "nightjar-group-gate", server: "nightjar-here", rule: "gate" };
  const gone = { z: TAB, g: "nightjar-group-gone", server: "nightjar-here", rule: "gone" };
  return [
    { id: TAB, type: "tab", label: "Alarms of mine", disabled: false, info: "" },
    {
      id: "nightjar-here",
      type: "nj-server",
      name: "",
      where: "here",
      url: "",
      base: "nightjar",
      node: "",
      tls: "",
    },
    {
      ...common,
      id: "nightjar-rule-gate",
      type: "nj-rule",
      name: "The old gate",
      x: 190,
      y: 100,
      wires: [["mine-seen"], []],
    },
    {
      ...{ ...common, id: MAIL, type: "nj-tick", name: "", action: FORMER, settings: "{}" },
      ...{ x: 720, y: 444, wires: [["mine-out"]] },
    },
    {
      ...{ id: "nightjar-group-gate", type: "group", z: TAB, name: "The old gate", style: { label: true } },
      ...{ nodes: ["nightjar-rule-gate", MAIL, "mine-out"], x: 40, y: 60, w: 1010, h: 424 },
    },
    { ...gone, id: "nightjar-rule-gone", type: "nj-rule", name: "Gone", x: 190, y: 600, wires: [[], []] },
    {
      ...{ id: "nightjar-group-gone", type: "group", z: TAB, name: "Gone", style: { label: true } },
      ...{ nodes: ["nightjar-rule-gone"], x: 40, y: 560, w: 300, h: 80 },
    },
  ];
}

/** The data directory as an older Nightjar left it, with flows switched on. */
async function prepare(dataDir: string, nodes: readonly Node[]): Promise<void> {
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.firstRun.demoRemoved = true;
    draft.flows.enabled = true;
    draft.linkage.rules.push({
      id: "gate",
      name: "Gate",
      types: ["motion"],
      actions: structuredClone(ACTIONS),
    });
  });
  await config.close();
  const settings = join(dataDir, "config.json");
  await writeFile(settings, (await readFile(settings, "utf8")).replace('"email"', `"${FORMER}"`));
  await writeFile(join(dataDir, "version.json"), '{"nightjar":"0.0.9"}\n');
  await mkdir(join(dataDir, "flows"), { mode: 0o700 });
  await writeFile(join(dataDir, "flows/flows.json"), JSON.stringify(nodes, null, 4), { mode: 0o600 });
}
