// Where the configuration lies. By itself, so that whoever only names the file loads no schema.
/** Name of the configuration in the data directory. */
export const CONFIG_FILE = "config.json";
