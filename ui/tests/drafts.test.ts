import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changedFields, EMPTY_FORM, withoutSecrets } from "../src/pages/cameras/camera-form-model.ts";
import { plainSettings } from "../src/pages/plugins/settings-draft.ts";
import { claimDrafts, dropAllDrafts, dropDraft, keepDraft, readDraft } from "../src/state/drafts.ts";
import { baseOf, draftText, openDraft, shownDraft } from "../src/state/use-draft.ts";

/** What a browser gives a tab. */
function tab() {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
    key: (index: number) => [...values.keys()][index] ?? null,
    get length() {
      return values.size;
    },
  };
}

const FORM = {
  name: "",
  days: null as number | null,
  external: { url: "", obey: false },
  list: [] as string[],
};

describe("drafts of forms", () => {
  it("come back as they were typed, until they are dropped", () => {
    const store = tab();
    const typed = { name: "Gate", days: 3, external: { url: "mqtt://a", obey: true }, list: ["x"] };
    keepDraft("mqtt", typed, store);
    assert.deepEqual(readDraft("mqtt", FORM, [], store), typed);
    assert.equal(readDraft("tills", FORM, [], store), undefined);
    dropDraft("mqtt", store);
    assert.equal(readDraft("mqtt", FORM, [], store), undefined);
  });

  it("are left out where they are damaged, or made for another form", () => {
    const store = tab();
    const made: unknown[] = [
      null,
      "text",
      [],
      { ...FORM, name: 7 },
      { ...FORM, external: null },
      { ...FORM, external: { url: "" } },
      { ...FORM, list: { 0: "x" } },
    ];
    for (const value of made) {
      keepDraft("form", value, store);
      assert.equal(readDraft("form", FORM, [], store), undefined, JSON.stringify(value));
    }
    store.setItem("nightjar.draft.form", "{");
    assert.equal(readDraft("form", FORM, [], store), undefined);
    keepDraft("list", { 0: "x" }, store);
    assert.equal(readDraft("list", [] as string[], [], store), undefined);
  });

  it("are bounded, and cost the form nothing where the browser keeps none", () => {
    const store = tab();
    keepDraft("large", "x".repeat(300_000), store);
    assert.equal(store.values.size, 0);
    const full = {
      ...tab(),
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    keepDraft("form", FORM, full);
    assert.equal(readDraft("form", FORM, [], full), undefined);
  });

  it("are for the account that typed them, also when its session had run out", () => {
    const store = tab();
    claimDrafts("ann", store);
    keepDraft("mqtt", FORM, store);
    claimDrafts("ann", store);
    assert.deepEqual(readDraft("mqtt", FORM, [], store), FORM);
    claimDrafts("bert", store);
    assert.equal(readDraft("mqtt", FORM, [], store), undefined);
  });

  it("of what others have changed come back, and tell what they were made of", () => {
    const store = tab();
    const [then, now] = [baseOf(FORM), baseOf({ ...FORM, days: 9 })];
    const typed = { ...FORM, name: "Gate" };
    keepDraft("rule", { base: then, value: typed }, store);
    const opened = openDraft("rule", { ...FORM, days: 9 }, { free: ["days"] }, store);
    assert.deepEqual(opened, { value: typed, base: then });
    assert.notEqual(opened?.base, now);
    keepDraft("rule", { base: then, value: FORM }, store);
    assert.equal(openDraft("rule", FORM, {}, store), undefined, "typed and taken back");
    keepDraft("rule", { base: then, value: typed }, store);
    assert.equal(openDraft("rule", typed, {}, store), undefined, "others have set the same");
    assert.notEqual(baseOf(FORM, { of: { port: 1 } }), baseOf(FORM, { of: { port: 2 } }));
  });

  it("show what holds while nothing is typed, also when it was saved and others have changed it since", () => {
    const other = { ...FORM, days: 9 };
    const typed = { value: { ...FORM, name: "Gate" }, base: baseOf(FORM) };
    assert.deepEqual(shownDraft(undefined, other, baseOf(other)), { value: other, isUnsaved: false });
    assert.deepEqual(shownDraft(typed, other, baseOf(other)), { value: typed.value, isUnsaved: true });
    assert.equal(shownDraft(typed, typed.value, baseOf(typed.value)).isUnsaved, false, "saved meanwhile");
    const saved = { ...typed, isSettled: true };
    assert.equal(shownDraft(saved, FORM, baseOf(FORM)).value, typed.value);
    assert.equal(shownDraft(saved, other, baseOf(other)).value, other);
  });

  it("take no optional part for a change, missing or empty, nor another order", () => {
    const rule = { id: "gate", types: ["motion"], at: { from: 1, to: 2 } };
    const same: unknown[] = [
      { ...rule, cameras: undefined },
      { ...rule, cameras: [], note: "", schedule: null },
      { at: { to: 2, from: 1, more: undefined }, types: ["motion"], id: "gate" },
    ];
    for (const one of same) assert.equal(draftText(one), draftText(rule));
    const others: unknown[] = [
      { ...rule, cameras: ["gate"] },
      { ...rule, types: [] },
      { ...rule, enabled: false },
      // No periods at all: never, where none given means always.
      { ...rule, schedule: {} },
      { ...rule, types: ["motion", ""] },
    ];
    for (const one of others) assert.notEqual(draftText(one), draftText(rule), JSON.stringify(one));
  });

  it("come back where an optional part was taken out, or is of another kind", () => {
    const store = tab();
    const held = { name: "Gate", cameras: ["a"], driver: { kind: "mqtt", topic: "x" } };
    const value = { name: "Gate", driver: { kind: "virtual" } };
    keepDraft("io", { base: baseOf(held), value }, store);
    assert.equal(openDraft<object>("io", held, {}, store), undefined);
    const free = ["cameras", "driver"];
    assert.deepEqual(openDraft<object>("io", held, { free }, store)?.value, value);
    keepDraft("io", { base: baseOf(held), value: { ...value, driver: "virtual" } }, store);
    assert.equal(openDraft<object>("io", held, { free }, store), undefined);
  });

  it("of a camera hold no password, no secret of a driver, and no login within an address", () => {
    const form = {
      ...EMPTY_FORM,
      name: "Gate",
      url: "rtsp://nvr:top-secret@10.0.0.2/1",
      password: "top-secret",
      texts: { key: "top-secret", host: "10.0.0.2" },
    };
    const kept = withoutSecrets(form, (field) => field === "key");
    assert.doesNotMatch(JSON.stringify(kept), /top-secret/);
    assert.deepEqual([kept.name, kept.url, kept.texts], ["Gate", "rtsp://10.0.0.2/1", { host: "10.0.0.2" }]);
    assert.deepEqual(changedFields(EMPTY_FORM, kept), ["name", "texts", "url"]);
  });

  it("of a plugin's settings hold what its schema describes and does not call secret", () => {
    const text = { type: "string" };
    const secret = { type: "string", "x-secret": true };
    const server = { type: "object", properties: { host: text, password: secret } };
    const schema = {
      type: "object",
      properties: {
        name: text,
        token: secret,
        list: { type: "array", items: server },
        one: { anyOf: [server] },
      },
    };
    const login = { host: "a", password: "top-secret" };
    const value = { name: "x", token: "top-secret", list: [login], one: login, strange: "top-secret" };
    assert.deepEqual(plainSettings(schema, value), { name: "x", list: [{ host: "a" }], one: { host: "a" } });
  });

  it("all go when somebody signs out, and nothing else does", () => {
    const store = tab();
    store.setItem("nightjar.theme", "dark");
    for (const name of ["mqtt", "tills", "camera.new"]) keepDraft(name, FORM, store);
    dropAllDrafts(store);
    assert.deepEqual([...store.values.keys()], ["nightjar.theme"]);
  });
});
