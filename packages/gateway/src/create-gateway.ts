import crypto from "node:crypto";
import os from "node:os";
import path from "node:path";
import {
  createAgentRuntime,
  createCallWaits,
  resolveSandboxSettings,
  systemTimers,
  type Timers,
} from "@openclaw/agent-runtime";
import { openApprovalsStore } from "@openclaw/approvals";
import { heartbeatVisibility } from "@openclaw/automation/resident";
import type { ConfigStore, OpenClawConfig, Paths } from "@openclaw/config";
import type { Log, WsLogStyle } from "@openclaw/log";
import { createRedactor } from "@openclaw/log";
import { createModels, createProviderRegistry } from "@openclaw/models";
import { createAuthLimiter, createGuardedFetch, type GuardedFetch } from "@openclaw/net";
import type { Channel, ChannelEntry } from "@openclaw/plugin-sdk";
import type { PluginSource } from "@openclaw/plugins/discovery";
import { openSessions } from "@openclaw/sessions";
import { acquireGatewayLock, type Clock, openStorage, systemClock } from "@openclaw/storage";
import { type AccessSources, readingOf } from "./access/access-rules.ts";
import { createAcknowledgements } from "./access/acknowledgements.ts";
import { createChannelEntrance } from "./access/channel-entrance.ts";
import { createEnvelopes, zoneOf } from "./access/envelope.ts";
import { type AgentTools, openAgentTools } from "./agent-calls/agent-tools.ts";
import { createAgents } from "./agents.ts";
import { createApprovalDesk } from "./approvals/approval-desk.ts";
import { createExecOutcome } from "./approvals/exec-outcome.ts";
import { createApprovalForwarding } from "./approvals/forward-approvals.ts";
import { type Automation, openAutomation } from "./automation/open-automation.ts";
import { openBackgroundCommands } from "./background-commands.ts";
import { openCanvas } from "./canvas/open-canvas.ts";
import type { ChannelSettings } from "./channels/account-config.ts";
import { createApprovalFeed } from "./channels/channel-approvals.ts";
import { createChannels } from "./channels/channels.ts";
import { mediaMaxBytes } from "./channels/media-limit.ts";
import { moveChat } from "./channels/move-chat.ts";
import { nativeCommands } from "./channels/native-commands.ts";
import { createQrLogins } from "./channels/qr-logins.ts";
import { skipsChannels } from "./channels/skip-channels.ts";
import { openCommands } from "./commands/open-commands.ts";
import { createConversations } from "./conversations.ts";
import { openDiscovery } from "./discovery/open-discovery.ts";
import { type FrontDoorOptions, openFrontDoor } from "./front-door.ts";
import { createHealth } from "./health.ts";
import { createHotReload } from "./hot-reload.ts";
import type { ApiServices } from "./http/api/api-services.ts";
import { apiRoutes } from "./http/api-routes.ts";
import { createChannelRoutes } from "./http/channel-routes.ts";
import { createHttpAuth } from "./http/http-auth.ts";
import { webFilesRoute } from "./http/web-files-route.ts";
import { takeOverLegacyState } from "./legacy-state.ts";
import { openMcp } from "./mcp/open-mcp.ts";
import { createGatewaySpeech } from "./media/gateway-speech.ts";
import { createMessageMedia } from "./media/message-media.ts";
import { outboundLimit } from "./media/outbound-limit.ts";
import { createShownFiles } from "./media/shown-files.ts";
import { createWebFiles } from "./media/web-files.ts";
import { createHandlers } from "./methods/handlers.ts";
import type { Updater } from "./methods/update.ts";
import { createGatewayMetrics } from "./metrics/gateway-metrics.ts";
import { createModelWindow } from "./model-windows.ts";
import { createLazyExecNodes } from "./nodes/lazy-exec-nodes.ts";
import { createNodesDoor } from "./nodes/nodes-door.ts";
import { createRunGrants } from "./nodes/run-grants.ts";
import { openReload } from "./open-reload.ts";
import { configuredChats, createDirectory } from "./outbound/directory.ts";
import { createMessageActions } from "./outbound/message-actions.ts";
import { createTargets } from "./outbound/resolve-target.ts";
import { openChatPairing } from "./pairing/chat-pairing.ts";
import { openDeviceStore } from "./pairing/device-store.ts";
import { createPairingEvents } from "./pairing/pairing-events.ts";
import { inboundDebounceMs } from "./pipeline/inbound-debounce.ts";
import { createInboundMedia } from "./pipeline/inbound-media.ts";
import { createOutboxWorker } from "./pipeline/outbox.ts";
import { createOutgoingFiles } from "./pipeline/outgoing-files.ts";
import { createPipeline } from "./pipeline/pipeline.ts";
import { chatKeyOf } from "./pipeline/reply.ts";
import { replySettings } from "./pipeline/reply-settings.ts";
import type { RunRepliesContext } from "./pipeline/run-replies.ts";
import { openSystemEvents } from "./pipeline/system-events.ts";
import { createWaker } from "./pipeline/waker.ts";
import { createGatewayPlugins, type GatewayPlugins } from "./plugins/gateway-plugins.ts";
import { sendWithHooks, tellReceived } from "./plugins/message-hooks.ts";
import type { ForeignChannels } from "./plugins/open-foreign-channels.ts";
import { startPluginChannels } from "./plugins/plugin-channels.ts";
import { pluginHttp } from "./plugins/plugin-http.ts";
import { tellSessionHooks } from "./plugins/session-hooks.ts";
import { createPresence } from "./presence.ts";
import { createRunRegistry } from "./runs/run-registry.ts";
import { createSessionFeed } from "./session-feed.ts";
import { type GatewayFlags, resolveSettings } from "./settings.ts";
import { createGatewaySkills } from "./skills/agent-skills.ts";
import { openTailscale } from "./tailscale/open-tailscale.ts";
import { openVoiceWake } from "./voice-wake.ts";
import { openWizard, type SetUp } from "./wizard/open-wizard.ts";
import { createConnections } from "./ws/connections.ts";
import { createDispatch } from "./ws/dispatch.ts";
import { type ConnectionLimits, defaultLimits } from "./ws/limits.ts";
import { openSocket } from "./ws/open-socket.ts";
import { createWsLog } from "./ws/ws-log.ts";

/** How long a stopping Gateway waits for active runs, ms. */
const DRAIN_MS = 3000;
/** So long and so many messages are known again when a service delivers them once more, also after a restart. */
const redeliveries = { ms: 20 * 60_000, count: 5000, bytes: 4 * 1024 * 1024 };
/** What clients are told about the length of a restart, ms. */
const RESTART_EXPECTED_MS = 1500;

export interface GatewayOptions {
  paths: Paths;
  configStore: ConfigStore;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Version of the program, as clients see it. */
  version: string;
  /** What the command line asks for. */
  flags?: GatewayFlags;
  /** Folder of the web page's built files. */
  webRoot?: string | undefined;
  /** Channels to offer: those that are configured run. Entries are loaded only then. */
  channels?: readonly (Channel | ChannelEntry)[];
  /** Off: an account whose connection ended for good is not started again. */
  channelRestarts?: boolean;
  /** Finds the plugins of this installation; without it the Gateway has none. */
  plugins?: PluginSource | undefined;
  /** Brings the installed program up to date, for `update.run`; absent where there is no source of updates. */
  update?: Updater;
  /** The steps of setting up, for `wizard.*`; absent where there is nothing to set up with. */
  setUp?: SetUp;
  clock?: Clock;
  /** The timers of runs, commands and approvals. */
  timers?: Timers;
  limits?: Partial<ConnectionLimits>;
  wsLog?: { verbose: boolean; style: WsLogStyle };
  /** Takes the lock on the configuration file; off only for several Gateways in one process. */
  lock?: boolean;
  fetch?: typeof fetch;
  /** For addresses that models and people choose; default reaches public ones alone. */
  guardedFetch?: GuardedFetch;
  /** Where the speech service that needs no key is; default Microsoft's. */
  edgeSpeechUrl?: string;
}

/** Why a running Gateway asks whoever started it to do something. */
export interface RestartRequest {
  reason: string;
  delayMs: number;
}

/** A running Gateway. */
export interface Gateway extends AsyncDisposable {
  readonly port: number;
  /** `ws://host:port`. */
  readonly url: string;
  /** Stops taking work, lets runs end, closes everything. Harmless when repeated. */
  stop(options?: { reason?: "stopping" | "restarting" }): Promise<void>;
}

/**
 * Starts a Gateway and resolves when it takes connections. `onRestart` is called when a configuration change or a
 * client asks for a restart; the caller stops this Gateway and starts another.
 * @throws GatewayStartError, GatewayLockError, StorageError
 */
export async function startGateway(
  options: GatewayOptions,
  onRestart: (request: RestartRequest) => void = () => {},
): Promise<Gateway> {
  const clock = options.clock ?? systemClock;
  const { paths, configStore, env, version } = options;
  const log = options.log;
  const limits: ConnectionLimits = { ...defaultLimits, ...options.limits };
  const settings = resolveSettings(configStore.snapshot(), env, options.flags);
  const config = (): OpenClawConfig => configStore.snapshot().config;
  const startedAt = performance.now();
  // Intl takes a quarter of a millisecond to say this, so it is asked once.
  const hostTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const bootId = crypto.randomUUID();
  const releases: (() => Promise<void> | void)[] = [];
  const release = async () => {
    for (const undo of releases.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        log.error("something could not be closed", { error: String(error) });
      }
    }
  };

  try {
    if (options.lock !== false) {
      const lock = await acquireGatewayLock({ configPath: paths.configPath, stateDir: paths.stateDir, env });
      releases.push(() => lock.release());
    }

    // The port comes before any side effect: it is the lock that outsiders see.
    let ready = false;
    let takesWork = true;
    let stopReason = "start failed";
    const agents = createAgents({ config, env });
    const hotReload = createHotReload({ env, log });
    const tailscale = openTailscale({ settings, env, clock, log: log.child("tailscale") });
    const connections = createConnections();
    const sessionFeed = createSessionFeed({ connections, sessions: () => sessions });
    let upgrade: FrontDoorOptions["onUpgrade"] = (_request, socket) => socket.destroy();
    const channelRoutes = createChannelRoutes();
    const limiter = createAuthLimiter({ ...config().gateway?.auth?.rateLimit, clock });
    const httpAuth = createHttpAuth({
      auth: settings.auth,
      limiter,
      trustedProxies: settings.trustedProxies,
      allowedOrigins: settings.controlUi.allowedOrigins,
      tailscaleLogin: tailscale.login,
    });
    let apiServices: ApiServices | undefined;
    let plugins: GatewayPlugins | undefined;
    const mediaDir = path.join(paths.stateDir, "media");
    const { basePath } = settings.controlUi;
    const trustedRoots = () => [
      ...agents.ids().flatMap((id) => [agents.workspace(id), resolveSandboxSettings(config(), id, env).workspaceRoot]),
      mediaDir,
    ];
    const webFiles = createWebFiles({ roots: trustedRoots, basePath, clock });
    let automation: Automation | undefined;
    const canvas = openCanvas({
      config,
      env,
      settings,
      limiter,
      defaultRoot: () => path.join(agents.workspace(agents.defaultId()), "canvas"),
      a2uiRoot: options.webRoot === undefined ? undefined : path.join(options.webRoot, "a2ui"),
      clock,
      log,
    });
    releases.push(() => canvas.close());
    const frontDoor = await openFrontDoor({
      canvasRoute: canvas.route,
      filesRoute: webFilesRoute({ webFiles, roots: trustedRoots, basePath, platform: process.platform }),
      settings,
      stateDir: paths.stateDir,
      env,
      pluginRoutes: pluginHttp(() => plugins, httpAuth),
      hookRoutes: (request, response) => automation?.http(request, response) ?? false,
      apiRoutes: apiRoutes({ auth: httpAuth, config, services: () => (takesWork ? apiServices : undefined) }),
      webRoot: options.webRoot,
      agents,
      ready: () => ready,
      channelRoutes: channelRoutes.handler,
      onUpgrade: (request, socket, head) => upgrade(request, socket, head),
      log,
    });
    const { port } = frontDoor;
    releases.push(() => frontDoor.close());
    await canvas.listen(frontDoor);

    await takeOverLegacyState(paths, config(), () => clock.now(), log);
    const storage = await openStorage({
      stateDir: paths.stateDir,
      fsync: config().storage?.fsync ?? "group",
      clock,
      journalRemembers: redeliveries,
      onProblem: ({ message, kind, path }) => log.warn(message, { kind, path }),
    });
    releases.push(() => storage.close());
    const sessions = openSessions({
      stateDir: paths.stateDir,
      config,
      clock,
      log: log.child("sessions"),
      onBegin: (begun) => tellSessionHooks(plugins, begun, clock.now()),
      onMessage: ({ key, id, message }) => sessionFeed.said(key, id, message),
    });
    releases.push(() => sessions.close());
    const providers = createProviderRegistry();
    const models = createModels({
      config,
      providers,
      env,
      log: log.child("models"),
      clock,
      stateDir: paths.stateDir,
      shellEnvKeys: () => configStore.snapshot().shellEnvKeys ?? [],
      ...(options.fetch ? { fetch: options.fetch } : {}),
    });
    releases.push(() => models.credentials?.settled());
    const timers = options.timers ?? systemTimers;
    const systemEvents = openSystemEvents(storage, () => clock.now());
    const approvals = openApprovalsStore({ stateDir: paths.stateDir, clock, log: log.child("approvals") });
    const runGrants = createRunGrants(clock);
    const approvalDesk = createApprovalDesk({
      store: storage.kv("exec-approvals"),
      clock,
      timers,
      log: log.child("approvals"),
      onRequested(approval) {
        connections.broadcast("exec.approval.requested", approval, { droppable: true });
        forwarding.requested(approval);
        approvalFeed.requested(approval);
      },
      onResolved(approval, decision, resolvedBy) {
        const { id } = approval;
        runGrants.decided(approval, decision);
        const resolved = { id, decision, resolvedBy, ts: clock.now() };
        connections.broadcast("exec.approval.resolved", resolved, { droppable: true });
        forwarding.resolved(approval, decision, resolvedBy);
        approvalFeed.resolved(id, decision ?? undefined);
      },
      tell: createExecOutcome({
        systemEvents,
        pipeline: () => pipeline,
        journal: storage.journal,
        lastRoute: (key) => conversations.lastRoute(key),
        clock,
      }),
      wasTold: (key, id) => systemEvents.peek(key).some(({ text }) => text.includes(`id=${id}`)),
    });
    releases.push(() => approvalDesk.close());
    const tellSession = async (sessionKey: string, text: string) => {
      await systemEvents.enqueue(sessionKey, text);
      await waker.soon(sessionKey);
    };
    const backgroundCommands = openBackgroundCommands({ storage, notify: tellSession, log: log.child("agent") });
    releases.push(() => backgroundCommands.close());
    const fetchNow = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    const guardedFetch = options.guardedFetch ?? createGuardedFetch();
    const speech = createGatewaySpeech({
      models,
      config,
      env,
      stateDir: paths.stateDir,
      fetch: fetchNow,
      clock,
      log: log.child("speech"),
      isWaiting: (file) =>
        webFiles.isOffered(file) || JSON.stringify(storage.outbox.pending()).includes(JSON.stringify(file)),
      edgeUrl: options.edgeSpeechUrl,
    });
    releases.push(() => speech.close());
    const voiceWake = openVoiceWake({ stateDir: paths.stateDir, clock, log: log.child("voice") });
    const media = createMessageMedia({
      models,
      defaultAgentId: () => agents.defaultId(),
      config,
      entry: (key) => sessions.get(key),
      env,
      stateDir: paths.stateDir,
      fetch: fetchNow,
      guardedFetch,
      log: log.child("media"),
    });
    const mcp = openMcp({
      servers: () => config().mcp?.servers ?? {},
      workspace: (agentId) => agents.workspace(agentId),
      stateDir: paths.stateDir,
      env,
      version,
      clock,
      timers,
      log: log.child("mcp"),
    });
    releases.push(() => mcp.close());
    let agentTools: AgentTools | undefined;
    const waits = createCallWaits(() => runtime.reload());
    const skills = createGatewaySkills({
      config,
      stateDir: paths.stateDir,
      env,
      workspace: (agentId) => agents.workspace(agentId),
      agentIds: () => agents.ids(),
      clock,
      log: log.child("skills"),
    });
    await skills.open();
    const runtime = createAgentRuntime({
      models,
      sessions,
      config,
      env,
      clock,
      timers,
      log: log.child("agent"),
      ...(options.fetch ? { fetch: options.fetch } : {}),
      execApprovals: { store: approvals, desk: approvalDesk },
      execNodes: createLazyExecNodes(() => nodes.load(), runGrants),
      notify: tellSession,
      backgroundLedger: backgroundCommands,
      skills: (agent) => skills.of(agent),
      tools: (scope) => [...(agentTools?.tools(scope) ?? []), ...(automation?.tools(scope) ?? [])],
      plugins: () => plugins?.forRuns(),
      externalTools: mcp.tools,
      idleNestedPlaces: () => waits.idlePlaces,
      wasStopped: (runId) => storage.journal.get(runId)?.state === "aborted",
      voiceHint: (sessionMode) => speech.hint(sessionMode),
      bootstrap: {
        listens: () => automation?.hooks.bootstrap.listens() ?? false,
        apply: async (place, files) => automation?.hooks.bootstrap.apply(place, files) ?? files,
      },
    });
    const metrics = createGatewayMetrics({ clock, clients: () => connections.size });
    const runs = metrics.counted(createRunRegistry(clock));
    releases.push(() => runs.close());
    const pairingEvents = createPairingEvents(connections, clock);
    const devices = openDeviceStore({
      stateDir: paths.stateDir,
      clock,
      timers,
      log: log.child("devices"),
      onExpired: (request) => pairingEvents.resolved(request, "expired"),
    });
    releases.push(() => devices.close());

    const ownPlugins = createGatewayPlugins({
      source: options.plugins,
      configStore,
      env,
      stateDir: paths.stateDir,
      workspaceDir: () => agents.workspace(agents.defaultId()),
      version,
      devices,
      enqueueSystemEvent: (text, sessionKey) => systemEvents.enqueue(sessionKey, text),
      async registerProviders(host) {
        if (host.registry.providers.length === 0) return;
        const { registerPluginProviders } = await import("@openclaw/plugins/providers");
        registerPluginProviders(host.registry, providers, log.child("plugins"));
      },
      channelServices: async () => (await openForeign()).services,
      startChannels: (host) => startPluginChannels(host, channels, { config, open: openForeign }, log.child("plugins")),
      clock,
      timers,
      log,
    });
    plugins = ownPlugins;

    const stateVersion = () => ({ presence: presence.version, health: health.version });
    const presence = createPresence({ clock, version, connections, stateVersion });
    releases.push(() => presence.close());
    const modelWindow = createModelWindow(models, config);
    const conversations = createConversations({
      sessions,
      models,
      agents,
      config,
      clock,
      systemEvents,
      modelWindow,
      shownFiles: createShownFiles({ webFiles, workspace: (id) => agents.workspace(id), mediaDir }),
    });
    const health = createHealth({ source: conversations.healthSource(), clock, connections, stateVersion });
    releases.push(() => health.close());

    const approvalFeed = createApprovalFeed(() => approvalDesk);
    const channelSettings: ChannelSettings = {
      config,
      env,
      stateDir: paths.stateDir,
      defaultAgentId: () => agents.defaultId(),
      assistantName: () => agents.givenName(agents.defaultId()),
    };
    const channels = createChannels({
      ...channelSettings,
      routes: channelRoutes,
      approvals: approvalFeed,
      channels: options.channels ?? [],
      restarts: options.channelRestarts ?? true,
      skip: skipsChannels(env),
      fetch: options.fetch ?? fetch,
      clock,
      timers,
      log: log.child("channels"),
    });
    const outgoingFiles = createOutgoingFiles({
      dir: path.join(paths.stateDir, "media", "outbound"),
      roots: trustedRoots,
      maxBytes: ({ channel, accountId }, kind) => outboundLimit(config(), { channel, accountId, kind }),
      textLimit: (channel) => channels.get(channel)?.textLimit,
      platform: process.platform,
      guardedFetch,
      log: log.child("outbox"),
    });
    const outbox = createOutboxWorker({
      outbox: storage.outbox,
      send: (delivery) =>
        sendWithHooks(ownPlugins, delivery, (own) => outgoingFiles.send(own, (copy) => channels.send(copy))),
      canSend: (channel, accountId) => channels.isRunning(channel, accountId),
      log: log.child("outbox"),
      onGivenUp: (item, error) => {
        systemEvents
          .enqueue(conversations.mainKey(), `A reply to ${item.channel} could not be delivered: ${error}`)
          .catch((problem: unknown) => {
            log.error("an undeliverable reply could not be noted", { error: String(problem) });
          });
      },
    });
    const targets = createTargets({
      channels,
      configured: (channel, accountId, kind) => configuredChats(channelSettings, channel, accountId, kind),
      clock,
    });
    const directory = createDirectory({ channels, targets, settings: channelSettings });
    const messageActions = createMessageActions({
      channels,
      targets,
      outbox,
      settings: channelSettings,
      broadcastAllowed: () => config().tools?.message?.broadcast?.enabled !== false,
    });
    const logins = createQrLogins({
      settings: channelSettings,
      stopAccount: (channel, accountId) => channels.stopAccounts(channel, accountId),
      startAccount: (channel, accountId) => channels.startAccounts(channel, accountId),
      clock,
      log: log.child("channels"),
    });
    releases.push(() => logins.close());
    const commands = openCommands({
      sessions,
      models,
      modelWindow,
      runtime,
      agents,
      skills,
      systemEvents,
      speech,
      mediaParts: (key) => media.statusParts(key),
      async providerUsage(provider, agentId) {
        const { providerUsageLine } = await import("./commands/provider-usage-line.ts");
        return providerUsageLine(provider, agentId, { models, env, fetch: fetchNow, clock });
      },
      config,
      configStore,
      clock,
      version,
      channels: (options.channels ?? []).map((channel) => channel.meta.id),
      buttonsPerRow: (chat) => channels.buttonsPerRow(chat),
      pipeline: () => pipeline,
      subagents: () => agentTools?.subagents,
      approvalDesk,
      requestRestart: (request) => requestRestart(request),
      pluginCommands: () => ownPlugins.host?.commands,
    });
    const redact = createRedactor();
    const forwarding = createApprovalForwarding({
      config: () => config().approvals?.exec,
      entry: (key) => sessions.get(key),
      canSend: (channel) => channels.isRunning(channel),
      post: (chat, messageId, deliveries) => outbox.post(chat, messageId, deliveries),
      redact,
      clock,
      log: log.child("approvals"),
    });
    const chatPairing = openChatPairing({
      dir: path.join(paths.stateDir, "credentials"),
      clock,
      normalizeEntry: (channel, id) => readingOf(channel, channels.get(channel)?.access ?? {}).normalizeEntry(id),
    });
    const acknowledgements = createAcknowledgements({
      config,
      channel: (id) => channels.get(id),
      account: (channel, accountId) => channels.account(channel, accountId),
      emoji: (agentId) => agents.identity(agentId).emoji,
      log: log.child("channels"),
    });
    const access: AccessSources = {
      config,
      channel: (id) => channels.get(id),
      entryIds: (channel, accountId, entry) => channels.account(channel, accountId)?.entryIds?.(entry) ?? [],
      paired: (channel) => chatPairing.allowed(channel),
    };
    const envelopes = createEnvelopes({ config, hostTimeZone });
    const entrance = createChannelEntrance({
      ...access,
      account: (channel, accountId) => channels.account(channel, accountId),
      ownIds: (channel, accountId) => {
        const self = channels.rows(channel).get(accountId)?.self;
        return self?.id === undefined ? [] : [self.id];
      },
      pairing: chatPairing,
      route: (message, agentId) => conversations.route(message, agentId),
      hasAgent: (id) => agents.has(id),
      identity: (agentId) => ({ name: agents.givenName(agentId), emoji: agents.identity(agentId).emoji }),
      session: (key) => sessions.get(key),
      receive: (message) => commands.receive(message),
      envelopes,
      acknowledgements,
      say: (id, delivery) => outbox.post(chatKeyOf(delivery), id, [delivery]),
      profile: env.OPENCLAW_PROFILE?.trim() || undefined,
      log: log.child("channels"),
    });
    const inboundMedia = createInboundMedia({
      stateDir: paths.stateDir,
      account: (channel, accountId, signal) => channels.connectedAccount(channel, accountId, signal),
      maxBytes: (channel, accountId) => mediaMaxBytes(config(), channel, accountId, channels.get(channel)),
      seesImages: (message) => media.seesImages(message),
      tooLarge: (channel, maxMb) => channels.get(channel)?.mediaTooLarge?.(maxMb),
      log: log.child("channels"),
    });
    const timeZone = () => config().agents?.defaults?.userTimezone ?? hostTimeZone;
    const replySettingsOf: RunRepliesContext["settings"] = (
      { channel, accountId, chatType, mentioned, self },
      agentId,
    ) => ({
      ...replySettings(
        config(),
        {
          channel,
          accountId,
          agentId,
          direct: (chatType ?? "direct") === "direct",
          kind: chatType,
          mentioned: mentioned === true,
          selfPrefix: self ? `[${agents.givenName(agentId) ?? "openclaw"}]` : undefined,
        },
        channels.get(channel),
      ),
      chunk: channels.chunker(channel, accountId),
    });
    const pipeline = createPipeline({
      webFiles,
      journal: storage.journal,
      conversations,
      commands,
      entrance,
      answered: (id) => acknowledgements.answered(id),
      fetched: (message) => inboundMedia.fetched(message),
      edit: (message, change) => channels.edit(message, change),
      runtime,
      runs,
      connections,
      sessionFeed,
      systemEvents,
      media,
      outbox,
      replies: {
        channels,
        settings: replySettingsOf,
        speak: (reply) => speech.forReply(reply),
        speechMode: (key) => sessions.get(key)?.ttsAuto,
        agentName: (agentId) => agents.givenName(agentId),
        homeDir: env.HOME ?? os.homedir(),
        timers: systemTimers,
        random: Math.random,
      },
      config: () => ({
        userTimeZone: timeZone(),
        eventTimeZone: zoneOf(config().agents?.defaults?.envelopeTimezone, timeZone(), hostTimeZone),
        showsHeartbeats: heartbeatVisibility(config(), "webchat", undefined).showOk,
        queue: config().messages?.queue,
        debounceMs: (channel) => inboundDebounceMs(config(), channel),
        agentsInTurn: config().broadcast?.strategy === "sequential",
      }),
      timers,
      clock,
      log: log.child("pipeline"),
      onRan: (message, result) => metrics.ran(message, result),
      async onCommand(action, message) {
        const { sessionKey, senderId, agentId } = message;
        // What the conversation was is looked at before another one begins.
        const emitOwn = automation?.onCommand(action, message);
        const told = ownPlugins.host?.bus.emit({ type: "command", action, sessionKey, context: { senderId, agentId } });
        return [...((await told) ?? []), ...((await emitOwn?.()) ?? [])];
      },
    });
    let foreign: Promise<ForeignChannels> | undefined;
    const openForeign = () =>
      (foreign ??= import("./plugins/open-foreign-channels.ts").then(({ openForeignChannels }) =>
        openForeignChannels({
          config,
          stateDir: paths.stateDir,
          profile: env.OPENCLAW_PROFILE?.trim() || undefined,
          access,
          conversations,
          sessions: {
            updatedAt: (key) => sessions.get(key)?.updatedAt,
            storePath: (agentId) => sessions.storePath(agentId),
          },
          pairing: chatPairing,
          envelopes,
          identity: (agentId) => ({ name: agents.givenName(agentId), emoji: agents.identity(agentId).emoji }),
          isCommand: (message) => ["command", "reset"].includes(commands.receive(message).kind),
          pipeline,
          outbox,
          channels,
          received: (message) => tellReceived(ownPlugins, message),
          guardedFetch,
          now: () => clock.now(),
        }),
      ));
    const waker = createWaker({ pipeline, conversations, systemEvents, runs, clock, log: log.child("pipeline") });

    const nodes = createNodesDoor(
      async () =>
        (await import("./nodes/open-nodes.ts")).openNodes({
          stateDir: paths.stateDir,
          config,
          connections,
          devices,
          pairingEvents,
          grants: runGrants,
          pipeline,
          journal: storage.journal,
          conversations,
          agents,
          systemEvents,
          waker,
          channels,
          targets,
          clock,
          timers,
          log,
        }),
      log.child("nodes"),
    );
    releases.push(() => nodes.close());

    let restartTimer: NodeJS.Timeout | undefined;
    releases.push(() => clearTimeout(restartTimer));
    const requestRestart = (request: RestartRequest) => {
      if (restartTimer) return;
      log.info(`restart in ${request.delayMs} ms (${request.reason})`);
      restartTimer = setTimeout(() => {
        restartTimer = undefined;
        onRestart(request);
      }, request.delayMs);
    };
    const wizard = openWizard(options.setUp, requestRestart, log.child("wizard"));
    releases.push(() => wizard?.close());
    const ownTools = await openAgentTools({
      stateDir: paths.stateDir,
      storage,
      sessions,
      models,
      conversations,
      statusCard: (key) => commands.statusCard(key),
      messageActions,
      configStore,
      runtime,
      pipeline,
      runs,
      connections,
      channels,
      logins,
      outbox,
      systemEvents,
      waits,
      speech,
      nodes,
      timeZone,
      requestRestart,
      clock,
      timers,
      log,
    });
    agentTools = ownTools;
    releases.push(() => ownTools.close());
    automation = openAutomation(
      {
        stateDir: paths.stateDir,
        env,
        config,
        configStore,
        storage,
        sessions,
        models,
        agents,
        runtime,
        conversations,
        systemEvents,
        pipeline,
        runs,
        connections,
        channels,
        channelSettings,
        targets,
        outbox,
        replySettings: replySettingsOf,
        hotReload,
        port,
        trustedProxies: settings.trustedProxies,
        userTimeZone: timeZone,
        hostTimeZone,
        clock,
        timers,
        log: log.child("automation"),
      },
      bootId,
    );
    const ownAutomation = automation;
    releases.push(() => ownAutomation.close());
    const handlers = createHandlers({
      stateDir: paths.stateDir,
      env,
      fetch: fetchNow,
      guardedFetch,
      limits,
      clock,
      log,
      configStore,
      manifests: () => ownPlugins.manifests(),
      agents,
      models,
      sessions,
      conversations,
      commands,
      runtime,
      subagents: ownTools.subagents,
      journal: storage.journal,
      pipeline,
      runs,
      connections,
      devices,
      pairingEvents,
      nodes,
      presence,
      health,
      systemEvents,
      plugins: ownPlugins,
      version,
      chatPairing,
      approvals,
      approvalDesk,
      automation: ownAutomation,
      speech,
      voiceWake,
      channels,
      channelSettings,
      targets,
      directory,
      messageActions,
      logins,
      skillBins: () => skills.bins(),
      skills,
      update: options.update,
      wizard,
      sessionFeed,
      requestRestart,
    });

    apiServices = {
      stateDir: paths.stateDir,
      config,
      agents,
      conversations,
      runtime,
      pipeline,
      metrics,
      guardedFetch,
      clock,
      timers,
      log: log.child("http"),
    };

    const dispatch = createDispatch({
      handlers,
      pluginMethod: (name) => {
        const loading = ownPlugins.ready();
        return loading ? loading.then((host) => host?.method(name)) : ownPlugins.host?.method(name);
      },
      wsLog: createWsLog(log.child("ws"), options.wsLog ?? { verbose: false, style: "auto" }),
      redact,
      now: () => clock.now(),
    });
    const socket = openSocket({
      settings,
      limits,
      handlers,
      pluginMethods: () => ownPlugins.host?.registry.methods.map(({ name }) => name) ?? [],
      dispatch,
      limiter,
      tailscale,
      connections,
      devices,
      pairingEvents,
      nodes,
      canvas,
      presence,
      health,
      voiceWake,
      conversations,
      stateVersion,
      version,
      bootId,
      configPath: paths.configPath,
      stateDir: paths.stateDir,
      startedAt,
      clock,
      log,
    });

    releases.push(
      openReload({
        configStore,
        hotReload,
        channels,
        runtime,
        targets,
        // What the wizard writes must not end it.
        requestRestart: wizard?.requestRestart ?? requestRestart,
        log,
      }),
    );

    // What is left open comes first: a message that came in before would be taken for one of them, and overtake them.
    pipeline.resume();
    await approvalDesk.recover();
    await backgroundCommands.recover();
    ownTools.resume();
    upgrade = (request, stream, head) => {
      if (!takesWork) stream.destroy();
      else if (!canvas.upgrade(request, stream, head)) socket.upgrade(request, stream, head);
    };
    await channels.start({
      receive: (message) => {
        tellReceived(ownPlugins, message);
        return pipeline.receive(message);
      },
      note: (event) => pipeline.note(event),
      chatMoved: (place, change) => moveChat({ configStore, log: log.child("channels") }, place, change),
      connected: (channel) => outbox.wake(channel),
      nativeCommands: (channel) =>
        nativeCommands(channel, { config: config(), channels, commands, agentId: agents.defaultId() }),
      describeImage: (image, channel) => media.describe(image, channel),
    });
    releases.push(() => channels.stop());
    await outgoingFiles.clear();
    outbox.start();
    releases.push(() => outbox.stop());
    ready = true;
    ownAutomation.start();
    releases.push(() => ownPlugins.stop(stopReason));
    ownPlugins.start(port);
    releases.push(() => tailscale.close());
    void tailscale.expose(port);
    const discovery = openDiscovery({
      config: config(),
      env,
      stateDir: paths.stateDir,
      hosts: settings.hosts,
      port,
      fingerprint: frontDoor.fingerprint,
      tailscale: () => tailscale.program(),
      clock,
      log: log.child("discovery"),
    });
    releases.push(() => discovery.close());
    ownTools
      .tellOfRestart()
      .catch((error: unknown) => log.error("nobody could be told of the restart", { error: String(error) }));

    const host = settings.hosts[0] ?? "127.0.0.1";
    const scheme = frontDoor.fingerprint === undefined ? "ws" : "wss";
    const url = `${scheme}://${host.includes(":") ? `[${host}]` : host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
    log.info(`listening on ${scheme}://${host}:${port} (PID ${process.pid})`);
    if (frontDoor.fingerprint !== undefined) log.info(`TLS fingerprint: sha256:${frontDoor.fingerprint}`);

    let stopped: Promise<void> | undefined;
    const stop = async (reason: "stopping" | "restarting") => {
      stopReason = `gateway ${reason}`;
      ready = false;
      takesWork = false;
      const restarting = reason === "restarting";
      const payload = { reason: `gateway ${reason}`, restartExpectedMs: restarting ? RESTART_EXPECTED_MS : null };
      connections.broadcastVersions("shutdown", {
        v3: payload,
        v4: { reason: payload.reason, ...(restarting ? { restartExpectedMs: RESTART_EXPECTED_MS } : {}) },
      });
      ownAutomation.pause();
      await waker.stop();
      ownTools.close();
      await pipeline.stop(DRAIN_MS);
      runs.close();
      // Whoever waits for a run is answered while there still is a connection.
      await new Promise((answered) => setImmediate(answered));
      await socket.close();
      await release();
      log.info(`gateway ${restarting ? "closed for a restart" : "stopped"}`);
    };
    return {
      port,
      url,
      stop: ({ reason = "stopping" } = {}) => (stopped ??= stop(reason)),
      [Symbol.asyncDispose]: () => (stopped ??= stop("stopping")),
    };
  } catch (error) {
    await release();
    throw error;
  }
}
