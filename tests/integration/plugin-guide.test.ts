// Follows docs/guide/first-camera-plugin.md to the letter: writes its files, types its commands, each terminal of its
// own, and ends with a camera that a real recorder records through the plugin. What is exchanged is the home folder, the
// port of the camera, which may be taken on the machine of the tests, and one file for packages that lie in hundreds.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { ROOT, WHOLE_PACKAGES } from "../support/program.ts";
import { recordedFiles } from "../support/recorder-evidence.ts";
import { Terminal } from "../support/terminal.ts";

const PAGE = join(ROOT, "docs/guide/first-camera-plugin.md");
const PORT = "5540";
const COMMAND_MS = 150_000;
/** What each of the other terminals prints when it has come so far. */
const STAYING: Readonly<Record<string, RegExp>> = {
  "second terminal": /camera runs/,
  "third terminal": /Ready after/,
};

interface Step {
  readonly title: string;
  readonly blocks: readonly { readonly language: string; readonly target: string; readonly text: string }[];
}

function stepsOf(page: string): Step[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf("\n")),
      blocks: [...section.matchAll(/^```(\w*) ?([^\n]*)\n(.*?)^```$/gms)].map(
        ([, language = "", target = "", text = ""]) => ({ language, target, text }),
      ),
    }));
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return String(port);
}

describe("the guide to a first camera plugin", { timeout: 600_000 }, () => {
  const home = tempDir("nightjar-guide-");
  const plugin = home.join("plugins/nightjar-camera-acme");
  const data = home.join("nightjar-plugin-data");
  const terminals: Terminal[] = [];
  const staying = new Map<string, Terminal>();
  let port = "";

  function open(): Terminal {
    const { NODE_TEST_CONTEXT: _context, NIGHTJAR_DATA: _data, ...env } = process.env;
    const path = `${dirname(process.execPath)}${delimiter}${env["PATH"] ?? ""}`;
    const packages = WHOLE_PACKAGES.length === 0 ? {} : { NODE_OPTIONS: WHOLE_PACKAGES.join(" ") };
    const terminal = new Terminal({
      cwd: home.path,
      env: { ...env, ...packages, HOME: home.path, PATH: path },
    });
    terminals.push(terminal);
    return terminal;
  }

  before(async () => {
    symlinkSync(ROOT, home.join("nightjar"));
    mkdirSync(data);
    port = await freePort();
    open();
  });
  after(async () => {
    // The recorder before the camera, as a person would.
    for (const terminal of terminals.reverse()) await terminal.close();
    home.remove();
  });

  for (const { title, blocks } of stepsOf(readFileSync(PAGE, "utf8"))) {
    if (blocks.length === 0) continue;
    it(`works at "${title}"`, async () => {
      const first = terminals[0] as Terminal;
      for (const { language, target, text: written } of blocks) {
        const text = written.replaceAll(PORT, port);
        if (language === "ts") {
          writeFileSync(join(plugin, target), text);
        } else if (target in STAYING) {
          const known = staying.get(target);
          await known?.interrupt();
          const terminal = known ?? open();
          staying.set(target, terminal);
          await terminal.stay(text, STAYING[target] as RegExp, COMMAND_MS);
        } else if (text.trim() === "nightjar camera list") {
          const recorded = /Yard +acme +online +recorded/;
          let listed = "";
          const isRecorded = async (): Promise<boolean> => {
            listed = await first.run(text, COMMAND_MS);
            return recorded.test(listed);
          };
          await waitFor(isRecorded, {
            deadlineMs: 60_000,
            periodMs: 500,
            what: () => `the camera to be recorded; last: ${listed}`,
          });
        } else {
          assert.equal(language, "sh", `a block of ${language}: what is to be done with it?`);
          const printed = await first.run(text, COMMAND_MS);
          if (text.includes("node --test")) assert.match(printed, /^ℹ fail 0$/m);
          if (text.includes("plugin list")) assert.match(printed, /nightjar-camera-acme +0\.1\.0 +running/);
        }
      }
    });
  }

  it("leads to pictures on the disk", async () => {
    const volumes = globSync("**/video", { cwd: data }).map((path) => join(data, dirname(path)));
    await waitFor(
      () => {
        const frames = recordedFiles(volumes, (path) => path.includes("/yard/")).map((file) => file.frames);
        return frames.reduce((sum, count) => sum + count, 0) > 50;
      },
      { deadlineMs: 30_000, periodMs: 250, what: "50 pictures in a recording file" },
    );
  });

  it("leads to a package, and to sources that the compiler consents to", () => {
    assert.ok(existsSync(join(plugin, "nightjar-camera-acme-0.1.0.tgz")));
    // What `npm install` would bring.
    const compilerOptions = { typeRoots: [join(ROOT, "node_modules/@types")] };
    const config = { extends: "./tsconfig.json", compilerOptions, include: ["src", "tests", "*.ts"] };
    writeFileSync(join(plugin, "tsconfig.checked.json"), JSON.stringify(config));
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    const args = [compiler, "-p", join(plugin, "tsconfig.checked.json"), "--singleThreaded"];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(run.status, 0, run.stdout);
  });

  it("names pages that exist", () => {
    const links = [...readFileSync(PAGE, "utf8").matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link ?? "");
    assert.ok(links.length > 2);
    for (const link of links) assert.ok(existsSync(join(dirname(PAGE), link)), link);
  });
});
