import type { Usage } from "@openclaw/sessions";
import { type SubagentRun, subagentName } from "./subagent-run.ts";

/** What the requester of a subagent is told. */
export interface AnnouncementFacts {
  run: SubagentRun;
  findings: string | undefined;
  usage: Usage | undefined;
  sessionId: string | undefined;
  transcript: string | undefined;
}

const instruction =
  "Tell the user about this now, briefly and in your own voice, as if you had done it yourself. Leave out technical details such as statistics, session keys and paths. Answer NO_REPLY when nothing needs to be said.";

/** The message that lets the requester's agent tell its user. */
export function announcementText(facts: AnnouncementFacts): string {
  return [plainAnnouncement(facts), stats(facts), instruction].join("\n\n");
}

/** The same for people, when no agent could say it. */
export function plainAnnouncement({ run, findings }: AnnouncementFacts): string {
  const name = subagentName(run);
  return `A subagent task "${name}" just ${ending(run)}.\n\nFindings:\n${findings?.trim() || "(no output)"}`;
}

function ending({ outcome }: SubagentRun): string {
  if (outcome === undefined) return "finished with unknown status";
  switch (outcome.status) {
    case "ok":
      return "completed successfully";
    case "timeout":
      return "timed out";
    case "error":
      return `failed: ${outcome.error ?? "unknown error"}`;
    default: {
      const never: never = outcome.status;
      return never;
    }
  }
}

function stats({ run, usage, sessionId, transcript }: AnnouncementFacts): string {
  const { startedAt, endedAt } = run;
  const parts: string[] = [];
  if (startedAt !== undefined && endedAt !== undefined) parts.push(`runtime ${shortDuration(endedAt - startedAt)}`);
  if (usage !== undefined) {
    const given = usage.input + usage.cacheRead + usage.cacheWrite;
    parts.push(`tokens ${count(given + usage.output)} (in ${count(given)} / out ${count(usage.output)})`);
    if (usage.cost.total > 0) parts.push(`est $${usage.cost.total.toFixed(usage.cost.total < 0.01 ? 4 : 2)}`);
  }
  parts.push(`sessionKey ${run.childSessionKey}`);
  if (sessionId !== undefined) parts.push(`sessionId ${sessionId}`);
  if (transcript !== undefined) parts.push(`transcript ${transcript}`);
  return `Stats: ${parts.join(" • ")}`;
}

/** 8s, 2m5s, 1h20m. */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m`;
}

/** 950, 12.0k, 1.5m. */
function count(value: number): string {
  if (value < 1000) return String(value);
  return value < 1_000_000 ? `${(value / 1000).toFixed(1)}k` : `${(value / 1_000_000).toFixed(1)}m`;
}
