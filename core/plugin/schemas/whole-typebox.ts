// TypeBox as a whole, for lazy-typebox.ts alone: the process of an isolated plugin loads it only when it needs to.
export { Type } from "typebox";
export { Value } from "typebox/value";
