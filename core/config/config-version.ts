// The version of the configuration's form that this Nightjar writes: migrations.ts leads to it. By itself, so that whoever
// only compares versions loads no schema.
export const CONFIG_VERSION = 1;
