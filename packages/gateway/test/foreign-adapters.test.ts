import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import type { RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// A channel with the rarer adapters of the reference contract. Its service is a method of the Gateway: `dove.say` brings a
// message in, `dove.seen` tells what the channel was asked for since.
const plugin = `
let runtime;
let linked = true;
let seen = [];
let running;
const note = (what, about) => { seen.push([what, about]); };
const dove = {
  id: "dove",
  meta: { id: "dove", label: "Dove", docsPath: "/dove", blurb: "A dove." },
  capabilities: { chatTypes: ["direct", "group"], polls: true },
  defaults: { queue: { debounceMs: 7 } },
  commands: { enforceOwnerForCommands: true, skipWhenConfigEmpty: true },
  config: {
    listAccountIds: () => ["default", "work"],
    defaultAccountId: () => "default",
    resolveAccount: (cfg, accountId) => ({ accountId, config: cfg.channels?.dove ?? {} }),
    isEnabled: (account) => account.accountId !== "work",
    disabledReason: () => "the dove sleeps",
    describeAccount: (account) => ({ accountId: account.accountId, baseUrl: "dove://roof" }),
  },
  security: {
    resolveDmPolicy: ({ account }) => ({ policy: "allowlist", allowFrom: ["ada", 7] }),
    collectWarnings: async () => ["- Dove: DMs are public"],
  },
  pairing: { idLabel: "doveId", normalizeAllowEntry: (entry) => entry.replace(/^dove:/, "").toLowerCase() },
  groups: {
    resolveRequireMention: () => true,
    resolveGroupIntroHint: ({ groupId }) => "Coo softly in " + groupId + ".",
    resolveToolPolicy: ({ senderId }) => (senderId === "eve" ? { deny: ["exec"] } : undefined),
  },
  mentions: { stripPatterns: () => ["<@dove>", "("], stripMentions: ({ text }) => text.replace("coo!", "") },
  threading: { allowTagsWhenOff: true, buildToolContext: ({ context }) => ({ currentChannelId: "of " + context.To }) },
  messaging: { targetResolver: { looksLikeId: () => true, hint: "<roof>" } },
  outbound: {
    deliveryMode: "direct",
    sendText: async ({ to, text }) => { note("sendText", { to, text }); return { messageId: "d1" }; },
    sendPayload: async ({ to, payload }) => { note("sendPayload", { to, data: payload.channelData, text: payload.text }); return { messageId: "d2" }; },
    sendPoll: async ({ poll }) => { note("sendPoll", poll.options); return { messageId: "d3" }; },
  },
  actions: {
    listActions: () => ["send", "react", "pin"],
    supportsAction: ({ action }) => action !== "pin",
    supportsCards: () => true,
    handleAction: async ({ action, params, toolContext }) => { note("handleAction", { action, card: params.card, toolContext }); return { details: { messageId: "d4", did: action } }; },
  },
  status: {
    defaultRuntime: { accountId: "default", running: false, mood: "calm" },
    probeAccount: async () => ({ ok: true }),
    auditAccount: async ({ probe }) => ({ ok: probe.ok, roofs: 2 }),
    buildAccountSnapshot: async ({ account, runtime, probe, audit }) => ({ accountId: account.accountId, running: runtime.running, feathers: 12, roofs: audit?.roofs, probed: probe?.ok }),
    collectStatusIssues: ([row]) => row.feathers === 12 ? [{ channel: "dove", accountId: row.accountId, kind: "config", message: "twelve feathers", fix: "grow more" }] : [],
    logSelfId: () => {},
  },
  directory: {
    self: async () => ({ kind: "user", id: "dove", name: "Dove" }),
    listPeers: async () => [{ kind: "user", id: "ada", name: "Ada" }],
    listGroupsLive: async () => [{ kind: "group", id: "roof", name: "The roof" }],
    listGroupMembers: async ({ groupId }) => [{ kind: "user", id: "member-of-" + groupId }],
  },
  resolver: { resolveTargets: async ({ inputs }) => inputs.map((input) => ({ input, resolved: input === "Ada", id: "ada" })) },
  heartbeat: { checkReady: async () => ({ ok: linked, reason: "the dove is away" }), resolveRecipients: () => ({ recipients: ["ada"], source: "flag" }) },
  agentPrompt: { messageToolHints: () => ["Doves like corn."] },
  agentTools: ({ cfg }) => [{ name: "dove_feed", description: "Feeds", parameters: { type: "object", properties: {} }, execute: async () => ({ content: [{ type: "text", text: "fed " + (cfg.channels.dove.corn ?? 0) }] }) }],
  gatewayMethods: ["web.login.start", "dove.say", "dove.sing"],
  gateway: {
    startAccount: (ctx) => new Promise((resolve) => { running = ctx; ctx.setStatus({ connected: true }); ctx.abortSignal.addEventListener("abort", resolve); }),
    loginWithQrStart: async ({ accountId, force }) => ({ message: "scan " + accountId + " " + force, qrDataUrl: "data:image/png;base64,AA==" }),
    loginWithQrWait: async () => ({ connected: true, message: "linked" }),
    logoutAccount: async ({ accountId, cfg, runtime }) => { runtime.log("bye " + accountId); linked = false; return { cleared: true, envToken: false }; },
  },
  pigeonhole: {},
};
export default {
  id: "dove",
  register(api) {
    runtime = api.runtime;
    api.registerChannel({ plugin: dove });
    api.registerCommand({ name: "nest", description: "A nest", handler: () => ({ text: "a nest", channelData: { dove: { twigs: 3 } } }) });
    api.registerGatewayMethod("dove.seen", ({ respond }) => { const all = seen; seen = []; respond(true, { all }); });
    api.registerGatewayMethod("dove.say", async ({ params, respond }) => {
      const { from, room, text, allowed = true } = params;
      const route = runtime.channel.routing.resolveAgentRoute({ cfg: running.cfg, channel: "dove", accountId: "default", peer: { kind: room ? "group" : "direct", id: room ?? from } });
      const ctx = runtime.channel.reply.finalizeInboundContext({
        Body: text, RawBody: text, CommandBody: text, From: "dove:" + from, To: room ?? from, SessionKey: route.sessionKey, AccountId: "default",
        ChatType: room ? "group" : "direct", SenderId: from, Provider: "dove", Surface: "dove", MessageSid: String(Math.random()),
        OriginatingChannel: "dove", OriginatingTo: room ?? from, CommandAuthorized: allowed,
      });
      const replies = [];
      await runtime.channel.reply.dispatchReplyWithBufferedBlockDispatcher({ ctx, cfg: running.cfg, dispatcherOptions: { deliver: async (payload) => { replies.push(payload); } } });
      respond(true, { replies });
    });
  },
};
`;

let gateway: TestGateway;
let client: RawClient;
beforeAll(async () => {
  gateway = await startTestGateway({
    prepare: ({ stateDir }) => {
      writePlugin(path.join(stateDir, "extensions"), { id: "dove", code: plugin, manifest: { channels: ["dove"] } });
    },
    config: { channels: { dove: { corn: 5, allowFrom: ["ada"] } }, session: { dmScope: "per-channel-peer" } },
  });
  client = await gateway.connect({ protocol: 4 });
  await vi.waitFor(
    async () => expect(JSON.stringify((await call("channels.status")).payload)).toContain('"connected":true'),
    { timeout: 10_000 },
  );
});
afterAll(() => gateway.close());

const call = (method: string, params: object = {}) => client.request(method, params);
const seen = async () => (await call("dove.seen")).payload?.all;
const replies = z.object({ replies: z.array(z.looseObject({ text: z.string().optional() })) });
const say = async (message: object) => replies.parse((await call("dove.say", message)).payload).replies;

describe("a channel of the reference release with all adapters", () => {
  it("shows its accounts as it sees them: defaults, rules, snapshot, audit, issues", async () => {
    const { payload } = await call("channels.status", { probe: true });
    expect(payload).toMatchObject({
      channelAccounts: {
        dove: [
          {
            accountId: "default",
            running: true,
            feathers: 12,
            roofs: 2,
            probed: true,
            baseUrl: "dove://roof",
            mood: "calm",
            dmPolicy: "allowlist",
            allowFrom: ["ada", "7"],
          },
          { accountId: "work", enabled: false, lastError: "the dove sleeps" },
        ],
      },
      statusIssues: expect.arrayContaining([
        expect.objectContaining({ channel: "dove", message: "twelve feathers", fix: "grow more" }),
      ]),
    });
  });

  it("names what of it is not used, and the methods nothing serves", async () => {
    const log = gateway.log();
    for (const part of ["commands.skipWhenConfigEmpty", "status.logSelfId", "pigeonhole"]) {
      expect(log).toContain(`channel dove: ${part} is not used by this version of OpenClaw`);
    }
    expect(log).toContain("channel dove announces the gateway method dove.sing, which nothing serves");
    expect(log).not.toContain("gateway method web.login.start,");
    expect(log).not.toContain("gateway method dove.say,");
  });

  it("gives agents its tools and hints, and groups its words", async () => {
    gateway.model.enqueue({ tools: [{ name: "dove_feed", args: "{}" }] }, { words: ["done"] });
    expect((await say({ from: "ada", room: "roof", text: "feed it" })).at(-1)?.text).toContain("done");
    const asked = JSON.stringify(gateway.model.requests.map(({ body }) => body));
    expect(asked).toContain("fed 5");
    expect(asked).toContain("Doves like corn.");
    expect(asked).toContain("Coo softly in roof.");
  });

  it("reads commands without its mentions, from its own people alone", async () => {
    const before = gateway.model.requests.length;
    expect((await say({ from: "ada", text: "<@dove> coo! /status" }))[0]?.text).toContain("OpenClaw");
    expect(gateway.model.requests).toHaveLength(before);
    expect((await say({ from: "eve", text: "/status" }))[0]?.text ?? "").not.toContain("OpenClaw 20");
  });

  it("gets what a command wants to send in the channel's own form", async () => {
    expect(await say({ from: "ada", text: "/nest" })).toMatchObject([
      { text: "a nest", channelData: { dove: { twigs: 3 } } },
    ]);
  });

  it("sends polls, and cards by its action; what it cannot do is an error", async () => {
    const send = (action: string, params: object) =>
      call("message.action", {
        channel: "dove",
        action,
        params: { target: "ada", ...params },
        idempotencyKey: action + JSON.stringify(params),
      });
    await seen();
    await send("poll", { pollQuestion: "corn?", pollOption: ["yes", "no"] });
    await send("send", { card: { type: "AdaptiveCard" } });
    expect(await seen()).toEqual([
      ["sendPoll", ["yes", "no"]],
      ["handleAction", { action: "send", card: { type: "AdaptiveCard" } }],
    ]);
    expect(JSON.stringify((await send("react", { messageId: "1", emoji: "🌽" })).payload)).toContain("react");
    expect((await send("pin", { messageId: "1" })).error?.message).toContain("Message action pin not supported");
  });

  it("tells an action of an agent which conversation asked for it", async () => {
    await seen();
    gateway.model.enqueue(
      { tools: [{ name: "message", args: JSON.stringify({ action: "react", messageId: "9", emoji: "🕊" }) }] },
      { words: ["NO_REPLY"] },
    );
    await say({ from: "ada", text: "react to that" });
    expect(await seen()).toMatchObject([
      ["handleAction", { action: "react", toolContext: { currentChannelId: "of ada" } }],
    ]);
  });

  it("lists and resolves people and groups", async () => {
    const directory = async (list: string, more: object = {}) =>
      JSON.stringify((await call("channels.directory", { channel: "dove", list, ...more })).payload);
    expect(await directory("self")).toContain("Dove");
    expect(await directory("peers")).toContain("Ada");
    expect(await directory("groups")).toContain("The roof");
    expect(await directory("members", { groupId: "roof" })).toContain("member-of-roof");
    const { payload } = await call("channels.resolve", { channel: "dove", entries: ["Ada", "Bob"], kind: "user" });
    expect(payload).toMatchObject({ results: [{ resolved: true, id: "ada" }, { resolved: false }] });
  });

  it("links by its own QR and forgets the link over RPC", async () => {
    expect((await call("web.login.start", { force: true })).payload).toEqual({
      message: "scan default true",
      qrDataUrl: "data:image/png;base64,AA==",
    });
    expect((await call("web.login.wait", {})).payload).toEqual({ connected: true, message: "linked" });
    expect((await call("channels.logout", { channel: "dove" })).payload).toEqual({
      channel: "dove",
      accountId: "default",
      cleared: true,
      loggedOut: true,
      envToken: false,
    });
    expect(gateway.log()).toContain("bye default");
  });
});
