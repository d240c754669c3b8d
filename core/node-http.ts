// `node:http` as a value, not by an import: an import of a module of Node's reads all that it offers, and of this one WebSocket,
// for which Node loads its whole client for the web, 40 ms of the processor and some memory in each process. The built package
// does the same with the imports of third parties (scripts/build-packages/quiet-http.ts).
export const { Agent, createServer, request, STATUS_CODES } = process.getBuiltinModule("node:http");
