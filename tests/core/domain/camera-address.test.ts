// Cameras by the name that somebody writes into an address.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressName, cameraMeant } from "../../../core/domain/camera-address.ts";

describe("a camera's name in an address", () => {
  it("is made of lower case letters, figures and hyphens, whatever the script", () => {
    assert.equal(addressName("Front door"), "front-door");
    assert.equal(addressName("  Küche / Süd (2) "), "kuche-sud-2");
    assert.equal(addressName("前门"), "前门");
    assert.equal(addressName("…"), "");
  });

  it("means the camera with this id, else the only one of this name", () => {
    const cameras = [
      { id: "yard", name: "Back yard" },
      { id: "back-yard", name: "Gate" },
      { id: "one", name: "Hall" },
      { id: "two", name: "HALL!" },
    ];
    assert.equal(cameraMeant("back-yard", cameras)?.id, "back-yard");
    assert.equal(cameraMeant("gate", cameras)?.id, "back-yard");
    assert.equal(cameraMeant("Gate", cameras)?.id, "back-yard");
    assert.equal(cameraMeant("hall", cameras), undefined);
    assert.equal(cameraMeant("...", cameras), undefined);
    assert.equal(cameraMeant("cellar", cameras), undefined);
  });
});
