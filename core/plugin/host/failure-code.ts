// Under which code a plugin's failure is told: what it threw itself is no fault inside the recorder.

/** `NJ_INTERNAL`, which any thrown value has, becomes `NJ_PLUGIN_FAILED`. */
export function codeOfFailure(code: string): string {
  return code === "NJ_INTERNAL" ? "NJ_PLUGIN_FAILED" : code;
}
