import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CAMERA_RIGHTS,
  isRole,
  RIGHTS_OF_ROLE,
  ROLES,
  roleHolds,
  SYSTEM_RIGHTS,
  scopeIncludes,
} from "../../../core/domain/roles.ts";

describe("roles (manual 17.1, 17.2)", () => {
  it("lets administrators do everything", () => {
    for (const right of [...CAMERA_RIGHTS, ...SYSTEM_RIGHTS])
      assert.ok(roleHolds("administrator", right), right);
  });

  it("gives each role all that the next lower one has", () => {
    for (const right of RIGHTS_OF_ROLE.viewer) assert.ok(roleHolds("operator", right), right);
    assert.ok(RIGHTS_OF_ROLE.operator.size > RIGHTS_OF_ROLE.viewer.size);
  });

  it("keeps users, settings and the editing of cameras and flows to administrators", () => {
    for (const right of [
      "users.manage",
      "settings.edit",
      "cameras.edit",
      "flows.edit",
      "linkage.run",
      "audit.view",
    ] as const) {
      assert.deepEqual(
        ROLES.filter((role) => roleHolds(role, right)),
        ["administrator"],
        right,
      );
    }
  });

  it("lets viewers watch but take nothing away", () => {
    assert.ok(roleHolds("viewer", "live") && roleHolds("viewer", "playback"));
    assert.ok(!roleHolds("viewer", "export") && !roleHolds("viewer", "recordings.manual"));
  });

  it("knows which cameras a scope includes", () => {
    assert.ok(scopeIncludes("all", "yard"));
    assert.ok(scopeIncludes(["yard"], "yard"));
    assert.ok(!scopeIncludes(["yard"], "gate"));
    assert.ok(!scopeIncludes([], "gate"));
  });

  it("knows no other role", () => {
    assert.ok(isRole("viewer"));
    assert.ok(!isRole("root") && !isRole("constructor"));
  });
});
