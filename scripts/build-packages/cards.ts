// The package.json files of the built package. Pure.
type Json = Record<string, unknown>;

/** What declarations for authors of plugins name; its code lies in the built files. */
const FOR_DECLARATIONS = ["tapable", "typebox"];

/** The card of the whole: what npm installs, and the command. `inside` are packages whose code lies in the built files. */
export function programCard(root: Json, core: Json, inside: readonly string[]): Json {
  const needed = Object.entries(core["dependencies"] as Json).filter(
    ([name]) => !inside.includes(name) || FOR_DECLARATIONS.includes(name),
  );
  return {
    name: "nightjar",
    version: core["version"],
    description: root["description"],
    license: root["license"],
    type: "module",
    // The command looks for a Node that can run the recorder: npm brings one where the system's is too old.
    engines: { node: ">=18" },
    bin: { nightjar: "./core/bin/nightjar.mjs" },
    files: [
      "core",
      "flows",
      "plugins",
      "ui",
      "CHANGELOG.md",
      "NOTICE",
      "THIRD-PARTY-LICENSES.txt",
      "npm-shrinkwrap.json",
    ],
    dependencies: Object.fromEntries(needed),
    optionalDependencies: {
      ...(core["optionalDependencies"] as Json),
      ...(root["optionalDependencies"] as Json),
    },
  };
}

/** The card of the core within: what plugins import, with the declarations that their authors' editors read. */
export function coreCard(core: Json): Json {
  const { bin: _bin, dependencies: _needed, optionalDependencies: _wanted, exports, ...kept } = core;
  const entries = Object.entries(exports as Record<string, string>).map(([place, file]) => [
    place,
    file.endsWith(".ts")
      ? { types: file.replace(/\.ts$/, ".d.ts"), default: file.replace(/\.ts$/, ".js") }
      : file,
  ]);
  return { ...kept, exports: Object.fromEntries(entries) };
}
