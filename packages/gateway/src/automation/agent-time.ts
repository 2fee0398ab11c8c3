import type { AutomationGateway } from "./automation-parts.ts";

/** Writes times the way an agent's user reads them. */
export function agentTimeFormat(gateway: Pick<AutomationGateway, "config" | "userTimeZone">): {
  /** `Current time: Monday, 9 February 2026 at 08:53 (Europe/Paris)`. */
  line(at: number): string;
} {
  const timeZone = gateway.userTimeZone();
  const wanted = gateway.config().agents?.defaults?.timeFormat ?? "auto";
  const hour12 = wanted === "auto" ? {} : { hour12: wanted === "12" };
  const format = new Intl.DateTimeFormat(wanted === "12" ? "en-US" : "en-GB", {
    timeZone,
    dateStyle: "full",
    timeStyle: "short",
    ...hour12,
  });
  return { line: (at) => `Current time: ${format.format(at)} (${timeZone})` };
}
