import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anywhere, child, childrenOf, escaped, readXml, textAt } from "../src/xml.ts";

const BOMB = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>`;

describe("reading what a device answers with", () => {
  it("finds elements by their local names, with attributes and text, whatever the prefixes", () => {
    const root = readXml(
      '\uFEFF<?xml version="1.0"?>\n<!-- hi --><s:Envelope xmlns:s="urn:s" xmlns="urn:d">\n<s:Body><x:A xmlns:x="urn:x" token="1&amp;2" x:n=\'3\'> a &lt; b &#65;&#x42; </x:A><x/><A>two<![CDATA[ & <three>]]></A></s:Body></s:Envelope>',
    );
    assert.equal(root.name, "Envelope");
    assert.equal(root.namespace, "urn:s");
    const [first, second] = childrenOf(child(root, "Body"), "A");
    assert.deepEqual(first?.attributes, { token: "1&2", n: "3" });
    assert.equal(first?.text, "a < b AB");
    assert.equal(first?.namespace, "urn:x");
    assert.equal(second?.namespace, "urn:d");
    assert.equal(second?.text, "two & <three>");
    assert.equal(textAt(root, "Body", "A"), "a < b AB");
    assert.equal(textAt(root, "Body", "B"), undefined);
    assert.equal(anywhere(root, "x")?.name, "x");
  });

  const refused: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["a page", "<!DOCTYPE html><html><body>401</body></html>"],
    ["a bomb of entities", BOMB],
    ["what is cut off", "<a><b>text"],
    ["what is closed crosswise", "<a><b></a></b>"],
    ["two roots", "<a/><b/>"],
    ["text around it", "hello <a/>"],
    ["an attribute without quotes", "<a b=c/>"],
    ["a comment without an end", "<a><!-- </a>"],
    ["what is deeper than any answer", "<a>".repeat(100) + "</a>".repeat(100)],
    ["more elements than any answer", `<a>${"<b/>".repeat(30_000)}</a>`],
    [
      "more attributes than any element",
      `<a ${Array.from({ length: 100 }, (_, at) => `a${at}="1"`).join(" ")}/>`,
    ],
  ];
  for (const [what, text] of refused)
    it(`refuses ${what}`, () => assert.throws(() => readXml(text), { code: "NJ_ONVIF_ANSWER" }));

  it("leaves entities that are none of XML's as they are, and takes no number that is no character", () => {
    assert.equal(readXml("<a>&bomb;&#55296;&#9999999;&nbsp;&apos;</a>").text, "&bomb;&nbsp;'");
  });

  it("writes text that is read as the same again", () => {
    const text = `<&>"' ü\u0000 end`;
    assert.equal(readXml(`<a b="${escaped(text)}">${escaped(text)}</a>`).text, `<&>"' ü end`);
  });

  it("reads or refuses whatever comes, and ends", () => {
    const seed = Buffer.from('<s:E xmlns:s="u"><a b="c">&amp;<![CDATA[x]]><!--y--></a><b/></s:E>');
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const pieces = ["<", ">", "/", '"', "&", ";", "]]>", "<!--", "<?", "xmlns:s", "=", "&#x", "</a>", " "];
    for (let round = 0; round < 5_000; round += 1) {
      let text = seed.toString("latin1");
      for (let change = 0; change <= random(5); change += 1) {
        const at = random(text.length);
        text = text.slice(0, at) + (pieces[random(pieces.length)] ?? "") + text.slice(at + random(4));
      }
      try {
        readXml(text);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "NJ_ONVIF_ANSWER", text);
      }
    }
  });
});
