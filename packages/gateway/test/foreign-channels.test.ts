import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import type { RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// A channel as plugins for the reference release write one: adapters, access decided by itself with the helpers of
// `api.runtime.channel`, replies taken by `deliver`. Its service is a line of JSON each way.
const plugin = `
import net from "node:net";
import { DEFAULT_ACCOUNT_ID, createReplyPrefixOptions, type ChannelPlugin, type OpenClawPluginApi } from "openclaw/plugin-sdk";

let runtime: OpenClawPluginApi["runtime"];
const sockets = new Map<string, net.Socket>();
const write = (accountId: string, line: object) => {
  const socket = sockets.get(accountId);
  if (!socket?.writable) throw new Error("not connected");
  socket.write(JSON.stringify(line) + "\\n");
};

async function handle(cfg: any, account: any, message: any, log: any) {
  const core = runtime as any;
  const { accountId } = account;
  const stored = await core.channel.pairing.readAllowFromStore("wire");
  if (![...account.config.allowFrom ?? [], ...stored].includes(message.from) && !account.config.allowFrom?.includes("*")) {
    const { code, created } = await core.channel.pairing.upsertPairingRequest({ channel: "wire", id: message.from });
    if (created) write(accountId, { to: message.from, text: core.channel.pairing.buildPairingReply({ channel: "wire", idLine: "Your wire id: " + message.from, code }) });
    return;
  }
  const route = core.channel.routing.resolveAgentRoute({ cfg, channel: "wire", accountId, peer: { kind: message.room ? "group" : "direct", id: message.room ?? message.from } });
  const storePath = core.channel.session.resolveStorePath(cfg.session?.store, { agentId: route.agentId });
  const previousTimestamp = core.channel.session.readSessionUpdatedAt({ storePath, sessionKey: route.sessionKey });
  const body = core.channel.reply.formatAgentEnvelope({ channel: "Wire", from: message.from, timestamp: 1770627180000, previousTimestamp, envelope: core.channel.reply.resolveEnvelopeFormatOptions(cfg), body: message.text });
  const ctx = core.channel.reply.finalizeInboundContext({
    Body: body, RawBody: message.text, CommandBody: message.text, From: "wire:" + message.from, To: "wire:" + (message.room ?? message.from),
    SessionKey: route.sessionKey, AccountId: route.accountId, ChatType: message.room ? "group" : "direct", SenderName: message.from, SenderId: message.from,
    GroupSubject: message.room, Provider: "wire", Surface: "wire", MessageSid: message.id, OriginatingChannel: "wire",
    OriginatingTo: "wire:" + (message.room ?? message.from), CommandAuthorized: true, WasMentioned: message.room ? true : undefined,
  });
  await core.channel.session.recordInboundSession({ storePath, sessionKey: route.sessionKey, ctx });
  const { onModelSelected, ...prefix } = createReplyPrefixOptions({ cfg, agentId: route.agentId, channel: "wire", accountId });
  const done = await core.channel.reply.dispatchReplyWithBufferedBlockDispatcher({
    ctx, cfg,
    dispatcherOptions: {
      ...prefix,
      deliver: async (payload: any) => write(accountId, { to: message.room ?? message.from, text: payload.text, live: true }),
      onError: (error: unknown) => log.error("delivery failed " + error),
    },
    replyOptions: { onModelSelected },
  });
  write(accountId, { dispatched: message.id, queuedFinal: done.queuedFinal });
}

const wire: ChannelPlugin = {
  id: "wire",
  meta: { id: "wire", label: "Wire", selectionLabel: "Wire", docsPath: "/wire", blurb: "A wire.", aliases: ["w"] },
  capabilities: { chatTypes: ["direct", "group"], media: false },
  config: {
    listAccountIds: (cfg: any) => Object.keys(cfg.channels?.wire?.accounts ?? { [DEFAULT_ACCOUNT_ID]: {} }),
    resolveAccount: (cfg: any, accountId?: string) => ({ accountId: accountId ?? DEFAULT_ACCOUNT_ID, config: cfg.channels?.wire ?? {} }),
    isConfigured: (account: any) => Boolean(account.config.port),
  },
  pairing: { idLabel: "wireId", normalizeAllowEntry: (entry: string) => entry.replace(/^wire:/, "") },
  messaging: { normalizeTarget: (raw: string) => raw.trim(), targetResolver: { looksLikeId: (raw: string) => raw.startsWith("wire:"), hint: "<wire:id>" } },
  outbound: {
    deliveryMode: "direct", textChunkLimit: 300,
    sendText: async ({ to, text, accountId }: any) => {
      write(accountId ?? "default", { to: to.replace(/^wire:/, ""), text });
      return { channel: "wire", messageId: "w1" };
    },
  },
  status: { probeAccount: async () => ({ ok: true, name: "wire-bot" }) },
  actions: { listActions: () => ["send", "react"], handleAction: async ({ action, params }: any) => ({ content: [], details: { did: action, emoji: params.emoji } }) },
  gateway: {
    startAccount: (ctx: any) => new Promise<void>((resolve, reject) => {
      const socket = net.connect(ctx.account.config.port, "127.0.0.1");
      socket.once("connect", () => { sockets.set(ctx.accountId, socket); ctx.setStatus({ accountId: ctx.accountId, connected: true, mode: "wire" }); socket.write(JSON.stringify({ hello: ctx.accountId }) + "\\n"); });
      let rest = "";
      socket.setEncoding("utf8").on("data", (chunk) => {
        const lines = (rest + chunk).split("\\n");
        rest = lines.pop() ?? "";
        for (const line of lines) handle(ctx.cfg, ctx.account, JSON.parse(line), ctx.log).catch((error) => ctx.log.error(String(error)));
      });
      socket.once("error", reject);
      socket.once("close", () => resolve());
      ctx.abortSignal.addEventListener("abort", () => socket.destroy());
    }),
  },
};
export default { id: "wire", register(api: OpenClawPluginApi) { runtime = api.runtime; api.registerChannel({ plugin: wire, dock: { streaming: { blockStreamingCoalesceDefaults: { minChars: 1, idleMs: 1 } } } }); } };
`;

let gateway: TestGateway;
let service: ReturnType<typeof wireService>;
beforeEach(() => {
  service = wireService();
});
afterEach(async () => {
  await gateway.close();
  service.server.close();
});

/** The other end of the wire. */
function wireService() {
  const lines: Record<string, unknown>[] = [];
  const waiting: ((line: Record<string, unknown>) => void)[] = [];
  let peer: net.Socket | undefined;
  const server = net.createServer((socket) => {
    peer = socket;
    let rest = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      const complete = (rest + chunk).split("\n");
      rest = complete.pop() ?? "";
      for (const line of complete) {
        const parsed = JSON.parse(line) as Record<string, unknown>;
        const waiter = waiting.shift();
        if (waiter) waiter(parsed);
        else lines.push(parsed);
      }
    });
  });
  return {
    server,
    async listen() {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : 0;
    },
    say: (message: object) => void peer?.write(`${JSON.stringify(message)}\n`),
    next: () => {
      const early = lines.shift();
      return early ? Promise.resolve(early) : new Promise<Record<string, unknown>>((resolve) => waiting.push(resolve));
    },
    hangUp: () => peer?.destroy(),
    untaken: lines,
  };
}

async function start(section: object = { allowFrom: ["ada"] }): Promise<RawClient> {
  const port = await service.listen();
  gateway = await startTestGateway({
    prepare: ({ stateDir }) => {
      writePlugin(path.join(stateDir, "extensions"), {
        id: "wire",
        code: plugin,
        manifest: { channels: ["wire"] },
        package: { name: "@acme/wire", version: "1.0.0", openclaw: { extensions: ["./index.ts"] } },
      });
    },
    config: {
      channels: { wire: { port, ...section } },
      session: { dmScope: "per-channel-peer" },
      messages: { responsePrefix: "»" },
    },
  });
  const client = await gateway.connect();
  expect(await service.next()).toEqual({ hello: "default" });
  return client;
}

describe("a channel of the reference release", () => {
  it("starts, hands over what it let in, is answered through its own deliver, and hears when that is done", async () => {
    const client = await start();
    service.say({ id: "1", from: "ada", text: "good morning" });
    const reply = await service.next();
    expect(reply).toMatchObject({ to: "ada", live: true, text: expect.stringMatching(/^» .*good morning/s) });
    expect(await service.next()).toEqual({ dispatched: "1", queuedFinal: true });
    const prompt = JSON.stringify(gateway.model.lastRequest().body.messages);
    expect(prompt).toContain("[Wire ada Mon 2026-02-09");
    expect(prompt.split("good morning")).toHaveLength(2);
    const { payload } = await client.request("sessions.list", {});
    expect(JSON.stringify(payload)).toContain("agent:main:wire:direct:ada");
  });

  it("is journalled: the same message twice is one run, and a command is answered without the model", async () => {
    await start();
    service.say({ id: "1", from: "ada", text: "hello" });
    await service.next();
    await service.next();
    service.say({ id: "1", from: "ada", text: "hello" });
    expect(await service.next()).toEqual({ dispatched: "1", queuedFinal: false });
    const asked = gateway.model.requests.length;
    service.say({ id: "2", from: "ada", text: "/status" });
    expect((await service.next()).text).toContain("OpenClaw");
    expect(gateway.model.requests).toHaveLength(asked);
  });

  it("keeps strangers out with pairing codes of the Gateway's store", async () => {
    await start();
    service.say({ id: "1", from: "eve", text: "let me in" });
    expect((await service.next()).text).toContain("openclaw pairing approve wire <code>");
    service.say({ id: "2", from: "eve", text: "hello?" });
    service.say({ id: "3", from: "ada", text: "hi" });
    expect((await service.next()).to).toBe("ada");
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("sends by its outbound adapter what nobody waits for, and does its actions", async () => {
    const client = await start();
    const sent = await client.request("send", {
      channel: "w",
      to: "wire:ada",
      message: "by myself",
      idempotencyKey: "k",
    });
    expect(sent.payload).toMatchObject({ messageId: "w1", channel: "wire" });
    expect(await service.next()).toEqual({ to: "ada", text: "by myself" });
    const refused = await client.request("send", { channel: "wire", to: "nobody", message: "x", idempotencyKey: "l" });
    expect(refused.error?.message).toContain("<wire:id>");
    const act = await client.request("message.action", {
      channel: "wire",
      action: "react",
      params: { target: "wire:ada", messageId: "1", emoji: "👍" },
      idempotencyKey: "m",
    });
    expect(JSON.stringify(act.payload ?? act.error)).toContain("👍");
  });

  it("shows how it is in channels.status, and is started again when its connection ends", async () => {
    const client = await start();
    const status = await client.request("channels.status", { probe: true });
    expect(status.payload).toMatchObject({
      channelLabels: { wire: "Wire" },
      channelAccounts: {
        wire: [{ running: true, connected: true, mode: "wire", probe: { ok: true, name: "wire-bot" } }],
      },
    });
    service.hangUp();
    await expect
      .poll(async () => JSON.stringify((await client.request("channels.status", {})).payload))
      .toContain('"running":false');
  });

  it("answers after a restart what was let in before it", async () => {
    await start();
    gateway.model.enqueue({ hang: true });
    service.say({ id: "1", from: "ada", text: "wait for me" });
    await gateway.model.request(1);
    await gateway.restart();
    // The channel that stopped is told that nothing was answered by it.
    expect(await service.next()).toEqual({ dispatched: "1", queuedFinal: false });
    expect(await service.next()).toEqual({ hello: "default" });
    expect(await service.next()).toMatchObject({ to: "ada", text: expect.stringContaining("wait for me") });
  });
});
