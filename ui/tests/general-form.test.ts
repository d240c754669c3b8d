// The page General sends what is changed and nothing else, and nothing that the recorder would refuse.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type GeneralForm, generalChanges, generalProblems } from "../src/pages/system/general-form.ts";
import { doorChange, isOpenToNetwork, isOwnAddress } from "../src/state/own-address.ts";

const HELD: GeneralForm = {
  name: "Shop",
  timeZone: "UTC",
  isOpen: false,
  maxTranscodes: "2",
  detectionPercent: "50",
  logLevel: "notice",
};

describe("the form of general settings", () => {
  it("sends each part only where it was changed", () => {
    assert.deepEqual(generalChanges(HELD, { ...HELD, name: " Shop " }), {});
    assert.deepEqual(generalChanges(HELD, { ...HELD, timeZone: "Asia/Tokyo" }), { timeZone: "Asia/Tokyo" });
    assert.deepEqual(
      generalChanges(HELD, {
        ...HELD,
        isOpen: true,
        name: "Yard",
        maxTranscodes: "0",
        logLevel: "debug",
        detectionPercent: "25",
      }),
      {
        name: "Yard",
        network: { https: { enabled: true, host: "::" } },
        maxTranscodes: 0,
        detectionPercent: 25,
        logLevel: "debug",
      },
    );
    assert.deepEqual(generalChanges({ ...HELD, isOpen: true }, HELD), {
      network: { https: { host: "127.0.0.1" } },
    });
  });

  it("sends no name that is empty or too long, and no number out of its bounds", () => {
    const wrong = (part: Partial<GeneralForm>) => [...generalProblems({ ...HELD, ...part })];
    assert.deepEqual(wrong({}), []);
    assert.deepEqual(wrong({ name: "  " }), ["name"]);
    assert.deepEqual(wrong({ name: "n".repeat(81) }), ["name"]);
    for (const maxTranscodes of ["", "-1", "65", "2.5", "many"])
      assert.deepEqual(wrong({ maxTranscodes }), ["maxTranscodes"], maxTranscodes);
    for (const detectionPercent of ["", "4", "101", "5.5", "all"])
      assert.deepEqual(wrong({ detectionPercent }), ["detectionPercent"], detectionPercent);
  });
});

describe("a door of the recorder", () => {
  it("is open to the network where anybody but the machine itself reaches it", () => {
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
      assert.equal(isOwnAddress(host), true, host);
    for (const host of ["::", "0.0.0.0", "192.168.1.4", "localhost.example"])
      assert.equal(isOpenToNetwork({ enabled: true, host }), true, host);
    assert.equal(isOpenToNetwork({ enabled: false, host: "::" }), false);
    assert.equal(isOpenToNetwork({ enabled: true, ...doorChange(true), host: "::" }), true);
    assert.equal(doorChange(false).host, "127.0.0.1");
  });
});
