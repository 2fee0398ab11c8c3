import {
  type ChannelContext,
  ChannelError,
  keepConnected,
  type LiveConnection,
  type RunningAccount,
} from "@openclaw/plugin-sdk";
import { createNamedUsers } from "./access/named-users.ts";
import { identify } from "./account/identity.ts";
import { missingCredentials, type SlackAccount, writingToken } from "./account/slack-account.ts";
import { runAction } from "./actions/run-action.ts";
import type { Bot } from "./bot.ts";
import { takePress } from "./commands/button-press.ts";
import { createSlashCommands } from "./commands/slash-commands.ts";
import { createHttpEvents } from "./connection/http-events.ts";
import { createSlackApi } from "./connection/slack-api.ts";
import { createSlackApp } from "./connection/slack-app.ts";
import { createSocketLink } from "./connection/socket-link.ts";
import { createDirectory } from "./directory.ts";
import { createEventFeed } from "./inbound/event-feed.ts";
import { createNames } from "./inbound/names.ts";
import { fetchFile } from "./outbound/fetch-file.ts";
import { buttonAction, valueAction } from "./outbound/message-blocks.ts";
import { edit, react, remove, setStatus } from "./outbound/message-changes.ts";
import { sendMessage } from "./outbound/send-message.ts";
import { createBoundedMap } from "./text/bounded-map.ts";

/** Connects one app. @throws ChannelError for credentials that are missing or not accepted; Error when Slack is down */
export async function startSlackAccount(
  context: ChannelContext<SlackAccount>,
  { wait }: { wait(ms: number, signal: AbortSignal): Promise<void> },
): Promise<RunningAccount> {
  const { account, signal, log, report } = context;
  const { appToken, signingSecret, apiUrl, settings } = account;
  const botToken = writingToken(account);
  const missing = missingCredentials(account);
  if (missing !== undefined || botToken === undefined) throw new ChannelError("not_configured", missing ?? "");
  const api = createSlackApi({ ...account, botToken }, log, signal);
  try {
    const identity = await identify(api, appToken, log);
    const bot: Bot = {
      context,
      api,
      identity,
      names: createNames(api),
      directChannels: createBoundedMap(2000),
      newest: createBoundedMap(2000),
    };
    report({
      mode: settings.mode,
      self: {
        ...(identity.userId === undefined ? {} : { id: identity.userId }),
        ...(identity.name === undefined ? {} : { name: identity.name, username: identity.name }),
      },
    });
    const feed = createEventFeed(bot);
    const commands = createSlashCommands(bot);
    const users = createNamedUsers(bot);
    const handlers = {
      event: feed.take,
      command: commands.take,
      action: (body: unknown) => takePress(bot, body),
    };
    const app = {
      botToken,
      apiUrl,
      commands: commands.names,
      actions: [new RegExp(`^(?:${buttonAction}|${valueAction}):`)],
      handlers,
      log,
    };
    const connection =
      settings.mode === "http"
        ? listen({ context, app, signingSecret: signingSecret ?? "" })
        : await connect({ context, app, appToken: appToken ?? "", wait });
    api.started();
    const looking = users.lookUp();

    return {
      ...(connection.closed === undefined ? {} : { closed: connection.closed }),
      send: (delivery) => sendMessage(bot, delivery),
      typing: (chat) => setStatus(bot, chat, "is typing..."),
      stopTyping: (chat) => setStatus(bot, chat, ""),
      react: (message, reaction) => react(bot, message, reaction),
      edit: (message, change) => edit(bot, message, change),
      remove: (message) => remove(bot, message),
      fetchMedia: (ref, limits) => fetchFile(bot, ref, limits),
      act: (action) => runAction(bot, action),
      directory: createDirectory(bot),
      entryIds: (entry) => users.idsOf(entry),
      async stop() {
        await connection.stop();
        await feed.idle();
        await api.close();
        await looking;
      },
    };
  } catch (error) {
    await api.close();
    throw error;
  }
}

type AppParts = Omit<Parameters<typeof createSlackApp>[0], "receiver">;

interface Connection {
  closed?: Promise<void>;
  stop(): Promise<void>;
}

function listen({
  context,
  app,
  signingSecret,
}: {
  context: ChannelContext<SlackAccount>;
  app: AppParts;
  signingSecret: string;
}): Connection {
  const { settings } = context.account;
  const events = createHttpEvents({ signingSecret, path: settings.webhookPath, log: context.log });
  createSlackApp({ ...app, receiver: events.receiver });
  const close = events.open(context.http);
  context.report({ connected: true, lastConnectedAt: Date.now(), lastError: null });
  return { stop: async () => close() };
}

async function connect({
  context,
  app,
  appToken,
  wait,
}: {
  context: ChannelContext<SlackAccount>;
  app: AppParts;
  appToken: string;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}): Promise<Connection> {
  const { signal, report, log } = context;
  const link = createSocketLink({ appToken, apiUrl: app.apiUrl, log, signal });
  createSlackApp({ ...app, receiver: link.receiver });
  const first: LiveConnection = await link.connect();
  const closed = keepConnected({
    signal,
    report,
    wait,
    connect: (attempt) => (attempt === 0 ? Promise.resolve(first) : link.connect()),
    // Slack ends every connection now and then, and says so before.
    policy: { initialMs: 500 },
    onRetry: ({ error, delayMs }) =>
      log.info(
        `the connection to Slack ended${error instanceof Error ? ` (${error.message})` : ""}; connecting again in ${delayMs} ms`,
      ),
  });
  return {
    closed,
    async stop() {
      await link.close();
      await closed.catch(() => {}); // the host was told by `closed` itself
    },
  };
}
