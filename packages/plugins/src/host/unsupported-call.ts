/** A plugin has called something of the reference release that this host does not have. */
export class UnsupportedCallError extends Error {
  readonly code = "unsupported-plugin-call";
  /** What was called, as the plugin wrote it. */
  readonly call: string;

  constructor(call: string, pluginId: string) {
    super(`${call} is not available in this version of OpenClaw; plugin ${pluginId} has called it`);
    this.name = "UnsupportedCallError";
    this.call = call;
  }
}

/** Stands for a function that is not there: it can be imported and passed on, and calling it says what is missing. */
export function unsupported(call: string, pluginId: string): (...args: unknown[]) => never {
  return () => {
    throw new UnsupportedCallError(call, pluginId);
  };
}
