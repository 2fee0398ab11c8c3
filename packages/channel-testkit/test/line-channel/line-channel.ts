import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import {
  type Channel,
  type ChannelContext,
  ChannelError,
  type Delivery,
  type InboundMessage,
  keepConnected,
  type RunningAccount,
} from "@openclaw/plugin-sdk";

/** What one account needs to connect. */
interface LineAccount {
  host: string;
  port: number;
  nick: string;
}

/** A chat service of lines: `MSG <id> <from> <to> <text>` comes in, `SEND <to> <text>` goes out. */
export const lineChannel: Channel<LineAccount> = {
  meta: { id: "lines", label: "Lines", description: "A chat of lines over TCP." },
  capabilities: { chatKinds: ["direct", "group"] },
  textLimit: 400,
  accounts: {
    resolve: ({ config, env }) => ({
      host: String(config.host ?? "127.0.0.1"),
      port: Number(config.port ?? env.LINES_PORT ?? 0),
      nick: String(config.nick ?? "openclaw"),
    }),
    isConfigured: ({ port }) => port > 0,
    unconfiguredReason: () => "no port",
  },
  access: { idLabel: "nick", idLine: (id) => `Your nick: ${id}` },
  targets: { hint: "<nick|#room>", parse: (raw) => ({ to: raw.replace(/^lines:/, "") }) },
  start,
};

async function start(context: ChannelContext<LineAccount>): Promise<RunningAccount> {
  const { account, signal, report, log } = context;
  let line: LineConnection | undefined;

  // The first connection decides whether the account starts; `keepConnected` looks after the rest.
  const first = await open(context);
  const closed = keepConnected({
    signal,
    report,
    policy: { initialMs: 100, maxMs: 5000 },
    connect: (attempt) => (attempt === 0 ? Promise.resolve(first) : open(context)),
    onConnected(connection) {
      line = connection;
    },
    onRetry: ({ attempt, delayMs }) => log.warn(`connection lost, attempt ${attempt} in ${delayMs} ms`),
  });

  return {
    closed,
    async send(delivery: Delivery) {
      if (line === undefined || line.socket.destroyed) throw new ChannelError("unavailable", "not connected");
      const files = delivery.mediaUrls?.map((file) => ` [file ${file}]`).join("") ?? "";
      return { messageId: await line.request(`SEND ${delivery.to} ${encode((delivery.text ?? "") + files)}`) };
    },
    async typing({ to }) {
      line?.socket.write(`TYPING ${to} ${account.nick}\n`);
    },
    async stop() {
      line?.socket.destroy();
      await closed;
    },
  };
}

interface LineConnection {
  socket: Socket;
  closed: Promise<void>;
  /** Sends a line and resolves with what the service answers. */
  request(text: string): Promise<string>;
}

/** Connects, says who we are, and hands on what comes in. */
async function open({
  account,
  signal,
  receive,
  log,
  accountId,
}: ChannelContext<LineAccount>): Promise<LineConnection> {
  const socket = createConnection({ host: account.host, port: account.port });
  signal.addEventListener("abort", () => socket.destroy(), { once: true });
  const waiting: { resolve(id: string): void; reject(error: Error): void }[] = [];
  const lost = () => {
    for (const { reject } of waiting.splice(0)) reject(new ChannelError("unavailable", "the connection was lost"));
  };
  const closed = new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => {
      lost();
      reject(error);
    });
    socket.once("close", () => {
      lost();
      resolve();
    });
  });
  closed.catch(() => {}); // whoever keeps the connection hears of it

  const lines = createInterface({ input: socket });
  lines.on("error", () => {}); // `closed` tells of it
  lines.on("line", (text) => {
    const [word, id = "", ...rest] = text.split(" ");
    if (word === "MSG") {
      const message = toMessage(id, rest, account.nick, accountId);
      // What comes from outside may be anything: a line we cannot read must not end the connection, let alone the process.
      if (message === undefined) return log.warn(`a message could not be read: ${text.slice(0, 80)}`);
      // The service keeps a message until it is acknowledged, so nothing is lost when we end in between.
      receive(message).then(
        () => socket.write(`ACK ${id}\n`),
        (error: unknown) => log.error("a message could not be taken", { error: String(error) }),
      );
    } else if (word === "OK") waiting.shift()?.resolve(id);
    else if (word === "WAIT") {
      waiting.shift()?.reject(new ChannelError("rate_limited", "too fast", { retryAfterMs: Number(id) }));
    } else if (word === "NO") waiting.shift()?.reject(new ChannelError("refused", rest.join(" ")));
  });

  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    closed.then(() => reject(new Error("closed while connecting")), reject);
  });
  socket.write(`NICK ${account.nick}\n`);
  return {
    socket,
    closed,
    request: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(`${text}\n`);
      }),
  };
}

function toMessage(
  id: string,
  [from = "", to = "", ...words]: string[],
  nick: string,
  accountId: string,
): InboundMessage | undefined {
  const text = decode(words.join(" "));
  if (id === "" || from === "" || to === "" || text === undefined) return undefined;
  const room = to.startsWith("#");
  return {
    id,
    channel: "lines",
    accountId,
    chat: room ? { kind: "group", id: to, title: to } : { kind: "direct", id: from },
    sender: { id: from },
    text,
    at: Date.now(),
    ...(room ? { mentions: { me: text.includes(`@${nick}`), any: /@\w/.test(text) } } : {}),
  };
}

const encode = (text: string) => JSON.stringify(text);
const decode = (text: string): string | undefined => {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
};
