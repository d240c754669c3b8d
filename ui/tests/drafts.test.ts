import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changedFields, EMPTY_FORM, withoutSecrets } from "../src/pages/cameras/camera-form-model.ts";
import { plainSettings } from "../src/pages/plugins/settings-draft.ts";
import { claimDrafts, dropAllDrafts, dropDraft, keepDraft, readDraft } from "../src/state/drafts.ts";
import { openDraft } from "../src/state/use-draft.ts";

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
    assert.deepEqual(readDraft("mqtt", FORM, store), typed);
    assert.equal(readDraft("tills", FORM, store), undefined);
    dropDraft("mqtt", store);
    assert.equal(readDraft("mqtt", FORM, store), undefined);
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
      assert.equal(readDraft("form", FORM, store), undefined, JSON.stringify(value));
    }
    store.setItem("nightjar.draft.form", "{");
    assert.equal(readDraft("form", FORM, store), undefined);
    keepDraft("list", { 0: "x" }, store);
    assert.equal(readDraft("list", [] as string[], store), undefined);
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
    assert.equal(readDraft("form", FORM, full), undefined);
  });

  it("are for the account that typed them, also when its session had run out", () => {
    const store = tab();
    claimDrafts("ann", store);
    keepDraft("mqtt", FORM, store);
    claimDrafts("ann", store);
    assert.deepEqual(readDraft("mqtt", FORM, store), FORM);
    claimDrafts("bert", store);
    assert.equal(readDraft("mqtt", FORM, store), undefined);
  });

  it("of what others have changed are none, or are given back to a form that says so", () => {
    const store = tab();
    const [then, now] = [JSON.stringify(FORM), JSON.stringify({ ...FORM, days: 9 })];
    const typed = { ...FORM, name: "Gate" };
    keepDraft("rule", { base: then, value: typed }, store);
    assert.deepEqual(openDraft("rule", FORM, then, false, store), {
      value: typed,
      isUnsaved: true,
      base: then,
    });
    assert.equal(openDraft("rule", FORM, now, false, store), undefined);
    assert.deepEqual(openDraft("rule", FORM, now, true, store)?.base, then);
    keepDraft("rule", { base: then, value: FORM }, store);
    assert.equal(openDraft("rule", FORM, then, true, store), undefined, "typed and taken back");
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
