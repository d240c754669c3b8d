// What the recorder asks of a password, so that a form can say it while one types. The recorder judges again. Pure.

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 128;

/** "short", "long", or undefined if the length is right. */
export function passwordProblem(password: string): "short" | "long" | undefined {
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD) return "short";
  return length > LONGEST_PASSWORD ? "long" : undefined;
}
