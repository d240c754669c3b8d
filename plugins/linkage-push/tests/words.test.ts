// Words of devices are those of the web interface, in all of its languages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { eventWord } from "../src/event-words.ts";
import { LANGUAGES, OWN_WORDS } from "../src/languages.ts";

for (const language of LANGUAGES)
  it(`kinds of events are called as the interface calls them (${language})`, () => {
    const file = new URL(`../../../ui/src/locale/${language}.json`, import.meta.url);
    const words = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, string>>;
    const events = Object.entries(words).filter(([key]) => key.startsWith("event."));
    assert.ok(events.length > 50);
    for (const [key, text] of events)
      assert.equal(eventWord(key.slice("event.".length), language), text, key);
    assert.equal(OWN_WORDS[language].acknowledge, words["events.acknowledge"]);
    assert.equal(eventWord("acme-thing", language), "Acme thing");
  });
