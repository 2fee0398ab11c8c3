import type { Logger } from "@openclaw/log";
import type { Sessions } from "@openclaw/sessions";
import type { KeyValue } from "@openclaw/storage";
import type { AgentCalls, CallOutcome } from "../../calls/agent-calls.ts";
import { announceTarget } from "../../calls/announce-target.ts";
import { isSendDenied } from "../../calls/send-policy.ts";
import { within } from "../../calls/within.ts";
import type { RuntimeConfig } from "../../run/runtime-config.ts";
import type { Timers } from "../../run/timers.ts";
import {
  announcePrompt,
  announceSkipToken,
  type Participants,
  replyPrompt,
  replySkipToken,
} from "./agent-to-agent-prompts.ts";

/** How long one step may take, ms. */
const stepMs = 60_000;
const defaultMaxTurns = 5;

/** What follows a message from one session to another, as it is kept between its steps. */
export interface AgentConversation {
  /** The id of the run that answers the first message; those of the steps are made of it. */
  id: string;
  requesterKey: string;
  targetKey: string;
  message: string;
  /** Steps that are over. */
  turn: number;
  maxTurns: number;
  first?: string | undefined;
  latest?: string | undefined;
  stage: "first" | "replies" | "announce";
}

/** The conversations between sessions that go on in the background. Each step survives the death of the process. */
export interface AgentToAgent {
  /** Goes on after a message was sent; the run with this id answers it. Resolves when that is on disk. */
  begin(conversation: { id: string; requesterKey: string; targetKey: string; message: string }): Promise<void>;
  /** Takes up what an earlier process left. */
  resume(): void;
  /** Resolves when no conversation goes on in this process. */
  idle(): Promise<void>;
  /** The process ends: what goes on is taken up by the next one. */
  stop(): void;
}

export function createAgentToAgent(options: {
  calls: AgentCalls;
  sessions: Sessions;
  config: () => RuntimeConfig;
  store: KeyValue<AgentConversation>;
  timers: Timers;
  log: Logger;
}): AgentToAgent {
  const { calls, sessions, store, timers, log } = options;
  const running = new Set<Promise<void>>();
  let stopped = false;

  const go = (conversation: AgentConversation): void => {
    const work = advance(conversation).catch((error: unknown) => {
      if (stopped) return;
      log.error("a conversation between two sessions failed", { id: conversation.id, error: String(error) });
    });
    running.add(work);
    void work.then(() => running.delete(work));
  };

  return {
    async begin(started) {
      const configured = options.config().session?.agentToAgent?.maxPingPongTurns ?? defaultMaxTurns;
      const maxTurns =
        started.requesterKey === started.targetKey ? 0 : Math.max(0, Math.min(5, Math.floor(configured)));
      const conversation: AgentConversation = { ...started, turn: 0, maxTurns, stage: "first" };
      await store.put(conversation.id, conversation);
      go(conversation);
    },
    resume() {
      for (const id of store.keys()) {
        const kept = store.get(id)?.value;
        if (kept !== undefined) go(kept);
      }
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    stop() {
      stopped = true;
    },
  };

  /** Takes one step after the other. Stops without a trace when the process ends; the next start goes on. */
  async function advance(kept: AgentConversation): Promise<void> {
    let now = kept;
    const keep = async (change: Partial<AgentConversation>) => {
      now = { ...now, ...change };
      await store.put(now.id, now);
    };
    if (now.stage === "first") {
      const outcome = await firstReply(now);
      if (outcome === undefined) return;
      await report(now, "the first reply", outcome);
      const reply = replyOf(outcome);
      await keep({ first: reply, latest: reply, stage: reply === undefined ? "announce" : "replies" });
    }
    while (now.stage === "replies" && now.turn < now.maxTurns) {
      const outcome = await takeTurn(now);
      if (outcome === undefined) return;
      await report(now, `turn ${now.turn + 1}`, outcome);
      const reply = replyOf(outcome);
      const ends = reply === undefined || reply === replySkipToken;
      await keep(ends ? { stage: "announce" } : { turn: now.turn + 1, latest: reply });
    }
    if (now.latest !== undefined) {
      const outcome = await announce(now);
      if (outcome === undefined) return;
      await report(now, "the announcement", outcome);
      await post(now, replyOf(outcome));
    }
    await store.delete(now.id);
  }

  async function firstReply({ id, targetKey }: AgentConversation): Promise<CallOutcome | undefined> {
    const known = calls.known(id, targetKey, { again: true });
    if (known === undefined) return { status: "error", error: "the message was lost before it was accepted" };
    const outcome = await within(known, stepMs, { timers });
    return outcome === "late" ? { status: "timeout" } : outcome;
  }

  function takeTurn(now: AgentConversation): Promise<CallOutcome | undefined> {
    const turn = now.turn + 1;
    const role = turn % 2 === 1 ? "requester" : "target";
    return step(now, {
      runId: `${now.id}#${turn}`,
      sessionKey: role === "requester" ? now.requesterKey : now.targetKey,
      message: now.latest ?? "",
      extraSystemPrompt: replyPrompt(participants(now), { role, turn, max: now.maxTurns }),
    });
  }

  function announce(now: AgentConversation): Promise<CallOutcome | undefined> {
    return step(now, {
      runId: `${now.id}#announce`,
      sessionKey: now.targetKey,
      message: "Tell your chat what came of the conversation, if it should know.",
      extraSystemPrompt: announcePrompt(participants(now), now),
    });
  }

  async function step(
    { requesterKey }: AgentConversation,
    request: { runId: string; sessionKey: string; message: string; extraSystemPrompt: string },
  ): Promise<CallOutcome | undefined> {
    const { runId, sessionKey } = request;
    // The time of a step does not pass while the session is still busy with what it did before.
    await calls.busy(sessionKey)?.done;
    let done = calls.known(runId, sessionKey);
    if (done === undefined) {
      const call = await calls.ask({
        ...request,
        lane: "nested",
        timeoutMs: stepMs,
        requesterKey,
        withoutTools: ["message"],
      });
      done = call.done;
    }
    const outcome = await within(done, stepMs, { timers });
    if (outcome !== "late") return outcome;
    calls.abort(sessionKey, { runId, reason: "timeout" });
    return { status: "timeout" };
  }

  async function post(now: AgentConversation, reply: string | undefined): Promise<void> {
    if (reply === undefined || reply === announceSkipToken) return;
    const to = announceTarget(now.targetKey, sessions.get(now.targetKey));
    // Without a chat the session itself is where the reply stands, and it stands there already.
    if (to === undefined || isSendDenied(options.config(), sessions, now.targetKey)) return;
    await calls.say({ id: `${now.id}#said`, sessionKey: now.targetKey, text: reply, to });
  }

  /** Failures are no secret of the log: the session that asked learns of them with its next turn. */
  async function report(now: AgentConversation, what: string, outcome: CallOutcome): Promise<void> {
    if (outcome.status === "ok" || outcome.status === "unknown") return;
    const why = outcome.error ?? (outcome.status === "timeout" ? "it took too long" : "it was stopped");
    log.warn(`a conversation between two sessions broke off at ${what}: ${why}`, { id: now.id });
    await calls.note(now.requesterKey, `The conversation with session ${now.targetKey} broke off at ${what}: ${why}.`);
  }

  function participants(now: AgentConversation): Participants {
    return {
      requesterKey: now.requesterKey,
      requesterChannel: sessions.get(now.requesterKey)?.lastChannel,
      targetKey: now.targetKey,
      targetChannel: sessions.get(now.targetKey)?.lastChannel,
    };
  }
}

function replyOf(outcome: CallOutcome): string | undefined {
  return outcome.status === "ok" || outcome.status === "unknown" ? outcome.reply?.trim() || undefined : undefined;
}
