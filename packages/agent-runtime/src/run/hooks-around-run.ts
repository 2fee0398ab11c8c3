import type { Transcript } from "@openclaw/sessions";
import type { PreparedRun } from "./prepare-run.ts";
import type { ReadyContext, ReadyRequest, RunConversation, RunOutcome } from "./run-conversation.ts";

/** The run with what hooks want the model to know besides. */
export async function withHookContext(context: ReadyContext, transcript: Transcript): Promise<ReadyContext> {
  const { request, parts } = context;
  const loading = parts.plugins();
  const plugins = loading instanceof Promise ? await loading : loading;
  if (!plugins?.hooks.has("before_agent_start")) return context;
  const workspaceDir = await parts.workspace(request.agentId);
  const asked = plugins.hooks.beforeAgentStart(
    { prompt: request.prompt?.text ?? "", messages: [...transcript.context()] },
    placeOf(request, workspaceDir),
  );
  // A hook that hangs must not keep a run from being stopped.
  const { systemPrompt, prependContext } = await orStopped(asked, context.control.signal, {});
  return {
    ...context,
    request: withContext(request, prependContext),
    ...(systemPrompt ? { behindPrompt: systemPrompt } : {}),
  };
}

/** Tells hooks how a run has ended. Nobody waits for them. */
export function tellHooksOfEnd(conversation: RunConversation, outcome: RunOutcome): void {
  const { prepared, request, transcript, parts, startedAt } = conversation;
  const hooks = prepared.plugins?.hooks;
  if (!hooks?.has("agent_end")) return;
  const event = {
    messages: [...transcript.context()],
    success: outcome.status === "ok",
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
    durationMs: parts.clock.now() - startedAt,
  };
  void hooks.tell("agent_end", event, placeOf(request, prepared.workspaceDir));
}

/** A prepared run with more behind its system prompt. */
export function withSystemPrompt(prepared: PreparedRun, behind: string | undefined): PreparedRun {
  if (!behind) return prepared;
  const { prompt } = prepared;
  const tokens = prompt.tokens + Math.ceil(behind.length / 4);
  return { ...prepared, prompt: { ...prompt, tokens, text: `${prompt.text}\n\n${behind}` } };
}

async function orStopped<T>(work: Promise<T>, signal: AbortSignal, otherwise: T): Promise<T> {
  let onStop = () => {};
  const stopped = new Promise<T>((resolve) => {
    onStop = () => resolve(otherwise);
    if (signal.aborted) onStop();
    else signal.addEventListener("abort", onStop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", onStop);
  }
}

function placeOf({ agentId, sessionKey, channel }: ReadyRequest, workspaceDir: string) {
  return { agentId, sessionKey, workspaceDir, messageProvider: channel };
}

/** A run that goes on has its message in the transcript: nothing is put before it any more. */
function withContext(request: ReadyRequest, prependContext: string | undefined): ReadyRequest {
  const { prompt } = request;
  if (!prependContext || prompt === undefined) return request;
  return { ...request, prompt: { ...prompt, text: `${prependContext}\n\n${prompt.text}` } };
}
