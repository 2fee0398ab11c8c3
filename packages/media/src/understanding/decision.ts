import type { Capability } from "./understanding-config.ts";

/** What became of one capability for a message. */
export interface CapabilityDecision {
  capability: Capability;
  outcome:
    | { state: "ok"; count: number; by: string }
    /** Switched off. */
    | { state: "off" }
    /** Not in this chat. */
    | { state: "denied" }
    /** No file of this kind, or nothing that could understand it. */
    | { state: "none" }
    | { state: "skipped"; reason: string }
    | { state: "failed" };
}

/** The parts of the status line about media; empty when there is nothing to tell. */
export function decisionParts(decisions: readonly CapabilityDecision[]): string[] {
  if (decisions.every(({ outcome }) => outcome.state === "none")) return [];
  return decisions.map(({ capability, outcome }) => {
    switch (outcome.state) {
      case "ok":
        return `${capability}${outcome.count > 1 ? ` x${outcome.count}` : ""} ok (${outcome.by})`;
      case "skipped":
        return `${capability} skipped (${outcome.reason})`;
      case "off":
      case "denied":
      case "none":
      case "failed":
        return `${capability} ${outcome.state}`;
      default: {
        const never: never = outcome;
        return never;
      }
    }
  });
}
