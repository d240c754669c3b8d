// Loaded before node:test in a process of tests: its hook, which names the test that an error came from that nobody caught, does
// not follow each promise then. That takes a thirtieth of the processor. Such an error still fails its file; which test it was is told
// when the file is run with `node --test`.
import hooks from "node:async_hooks";

const { createHook } = hooks;
hooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false });
