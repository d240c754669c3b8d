// Starts Node-RED once, within no walls, so that what is compiled of it is kept (NODE_COMPILE_CACHE): the two dozen of a run of
// tests read that and can write nothing there, either for their walls or since they are killed.
import { createServer } from "node:http";
import nodeRed from "node-red";
import { tempDir } from "../../core/testing/temp-dir.ts";

const folder = tempDir("nightjar-compile-node-red-");
nodeRed.init(createServer(), {
  ...{ userDir: folder.path, flowFile: "flows.json", httpAdminRoot: "/flows", httpNodeRoot: "/flows-http" },
  ...{ credentialSecret: "none", telemetry: { enabled: false }, logging: { console: { level: "off" } } },
  editorTheme: { projects: { enabled: false }, multiplayer: { enabled: false } },
  externalModules: { autoInstall: false, palette: { allowInstall: false } },
});
await nodeRed.start();
await nodeRed.stop();
folder.remove();
// Node-RED keeps a process alive.
process.exit();
