// What Node was told to load before anything else (`--import`): another process that is to run the same way is told the same.
/** As arguments for another Node. */
export function loadedFirst(execArgv: readonly string[] = process.execArgv): string[] {
  return execArgv.flatMap((word, index) =>
    word.startsWith("--import=") ? [word] : word === "--import" ? [word, execArgv[index + 1] ?? ""] : [],
  );
}
