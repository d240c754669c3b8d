// Calls an action at every refresh of the display, until it is stopped.

/** Returns what ends it. */
export function atEveryRefresh(action: (nowMs: number) => void): () => void {
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    action(performance.now());
    schedule(next);
  };
  schedule(next);
  return () => {
    isOver = true;
  };
}

/** Once per display refresh, also where workers have no requestAnimationFrame. */
function schedule(action: () => void): void {
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(action);
  else setTimeout(action, 16);
}
