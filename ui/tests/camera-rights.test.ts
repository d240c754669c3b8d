// What the page of users offers to withhold for a camera is what the recorder's roles hold.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GRANTABLE_RIGHTS, ROLES, roleHolds } from "../../core/domain/roles.ts";
import { CAMERA_RIGHTS } from "../src/state/roles.ts";

describe("rights over single cameras on the page of users", () => {
  it("are those of the role; administrators have all of all", () => {
    for (const role of ROLES) {
      const held = role === "administrator" ? [] : GRANTABLE_RIGHTS.filter((right) => roleHolds(role, right));
      assert.deepEqual([...CAMERA_RIGHTS[role]].sort(), [...held].sort(), role);
    }
  });
});
