import type { REST } from "@discordjs/rest";
import { type SessionInfo, WebSocketManager, WebSocketShardEvents } from "@discordjs/ws";
import { type AccountState, ChannelError, type ChannelLog, pause, retryDelay } from "@openclaw/plugin-sdk";
import { GatewayCloseCodes, GatewayOpcodes, type GatewayPresenceUpdateData } from "discord-api-types/v10";
import { privilegedIntents } from "./intents.ts";

export interface GatewayLinkOptions {
  rest: REST;
  token: string;
  intents: number;
  /** Every event, in the order in which Discord numbered them. Must not throw. */
  onEvent(event: { type: string; data: unknown }): void;
  report(state: AccountState): void;
  log: ChannelLog;
  signal: AbortSignal;
  now?: () => number;
  /** First and longest pause between attempts, ms. */
  reconnect?: { initialMs: number; maxMs: number };
}

/** A connection to Discord's Gateway that reconnects by itself and then gets what it missed. */
export interface GatewayLink {
  /** Rejects when Discord closed it for good: another token, other intents. */
  closed: Promise<void>;
  setPresence(presence: GatewayPresenceUpdateData): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects. Resolves when Discord said who the bot is.
 * @throws ChannelError when it cannot, permanent where trying again cannot help
 */
export async function openGatewayLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  const { report, now = Date.now } = options;
  const given = new AbortController();
  /** Nobody wants this connection any more. */
  const signal = AbortSignal.any([options.signal, given.signal]);
  const reconnect = options.reconnect ?? { initialMs: 500, maxMs: 30_000 };
  const sessions = new Map<number, SessionInfo>();
  let attempts = 0;
  let fail: (reason: ChannelError) => void = () => {};
  const closed = new Promise<void>((_, reject) => {
    fail = reject;
  });
  // It may fail before anybody listens; whoever listens later is told all the same.
  closed.catch(() => {});

  const manager = new WebSocketManager({
    token: options.token,
    intents: options.intents,
    rest: options.rest,
    // The library asks for this before each attempt and waits; by itself it would try twice a second without end.
    async retrieveSessionInfo(shard) {
      if (attempts > 1)
        await pause(retryDelay({ attempt: attempts - 1, baseMs: reconnect.initialMs, maxMs: reconnect.maxMs }), signal);
      // Between two attempts the library cannot be told to stop: an attempt that nobody wants any more never goes on.
      return signal.aborted ? new Promise<never>(() => {}) : (sessions.get(shard) ?? null);
    },
    updateSessionInfo(shard, session) {
      if (session) sessions.set(shard, session);
      else sessions.delete(shard);
    },
  });
  manager.on(WebSocketShardEvents.Dispatch, ({ data }) => options.onEvent({ type: data.t, data: data.d }));
  for (const event of [WebSocketShardEvents.Ready, WebSocketShardEvents.Resumed] as const) {
    manager.on(event, () => {
      attempts = 0;
      report({ connected: true, lastConnectedAt: now(), lastError: null, reconnectAttempts: 0 });
    });
  }
  manager.on(WebSocketShardEvents.Closed, ({ code }) => {
    if (signal.aborted) return;
    attempts += 1;
    const final = finalClose(code, options.intents);
    report({
      connected: false,
      reconnectAttempts: attempts,
      lastDisconnect: { at: now(), status: code, ...(final === undefined ? {} : { error: final.message }) },
      ...(final === undefined ? {} : { lastError: final.message }),
    });
    if (final !== undefined) return fail(final);
    options.log.info(`the connection to Discord ended with code ${code}; connecting again`);
  });
  // Without a listener the library would throw it where nobody can catch it. What ends a connection comes as `Closed`.
  manager.on(WebSocketShardEvents.Error, ({ error }) => options.log.debug(`Discord connection: ${error.message}`));

  const close = async () => {
    given.abort();
    await manager.destroy();
  };
  try {
    // The library forgets to end its attempt when Discord refuses it for good.
    await Promise.race([manager.connect(), closed, aborted(options.signal)]);
  } catch (error) {
    await close();
    throw error instanceof ChannelError
      ? error
      : new ChannelError("unavailable", connectProblem(error), { cause: error });
  }
  return {
    closed,
    async setPresence(presence) {
      const shards = await manager.getShardIds();
      for (const shard of shards) await manager.send(shard, { op: GatewayOpcodes.PresenceUpdate, d: presence });
    },
    close,
  };
}

/** Why a connection ended for good; undefined when the library connects again. */
function finalClose(code: number, intents: number): ChannelError | undefined {
  switch (code) {
    case GatewayCloseCodes.AuthenticationFailed:
      return new ChannelError("invalid_credentials", "Discord does not accept the bot token: it was reset or is wrong");
    case GatewayCloseCodes.DisallowedIntents:
      return new ChannelError(
        "not_configured",
        `Discord does not allow this bot the intents it asks for (4014): switch on ${privilegedIntents(intents).join(", ")} in the developer portal under Bot, Privileged Gateway Intents, or switch off what is not needed in channels.discord.intents`,
      );
    case GatewayCloseCodes.InvalidIntents:
    case GatewayCloseCodes.InvalidAPIVersion:
    case GatewayCloseCodes.InvalidShard:
    case GatewayCloseCodes.ShardingRequired:
      return new ChannelError("not_configured", `Discord refuses the connection for good (code ${code})`);
    default:
      return undefined;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new ChannelError("unavailable", "the account was stopped while it was connecting"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

function connectProblem(error: unknown): string {
  return `Discord cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
}
