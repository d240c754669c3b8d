// What the tests need of the system: ffmpeg, a browser, servers to test against. `npm test` runs this while npm installs the
// packages: both are mostly waiting for the network and for one processor. Exit code 0 also where something cannot be had:
// it is said, and the tests that need it are skipped.
import { ensureChromium, ensureFfmpeg, ensureTestServers } from "./setup.mjs";

ensureFfmpeg();
ensureChromium();
ensureTestServers();
