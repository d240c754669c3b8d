// What can be switched at cameras, as retained states; pictures that are published; and who may have and switch what.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openDb } from "../../../core/db/open-db.ts";
import type { Right } from "../../../core/domain/roles.ts";
import type { DetectionView } from "../../../core/http/detection-schemas.ts";
import { silentLog } from "../../../core/log.ts";
import { judgePublish, mayReceive } from "../../../core/mqtt/access.ts";
import { SwitchStates } from "../../../core/mqtt/switch-states.ts";
import type { AuxiliaryPart } from "../../../core/plugin/contract/camera-abilities.ts";
import type { Principal } from "../../../core/users/principal.ts";

const OF_MOTION = "yard/detector/nightjar-vca-motion/motion";
const OF_ACME = "yard/detector/acme~nightjar-vca-x/x";

describe("states of what can be switched at cameras", () => {
  it("follow what there is, come again with the broker, and are cleared, also those of a former run", async (t) => {
    const db = await openDb(":memory:", { log: silentLog });
    t.after(() => db.close());
    const sent: string[] = [];
    let isUp = true;
    const detectors = new Map([
      ["nightjar-vca-motion/motion", true],
      ["@acme/nightjar-vca-x/x", true],
    ]);
    let sirens: { part: AuxiliaryPart; on: boolean }[] = [];
    const cameras = new Set(["yard"]);
    const states = (): SwitchStates =>
      new SwitchStates({
        ...{ db, log: silentLog, base: () => "nightjar" },
        cameras: { list: () => [...cameras].map((id) => ({ id })) },
        detection: {
          of: (camera) =>
            !cameras.has(camera)
              ? undefined
              : ({
                  enabled: false,
                  detectors: [...detectors].map(([detector, isPresent]) => ({
                    ...{ detector, enabled: true, isPresent },
                  })),
                } as unknown as DetectionView),
        },
        abilities: { auxiliaryStates: () => sirens },
        async publish({ topic, payload, retain }) {
          assert.equal(retain, true);
          if (!isUp) throw new Error("away");
          sent.push(`${topic.replace("nightjar/camera/", "").replace("/state", "")} ${payload}`);
        },
      });
    const first = states();
    await first.camera("yard");
    assert.deepEqual(sent, [], "nothing before there is a broker");
    await first.all();
    assert.deepEqual(sent.splice(0), ["yard/detection OFF", `${OF_MOTION} ON`, `${OF_ACME} ON`]);
    sirens = [{ part: "siren", on: false }];
    await first.camera("yard");
    assert.deepEqual(sent.splice(0), ["yard/auxiliary/siren OFF"]);
    sirens = [{ part: "siren", on: true }];
    detectors.set("@acme/nightjar-vca-x/x", false);
    await first.detectorsChanged();
    assert.deepEqual(sent.splice(0), [`${OF_ACME} `, "yard/auxiliary/siren ON"]);

    // Away when the siren goes and the camera with it: both are cleared in the next life.
    isUp = false;
    sirens = [];
    await assert.rejects(first.camera("yard"), /away/);
    isUp = true;
    cameras.clear();
    await states().all();
    assert.deepEqual(sent, ["yard/detection ", `${OF_MOTION} `, "yard/auxiliary/siren "]);
  });
});

describe("topics of cameras", () => {
  const who = (rights: readonly Right[], cameras: Principal["cameras"]): Principal => ({
    ...{ sessionId: "s", userName: "ann", role: "administrator", cameras, expiresAtMs: 1 },
    token: { id: "t", name: "t", rights: new Set(rights), expiresAtMs: undefined },
  });
  const TAKEN: Readonly<Record<string, Right>> = {
    "ptz/set": "ptz",
    "snapshot/set": "snapshot",
    "detection/set": "cameras.edit",
    "detector/nightjar-vca-motion/motion/set": "cameras.edit",
    "auxiliary/siren/set": "outputs.set",
  };
  const SENT: Readonly<Record<string, Right>> = {
    snapshot: "snapshot",
    "event/snapshot": "snapshot",
    "detection/state": "cameras.view",
    "detector/nightjar-vca-motion/motion/state": "cameras.view",
    "auxiliary/light/state": "cameras.view",
  };
  for (const [path, right] of Object.entries(TAKEN)) {
    it(`take ${path} of who has the right ${right}, never retained, and give it to nobody`, () => {
      const topic = `nightjar/camera/yard/${path}`;
      const judge = (principal: Principal, retain = false): string =>
        judgePublish(principal, "nightjar", { topic, retain });
      assert.equal(judge(who([right], "all")), "taken");
      assert.equal(judge(who([right], "all"), true), "dropped");
      assert.equal(judge(who(["mqtt.connect", "live", "cameras.view"], "all")), "dropped");
      if (right === "ptz" || right === "snapshot") assert.equal(judge(who([right], ["gate"])), "dropped");
      assert.equal(mayReceive(who([right], "all"), "nightjar", topic), false);
    });
  }
  for (const [path, right] of Object.entries(SENT)) {
    it(`give ${path} to who has the right ${right} for the camera, and take it of nobody`, () => {
      const topic = `nightjar/camera/yard/${path}`;
      assert.equal(mayReceive(who([right], ["yard"]), "nightjar", topic), true);
      assert.equal(mayReceive(who([right], ["gate"]), "nightjar", topic), false);
      assert.equal(mayReceive(who(["events.view", "live"], "all"), "nightjar", topic), false);
      assert.equal(judgePublish(who([right], "all"), "nightjar", { topic, retain: false }), "dropped");
    });
  }
});
