// The words of a rule with what happened in their places, and which addresses may stand in a rule.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ADDRESS_PATTERN } from "../src/config.ts";
import { digestLine, eventWords, filledIn, subjectText } from "../src/mail-words.ts";
import { requestFor } from "./requests.ts";

const words = eventWords(requestFor());

describe("the words of a mail", () => {
  it("stand for what happened, in the recorder's time", () => {
    assert.deepEqual(words, {
      type: "Line crossing",
      severity: "alarm",
      camera: "Hoftor „Süd“",
      time: "2026-03-29 01:59:59 (Europe/Berlin)",
      end: "",
      objects: "2 × person, car",
      subject: "",
      rule: "Nächtliche Bewegung",
      recorder: "Haus",
      id: "17",
    });
    assert.equal(digestLine(words), `${words["time"]}  Line crossing  Hoftor „Süd“  (2 × person, car)`);
  });

  it("leave out lines that have nothing to say, and nothing else", () => {
    const text = "{type}\n\nEnd: {end}\nAbout: {subject} {camera}\n{unknown} {constructor} { type }";
    assert.equal(
      filledIn(text, words),
      "Line crossing\n\nAbout:  Hoftor „Süd“\n{unknown} {constructor} { type }",
    );
  });

  it("are put in once: what a camera is called is not looked through", () => {
    const odd = eventWords(requestFor({}, { cameraName: "{rule}\r\n{id}" }));
    assert.equal(filledIn("{camera} $& {id}", odd), "{rule} {id} $& 17");
  });

  it("make a subject of one line, that says when somebody only tries it", () => {
    assert.equal(
      subjectText("{type}: {camera}\r\nBcc: x", words, true),
      "Test: Line crossing: Hoftor „Süd“ Bcc: x",
    );
    const bare = eventWords({
      ...requestFor(),
      event: { ...requestFor().event, type: "exception-volume-full" },
    });
    assert.equal(subjectText("{type}: {camera}", { ...bare, camera: "" }, false), "Exception volume full");
    assert.equal(subjectText("{end}", words, false), "Line crossing");
  });
});

describe("an address", () => {
  const pattern = new RegExp(ADDRESS_PATTERN, "u");
  for (const address of [
    "a@b.example",
    "first.last+tag@xn--bcher-kva.example",
    "root@localhost",
    "o'hara@mail.example",
  ])
    it(`may be ${address}`, () => assert.match(address, pattern));
  for (const [what, address] of Object.entries({
    "with a line end": "a@b.example\r\nRCPT TO:<c@d.example>",
    "with a line end behind it": "a@b.example\n",
    "with a name": "A <a@b.example>",
    "with a closing bracket": "a@b.example>",
    "with a blank": "a b@c.example",
    quoted: '"a b"@c.example',
    "with two signs": "a@b@c.example",
    "without a domain": "a@",
    "with a dot too many": "a..b@c.example",
    "with a domain that begins with a hyphen": "a@-c.example",
    "with a local part that is too long": `${"a".repeat(65)}@c.example`,
    "with letters of other languages": "jürgen@c.example",
  }))
    it(`cannot be one ${what}`, () => assert.doesNotMatch(address, pattern));
  it("is judged in no time, however long", () => {
    const before = performance.now();
    for (const text of ["a".repeat(254), `${"a.".repeat(127)}`, `a@${"a-".repeat(126)}`]) pattern.test(text);
    assert.ok(performance.now() - before < 1_000);
  });
});
