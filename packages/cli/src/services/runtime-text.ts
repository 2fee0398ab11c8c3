import type { ServiceRuntime } from "@openclaw/setup/services";

/** `running (pid 12, state active)`. */
export function runtimeText({
  status,
  pid,
  state,
  subState,
  lastExitStatus,
  lastExitReason,
  detail,
}: ServiceRuntime): string {
  const facts = [
    pid === undefined ? undefined : `pid ${pid}`,
    state && `state ${state}`,
    subState && `sub ${subState}`,
    lastExitStatus === undefined ? undefined : `last exit ${lastExitStatus}`,
    lastExitReason && `reason ${lastExitReason}`,
    status === "running" ? undefined : detail,
  ].filter((fact) => fact !== undefined && fact !== "");
  return facts.length > 0 ? `${status} (${facts.join(", ")})` : status;
}
