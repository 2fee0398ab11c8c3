import { openService, ServiceError, type ServiceKind, type ServiceManager } from "@openclaw/setup/services";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { serviceWorld } from "./service-world.ts";

export type ServiceAction = "install" | "uninstall" | "start" | "stop" | "restart";
type Result = "installed" | "already-installed" | "uninstalled" | "started" | "not-loaded" | "stopped" | "restarted";

/** What the service is called at the beginning of a sentence. */
export const serviceTitle = { gateway: "Gateway", node: "Node" } as const satisfies Record<ServiceKind, string>;

/** What an action came to. */
export interface ActionReport {
  result: Result;
  message: string;
  hints?: readonly string[];
  warnings?: readonly string[];
}

const done: Record<Exclude<ServiceAction, "install">, { result: Result; message: string }> = {
  uninstall: { result: "uninstalled", message: "uninstalled" },
  start: { result: "started", message: "started" },
  stop: { result: "stopped", message: "stopped" },
  restart: { result: "restarted", message: "restarted" },
};

/** `gateway start`, `node stop` and the like. A service that is not installed is no failure. */
export function serviceAction(kind: ServiceKind, action: Exclude<ServiceAction, "install">) {
  return {
    run: ({ flags }: { flags: { json: boolean } }, context: CommandContext): Promise<number> =>
      reportAction({ kind, action, json: flags.json }, context, (service) => act(kind, action, service, context)),
  };
}

async function act(
  kind: ServiceKind,
  action: Exclude<ServiceAction, "install">,
  service: ServiceManager,
  { hint }: CommandContext,
): Promise<ActionReport> {
  const title = serviceTitle[kind];
  if (action === "uninstall") {
    await service.uninstall();
    if (await service.isLoaded()) {
      throw new ServiceError("refused", `${title} service still loaded after uninstall.`);
    }
  } else {
    const installed = (await service.read()) !== undefined || (await loaded(kind, service));
    if (!installed) {
      const hints = [hint(`openclaw ${kind} install`), ...service.startHints(), hint(`openclaw ${kind} run`)];
      return { result: "not-loaded", message: `${title} service ${service.notLoadedText}.`, hints };
    }
    await service[action]();
  }
  const { result, message } = done[action];
  return { result, message: `${title} service ${message}.` };
}

async function loaded(kind: ServiceKind, service: ServiceManager): Promise<boolean> {
  try {
    return await service.isLoaded();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(error.code, `${serviceTitle[kind]} service check failed: ${error.message}`, error.hints);
  }
}

/** Does something with a service and tells how it went, as text or as one JSON document. */
export async function reportAction(
  { kind, action, json }: { kind: ServiceKind; action: ServiceAction; json: boolean },
  context: CommandContext,
  work: (service: ServiceManager) => Promise<ActionReport>,
): Promise<number> {
  const service = openService(kind, serviceWorld(context));
  try {
    const { result, message, hints, warnings } = await work(service);
    if (json) {
      context.printJson({
        ok: true,
        action,
        result,
        message,
        service: {
          label: service.label,
          loaded: !["not-loaded", "uninstalled"].includes(result),
          loadedText: service.loadedText,
          notLoadedText: service.notLoadedText,
        },
        ...(hints && { hints }),
        ...(warnings && warnings.length > 0 && { warnings }),
      });
      return 0;
    }
    for (const warning of warnings ?? []) context.warn(context.errorStyle.warn(warning));
    context.print(message);
    for (const line of hints ?? []) context.print(result === "not-loaded" ? `Start with: ${line}` : line);
    return 0;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const text = / service check failed: |^Nix mode|still loaded/.test(error.message)
      ? error.message
      : `${serviceTitle[kind]} ${action} failed: ${error.message}`;
    const hints = error.hints.map((line) => line.replace(/\bopenclaw .*$/, (command) => context.hint(command)));
    if (!json) throw new CliError([text, ...hints], { code: "service-failed", cause: error });
    context.printJson({ ok: false, action, error: text, ...(hints.length > 0 && { hints }) });
    return 1;
  }
}
