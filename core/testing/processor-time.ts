// How long a piece of work keeps the processor: for tests of what must not grow with hostile or large input. The clock would
// count what else the machine does.

/** Milliseconds of processor time that `work` takes in this thread. */
export function processorMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
