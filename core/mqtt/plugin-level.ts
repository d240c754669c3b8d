// The name of a plugin's package as one level of a topic, both ways.

/** A package's name as one level of a topic: `@acme/nightjar-pos-x` is `acme~nightjar-pos-x`, which no other name is. */
export function levelOf(plugin: string): string {
  return plugin.replace("@", "").replace("/", "~");
}

/** The package that a level stands for. */
export function pluginOf(level: string): string {
  return level.includes("~") ? `@${level.replace("~", "/")}` : level;
}
