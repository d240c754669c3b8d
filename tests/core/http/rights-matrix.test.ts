// Everybody at every address about every camera, through the gateway at the real router: what docs/reference/rights.md says
// is what happens, nothing of a foreign camera leaks, and a foreign camera is a missing one (attack list A1, A2, A16).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TSchema } from "typebox";
import { MEDIA_ROUTES } from "../../../core/gateway/doors/routes.ts";
import type { Route } from "../../../core/http/route.ts";
import {
  type Answer,
  type Asker,
  CAMERA_NAMES,
  cameraPlace,
  rightsRows,
} from "../../../scripts/rights-page.ts";
import { sampleOf } from "../../support/shape-samples.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD } from "../users/users-fixture.ts";
import { type DoorAsk, type DoorsFixture, doorsFixture } from "./doors-fixture.ts";

/** Who asks: their role in the table, and the cameras that are theirs. */
interface Account {
  readonly name: string;
  readonly asker: Asker;
  readonly cameras: "all" | readonly string[];
}

const ACCOUNTS: readonly Account[] = [
  { name: "root", asker: "administrator", cameras: "all" },
  { name: "ola", asker: "operator", cameras: "all" },
  { name: "otto", asker: "operator", cameras: ["yard"] },
  { name: "vera", asker: "viewer", cameras: "all" },
  { name: "viggo", asker: "viewer", cameras: ["yard"] },
  { name: "nemo", asker: "viewer", cameras: [] },
  { name: "dora, who was disabled", asker: "nobody", cameras: [] },
  { name: "somebody whose session expired", asker: "nobody", cameras: [] },
  { name: "nobody", asker: "nobody", cameras: [] },
];
const CAMERAS = ["yard", "gate", "nowhere"] as const;
/** Nothing but a camera's own data holds these words. */
const OF_CAMERA = { yard: "secret of the yard", gate: "secret of the gate" } as const;

const DENIED = new Set(["NJ_UNAUTHENTICATED", "NJ_PERMISSION_DENIED", "NJ_CAMERA_NOT_FOUND"]);

interface Question {
  readonly name: string;
  readonly place: "path" | "query" | "body" | undefined;
  readonly answers: Readonly<Record<Asker, Answer>>;
  /** The right over the camera that it takes, where it takes one. */
  readonly right?: string | undefined;
  /** Asked as a browser does that is signed in, where no token opens it. */
  readonly byCookie?: true;
  path(camera: string): string;
  ask(camera: string): DoorAsk;
}

/** New sessions of all accounts. */
async function tokensOf(fixture: DoorsFixture): Promise<ReadonlyMap<string, string | undefined>> {
  const { accounts, sessions } = fixture.users;
  const tokens = new Map<string, string | undefined>();
  const stale = await sessions.open("sam", CLIENT);
  fixture.clock.turn(90_000_000);
  const dora = await sessions.open("dora", CLIENT);
  await accounts.change("dora", { enabled: false }, ACTOR);
  await accounts.change("dora", { enabled: true }, ACTOR);
  await accounts.change("dora", { enabled: false }, ACTOR);
  for (const { name, asker } of ACCOUNTS) {
    if (asker === "nobody") continue;
    tokens.set(name, (await sessions.open(name, CLIENT)).token);
  }
  tokens.set("dora, who was disabled", dora.token);
  tokens.set("somebody whose session expired", stale.token);
  return tokens;
}

async function fixtureOf(t: Parameters<typeof doorsFixture>[0]): Promise<DoorsFixture> {
  const fixture = await doorsFixture(t);
  const { accounts } = fixture.users;
  await accounts.create({ name: "dora", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  await accounts.create({ name: "sam", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  for (const { name, asker, cameras } of ACCOUNTS) {
    if (asker === "nobody") continue;
    await accounts.create({ name, role: asker, password: GOOD_PASSWORD, cameras }, ACTOR);
  }
  markCameras(fixture);
  return fixture;
}

/** Every answer about a camera carries its word. */
function markCameras({ cameras, services }: DoorsFixture): void {
  for (const [id, word] of Object.entries(OF_CAMERA)) {
    const camera = cameras.get(id);
    if (camera !== undefined) cameras.set(id, { ...camera, name: word });
  }
  const words = (ids: readonly string[]) =>
    ids.map((id) => ({ camera: id, text: OF_CAMERA[id as keyof typeof OF_CAMERA] }));
  services.recordings.list = async ({ camera }) => ({ segments: words([camera]) as never, gaps: [] });
  services.recordings.coverage = async (query) => ({ cameras: words(query.cameras) as never });
  services.recordings.calendar = async (query) => ({ timeZone: "UTC", days: words(query.cameras) as never });
  services.events.search = async (query) => ({
    events: words(query.cameras ?? ["yard", "gate"]).map((one) => ({
      ...one,
      objects: [],
      detail: { said: one.text },
    })) as never,
  });
}

function questionsOf(routes: readonly Route[]): Question[] {
  const rows = new Map(rightsRows(routes).map((row) => [`${row.method} ${row.path}`, row.answers]));
  const answersOf = (name: string) => {
    const found = rows.get(name);
    assert.ok(found !== undefined, `${name} is in no table of rights`);
    return found;
  };
  const ofRoutes = routes.map((route): Question => {
    const name = `${route.method} ${route.path}`;
    const place = cameraPlace(route);
    return {
      name,
      place,
      answers: answersOf(name),
      right: "right" in route.policy ? route.policy.right : undefined,
      path(camera) {
        const path = route.path
          .replace("/cameras/:id", `/cameras/${camera}`)
          .replace(":segment", "1-n1-1-1")
          .replace(/:\w+/, "job-1");
        // What must be there, and the camera: all else is for tests of the routes.
        const { required = [] } = (route.query ?? {}) as { required?: readonly string[] };
        const sample = route.query === undefined ? {} : (sampleOf(route.query) as Record<string, unknown>);
        const given = {
          ...Object.fromEntries(required.map((name) => [name, sample[name]])),
          ...(required.includes("end") ? { end: "2026-01-01T01:00:00Z" } : {}),
          ...(place === "query" ? { cameras: camera } : {}),
        };
        return `${path}?${new URLSearchParams(given as Record<string, string>)}`;
      },
      ask: (camera) => ({ method: route.method, ...bodyOf(route, camera, place) }),
    };
  });
  const ofGateway = MEDIA_ROUTES.map((media): Question => {
    const name = `GET /api/v1/cameras/:id/${media}`;
    const query = media === "clip.mp4" ? "?start=2026-01-01T00:00:00Z&end=2026-01-01T00:01:00Z" : "";
    return {
      name,
      place: "path",
      answers: answersOf(name),
      right: { live: "live", playback: "playback", "clip.mp4": "export", "snapshot.jpg": "snapshot" }[media],
      path: (camera) => `/api/v1/cameras/${camera}/${media}${query}`,
      ask: () => ({ upgrade: media === "live" || media === "playback" }),
    };
  });
  // Behind them nothing runs: who is let through is told so. The door to the broker asks in MQTT's own packets.
  const ofFlows = (["/flows/…", "/flows-http/…"] as const).map((path): Question => {
    const name = `GET ${path}`;
    return {
      ...{ name, place: undefined, answers: answersOf(name) },
      ...(path === "/flows/…" ? { byCookie: true } : {}),
      path: () => path.replace("…", "settings"),
      ask: () => ({}),
    };
  });
  return [...ofRoutes, ...ofGateway, ...ofFlows];
}

function bodyOf(route: Route, camera: string, place: Question["place"]): DoorAsk {
  if (route.fileLimitBytes !== undefined)
    return { body: "{}", headers: { "content-type": "application/octet-stream" } };
  if (route.body === undefined) return {};
  const sample = sampleOf(route.body as TSchema) as Record<string, unknown>;
  return { body: place === "body" ? { ...sample, camera } : sample };
}

/** What the table promises an account about a camera. */
function expected(
  { answers, place }: Question,
  account: Account,
  camera: string,
): "done" | "missing" | "denied" {
  const answer = answers[account.asker];
  if (answer === "no") return "denied";
  if (place === undefined) return "done";
  const isThere = camera !== "nowhere";
  if (answer === "yes") return isThere ? "done" : "missing";
  return isThere && (account.cameras === "all" || account.cameras.includes(camera)) ? "done" : "missing";
}

describe("who may do what (attack list A1, A2)", () => {
  it("is as the table of rights says, for every account, address and camera, and leaks nothing of other cameras", async (t) => {
    const fixture = await fixtureOf(t);
    const { app, knock } = fixture;
    const questions = questionsOf(app.routes);
    let asked = 0;
    let tokens: ReadonlyMap<string, string | undefined> | undefined;
    for (const question of questions) {
      // What changes cameras for good is asked about one that is not there: whether it is refused does not depend on it.
      const changes =
        question.name === "DELETE /api/v1/cameras/:id" || question.name === "PATCH /api/v1/cameras/:id";
      tokens ??= await tokensOf(fixture);
      let hasChanged = false;
      for (const account of ACCOUNTS) {
        const texts = new Map<string, string>();
        for (const camera of CAMERAS) {
          if (question.place === undefined && camera !== "yard") continue;
          const token = tokens.get(account.name);
          const shown: DoorAsk =
            question.byCookie === true && token !== undefined
              ? { headers: { cookie: `nightjar=${token}` } }
              : { token };
          const answer = await knock(question.path(camera), { ...question.ask(camera), ...shown });
          asked += 1;
          hasChanged ||= answer.status < 300 && (question.ask(camera).method ?? "GET") !== "GET";
          const label = `${account.name}: ${question.name} for ${camera}: ${answer.status} ${answer.text.slice(0, 200)}`;
          const wanted =
            changes && account.asker === "administrator" ? "any" : expected(question, account, camera);
          if (wanted === "done") assert.ok(!DENIED.has(answer.code ?? ""), label);
          if (wanted === "missing") assert.equal(answer.code, "NJ_CAMERA_NOT_FOUND", label);
          if (wanted === "missing") assert.equal(answer.status, 404, label);
          if (wanted === "denied")
            assert.equal(
              answer.code,
              account.asker === "nobody" ? "NJ_UNAUTHENTICATED" : "NJ_PERMISSION_DENIED",
              label,
            );
          for (const [id, word] of Object.entries(OF_CAMERA)) {
            const sees =
              account.asker !== "nobody" && (account.cameras === "all" || account.cameras.includes(id));
            if (!sees)
              assert.ok(!JSON.stringify([answer.headers, answer.text]).includes(word), `leak to ${label}`);
          }
          if (wanted === "missing") texts.set(camera, `${answer.status} ${answer.text}`);
          // A session that the question itself ended is not asked with again.
          if (question.name.includes("/session")) break;
        }
        assert.ok(
          new Set(texts.values()).size <= 1,
          `${account.name} can tell a foreign camera: ${question.name}`,
        );
      }
      // Some questions end sessions.
      if (hasChanged) tokens = undefined;
    }
    t.diagnostic(`${asked} questions: ${ACCOUNTS.length} accounts at ${questions.length} addresses`);
    assert.ok(asked > questions.length * ACCOUNTS.length);
  });

  it("is judged by camera and right: an account may do less with one camera than with the other", async (t) => {
    const fixture = await fixtureOf(t);
    const left = ["live", "cameras.view"];
    await fixture.users.accounts.create(
      {
        ...{ name: "paula", role: "operator", password: GOOD_PASSWORD },
        cameras: ["yard", { id: "gate", rights: ["live"] }],
      },
      ACTOR,
    );
    const { token } = await fixture.users.sessions.open("paula", CLIENT);
    const withheld: string[] = [];
    for (const question of questionsOf(fixture.app.routes)) {
      const { name, right, place, answers } = question;
      if (place === undefined || right === undefined || answers.operator === "no") continue;
      for (const camera of ["yard", "gate"]) {
        const { code, status, text } = await fixture.knock(question.path(camera), {
          ...question.ask(camera),
          token,
        });
        const label = `${name} for ${camera}: ${status} ${text.slice(0, 200)}`;
        if (camera === "yard" || left.includes(right)) assert.ok(!DENIED.has(code ?? ""), label);
        else {
          assert.deepEqual([status, code], [403, "NJ_PERMISSION_DENIED"], label);
          withheld.push(right);
        }
      }
    }
    const kinds = [...new Set(withheld)].sort();
    for (const right of ["playback", "snapshot", "export", "ptz", "recordings.manual", "recordings.lock"])
      assert.ok(kinds.includes(right), `${right} is asked for somewhere: ${kinds}`);
    const { text } = await fixture.knock("/api/v1/session", { token });
    const { cameras, cameraRights } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(cameras, ["yard", "gate"]);
    assert.deepEqual(cameraRights, { gate: left });
    // Lists leave out what is withheld.
    const events = await fixture.knock("/api/v1/events", { token });
    assert.ok(events.text.includes(OF_CAMERA.yard) && !events.text.includes(OF_CAMERA.gate));
    const list = await fixture.knock("/api/v1/cameras", { token });
    assert.ok(list.text.includes(OF_CAMERA.yard) && list.text.includes(OF_CAMERA.gate));
    // No token of hers has more, nor has a ticket.
    const ticket = (rights: string[]) =>
      fixture.knock("/api/v1/media-tickets", { method: "POST", token, body: { camera: "gate", rights } });
    assert.equal((await ticket(["live"])).status, 201);
    assert.equal((await ticket(["live", "playback"])).code, "NJ_PERMISSION_DENIED");
  });

  it("is told of every address: none takes a camera under a name that the table does not know", async (t) => {
    const { app } = await doorsFixture(t);
    // What is proposed for cameras to come names none.
    const known = new Set<string>([...CAMERA_NAMES, "camera-drivers", "newCameras"]);
    for (const route of app.routes) {
      for (const shape of [route.params, route.query, route.body]) {
        const names = Object.keys((shape as { properties?: object } | undefined)?.properties ?? {});
        const strange = names.filter((name) => /cam|channel|source-id/i.test(name) && !known.has(name));
        assert.deepEqual(strange, [], `${route.method} ${route.path}: tell scripts/rights-page.ts about it`);
      }
    }
  });

  it("lists cameras, timelines and events of an account's own cameras only where none is named", async (t) => {
    const fixture = await fixtureOf(t);
    const tokens = await tokensOf(fixture);
    const range = "start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z";
    for (const path of [
      "/api/v1/cameras",
      `/api/v1/recordings/coverage?${range}`,
      "/api/v1/recordings/calendar?from=2026-01-01&to=2026-01-02",
      "/api/v1/events",
    ]) {
      for (const { name, asker, cameras } of ACCOUNTS) {
        if (asker === "nobody") continue;
        const { status, text } = await fixture.knock(path, { token: tokens.get(name) });
        assert.equal(status, 200, `${name} ${path}`);
        for (const [id, word] of Object.entries(OF_CAMERA)) {
          assert.equal(
            text.includes(word),
            cameras === "all" || cameras.includes(id),
            `${name} ${path} ${id}`,
          );
        }
      }
    }
  });
});

describe("the editor of flows (attack list A1, A14)", () => {
  it("is opened by no token, whoever's it is", async (t) => {
    const fixture = await fixtureOf(t);
    const tokens = await tokensOf(fixture);
    const { status, code } = await fixture.knock("/flows/settings", { token: tokens.get("root") });
    assert.deepEqual([status, code], [403, "NJ_PERMISSION_DENIED"]);
    const through = await fixture.knock("/flows-http/settings", { token: tokens.get("ola") });
    assert.deepEqual([through.status, through.code], [503, "NJ_FLOWS_AWAY"]);
  });
});

describe("other ways to the same addresses (attack list A1, A3, A16)", () => {
  it("are no ways in: methods, tokens in addresses, headers that claim somebody", async (t) => {
    const fixture = await fixtureOf(t);
    const tokens = await tokensOf(fixture);
    const token = tokens.get("root") ?? "";
    const paths = questionsOf(fixture.app.routes).map(
      (question) => [question, question.path("yard")] as const,
    );
    for (const [{ name, answers }, path] of paths) {
      if (answers.nobody === "yes") continue;
      for (const method of ["HEAD", "OPTIONS", "PROPFIND", "TRACE"]) {
        const { status } = await fixture.knock(path, { method });
        // Methods that change are judged by where they come from first.
        const refusals = name.startsWith("GET /flows") ? [401, 403, 404, 405] : [401, 404, 405];
        assert.ok(refusals.includes(status), `${method} instead of ${name}: ${status}`);
      }
      if (!name.startsWith("GET ")) continue;
      const joint = path.includes("?") ? "&" : "?";
      for (const key of ["token", "access_token", "ticket", "authorization", "auth", "api_key"]) {
        const { status } = await fixture.knock(`${path}${joint}${key}=${token}`);
        assert.equal(status, 401, `${key} in the address of ${name}`);
      }
      for (const headers of [
        { "x-nightjar-client-address": "127.0.0.1", "x-nightjar-client-secure": "1" },
        { "x-remote-user": "root", "remote-user": "root", "x-forwarded-user": "root" },
        { "x-forwarded-for": "127.0.0.1", forwarded: "for=127.0.0.1;by=127.0.0.1", "x-real-ip": "::1" },
        { authorization: `Basic ${Buffer.from(`root:${GOOD_PASSWORD}`).toString("base64")}` },
        { authorization: `Token ${token}` },
        { authorization: `Bearer ${token}, Bearer ${token}` },
        { "x-auth-token": token, "x-api-key": token, "x-session": token },
        { cookie: `session=${token}; token=${token}; NIGHTJAR=${token}` },
        // The cookie of HTTPS does not count on plain HTTP.
        { "sec-fetch-site": "same-origin", host: "localhost" },
      ]) {
        const { status } = await fixture.knock(path, { headers });
        assert.equal(status, 401, `${JSON.stringify(headers)} at ${name}`);
      }
    }
  });

  it("by media ticket lead to its camera, for its rights, until its session ends", async (t) => {
    const fixture = await fixtureOf(t);
    const tokens = await tokensOf(fixture);
    const token = tokens.get("ola") ?? "";
    const made = await fixture.knock("/api/v1/media-tickets", {
      method: "POST",
      token,
      body: { camera: "yard", rights: ["live"] },
    });
    assert.equal(made.status, 201);
    const { ticket } = JSON.parse(made.text) as { ticket: string };
    const at = (camera: string, media: string, upgrade: boolean) =>
      fixture.knock(`/api/v1/cameras/${camera}/${media}?ticket=${ticket}`, { upgrade });
    assert.equal((await at("yard", "live", true)).status, 101);
    const foreign = await at("gate", "live", true);
    const missing = await at("nowhere", "live", true);
    assert.deepEqual([foreign.status, foreign.text], [404, missing.text]);
    assert.equal((await at("yard", "playback", true)).code, "NJ_PERMISSION_DENIED");
    assert.equal((await at("yard", "clip.mp4", false)).code, "NJ_PERMISSION_DENIED");
    // Of no use anywhere else.
    assert.equal((await fixture.knock("/api/v1/cameras", { token: ticket })).status, 401);
    assert.equal((await fixture.knock(`/api/v1/cameras?ticket=${ticket}`)).status, 401);
    await fixture.knock("/api/v1/session", { method: "DELETE", token });
    assert.equal((await at("yard", "live", true)).status, 401);
  });

  it("are told apart by nothing in the answer's headers", async (t) => {
    const fixture = await fixtureOf(t);
    const tokens = await tokensOf(fixture);
    const token = tokens.get("viggo");
    const plain = ({ headers }: { headers: Readonly<Record<string, unknown>> }) => ({ ...headers, date: "" });
    for (const path of [
      "",
      "/recordings?start=2026-01-01T00:00:00Z&end=2026-01-01T01:00:00Z",
      "/snapshot.jpg",
    ]) {
      const foreign = await fixture.knock(`/api/v1/cameras/gate${path}`, { token });
      const missing = await fixture.knock(`/api/v1/cameras/nowhere${path}`, { token });
      assert.deepEqual(plain(foreign), plain(missing));
    }
  });
});
