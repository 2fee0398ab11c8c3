import { type ChannelLog, type LiveConnection, pause } from "@openclaw/plugin-sdk";
import { type Receiver, SocketModeReceiver } from "@slack/bolt";
import { libraryLogger } from "./slack-api.ts";
import { toChannelError } from "./slack-error.ts";

/** Slack greets within this time, ms; a connection without a greeting gets no events. */
const GREETING_MS = 20_000;

/** The connection of Socket Mode. */
export interface SocketLink {
  receiver: Receiver;
  /** Connects once. @throws ChannelError with what Slack says */
  connect(): Promise<LiveConnection>;
  close(): Promise<void>;
}

export function createSocketLink(options: {
  appToken: string;
  apiUrl: string;
  log: ChannelLog;
  signal: AbortSignal;
}): SocketLink {
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    logger: libraryLogger(options.log),
    // We connect again ourselves: what fails while the library does so would be nobody's.
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: { slackApiUrl: options.apiUrl, timeout: 10_000, retryConfig: { retries: 0 } } },
  });
  const { client } = receiver;
  return {
    receiver,
    async connect() {
      let ended = () => {};
      const closed = new Promise<void>((resolve) => {
        ended = resolve;
      });
      client.once("disconnected", ended);
      const waiting = new AbortController();
      const greeting = pause(GREETING_MS, AbortSignal.any([waiting.signal, options.signal])).then(() => {
        if (!waiting.signal.aborted) throw new Error("the connection was opened, but Slack did not greet");
      });
      try {
        await Promise.race([receiver.start(), greeting]);
        return { closed };
      } catch (error) {
        client.off("disconnected", ended);
        throw toChannelError(error ?? new Error("the connection ended before Slack greeted"), "apps.connections.open");
      } finally {
        waiting.abort();
      }
    },
    close: async () => void (await client.disconnect()),
  };
}
