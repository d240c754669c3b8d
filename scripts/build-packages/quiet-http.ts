// How the built package takes `node:http`: as a value, not by an import. An import of a module of Node's reads all that it
// offers, and of this one WebSocket, for which Node loads its whole client for the web: 40 ms and some memory in each process.
import type { Plugin } from "rolldown";

const IMPORT = /^import (?:(\w[\w$]*)|\{([^}]*)\}) from "(?:node:)?http";$/gm;
const VALUE = 'process.getBuiltinModule("node:http")';

/** Leads each import of `node:http` in what was put together to the value. */
export const quietHttp: Plugin = {
  name: "quiet-http",
  renderChunk: (code) =>
    code.replaceAll(IMPORT, (_, whole: string | undefined, parts: string | undefined) =>
      whole === undefined
        ? `const {${String(parts).replaceAll(" as ", ": ")}} = ${VALUE};`
        : `const ${whole} = ${VALUE};`,
    ),
};
