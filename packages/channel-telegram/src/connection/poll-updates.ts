import { ChannelError, type LiveConnection } from "@openclaw/plugin-sdk";
import type { Api } from "grammy";
import { errorText, refusalOf, toChannelError } from "../api/api-error.ts";
import type { UpdateIntake } from "../update/update-intake.ts";
import type { UpdateOffset } from "../update/update-offset.ts";
import { updateIdOf } from "../update/update-schema.ts";

/** How long the service holds a request open when there is nothing new, seconds. */
const LONG_POLL_SECONDS = 30;

export interface PollOptions {
  api: Pick<Api, "getUpdates">;
  intake: Pick<UpdateIntake, "take">;
  offset: UpdateOffset;
  signal: AbortSignal;
  /** Told of every answer of the service. */
  onAnswer(updates: number): void;
}

/**
 * Asks for updates until the signal is aborted or a request fails. A batch is asked for only when the one before is safe on
 * this side, because asking is what tells the service that it arrived. The runner connects the two ends; source and sink
 * are ours.
 */
export async function pollUpdates(options: PollOptions): Promise<LiveConnection & { stop(): Promise<void> }> {
  const { api, intake, offset, signal } = options;
  const { createBatchSink, createRunner, createSource } = await import("@grammyjs/runner");
  const allowedUpdates = await allowedUpdateTypes();
  let safe: number | undefined;
  let confirm = offset.last();
  let problem: unknown;

  const keep = async () => {
    if (safe === undefined) return;
    await offset.save(safe);
    confirm = safe;
    safe = undefined;
  };

  const source = createSource<unknown>({
    async supply(_pace, stopped) {
      await keep();
      const updates: readonly unknown[] = await api.getUpdates(
        {
          timeout: LONG_POLL_SECONDS,
          limit: 100,
          allowed_updates: allowedUpdates,
          ...(confirm === undefined ? {} : { offset: confirm + 1 }),
        },
        stopped,
      );
      options.onAnswer(updates.length);
      const known = confirm;
      // Asked once, the service remembers; and after a quiet week it counts anew, from a number that may be lower.
      if (updates.length === 0) confirm = undefined;
      return inOrderOfIds(updates).filter((raw) => {
        const id = updateIdOf(raw);
        return id === undefined || known === undefined || id > known;
      });
    },
  });
  const sink = createBatchSink<unknown, unknown>(
    {
      async consume(raw) {
        await intake.take(raw);
        const id = updateIdOf(raw);
        if (id !== undefined) safe = Math.max(safe ?? id, id);
      },
    },
    async (error) => {
      // The batch must not be confirmed: it is delivered again after the pause.
      problem = error;
    },
  );

  const runner = createRunner(source, {
    ...sink,
    async handle(updates) {
      const room = await sink.handle(updates);
      if (problem === undefined) return room;
      // Parts of the batch may be safe; the Gateway knows them when they come again.
      safe = undefined;
      throw problem;
    },
  });
  runner.start();
  const task = runner.task() ?? Promise.resolve();
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      if (runner.isRunning()) await runner.stop();
      await keep();
    })();
    return stopping;
  };
  const onAbort = () => void stop().catch(() => {}); // whoever stops the account hears of it
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const closed = task
    .then(stop, (error: unknown) => {
      throw toChannelError(error);
    })
    .finally(() => signal.removeEventListener("abort", onAbort));
  return { closed, stop };
}

/** What a failure to get updates is called in the log. */
export function pollFailure(error: unknown): string {
  const conflict =
    refusalOf(error)?.error_code === 409 || (error instanceof ChannelError && /\b409\b/.test(error.message));
  return `Telegram getUpdates ${conflict ? "conflict" : "network error"}: ${errorText(error)}`;
}

/** The library's default kinds of updates, and reactions, which have to be asked for. */
export async function allowedUpdateTypes() {
  const { API_CONSTANTS } = await import("grammy");
  return [...API_CONSTANTS.DEFAULT_UPDATE_TYPES, "message_reaction" as const];
}

function inOrderOfIds(updates: readonly unknown[]): unknown[] {
  return [...updates].sort((a, b) => (updateIdOf(a) ?? 0) - (updateIdOf(b) ?? 0));
}
