// The core that the processes of isolated plugins run in tests: as it is installed where a run of all tests has built
// that (they start in a third of the processor time), else the sources.
import { dirname } from "node:path";
import { builtPlaces, type ChildPlaces } from "../../core/plugin/isolated/child-places.ts";

const program = process.env["NIGHTJAR_TEST_PROGRAM"];

export const CHILD_CORE: ChildPlaces | undefined =
  program === undefined ? undefined : builtPlaces(dirname(program));
