import type { SessionUpdate, StopReason } from "@agentclientprotocol/sdk";
import type { GatewayClient } from "@openclaw/client";
import { z } from "zod";
import { bridgeError } from "./bridge-error.ts";
import type { PromptMessage } from "./prompt-content.ts";
import { toolUpdate } from "./tool-updates.ts";

const textMessage = z.object({ content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })) });
const chatEvent = z.looseObject({
  runId: z.string(),
  state: z.enum(["delta", "final", "aborted", "error"]),
  message: z.unknown().optional(),
  errorMessage: z.string().optional(),
});
const agentEvent = z.looseObject({ runId: z.string(), stream: z.string(), data: z.unknown() });

export interface PromptRequest extends PromptMessage {
  /** The editor's id of the session. */
  sessionId: string;
  sessionKey: string;
  thinking?: string | undefined;
  deliver?: boolean | undefined;
  timeoutMs?: number | undefined;
}

/** The prompts that wait for the end of their run: one for each session. */
export interface OpenPrompts {
  /**
   * Sends a prompt and resolves when its run has ended. A run of the session that is under way is stopped, and its prompt
   * resolves `cancelled`.
   * @throws RequestError when the Gateway is lost, GatewayClientError when it refuses
   */
  run(request: PromptRequest): Promise<StopReason>;
  /** Stops the run of a session; resolves when the Gateway has heard of it. */
  cancel(sessionId: string): Promise<void>;
  cancelAll(): Promise<void>;
  /** The Gateway is gone: nothing more will come of what is open. */
  lost(reason: string): void;
  close(): void;
}

interface OpenPrompt {
  request: PromptRequest;
  /** What the editor has of the answer. */
  sent: string;
  /** Resolves when the Gateway has answered the request, with or without success. */
  accepted: Promise<unknown>;
  settle(outcome: { stopReason: StopReason } | { error: unknown }): void;
}

export function createOpenPrompts(options: {
  gateway: GatewayClient;
  /** Tells the editor something about a session; in the order of the calls. */
  update(sessionId: string, update: SessionUpdate): Promise<void>;
  newId(): string;
  log(line: string): void;
}): OpenPrompts {
  const { gateway, log } = options;
  const open = new Map<string, OpenPrompt>();
  /** What has not been told yet; the answer to a prompt comes behind it. */
  let telling: Promise<void> = Promise.resolve();

  const tell = (sessionId: string, update: SessionUpdate) => {
    telling = telling
      .then(() => options.update(sessionId, update))
      .catch((error: unknown) => log(`an update was not delivered: ${String(error)}`));
  };
  const say = (prompt: OpenPrompt, text: string) => {
    if (text === "") return;
    prompt.sent += text;
    tell(prompt.request.sessionId, { sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
  };
  /** Brings what the editor has to the text that the Gateway shows now. */
  const sayUpTo = (prompt: OpenPrompt, text: string, isFinal: boolean) => {
    if (text.startsWith(prompt.sent)) say(prompt, text.slice(prompt.sent.length));
    // What was told cannot be taken back.
    else if (isFinal && text !== "") say(prompt, `\n\n${text}`);
  };
  const end = (runId: string, outcome: { stopReason: StopReason } | { error: unknown }) => {
    const prompt = open.get(runId);
    open.delete(runId);
    if (prompt) void telling.then(() => prompt.settle(outcome));
  };

  const stopListening = [
    gateway.on("chat", (payload) => {
      const event = chatEvent.safeParse(payload).data;
      const prompt = event && open.get(event.runId);
      if (!event || !prompt) return;
      switch (event.state) {
        case "delta":
          return sayUpTo(prompt, textOf(event.message), false);
        case "final":
          sayUpTo(prompt, textOf(event.message), true);
          return end(event.runId, { stopReason: "end_turn" });
        case "aborted":
          return end(event.runId, { stopReason: "cancelled" });
        case "error":
          say(prompt, `${prompt.sent === "" ? "" : "\n\n"}${event.errorMessage ?? "The run failed."}`);
          return end(event.runId, { stopReason: "refusal" });
      }
    }),
    gateway.on("agent", (payload) => {
      const event = agentEvent.safeParse(payload).data;
      const prompt = event && open.get(event.runId);
      const update = event?.stream === "tool" && prompt ? toolUpdate(event.data) : undefined;
      if (prompt && update) tell(prompt.request.sessionId, update);
    }),
  ];

  const runOf = (sessionId: string) => [...open].find(([, { request }]) => request.sessionId === sessionId);

  const abort = async (runId: string, prompt: OpenPrompt): Promise<void> => {
    await prompt.accepted;
    if (!open.has(runId)) return;
    await gateway.request("chat.abort", { sessionKey: prompt.request.sessionKey, runId });
  };

  return {
    async run(request) {
      const before = runOf(request.sessionId);
      if (before) {
        const [runId, prompt] = before;
        await abort(runId, prompt);
        end(runId, { stopReason: "cancelled" });
      }
      const runId = options.newId();
      const { sessionKey, message, attachments, thinking, deliver, timeoutMs } = request;
      return new Promise<StopReason>((resolve, reject) => {
        const sending = gateway.request("chat.send", {
          sessionKey,
          message,
          idempotencyKey: runId,
          ...(attachments.length === 0 ? {} : { attachments }),
          ...(thinking === undefined ? {} : { thinking }),
          ...(deliver === undefined ? {} : { deliver }),
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        });
        const accepted = sending.then(
          (answer) => {
            // A stop word is answered at once and has no run of its own.
            if (!("runId" in answer)) end(runId, { stopReason: "end_turn" });
          },
          (error: unknown) => end(runId, { error }),
        );
        open.set(runId, {
          request,
          sent: "",
          accepted,
          settle: (outcome) => ("error" in outcome ? reject(outcome.error) : resolve(outcome.stopReason)),
        });
        log(`prompt ${runId} in ${sessionKey}`);
      });
    },
    async cancel(sessionId) {
      const found = runOf(sessionId);
      if (found) await abort(...found);
    },
    async cancelAll() {
      await Promise.allSettled([...open].map(([runId, prompt]) => abort(runId, prompt)));
    },
    lost(reason) {
      for (const runId of [...open.keys()]) end(runId, { error: bridgeError(`Gateway disconnected: ${reason}`) });
    },
    close() {
      for (const stop of stopListening) stop();
    },
  };
}

function textOf(message: unknown): string {
  const parts = textMessage.safeParse(message).data?.content ?? [];
  return parts.flatMap(({ type, text }) => (type === "text" ? (text ?? []) : [])).join("\n");
}
