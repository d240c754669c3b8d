// Nightjar's version, read from the package that carries it.
import card from "./package.json" with { type: "json" };

export const VERSION: string = card.version;
