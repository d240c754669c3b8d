import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SecretStore } from "../../../core/config/secret-store.ts";
import { createLog } from "../../../core/log.ts";
import { httpFixture } from "./http-fixture.ts";

const CANARY = "canary-4711";

describe("secrets (attack list A17)", () => {
  it("appear in no answer, no log line, no audit entry and no file in clear", async (t) => {
    const lines: string[] = [];
    const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
    const { app, ask, tokenOf, users, db, dataDir } = await httpFixture(t, log);
    const token = await tokenOf("admin");
    const secrets = await SecretStore.open({ dataDir });
    await secrets.set("camera/yard/password", CANARY);
    const config = { url: `rtsp://admin:${CANARY}@192.0.2.9/`, password: CANARY };
    const answers = [
      await ask("/api/v1/cameras", { method: "POST", token, body: { name: "Door", driver: "rtsp", config } }),
      await ask("/api/v1/cameras/yard", { method: "PATCH", token, body: { config } }),
      await ask("/api/v1/cameras/probe", { method: "POST", token, body: { driver: "rtsp", config } }),
      await ask("/api/v1/users", {
        method: "POST",
        token,
        body: { name: "kim", role: "viewer", password: `${CANARY} heron quarry` },
      }),
      await ask("/api/v1/session", {
        method: "POST",
        body: { username: "kim", password: `${CANARY} heron quarry` },
      }),
      await ask("/api/v1/session", { method: "POST", body: { username: "kim", password: CANARY } }),
      await ask("/api/v1/activate", {
        method: "POST",
        body: { code: CANARY, username: "eve", password: CANARY },
      }),
    ];
    for (const each of app.routes) {
      if (each.method !== "GET" || each.path.endsWith("/changes")) continue;
      answers.push(await ask(each.path.replace(":id", "yard"), { token }));
    }
    await users.audit.settled();
    for (const answer of answers) assert.ok(!answer.text.includes(CANARY), answer.text);
    assert.ok(!lines.join("").includes(CANARY));
    assert.ok(!JSON.stringify(await db.all("select * from audit")).includes(CANARY));
    assert.ok(!JSON.stringify(await db.all("select * from login_attempts")).includes(CANARY));
    for (const name of await readdir(dataDir)) {
      assert.ok(!(await readFile(join(dataDir, name), "latin1")).includes(CANARY), name);
    }
  });

  it("of inner faults stay inside: the log has the cause, the caller has a sentence", async (t) => {
    const lines: string[] = [];
    const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
    const { ask, tokenOf, services } = await httpFixture(t, log);
    const token = await tokenOf("admin");
    services.cameras.drivers = () => {
      throw new TypeError("cannot read /etc/inner-detail");
    };
    const answer = await ask("/api/v1/camera-drivers", { token });
    assert.equal(answer.status, 500);
    assert.equal(answer.json["code"], "NJ_INTERNAL");
    assert.ok(!answer.text.includes("inner-detail"));
    assert.ok(lines.join("").includes("inner-detail"));
  });
});
