import { acquireGatewayLock } from "@openclaw/storage";
import { openAccess } from "./access/open-access.ts";
import { openAgentTools } from "./agent-calls/agent-tools.ts";
import { openApprovals } from "./approvals/open-approvals.ts";
import { openAutomation } from "./automation/open-automation.ts";
import { openChannels } from "./channels/open-channels.ts";
import { openCommands } from "./commands/open-commands.ts";
import { createConversations } from "./conversations.ts";
import { openDiscovery } from "./discovery/open-discovery.ts";
import type { Gateway, GatewayOptions, OnRestart } from "./gateway.ts";
import { createGatewayBase, type GatewayBase } from "./gateway-base.ts";
import { openPort } from "./http/open-port.ts";
import { openMedia } from "./media/open-media.ts";
import { createShownFiles } from "./media/shown-files.ts";
import { createNodesDoor } from "./nodes/nodes-door.ts";
import { openClients } from "./open-clients.ts";
import { openModels } from "./open-models.ts";
import { openReload } from "./open-reload.ts";
import { openRpc } from "./open-rpc.ts";
import { openRuntime } from "./open-runtime.ts";
import { openStores } from "./open-stores.ts";
import { openPipeline } from "./pipeline/open-pipeline.ts";
import { createForeignDoor } from "./plugins/foreign-door.ts";
import { openPlugins } from "./plugins/open-plugins.ts";
import { openWizard } from "./wizard/open-wizard.ts";
import type { GatewaySocket } from "./ws/gateway-socket.ts";

/** What clients are told about the length of a restart, ms. */
const RESTART_EXPECTED_MS = 1500;

/**
 * Starts a Gateway and resolves when it takes connections. `onRestart` is called when a configuration change or a
 * client asks for a restart; the caller stops this Gateway and starts another.
 * @throws GatewayStartError, GatewayLockError, StorageError
 */
export async function startGateway(options: GatewayOptions, onRestart: OnRestart = () => {}): Promise<Gateway> {
  const base = createGatewayBase(options, onRestart);
  try {
    return await open(options, base);
  } catch (error) {
    await base.life.close();
    throw error;
  }
}

/**
 * The areas of a Gateway, one after the other. Each is given what is open already, says by `life` what it does at the
 * start and at the end, and finds what is opened after it in `late`.
 */
async function open(options: GatewayOptions, base: GatewayBase): Promise<Gateway> {
  const { paths, stateDir, env, config, settings, agents, clock, life, late, log } = base;
  if (options.lock !== false) {
    const lock = await acquireGatewayLock({ configPath: paths.configPath, stateDir, env });
    life.on("close", () => lock.release());
  }
  // The port comes before any side effect: it is the lock that outsiders see.
  const port = await openPort(base, options.webRoot);
  const stores = await openStores(base);
  const models = openModels(base);
  const kept = { ...base, ...port, ...stores, ...models };
  const conversations = late.conversations.open(
    createConversations({
      ...kept,
      shownFiles: createShownFiles({ ...kept, workspace: (id) => agents.workspace(id) }),
    }),
  );

  const approvals = openApprovals(kept);
  const media = openMedia(kept, { edgeSpeechUrl: options.edgeSpeechUrl });
  const runtime = await openRuntime({ ...kept, ...approvals, ...media });
  const working = { ...kept, conversations, ...approvals, ...media, ...runtime };

  const clients = openClients(working);
  const plugins = late.plugins.open(openPlugins({ ...working, ...clients }, options.plugins));
  const channels = openChannels({ ...working, plugins }, options);
  const channelIds = (options.channels ?? []).map((channel) => channel.meta.id);
  const commands = late.commands.open(openCommands({ ...working, ...channels, plugins }, channelIds));
  const access = openAccess({ ...working, ...channels, commands });
  const pipeline = openPipeline({ ...working, ...channels, ...access, plugins, commands });
  const speaking = { ...working, ...clients, plugins, ...channels, commands, ...access, ...pipeline };
  late.foreignChannels.open(createForeignDoor(speaking));

  const nodes = late.nodes.open(
    createNodesDoor(
      async () => (await import("./nodes/open-nodes.ts")).openNodes({ ...speaking, grants: approvals.runGrants }),
      log.child("nodes"),
    ),
  );
  life.on("close", () => nodes.close());
  const wizard = openWizard(options.setUp, base.requestRestart, log.child("wizard"));
  life.on("close", () => wizard?.close());
  const agentTools = late.agentTools.open(
    await openAgentTools({ ...speaking, nodes, statusCard: (key) => commands.statusCard(key) }),
  );
  const automation = late.automation.open(
    openAutomation(
      {
        ...speaking,
        port: port.port,
        trustedProxies: settings.trustedProxies,
        userTimeZone: base.timeZone,
        log: log.child("automation"),
      },
      base.bootId,
    ),
  );
  late.apiServices.open({ ...speaking, log: log.child("http") });
  const { update, wsLog } = options;
  const socket = openRpc({ ...speaking, nodes, agentTools, automation, update, wizard }, wsLog);
  // What the wizard writes must not end it.
  openReload({ ...speaking, requestRestart: wizard?.requestRestart ?? base.requestRestart });

  // What is left open comes first: a message that came in before would be taken for one of them, and overtake them.
  pipeline.pipeline.resume();
  await life.run("recover");
  port.takeUpgrades((request, stream, head) => {
    if (life.state === "stopping") stream.destroy();
    else if (!port.canvas.upgrade(request, stream, head)) socket.upgrade(request, stream, head);
  });
  await life.run("start");
  life.on("ready", () => {
    const discovery = openDiscovery({
      ...port,
      canvasPort: port.canvas.port,
      config: config(),
      env,
      stateDir,
      hosts: settings.hosts,
      tailscale: () => port.tailscale.program(),
      clock,
      log: log.child("discovery"),
    });
    life.on("close", () => discovery.close());
  });
  await life.ready();
  const shownUrl = `${port.fingerprint === undefined ? "ws" : "wss"}://${settings.hosts[0] ?? "127.0.0.1"}:${port.port}`;
  log.info(`listening on ${shownUrl} (PID ${process.pid})`);
  if (port.fingerprint !== undefined) log.info(`TLS fingerprint: sha256:${port.fingerprint}`);

  let stopped: Promise<void> | undefined;
  const stop = (reason: "stopping" | "restarting") => (stopped ??= stopGateway(base, socket, reason));
  return {
    port: port.port,
    url: port.url,
    stop: ({ reason = "stopping" } = {}) => stop(reason),
    [Symbol.asyncDispose]: () => stop("stopping"),
  };
}

async function stopGateway(
  { life, connections, log }: GatewayBase,
  socket: GatewaySocket,
  way: "stopping" | "restarting",
): Promise<void> {
  const reason = `gateway ${way}`;
  const restartExpectedMs = way === "restarting" ? RESTART_EXPECTED_MS : null;
  life.stopping(reason);
  connections.broadcastVersions("shutdown", {
    v3: { reason, restartExpectedMs },
    v4: { reason, ...(restartExpectedMs === null ? {} : { restartExpectedMs }) },
  });
  await life.drain();
  // Whoever waits for a run is answered while there still is a connection.
  await new Promise((answered) => setImmediate(answered));
  await socket.close();
  await life.close();
  log.info(`gateway ${way === "restarting" ? "closed for a restart" : "stopped"}`);
}
