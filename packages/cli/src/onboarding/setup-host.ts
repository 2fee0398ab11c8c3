import type { OpenClawConfig } from "@openclaw/config";
import type { GatewayAnswer, SetupHost } from "@openclaw/setup/onboarding";
import { GatewayCallError, withGateway } from "../call/gateway-call.ts";
import { dashboardUrl } from "../commands/dashboard-url.ts";
import { openBrowser } from "../commands/desktop.ts";
import type { CommandContext } from "../run/command-context.ts";
import { controlUi } from "./control-ui.ts";
import { browseTool, isThere } from "./find-program.ts";
import { setupChannels } from "./setup-channels.ts";
import { setupService } from "./setup-service.ts";

/** The context with a configuration that has just been written. */
export function withConfig(context: CommandContext, config: OpenClawConfig): CommandContext {
  return { ...context, config: async () => ({ ...(await context.config()), config, valid: true, issues: [] }) };
}

/** What the steps of setting up need of the command line. */
export function setupHost(context: CommandContext, { interactive }: { interactive: boolean }): SetupHost {
  return {
    async answers(config, timeoutMs) {
      const { knockAtGateway } = await import("../call/gateway-knock.ts");
      return knockAtGateway(withConfig(context, config), timeoutMs);
    },
    probe: (config, options) => probe(withConfig(context, config), options),
    ...setupService(context),
    ...setupChannels(context, { interactive }),
    async signIns() {
      const [{ builtinProviderAuths, withLoginImports }, { pluginAuths }] = await Promise.all([
        import("@openclaw/models/auth"),
        import("../models/plugin-auths.ts"),
      ]);
      const ofPlugins = await pluginAuths(context);
      const places = { home: context.paths.home, env: context.env, platform: process.platform, spawn: context.spawn };
      const builtin = builtinProviderAuths.filter(({ id }) => !ofPlugins.some((each) => each.id === id));
      return [...builtin.map((auth) => withLoginImports(auth, places)), ...ofPlugins];
    },
    async skills(config) {
      const { readSetupSkills } = await import("./setup-skills.ts");
      return readSetupSkills(config, context);
    },
    hasHomebrew: () => isThere("brew", context.env),
    async installSkill(config, key, installerId) {
      const { installSetupSkill } = await import("./setup-skills.ts");
      return installSetupSkill(config, key, installerId, context);
    },
    async hooks(config) {
      const { collectHooks } = await import("../hooks/collect-hooks.ts");
      const all = await collectHooks(withConfig(context, config));
      return all.hooks.flatMap(({ hook, missing }) =>
        hook.source === "openclaw-bundled" && Object.values(missing).every((names) => names.length === 0)
          ? [{ key: hook.key, name: hook.name, description: hook.description }]
          : [],
      );
    },
    canDiscover: () => isThere(browseTool(process.platform), context.env),
    async discover(timeoutMs) {
      const { browseGateways } = await import("./browse-gateways.ts");
      return browseGateways(context, timeoutMs);
    },
    dashboardUrl: (config) => dashboardUrl(config, context.env),
    openBrowser: (url) => openBrowser(url, context),
    controlUi: () => controlUi(context, { builds: interactive }),
    chat: interactive
      ? async (config, options) => {
          const { firstChat } = await import("./first-chat.ts");
          await firstChat(options, withConfig(context, config));
        }
      : undefined,
    installCompletion: interactive ? () => installShellCompletion(context) : undefined,
  };
}

async function probe(context: CommandContext, options: { timeoutMs: number; health: boolean }): Promise<GatewayAnswer> {
  try {
    await withGateway({ context, timeoutMs: options.timeoutMs, mode: "probe" }, async (connection) => {
      if (options.health) await connection.call("health", {});
    });
    return { ok: true };
  } catch (error) {
    if (!(error instanceof GatewayCallError)) throw error;
    return { ok: false, error: error.reason };
  }
}

async function installShellCompletion(context: CommandContext): Promise<string> {
  const { installForShell } = await import("./shell-completion.ts");
  return installForShell(context);
}
