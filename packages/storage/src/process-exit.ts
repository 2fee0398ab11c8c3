/**
 * Calls `listener` when this process exits, be it through an uncaught exception. Returns what takes it back. Node's
 * limit of listeners is raised by as many as are added: many Gateways in one process are no leak.
 */
export function onProcessExit(listener: () => void): () => void {
  process.setMaxListeners(process.getMaxListeners() + 1);
  process.on("exit", listener);
  let active = true;
  return () => {
    if (!active) return;
    active = false;
    process.off("exit", listener);
    process.setMaxListeners(Math.max(0, process.getMaxListeners() - 1));
  };
}
