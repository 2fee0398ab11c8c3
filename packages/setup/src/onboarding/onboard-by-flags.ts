import path from "node:path";
import { expandTilde } from "@openclaw/config";
import { choiceOfFlags, stageAuthByFlags } from "./auth-by-flags.ts";
import { awaitGateway } from "./await-gateway.ts";
import { commitDraft } from "./commit-draft.ts";
import { constrainGateway, currentGateway, stageGateway } from "./gateway-settings.ts";
import type { OnboardOptions } from "./onboard-options.ts";
import { readDaemonRuntime, readFlow, readGatewayFlags, readMode, readNodeManager } from "./read-options.ts";
import { stageRemote } from "./remote-gateway.ts";
import { createSetupDraft, type SetupDraft } from "./setup-draft.ts";
import { invalidConfigText, SetupError } from "./setup-error.ts";
import { stageConcurrency, stageMetadata } from "./setup-metadata.ts";
import type { SetupWorld } from "./setup-world.ts";
import { workspaceOf } from "./workspace-place.ts";
import { expectWritable } from "./writable-place.ts";

/** What was set up, as `--json` shows it. */
export type OnboardReport =
  | {
      mode: "local";
      workspace: string;
      authChoice: string;
      gateway: { port: number; bind: string; authMode: string; tailscaleMode: string };
      installDaemon: boolean;
      daemonRuntime?: string;
      skipSkills: boolean;
      skipHealth: boolean;
    }
  | { mode: "remote"; remoteUrl: string; auth: "token" | "none" };

/**
 * Sets up without a question. Everything is checked before anything is written.
 * @throws SetupError
 */
export async function onboardByFlags(options: OnboardOptions, world: SetupWorld): Promise<OnboardReport> {
  if (!options.acceptRisk) {
    throw new SetupError(
      [
        "Non-interactive onboarding requires explicit risk acknowledgement.",
        "Read: https://docs.openclaw.ai/security",
        `Re-run with: ${world.hint("openclaw onboard --non-interactive --accept-risk ...")}`,
      ],
      { code: "risk-not-accepted" },
    );
  }
  if (!world.snapshot.valid) throw new SetupError(invalidConfigText("onboarding"), { code: "invalid-config" });
  const mode = readMode(options.mode) ?? "local";
  readFlow(options.flow);
  expectWritable(world.paths);
  const draft = createSetupDraft(world);
  if (options.reset) draft.reset("full");
  return mode === "remote" ? setUpRemote(draft, options, world) : setUpLocal(draft, options, world);
}

async function setUpRemote(draft: SetupDraft, options: OnboardOptions, world: SetupWorld): Promise<OnboardReport> {
  const url = options.remoteUrl?.trim();
  if (!url) throw new SetupError("Missing --remote-url for remote mode.", { code: "usage" });
  const token = options.remoteToken?.trim() || undefined;
  stageRemote(draft, { url, token });
  stageMetadata(draft, "onboard", world);
  await commitDraft(draft, world, { withWorkspace: false });
  return { mode: "remote", remoteUrl: url, auth: token === undefined ? "none" : "token" };
}

async function setUpLocal(draft: SetupDraft, options: OnboardOptions, world: SetupWorld): Promise<OnboardReport> {
  const authChoice = choiceOfFlags(options);
  const given = options.workspace?.trim();
  const workspace = given
    ? path.resolve(expandTilde(given, world.paths.home))
    : workspaceOf(draft.config(), world.paths);
  draft.merge({ agents: { defaults: { workspace } } });
  stageAuthByFlags(draft, authChoice, options, world);
  const gateway = gatewayOfFlags(draft, options, world);
  stageGateway(draft, gateway.settings);
  const nodeManager = readNodeManager(options.nodeManager);
  const runtime = readDaemonRuntime(options.daemonRuntime) ?? "node";
  if (!options.skipSkills) {
    const known = draft.config().skills?.install?.nodeManager;
    draft.merge({ skills: { install: { nodeManager: nodeManager ?? known ?? "npm" } } });
  }
  stageConcurrency(draft);
  stageMetadata(draft, "onboard", world);
  for (const note of gateway.notes) world.tell(note);
  const { config } = await commitDraft(draft, world);
  const installDaemon = options.installDaemon === true;
  if (installDaemon) await installByFlags(config, runtime, world);
  if (!options.skipHealth) {
    const health = await awaitGateway(config, world);
    if (!health.ok) {
      throw new SetupError(
        [
          `The configuration is written, but the Gateway does not answer: ${health.error}`,
          `Start it with ${world.hint("openclaw gateway run")}, or leave this check out with --skip-health.`,
        ],
        { code: "gateway-unreachable" },
      );
    }
    world.tell("Gateway: healthy");
  }
  const { port, bind, authMode, tailscaleMode } = gateway.settings;
  return {
    mode: "local",
    workspace,
    authChoice,
    gateway: { port, bind, authMode, tailscaleMode },
    installDaemon,
    ...(installDaemon && { daemonRuntime: runtime }),
    skipSkills: options.skipSkills,
    skipHealth: options.skipHealth,
  };
}

/** Flag, then what is configured, then the usual. The token of an installation stays what it is. */
function gatewayOfFlags(draft: SetupDraft, options: OnboardOptions, world: SetupWorld) {
  const { settings, notes } = constrainGateway({ ...currentGateway(draft, world.env), ...readGatewayFlags(options) });
  if (settings.authMode === "password" && !settings.password) {
    throw new SetupError("Missing --gateway-password for password auth.", { code: "usage" });
  }
  if (settings.bind === "custom" && !settings.customBindHost) {
    throw new SetupError(
      "--gateway-bind custom needs the address in gateway.customBindHost; set it first, or choose another mode.",
      { code: "usage" },
    );
  }
  return { settings: { ...settings, token: settings.token ?? world.randomToken() }, notes };
}

async function installByFlags(
  config: Parameters<SetupWorld["host"]["installService"]>[0],
  runtime: "node" | "bun",
  world: SetupWorld,
) {
  const { unavailable } = await world.host.service();
  if (unavailable !== undefined) {
    world.tell(`Gateway service not installed: ${unavailable}`);
    return;
  }
  await world.host.linger(undefined, world.tell);
  const outcome = await world.host.installService(config, { runtime, force: false });
  if (outcome.ok) for (const line of outcome.lines) world.tell(line);
  else for (const line of [`Gateway service install failed: ${outcome.error}`, ...outcome.hints]) world.tell(line);
}
