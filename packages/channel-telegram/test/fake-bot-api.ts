import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A call of the Bot API, as it arrived. */
export interface ApiCall {
  method: string;
  body: Record<string, unknown>;
  /** Uploaded files by the field they came in. */
  files: Record<string, { name: string; bytes: Uint8Array }>;
  /** It was answered with an error that a test asked for. */
  refused?: boolean;
}

/** How a call is refused. */
export interface Refusal {
  error_code: number;
  description: string;
  parameters?: Record<string, unknown>;
}

export const botToken = "424242:fake-bot-token-for-tests";
export const botUser = {
  id: 424242,
  is_bot: true,
  first_name: "Claw",
  username: "claw_bot",
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
  has_topics_enabled: true,
};

/** The Bot API on a free port: keeps updates until they are confirmed, and takes every method the channel calls. */
export async function startFakeBotApi(me: Partial<typeof botUser> = {}) {
  const calls: ApiCall[] = [];
  const updates: { update_id: number }[] = [];
  const sockets = new Set<Socket>();
  const files = new Map<string, { path: string; bytes: Uint8Array; size?: number }>();
  const refusals: { method: RegExp; times: number; how: Refusal | "drop" | "page" }[] = [];
  const watchers = new Set<() => void>();
  const held = new Map<string, Promise<void>>();
  let poll: { body: Record<string, unknown>; answer: () => void } | undefined;
  let nextUpdate = 1000;
  let nextMessage = 5000;
  let token = botToken;

  const pending = (offset: number) => {
    while (updates[0] !== undefined && updates[0].update_id < offset) updates.shift();
    return updates.slice(0, 100);
  };

  const message = (body: Record<string, unknown>) => ({
    message_id: nextMessage++,
    date: Math.floor(Date.now() / 1000),
    chat: { id: Number(body.chat_id) || -1, type: Number(body.chat_id) < 0 ? "supergroup" : "private" },
    from: { ...botUser, ...me },
    text: body.text,
    caption: body.caption,
  });

  const results: Record<string, (body: Record<string, unknown>) => unknown> = {
    getMe: () => ({ ...botUser, ...me }),
    getWebhookInfo: () => ({ url: "", has_custom_certificate: false, pending_update_count: updates.length }),
    getChatMember: ({ user_id }) => ({ status: "member", user: { id: user_id, is_bot: true, first_name: "Claw" } }),
    getFile({ file_id }) {
      const file = files.get(String(file_id));
      if (file === undefined) return { error_code: 400, description: "Bad Request: invalid file_id" };
      return { file_id, file_unique_id: "u", file_size: file.size ?? file.bytes.length, file_path: file.path };
    },
  };

  const respond = (response: ServerResponse, result: unknown) => {
    const refused = typeof result === "object" && result !== null && "error_code" in result;
    const status = refused ? Number(result.error_code) : 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(refused ? { ok: false, ...result } : { ok: true, result }));
  };

  const getUpdates = (body: Record<string, unknown>, response: ServerResponse) => {
    poll?.answer();
    const offset = Number(body.offset ?? 0);
    const found = pending(offset);
    if (found.length > 0) return respond(response, found);
    const answer = () => {
      poll = undefined;
      respond(response, pending(offset));
    };
    poll = { body, answer };
    response.on("close", () => {
      if (poll?.answer === answer) poll = undefined;
    });
    for (const watcher of watchers) watcher();
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const file = new RegExp(`^/file/bot${token}/(.+)$`).exec(request.url ?? "")?.[1];
    if (file !== undefined) {
      const found = [...files.values()].find(({ path }) => path === file);
      response.writeHead(found ? 200 : 404).end(found?.bytes);
      return;
    }
    const [, given, method = ""] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? "") ?? [];
    const call: ApiCall = { method, ...(await readBody(request)) };
    if (given !== token) return respond(response, { error_code: 401, description: "Unauthorized" });
    const refusal = refusals.find((each) => each.times > 0 && each.method.test(method));
    if (method !== "getUpdates") calls.push(call);
    if (refusal !== undefined) {
      refusal.times -= 1;
      call.refused = true;
    }
    if (refusal?.how === "drop") {
      for (const watcher of watchers) watcher();
      return void request.socket.destroy();
    }
    if (refusal?.how === "page") return void response.writeHead(502).end("<html>Bad Gateway</html>");
    for (const watcher of watchers) watcher();
    await held.get(method);
    if (refusal !== undefined) respond(response, refusal.how);
    else if (method === "getUpdates") getUpdates(call.body, response);
    else
      respond(
        response,
        results[method]?.(call.body) ?? (method.startsWith("send") ? sendResult(method, call.body) : true),
      );
    for (const watcher of watchers) watcher();
  };
  const sendResult = (method: string, body: Record<string, unknown>) =>
    method === "sendChatAction" || method === "sendMessageDraft" ? true : message(body);

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fake has no port");

  /** Resolves when `check` finds something; looks after every call. */
  const until = <T>(check: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = () => {
        const found = check();
        if (found === undefined) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      look();
    });

  const push = (update: object, updateId = nextUpdate++) => {
    updates.push({ update_id: updateId, ...update });
    poll?.answer();
    return updateId;
  };

  return {
    apiRoot: `http://127.0.0.1:${address.port}`,
    calls,
    /** Calls of a method that were not taken yet, oldest first. */
    of: (method: string | RegExp) => calls.filter((call) => isMethod(call.method, method)),
    /** Takes the next call of a method, when it comes. */
    take: (method: string | RegExp): Promise<ApiCall> =>
      until(() => {
        const at = calls.findIndex((call) => isMethod(call.method, method));
        return at < 0 ? undefined : calls.splice(at, 1)[0];
      }),
    until,
    push,
    /** Delivers a message; returns its id. */
    say(fields: Record<string, unknown>) {
      const id = typeof fields.message_id === "number" ? fields.message_id : nextMessage++;
      push({ message: { message_id: id, date: Math.floor(Date.now() / 1000), ...fields } });
      return id;
    },
    /** Delivers several updates at once, in the order they are given. */
    pushAll(batch: readonly (readonly [number, object])[]) {
      for (const [update_id, update] of batch) updates.push({ update_id, ...update });
      nextUpdate = Math.max(nextUpdate, ...batch.map(([id]) => id + 1));
      poll?.answer();
    },
    /** What the bot asks for while it waits. */
    pollBody: () => poll?.body,
    /** Answers a method when the promise has settled. */
    hold(method: string, until: Promise<void>) {
      held.set(method, until);
    },
    nextMessageId: () => nextMessage++,
    file(id: string, path: string, bytes: Uint8Array, size?: number) {
      files.set(id, { path, bytes, ...(size === undefined ? {} : { size }) });
    },
    answer(method: string, result: (body: Record<string, unknown>) => unknown) {
      results[method] = result;
    },
    /** `drop` cuts the connection, `page` answers as a server in between would. */
    refuse(method: RegExp, how: Refusal | "drop" | "page", times = 1) {
      refusals.push({ method, how, times });
    },
    /** Nothing is taken until `end` is called; `refused` resolves with the first call. */
    outage() {
      const refusal = { method: /./, how: "drop" as const, times: Number.POSITIVE_INFINITY };
      refusals.unshift(refusal);
      return {
        refused: until(() => (calls.some(({ refused }) => refused) ? true : undefined)).then(() => {}),
        end: () => void refusals.splice(refusals.indexOf(refusal), 1),
      };
    },
    /** The token is no longer accepted. */
    revoke() {
      token = "0:revoked";
      poll?.answer();
      for (const socket of sockets) socket.destroy();
    },
    /** Resolves when the bot waits for updates. */
    polled: () => until(() => (poll === undefined ? undefined : true)),
    unconfirmed: () => updates.length,
    async drop() {
      const open = [...sockets];
      await Promise.all(
        open.map(
          (socket) =>
            new Promise<void>((resolve) => {
              socket.once("close", () => resolve());
              socket.destroy();
            }),
        ),
      );
    },
    async close() {
      poll?.answer();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type FakeBotApi = Awaited<ReturnType<typeof startFakeBotApi>>;

function isMethod(name: string, wanted: string | RegExp): boolean {
  return typeof wanted === "string" ? name === wanted : wanted.test(name);
}

async function readBody(request: IncomingMessage): Promise<Pick<ApiCall, "body" | "files">> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const raw = Buffer.concat(parts);
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/")) return { body: raw.length === 0 ? {} : JSON.parse(raw.toString()), files: {} };
  const form = await new Response(raw, { headers: { "content-type": type } }).formData();
  const body: Record<string, unknown> = {};
  const uploads: { field: string; file: File }[] = [];
  for (const [field, value] of form) {
    if (value instanceof File) uploads.push({ field, file: value });
    else body[field] = value;
  }
  const files: ApiCall["files"] = {};
  for (const { field, file } of uploads) {
    // A field refers to its file as `attach://<name>`.
    const target = Object.entries(body).find(([, value]) => value === `attach://${field}`)?.[0] ?? field;
    files[target] = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  }
  return { body, files };
}
