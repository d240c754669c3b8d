// What the command line has done stands in the audit log: each of its calls is named here as one that changes something, with
// its entry, or as one that only looks. A new call that is in neither list does not compile.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cliHandlers } from "../../../core/control/cli-link.ts";
import type { CoreMethodsForCli } from "../../../core/control/cli-protocol.ts";
import type { PluginJob } from "../../../core/plugin/install/install-job.ts";
import { authenticatorApp } from "../../support/authenticator-app.ts";
import { SEAL_PASSWORD, settingsFixture } from "../settings/settings-fixture.ts";
import { ACTOR, GOOD_PASSWORD } from "../users/users-fixture.ts";

type Call = keyof CoreMethodsForCli;
type Params<C extends Call> = Parameters<CoreMethodsForCli[C]>[0];
/** Made from what earlier calls answered. */
type Made = { readonly answers: Readonly<Record<string, unknown>> };
type Plan = {
  readonly [C in Call]: { readonly act?: string; readonly params: (made: Made) => Params<C> };
};

const CAMERA = { name: "Yard", driver: "rtsp", config: { url: "rtsp://192.0.2.5/yard" } };
const JOB: PluginJob = {
  ...{ id: "job-1", action: "install", status: "waiting", createdAt: "2026-01-01T00:00:00.000Z" },
  ...{ lines: [], linesLeftOut: 0 },
};

const of = <T>({ answers }: Made, call: Call): T => answers[call] as T;

/** In the order in which they are called. */
const PLAN: Plan = {
  status: { params: () => ({}) },
  listCameras: { params: () => ({}) },
  probeCamera: { params: () => ({ driver: "rtsp", config: {} }) },
  searchCameras: { act: "cameras-searched", params: () => ({}) },
  addCamera: { act: "camera-added", params: () => ({ camera: CAMERA }) },
  removeCamera: { act: "camera-removed", params: () => ({ id: "yard", footage: "remove" }) },
  listPlugins: { params: () => ({}) },
  searchPlugins: { params: () => ({ text: "x" }) },
  pluginUpdates: { params: () => ({}) },
  startPluginJob: {
    act: "plugin-job-started",
    params: () => ({ action: "install", source: "nightjar-camera-x" }),
  },
  pluginJob: { params: () => ({ id: "job-1" }) },
  cancelPluginJob: { act: "plugin-job-cancelled", params: () => ({ id: "job-1" }) },
  listUsers: { params: () => ({}) },
  activationCode: { params: () => ({}) },
  createUser: {
    act: "user-created",
    params: () => ({ name: "kim", password: GOOD_PASSWORD, role: "viewer" }),
  },
  changeUser: { act: "user-changed", params: () => ({ name: "kim", cameras: ["yard"] }) },
  setPassword: { act: "user-changed", params: () => ({ name: "kim", password: "other words entirely" }) },
  resetSecondFactor: { act: "second-factor-reset", params: () => ({ name: "kim" }) },
  createStreamPassword: { act: "stream-password-created", params: () => ({ name: "kim", label: "player" }) },
  listStreamPasswords: { params: () => ({ name: "kim" }) },
  revokeStreamPassword: {
    act: "stream-password-revoked",
    params: (made) => ({ name: "kim", id: of<{ id: string }>(made, "createStreamPassword").id }),
  },
  createToken: {
    act: "token-created",
    params: () => ({ user: "kim", name: "t", rights: ["live"], cameras: "all", expiresAt: "never" }),
  },
  listTokens: { params: () => ({}) },
  revokeToken: {
    act: "token-revoked",
    params: (made) => ({ id: of<{ token: { id: string } }>(made, "createToken").token.id }),
  },
  exportSettings: { act: "settings-exported", params: () => ({ password: SEAL_PASSWORD }) },
  removeUser: { act: "user-removed", params: () => ({ name: "kim" }) },
  importSettings: {
    act: "settings-imported",
    params: (made) => ({
      file: of<{ file: string }>(made, "exportSettings").file,
      password: SEAL_PASSWORD,
      dryRun: false,
    }),
  },
  lastSettingsImport: { params: () => ({}) },
  rollbackSettings: { act: "settings-import-taken-back", params: () => ({}) },
};

describe("the calls of the command line", () => {
  it("leave an entry in the audit log wherever they change something, and none where they look", async (t) => {
    const { users, clock, transfer: settingsTransfer } = await settingsFixture(t);
    await users.accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
    const done: unknown[] = [];
    const handlers = cliHandlers({
      users,
      settingsTransfer,
      cameras: {
        list: () => [],
        probe: async () => ({}),
        search: async () => ({ found: [], isCut: false, problems: [] }),
        async create(camera: object) {
          done.push(camera);
          return { ...camera, id: "yard" };
        },
        async remove(...args: unknown[]) {
          done.push(args);
        },
      } as never,
      status: { status: async () => ({}) } as never,
      plugins: { list: () => [] } as never,
      pluginInstaller: {
        ...{ search: async () => [], updates: async () => [] },
        ...{ start: () => JOB, job: () => JOB, cancel: () => JOB },
      } as never,
    });
    assert.deepEqual(Object.keys(handlers).sort(), Object.keys(PLAN).sort());
    const entries = async () => {
      await users.audit.settled();
      return (await users.audit.list({ limit: 500 })).toReversed();
    };
    const answers: Record<string, unknown> = {};
    const prepare: Partial<Record<string, () => Promise<unknown>>> = {
      async resetSecondFactor() {
        const app = authenticatorApp((await users.secondFactors.begin("kim")).uri);
        await users.secondFactors.confirm("kim", app.codeAt(clock.nowMs), ACTOR);
      },
    };
    for (const [call, { act, params }] of Object.entries(PLAN)) {
      await prepare[call]?.();
      const before = (await entries()).length;
      answers[call] = await handlers[call as Call](params({ answers }) as never);
      const written = (await entries()).slice(before);
      assert.deepEqual(
        written.map(({ action, userName }) => `${action} by ${userName}`),
        act === undefined ? [] : [`${act} by command line`],
        call,
      );
    }
    assert.deepEqual(done, [CAMERA, ["yard", "remove"]]);
    const [removed] = (await entries()).filter(({ action }) => action === "camera-removed");
    assert.deepEqual([removed?.camera, removed?.detail], ["yard", { footage: "remove" }]);
  });

  it("that fail leave none", async (t) => {
    const { users, transfer: settingsTransfer } = await settingsFixture(t);
    const handlers = cliHandlers({
      ...{ users, settingsTransfer },
      cameras: {
        async remove() {
          throw new TypeError("there is none");
        },
      } as never,
      ...{ status: {} as never, plugins: {} as never, pluginInstaller: {} as never },
    });
    await assert.rejects(async () => handlers.removeCamera({ id: "none", footage: "keep" }), TypeError);
    await assert.rejects(async () => handlers.addCamera({ camera: { name: "" } }));
    await users.audit.settled();
    assert.deepEqual(await users.audit.list({ limit: 10 }), []);
  });
});
