import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { textFrom } from "../src/locale/problem-text.ts";
import { saidText, subjectText } from "../src/pages/events/event-words.ts";

describe("what an event is about", () => {
  it("is called by its name, with the number that is printed on a receipt, else its own", () => {
    assert.equal(
      subjectText({ subject: "panic", detail: { input: "panic", name: "Panic button" } }),
      "Panic button",
    );
    const till = { till: "till-1", name: "Counter", receipt: 2 };
    assert.equal(subjectText({ subject: "till-1/2", detail: till }), "Counter, receipt 2");
    assert.equal(
      subjectText({ subject: "till-1/2", detail: { ...till, number: "A-17" } }),
      "Counter, receipt A-17",
    );
  });

  it("stays as it was told where it has no name, and is nothing where nothing was told", () => {
    assert.equal(subjectText({ subject: "192.0.2.7", detail: {} }), "192.0.2.7");
    assert.equal(subjectText({ subject: "till-1/2", detail: { name: "" } }), "till-1/2");
    assert.equal(subjectText({ detail: { name: "Gate" } }), undefined);
  });
});

describe("what an event's reporter says", () => {
  const german = JSON.parse(
    readFileSync(new URL("../src/locale/problems/de.json", import.meta.url), "utf8"),
  ) as Readonly<Record<string, string>>;
  const told = (detail: Record<string, unknown>) =>
    saidText({ detail }, (problem) => textFrom(german, problem).text);

  it("is told in the viewer's language where the recorder has words for it, with what it names", () => {
    const link = { reason: "nothing listens at gate:554", code: "connection-refused" };
    assert.equal(
      told({ ...link, context: { where: "gate:554" } }),
      "Unter gate:554 antwortet nichts. Port prüfen, und ob RTSP an der Kamera eingeschaltet ist.",
    );
    assert.equal(told(link), "Port prüfen, und ob RTSP an der Kamera eingeschaltet ist.");
  });

  it("stays as a stranger told it, whatever stands where facts would", () => {
    assert.equal(told({ message: "the film is torn" }), "the film is torn");
    assert.equal(
      told({ message: "the film is torn", code: "torn", context: { deep: {} } }),
      "The film is torn.",
    );
    assert.equal(told({ reason: "", code: "connection-refused" }), undefined);
    assert.equal(told({ message: 7 }), undefined);
  });
});
