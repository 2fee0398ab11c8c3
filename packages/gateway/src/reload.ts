/** What a changed configuration path needs. */
export type ReloadAction = "none" | "restart";

/** The first prefix that matches a path decides; what matches none needs a restart. */
const matrix: readonly (readonly [prefix: string, action: ReloadAction])[] = [
  ["gateway.remote", "none"],
  ["gateway.reload", "none"],
  ["meta", "none"],
  ...[
    "identity",
    "wizard",
    "logging",
    "models",
    "agents",
    "tools",
    "bindings",
    "audio",
    "agent",
    "routing",
    "messages",
    "session",
    "talk",
    "skills",
    "ui",
  ].map((prefix) => [prefix, "none"] as const),
];

/** Decides for a set of changed paths whether the Gateway must restart. */
export function reloadAction(changedPaths: readonly string[]): ReloadAction {
  const needsRestart = changedPaths.some((path) => {
    const rule = matrix.find(
      ([prefix]) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`),
    );
    return (rule?.[1] ?? "restart") === "restart";
  });
  return needsRestart ? "restart" : "none";
}
