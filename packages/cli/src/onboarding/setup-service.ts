import type { ServiceOutcome, SetupHost } from "@openclaw/setup/onboarding";
import { ensureLinger, installService, openService, ServiceError } from "@openclaw/setup/services";
import { gatewayPort } from "../call/gateway-target.ts";
import type { CommandContext } from "../run/command-context.ts";
import { configuredVariables, serviceToken } from "../services/install-service.ts";
import { programFile, serviceWorld, userName } from "../services/service-world.ts";

/** The background service, for the steps of setting up. A failure is told and stops nothing. */
export function setupService(
  context: CommandContext,
): Pick<SetupHost, "service" | "installService" | "restartService" | "uninstallService" | "linger"> {
  const world = serviceWorld(context);
  const service = openService("gateway", world);
  return {
    async service() {
      const unavailable = await service.unavailable();
      return { unavailable, installed: unavailable === undefined && (await service.isLoaded()) };
    },
    installService: (config, { runtime, force }) =>
      outcome(async () => {
        const entry = programFile(context);
        if (entry === undefined) throw new ServiceError("refused", "the program's own file is not known");
        const port = gatewayPort(config, context.env);
        const { result, warnings } = await installService(
          {
            kind: "gateway",
            runtime,
            entry,
            version: context.version,
            args: ["gateway", "--port", String(port)],
            port,
            token: serviceToken(config, context.env, undefined),
            variables: configuredVariables(config),
            force,
          },
          world,
        );
        const done = result === "installed" ? "installed" : `already ${service.loadedText}`;
        return [...warnings, `Gateway service ${done} (${service.label} ${service.name}).`];
      }),
    restartService: () =>
      outcome(async () => {
        await service.restart();
        return ["Gateway service restarted."];
      }),
    uninstallService: () =>
      outcome(async () => {
        await service.uninstall();
        return ["Gateway service uninstalled."];
      }),
    async linger(confirm, print) {
      if (world.platform !== "linux") return;
      await ensureLinger({ user: userName(context.env), run: world.run, ...(confirm && { confirm }), print });
    },
  };
}

async function outcome(work: () => Promise<readonly string[]>): Promise<ServiceOutcome> {
  try {
    return { ok: true, lines: await work() };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ok: false, error: error.message, hints: error.hints };
  }
}
