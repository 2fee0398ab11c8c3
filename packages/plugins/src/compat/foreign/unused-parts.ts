/** Members of the reference contract that this host does not use, by adapter. */
const unused: Readonly<Record<string, readonly string[]>> = {
  actions: ["extractToolSend"],
  commands: ["skipWhenConfigEmpty"],
  config: ["formatAllowFrom"],
  elevated: ["allowFromFallback"],
  setup: ["applyAccountName"],
  status: ["logSelfId", "resolveAccountState"],
};
/** The adapters there are. */
const known = new Set(
  (
    "id meta capabilities defaults reload config configSchema onboarding setup pairing security groups mentions outbound " +
    "status gateway gatewayMethods auth elevated commands streaming threading messaging agentPrompt directory resolver " +
    "actions heartbeat agentTools"
  ).split(" "),
);

/** What a channel of the reference release brings and this host leaves alone, as `adapter.member`. */
export function unusedParts(channel: object): string[] {
  return Object.entries(channel).flatMap(([name, adapter]) => {
    if (!known.has(name)) return [name];
    if (typeof adapter !== "object" || adapter === null) return [];
    return (unused[name] ?? [])
      .filter((member) => Reflect.get(adapter, member) !== undefined)
      .map((m) => `${name}.${m}`);
  });
}
