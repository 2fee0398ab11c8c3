import type { OpenClawConfig } from "@openclaw/config";
import type { GatewayAnswer, SetupHost } from "@openclaw/setup/onboarding";
import { GatewayCallError, withGateway } from "../call/gateway-call.ts";
import { dashboardUrl } from "../commands/dashboard-url.ts";
import { openBrowser } from "../commands/desktop.ts";
import type { CommandContext } from "../run/command-context.ts";
import { canBrowse } from "./can-browse.ts";
import { setupChannels } from "./setup-channels.ts";
import { setupService } from "./setup-service.ts";

/** The context with a configuration that has just been written. */
export function withConfig(context: CommandContext, config: OpenClawConfig): CommandContext {
  return { ...context, config: async () => ({ ...(await context.config()), config, valid: true, issues: [] }) };
}

/** What the steps of setting up need of the command line. */
export function setupHost(context: CommandContext, { interactive }: { interactive: boolean }): SetupHost {
  return {
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
    async hooks(config) {
      const { collectHooks } = await import("../hooks/collect-hooks.ts");
      const all = await collectHooks(withConfig(context, config));
      return all.hooks.flatMap(({ hook, missing }) =>
        hook.source === "openclaw-bundled" && Object.values(missing).every((names) => names.length === 0)
          ? [{ key: hook.key, name: hook.name, description: hook.description }]
          : [],
      );
    },
    canDiscover: () => canBrowse(context.env),
    async discover(timeoutMs) {
      const { browseGateways } = await import("./browse-gateways.ts");
      return browseGateways(context, timeoutMs);
    },
    dashboardUrl: (config) => dashboardUrl(config, context.env),
    openBrowser: (url) => openBrowser(url, context),
    talk: interactive
      ? async (config, message, options) => {
          const { firstTalk } = await import("./first-talk.ts");
          return firstTalk(message, withConfig(context, config), options);
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
