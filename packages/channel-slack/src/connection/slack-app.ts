import type { ChannelLog } from "@openclaw/plugin-sdk";
import { App, type Receiver, type ReceiverEvent } from "@slack/bolt";
import { libraryLogger } from "./slack-api.ts";

/** What Slack tells, as Bolt sorts it. An answer of a handler goes with the acknowledgement. */
export interface SlackHandlers {
  event(body: unknown): Promise<void>;
  command(payload: unknown): Promise<object | undefined>;
  action(body: unknown): Promise<void>;
}

/** Names of commands, with `/` in front. */
export interface SlackAppOptions {
  botToken: string;
  apiUrl: string;
  receiver: Receiver;
  commands: readonly string[];
  actions: readonly RegExp[];
  handlers: SlackHandlers;
  log: ChannelLog;
}

/**
 * Sorts what Slack tells, and acknowledges it once the handler is through: by then it is in the journal. What a handler
 * throws leaves it unacknowledged, so that Slack tells it again.
 */
export function createSlackApp(options: SlackAppOptions): App {
  const handlers = withFailures(options.handlers);
  // Bolt acknowledges events before it calls their handlers.
  class PatientApp extends App {
    override async processEvent(event: ReceiverEvent): Promise<void> {
      let answer: unknown;
      try {
        await super.processEvent({
          ...event,
          ack: async (response: unknown) => {
            answer = response;
          },
        });
      } catch (error) {
        if (error instanceof HandlerFailed) throw error.cause;
        // The library itself could not read it, and would not the next time.
        options.log.warn("Slack sent something that cannot be read", { problem: String(error) });
      }
      await event.ack(answer);
    }
  }
  const app = new PatientApp({
    receiver: options.receiver,
    // Given a token, Bolt would ask who it belongs to first, and drop the event when Slack does not answer.
    authorize: async () => ({ botToken: options.botToken }),
    convoStore: false,
    ignoreSelf: false,
    logger: libraryLogger(options.log),
    clientOptions: { slackApiUrl: options.apiUrl },
  });
  app.error(async (error) => {
    throw error.original ?? error;
  });
  app.event(/.*/, ({ body }) => handlers.event(body));
  for (const name of options.commands) {
    app.command(name, async ({ payload, ack }) => {
      const answer = await handlers.command(payload);
      await ack(answer);
    });
  }
  for (const pattern of options.actions) {
    app.action(pattern, async ({ body, ack }) => {
      await handlers.action(body);
      await ack();
    });
  }
  return app;
}

/** A handler did not take what Slack told. */
class HandlerFailed extends Error {
  override name = "HandlerFailed";
}

/** The handlers, so that their failures can be told from those of the library around them. */
function withFailures({ event, command, action }: SlackHandlers): SlackHandlers {
  const failing = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      throw new HandlerFailed("a handler failed", { cause });
    }
  };
  return {
    event: (body) => failing(event(body)),
    command: (payload) => failing(command(payload)),
    action: (body) => failing(action(body)),
  };
}
