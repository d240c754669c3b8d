// What a registry may answer, and how little of it is believed.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { NightjarError } from "../../../../core/errors.ts";
import { registryAt } from "../../../../core/plugin/install/registries.ts";
import { RegistryClient } from "../../../../core/plugin/install/registry-client.ts";

const NAME = "nightjar-camera-yard";
const CARD = {
  name: NAME,
  version: "1.0.0",
  dist: { integrity: "sha512-AAAA" },
  keywords: ["nightjar-plugin"],
};

/** A registry that gives these answers by path; a number is a status. */
async function registryOf(t: TestContext, answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://registry");
    const path = url.pathname + (url.searchParams.has("text") ? `?${url.searchParams.get("text")}` : "");
    asked.push(path);
    const answer = answers[path];
    response.statusCode = typeof answer === "number" ? answer : answer === undefined ? 404 : 200;
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: new RegistryClient(() => registryAt(url)), asked };
}

const code = (expected: string) => (error: unknown) =>
  error instanceof NightjarError && error.code === expected;
const found = (...packages: object[]) => ({
  objects: packages.map((each) => ({
    package: { keywords: ["nightjar-plugin"], version: "1.0.0", ...each },
  })),
});

describe("one version on the registry", () => {
  it("is asked for by number or tag, with the scope as one part of the path", async (t) => {
    const scoped = { ...CARD, name: `@a/${NAME}` };
    const { client, asked } = await registryOf(t, {
      [`/${NAME}/1.0.0`]: CARD,
      [`/@a%2f${NAME}/next`]: scoped,
    });
    assert.deepEqual(await client.version(NAME, "1.0.0"), {
      name: NAME,
      version: "1.0.0",
      integrity: "sha512-AAAA",
      card: CARD,
    });
    assert.equal((await client.version(`@a/${NAME}`, "next")).name, `@a/${NAME}`);
    assert.deepEqual(asked, [`/${NAME}/1.0.0`, `/@a%2f${NAME}/next`]);
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ["that is not there", undefined, "NJ_PLUGIN_NOT_ON_REGISTRY"],
    ["of another package", { ...CARD, name: "nightjar-camera-gate" }, "NJ_PLUGIN_NOT_ON_REGISTRY"],
    ["whose number is none", { ...CARD, version: "../../x" }, "NJ_PLUGIN_NOT_ON_REGISTRY"],
    ["without a checksum", { ...CARD, dist: {} }, "NJ_PLUGIN_INTEGRITY"],
    [
      "with a checksum that anybody can forge",
      { ...CARD, dist: { integrity: "md5-AAAA" } },
      "NJ_PLUGIN_INTEGRITY",
    ],
    ["from a registry that fails", 500, "NJ_PLUGIN_REGISTRY_AWAY"],
    ["from a registry that wants a password", 401, "NJ_PLUGIN_REGISTRY_LOGIN"],
    ["from something that is no registry", "<html>", "NJ_PLUGIN_REGISTRY_AWAY"],
    ["in an answer without end", "x".repeat(5 * 1024 * 1024), "NJ_PLUGIN_REGISTRY_AWAY"],
  ];
  for (const [what, answer, expected] of wrong) {
    it(`${what} is refused`, async (t) => {
      const { client } = await registryOf(t, { [`/${NAME}/latest`]: answer });
      await assert.rejects(client.version(NAME, "latest"), code(expected));
    });
  }

  it("is given up when the asker goes", async () => {
    const client = new RegistryClient(() => registryAt("http://127.0.0.1:9/"));
    await assert.rejects(
      client.version(NAME, "latest", AbortSignal.abort()),
      code("NJ_PLUGIN_REGISTRY_AWAY"),
    );
  });
});

describe("the search on the registry", () => {
  it("asks by keyword, and by name where that finds nothing", async (t) => {
    const { client, asked } = await registryOf(t, {
      "/-/v1/search?keywords:nightjar-plugin yard": { objects: [] },
      "/-/v1/search?yard": found({ name: NAME }),
    });
    assert.deepEqual(
      (await client.search(" yard ")).map(({ name }) => name),
      [NAME],
    );
    assert.deepEqual(asked, ["/-/v1/search?keywords:nightjar-plugin yard", "/-/v1/search?yard"]);
  });

  it("leaves out what is no plugin, and shows of the others only what is safe to show", async (t) => {
    const links = {
      npm: "https://example.org/a",
      homepage: "javascript:alert(1)",
      repository: "git+https://example.org/a.git",
      bugs: { url: "https://example.org" },
    };
    const { client } = await registryOf(t, {
      "/-/v1/search?keywords:nightjar-plugin": found(
        {
          name: NAME,
          links,
          description: "d".repeat(900),
          publisher: { username: "kim" },
          date: "2026-01-01",
        },
        { name: "left-pad" },
        { name: "nightjar-camera-gate", keywords: ["camera"] },
        { name: "nightjar-camera-odd", version: "<b>" },
        { name: "nightjar-camera-tagged", version: undefined, "dist-tags": { latest: "2.0.0" } },
      ),
    });
    assert.deepEqual(await client.search(""), [
      {
        name: NAME,
        version: "1.0.0",
        description: "d".repeat(500),
        publisher: "kim",
        date: "2026-01-01",
        links: { npm: "https://example.org/a", repository: "https://example.org/a.git" },
      },
      { name: "nightjar-camera-tagged", version: "2.0.0", description: "", links: {} },
    ]);
  });

  it("finds a plugin by its whole name although the search does not", async (t) => {
    const { client } = await registryOf(t, {
      [`/-/v1/search?keywords:nightjar-plugin ${NAME}`]: found({ name: "nightjar-camera-gate" }),
      [`/${NAME}/latest`]: { ...CARD, repository: { url: "git+https://example.org/a.git" } },
    });
    const names = await client.search(NAME);
    assert.deepEqual(
      names.map(({ name }) => name),
      [NAME, "nightjar-camera-gate"],
    );
    assert.deepEqual(names[0]?.links, { repository: "https://example.org/a.git" });
  });
});
