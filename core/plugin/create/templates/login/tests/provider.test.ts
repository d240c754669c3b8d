// What is special to this directory.
import assert from "node:assert/strict";
import { it } from "node:test";
import { testNvr } from "@nightjar/core/testing";
import { ANNA, testDirectory } from "./directory.ts";

const pluginFolder = new URL("..", import.meta.url);
const { userName, password } = ANNA;
const context = { signal: new AbortController().signal };

it("says what to do while nothing is set", async () => {
  await using nvr = await testNvr({ pluginFolder });
  await nvr.start();
  await assert.rejects(
    nvr.loginProvider().check({ userName, password }, context),
    /see the plugin's settings/,
  );
});

it("does not take a refusal of the recorder's key for a wrong password", async () => {
  const directory = await testDirectory();
  await using nvr = await testNvr({ pluginFolder, settings: { url: directory.url, key: "another" } });
  await nvr.start();
  await assert.rejects(nvr.loginProvider().check({ userName, password }, context), /answers with 403/);
  await directory.close();
});
