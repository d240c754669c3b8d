import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CoreHook, STAGE_EARLY } from "../../core/core-hook.ts";
import { type LogFields, silentLog } from "../../core/log.ts";

type Entry = LogFields & { readonly message: string };

function made(): { hook: CoreHook<[word: string]>; told: string[]; errors: Entry[] } {
  const errors: Entry[] = [];
  const log = {
    ...silentLog,
    error: (message: string, fields: LogFields = {}) => void errors.push({ message, ...fields }),
  };
  return { hook: new CoreHook<[word: string]>("spoken", ["word"], log), told: [], errors };
}

describe("a synchronous hook of the core", () => {
  it("tells its listeners by stage, then as they came, before the call returns", () => {
    const { hook, told } = made();
    hook.tap("second", (word) => void told.push(`second ${word}`));
    hook.tap("late", (word) => void told.push(`late ${word}`), 10);
    hook.tap("early", (word) => void told.push(`early ${word}`), STAGE_EARLY);
    hook.tap("third", (word) => void told.push(`third ${word}`));
    hook.call("hello");
    assert.deepEqual(told, ["early hello", "second hello", "third hello", "late hello"]);
  });

  it("names who throws, and tells the others all the same, each time", () => {
    const { hook, told, errors } = made();
    hook.tap("broken", () => {
      throw new RangeError("out of cheese");
    });
    hook.tap("sound", (word) => void told.push(word));
    hook.call("one");
    hook.call("two");
    assert.deepEqual(told, ["one", "two"]);
    const entry = {
      message: "a listener failed",
      hook: "spoken",
      listener: "broken",
      reason: "RangeError: out of cheese",
    };
    assert.deepEqual(errors, [entry, entry]);
  });

  it("takes a listener out alone, though another has its name", () => {
    const { hook, told } = made();
    const stop = hook.tap("room", (word) => void told.push(`first ${word}`));
    hook.tap("room", (word) => void told.push(`second ${word}`));
    stop();
    stop();
    hook.call("hello");
    assert.deepEqual([told, hook.size], [["second hello"], 1]);
  });

  it("does not tell who is taken out in the middle of a call, nor who comes in it", () => {
    const { hook, told } = made();
    let stop = (): void => undefined;
    hook.tap("ender", () => {
      stop();
      if (hook.size === 1) hook.tap("comer", (word) => void told.push(`comer ${word}`));
    });
    stop = hook.tap("ended", (word) => void told.push(`ended ${word}`));
    hook.call("one");
    assert.deepEqual(told, []);
    hook.call("two");
    assert.deepEqual(told, ["comer two"]);
  });
});
