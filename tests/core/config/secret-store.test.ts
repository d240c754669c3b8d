import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { SECRETS_FILE, SECRETS_KEY_FILE, SecretStore } from "../../../core/config/secret-store.ts";
import { NightjarError } from "../../../core/errors.ts";

const roots: string[] = [];
after(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

async function emptyFolder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "nightjar-secrets-"));
  roots.push(root);
  return root;
}

const CANARY = "canary-4711-secret";

describe("secret store", () => {
  it("gives back what was set, also after a restart", async () => {
    const dataDir = await emptyFolder();
    const store = await SecretStore.open({ dataDir });
    await store.set("camera/yard/password", CANARY);
    assert.equal(store.get("camera/yard/password"), CANARY);
    assert.equal((await SecretStore.open({ dataDir })).get("camera/yard/password"), CANARY);
  });

  it("writes no secret in clear, and files that only the owner reads", async () => {
    const dataDir = await emptyFolder();
    const store = await SecretStore.open({ dataDir });
    await store.set("camera/yard/password", CANARY);
    for (const name of [SECRETS_FILE, SECRETS_KEY_FILE]) {
      const path = join(dataDir, name);
      assert.ok(!(await readFile(path, "utf8")).includes(CANARY));
      assert.equal((await stat(path)).mode & 0o777, 0o600);
    }
  });

  it("seals the same secret differently each time", async () => {
    const dataDir = await emptyFolder();
    const store = await SecretStore.open({ dataDir });
    await store.set("a", CANARY);
    await store.set("b", CANARY);
    const { secrets } = JSON.parse(await readFile(join(dataDir, SECRETS_FILE), "utf8"));
    assert.notEqual(secrets.a, secrets.b);
  });

  it("changes many in one step, or none of them when one is not allowed", async () => {
    const dataDir = await emptyFolder();
    const store = await SecretStore.open({ dataDir });
    await store.set("a", "one");
    await assert.rejects(
      store.change(
        new Map([
          ["a", undefined],
          ["../b", "two"],
        ]),
      ),
      NightjarError,
    );
    assert.equal(store.get("a"), "one");
    await store.change(
      new Map([
        ["a", undefined],
        ["b", "two"],
      ]),
    );
    const again = await SecretStore.open({ dataDir });
    assert.deepEqual([again.names(), again.get("b")], [["b"], "two"]);
  });

  it("keeps what it had where the file cannot be written, and goes on when it can", async () => {
    const dataDir = await emptyFolder();
    const store = await SecretStore.open({ dataDir });
    await store.set("a/x", "one");
    const path = join(dataDir, SECRETS_FILE);
    await rm(path);
    await mkdir(path);
    for (const change of [
      () => store.set("a/x", "two"),
      () => store.set("a/y", "two"),
      () => store.delete("a/x"),
      () => store.deleteAll("a/"),
    ]) {
      await assert.rejects(change());
      assert.deepEqual([store.names(), store.get("a/x")], [["a/x"], "one"]);
    }
    await rmdir(path);
    await Promise.all([store.set("a/y", "two"), store.delete("a/x")]);
    assert.deepEqual((await SecretStore.open({ dataDir })).readable(), ["two"]);
  });

  it("seals texts for files beside it, each for its purpose", async () => {
    const store = await SecretStore.open({ dataDir: await emptyFolder() });
    const sealed = store.sealText("backup", CANARY);
    assert.equal(store.openText("backup", sealed), CANARY);
    assert.throws(() => store.openText("other", sealed), NightjarError);
  });

  it("notices a value that was moved to another name", async () => {
    const dataDir = await emptyFolder();
    const store = await SecretStore.open({ dataDir });
    await store.set("a", "one");
    await store.set("b", "two");
    const path = join(dataDir, SECRETS_FILE);
    const content = JSON.parse(await readFile(path, "utf8"));
    content.secrets.a = content.secrets.b;
    await writeFile(path, JSON.stringify(content));
    const again = await SecretStore.open({ dataDir });
    assert.throws(
      () => again.get("a"),
      (error) => error instanceof NightjarError && error.code === "NJ_SECRETS_UNREADABLE",
    );
    assert.equal(again.get("b"), "two");
    assert.deepEqual([again.has("a"), again.find("a"), again.find("b")], [true, undefined, "two"]);
    assert.deepEqual([again.unreadable(), again.readable()], [["a"], ["two"]]);
    await again.set("a", "three");
    assert.deepEqual([again.unreadable(), again.find("a")], [[], "three"]);
  });

  it("refuses to start with a new key over old secrets", async () => {
    const dataDir = await emptyFolder();
    await (await SecretStore.open({ dataDir })).set("a", "one");
    await rm(join(dataDir, SECRETS_KEY_FILE));
    await assert.rejects(SecretStore.open({ dataDir }), /missing/);
  });

  it("forgets all secrets of a camera at once", async () => {
    const store = await SecretStore.open({ dataDir: await emptyFolder() });
    await Promise.all([
      store.set("camera/a/password", "1"),
      store.set("camera/a/token", "2"),
      store.set("camera/ab/x", "3"),
    ]);
    await store.deleteAll("camera/a/");
    assert.deepEqual(store.names(), ["camera/ab/x"]);
    assert.equal(store.get("camera/a/password"), undefined);
  });

  it("marks a text so that it is known again here, over restarts, and tells nothing elsewhere", async () => {
    const dataDir = await emptyFolder();
    const mark = (await SecretStore.open({ dataDir })).markOf("name", CANARY);
    assert.match(mark, /^[0-9a-f]{32}$/);
    const again = await SecretStore.open({ dataDir });
    assert.equal(again.markOf("name", CANARY), mark);
    assert.notEqual(again.markOf("other", CANARY), mark);
    const elsewhere = await SecretStore.open({ dataDir: await emptyFolder() });
    assert.notEqual(elsewhere.markOf("name", CANARY), mark);
  });
});
