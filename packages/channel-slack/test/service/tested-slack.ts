import type { Sent, TestedService } from "@openclaw/channel-testkit";
import { createSlackChannel } from "../../src/index.ts";
import { type ApiCall, appToken, type SlackService, startSlackService } from "./slack-service.ts";

export const owner = "U0OWNER001";
export const stranger = "U0STRANGE1";
export const mainChannel = "C0MAIN0001";
export const otherChannel = "C0OTHER001";

/** The pauses of a connection that is lost are those of the world; here they are short. */
export const slackForTests = () => createSlackChannel({ wait: async () => void (await nextTurn()) });

/** The channel with Slack on this machine, as the contract suite wants it. */
export async function openTestedSlack(
  options: Parameters<typeof startSlackService>[0] = {},
): Promise<TestedService & { slack: SlackService }> {
  const slack = await startSlackService(options);
  const direct = new Map([
    [owner, await slack.directChannel(owner)],
    [stranger, await slack.directChannel(stranger)],
  ]);
  const directChannel = (from: string) => direct.get(from) ?? "";
  const written = new Map<string, { channel: string; user: string; text: string }>();
  let pictures = 0;

  return {
    slack,
    channel: slackForTests(),
    section: { botToken: slack.botToken, appToken },
    env: { SLACK_API_URL: slack.apiUrl },
    people: { owner, stranger },
    groups: { main: mainChannel, other: otherChannel },
    rules: {
      direct: ({ policy, allowFrom }) => ({ dm: { policy, allowFrom } }),
      groups: (names, { requireMention }) => ({
        groupPolicy: "allowlist",
        channels: Object.fromEntries(names.map((name) => [name, { requireMention }])),
      }),
    },
    chatOf: ({ from, group }) => group ?? directChannel(from),
    async write({ from, group, threadId, text, mention, image }) {
      const channel = group ?? directChannel(from);
      const words = mention ? `<@${slack.botUser}> ${text}` : text;
      if (image !== undefined) {
        pictures += 1;
        const ts = `1700000000.00000${pictures}`;
        const url = slack.serveFile(image.fileName, image);
        const file = { id: `F${pictures}`, name: image.fileName, mimetype: image.mimeType, url_private: url };
        await slack.emit({
          type: "message",
          subtype: "file_share",
          channel,
          user: from,
          text: words,
          ts,
          files: [file],
        });
        return ts;
      }
      const message = { channel, user: from, text: words, ...(threadId === undefined ? {} : { threadTs: threadId }) };
      // Beyond what Slack itself takes, crabline refuses a text.
      const ts = words.length > 40_000 ? await slack.emitAs(message) : await slack.write(message);
      written.set(ts, { channel, user: from, text: words });
      return ts;
    },
    async repeat(id) {
      await slack.emit({ type: "message", ts: id, ...written.get(id) });
    },
    nextSent: async () => toSent(await slack.take("chat.postMessage")),
    untaken: () => slack.untaken("chat.postMessage").map(toSent),
    refuse(times, { retryAfterMs = 0 }) {
      const headers = { "retry-after": String(Math.floor(retryAfterMs / 1000)) };
      slack.answer("chat.postMessage", { status: 429, headers, body: { ok: false, error: "ratelimited" } }, times);
    },
    drop: () => slack.drop(),
    outage: () => slack.outage(),
    async garble() {
      await slack.emit({ type: "message", ts: 7 });
      await slack.emit({ type: "never_heard_of", channel: null });
      await slack.envelope("slash_commands", { command: 5 });
      await slack.envelope("interactive", { type: "block_actions", actions: [{}] });
    },
    connected: () => slack.connected(),
    close: () => slack.close(),
  };
}

export function toSent({ body }: ApiCall): Sent {
  const thread = body.thread_ts;
  return {
    chat: String(body.channel),
    text: String(body.text ?? ""),
    ...(typeof thread === "string" ? { threadId: thread, replyTo: thread } : {}),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
