// How the built package takes some of Node's modules: as a value, not by an import. An import of such a module reads all that it
// offers, and with it what is loaded only then. Of `node:http` that is WebSocket, and with it Node's client for the web: 40 ms and
// some memory in each process; of `node:fs` what its promises need, 5 ms in each thread; of `node:https` and `node:tls` the
// certificates that Node comes with, 10 ms.
import type { Plugin } from "rolldown";

const IMPORT = /^import (?:(\w[\w$]*)|\{([^}]*)\}) from "(?:node:)?(http|https|tls|fs)";$/gm;

/** Leads each import of these modules in what was put together to the value. */
export const quietBuiltins: Plugin = {
  name: "quiet-builtins",
  renderChunk: (code) =>
    code.replaceAll(IMPORT, (_, whole: string | undefined, parts: string | undefined, name: string) => {
      const value = `process.getBuiltinModule("node:${name}")`;
      return whole === undefined
        ? `const {${String(parts).replaceAll(" as ", ": ")}} = ${value};`
        : `const ${whole} = ${value};`;
    }),
};
