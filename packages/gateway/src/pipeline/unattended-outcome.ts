import type { ReplyPayload, RunResult } from "@openclaw/agent-runtime";
import type { JournalEntry } from "@openclaw/storage";
import { z } from "zod";

/** What came of a run that nobody waits for, as the journal keeps it. */
const outcome = z.object({
  status: z.enum(["ok", "error", "aborted"]),
  error: z.string().optional(),
  errorKind: z.string().optional(),
  payloads: z.array(
    z.object({
      text: z.string().optional(),
      mediaUrls: z.array(z.string()).optional(),
      audioAsVoice: z.literal(true).optional(),
      isReasoning: z.literal(true).optional(),
      isError: z.literal(true).optional(),
    }),
  ),
  sessionId: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
});

export type UnattendedOutcome = z.output<typeof outcome>;

export function unattendedOutcome(result: RunResult): UnattendedOutcome {
  const cutOff = result.stopReason === "timeout" && result.status !== "aborted";
  const status = result.status === "ok" && !cutOff ? "ok" : result.status === "aborted" ? "aborted" : "error";
  const error = result.error ?? (cutOff ? "the run reached its time limit" : undefined);
  return {
    status,
    ...(error === undefined ? {} : { error }),
    ...(result.errorKind === undefined ? {} : { errorKind: result.errorKind }),
    payloads: result.payloads.map(keptPayload),
    sessionId: result.sessionId,
    provider: result.provider,
    model: result.model,
  };
}

function keptPayload({ text, speech, mediaUrls, audioAsVoice, isReasoning, isError }: ReplyPayload) {
  const said = text ?? speech?.text;
  return {
    ...(said === undefined ? {} : { text: said }),
    ...(mediaUrls?.length ? { mediaUrls: [...mediaUrls] } : {}),
    ...(audioAsVoice ? { audioAsVoice } : {}),
    ...(isReasoning ? { isReasoning } : {}),
    ...(isError ? { isError } : {}),
  };
}

/** The same from what the journal holds of a run that has ended. */
export function storedUnattendedOutcome(entry: JournalEntry): UnattendedOutcome {
  if (entry.state === "aborted") return { status: "aborted", error: "the run was stopped", payloads: [] };
  const parsed = z.object({ run: outcome }).safeParse(entry.result);
  if (parsed.success) return parsed.data.run;
  const { data } = z.object({ summary: z.string() }).safeParse(entry.result);
  return { status: "error", error: data?.summary ?? "what came of the run is not known", payloads: [] };
}
