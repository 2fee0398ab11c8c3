import type { OpenClawConfig } from "@openclaw/config";
import type { OnboardOptions } from "../onboard-options.ts";
import { readDaemonRuntime } from "../read-options.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { ServiceOutcome, SetupWorld } from "../setup-world.ts";

/** What is to become of the background service; decided with the other answers, done after they are written. */
export type ServicePlan =
  | { action: "none" }
  | { action: "install" | "reinstall" | "restart" | "uninstall"; runtime: "node" | "bun" };

const title = "Gateway service";

/** Flags decide first, then what the machine can do, then QuickStart, then the person. */
export async function planService(
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
  { quick, offersRemoval = false }: { quick: boolean; offersRemoval?: boolean },
): Promise<ServicePlan> {
  if (options.installDaemon === false) return { action: "none" };
  const { unavailable, installed } = await world.host.service();
  if (unavailable !== undefined) {
    await prompter.note(
      `There is no background service on this machine: ${unavailable}\nRun ${world.hint("openclaw gateway run")} in a terminal, or under a supervisor of your own.`,
      title,
    );
    return { action: "none" };
  }
  const wanted =
    options.installDaemon === true ||
    quick ||
    installed ||
    (await prompter.confirm({ message: "Install Gateway service (recommended)", initial: true }));
  if (!wanted) return { action: "none" };
  const asked = readDaemonRuntime(options.daemonRuntime);
  if (installed) {
    const action = await prompter.select({
      message: "Gateway service already installed",
      options: [
        { value: "restart", label: "Restart" },
        { value: "reinstall", label: "Reinstall" },
        ...(offersRemoval ? [{ value: "uninstall" as const, label: "Uninstall" }] : []),
        { value: "skip", label: "Leave as it is" },
      ],
      initial: "restart",
    });
    return action === "skip" ? { action: "none" } : { action, runtime: asked ?? "node" };
  }
  const runtime =
    asked ??
    (quick
      ? "node"
      : await prompter.select<"node" | "bun">({
          message: "Gateway service runtime",
          options: [
            { value: "node", label: "Node", hint: "needed by WhatsApp and Telegram" },
            { value: "bun", label: "Bun" },
          ],
          initial: "node",
        }));
  return { action: "install", runtime };
}

/** What the plan is called in the summary; undefined when nothing is to be done. */
export function servicePlanText(plan: ServicePlan): string | undefined {
  return plan.action === "none" ? undefined : `Gateway service: ${plan.action} (${plan.runtime})`;
}

/** A failure is told and stops nothing. */
export async function runServicePlan(
  plan: ServicePlan,
  config: OpenClawConfig,
  prompter: SetupPrompter,
  { host, tell }: SetupWorld,
): Promise<void> {
  if (plan.action === "none") return;
  if (plan.action === "install" || plan.action === "reinstall") {
    await host.linger((message) => prompter.confirm({ message, initial: true }), tell);
  }
  const progress = prompter.progress(`${title}: ${plan.action}`);
  const outcome = await perform(plan, config, host);
  progress.stop(outcome.ok ? outcome.lines.at(-1) : `${title}: failed`);
  if (outcome.ok) for (const line of outcome.lines.slice(0, -1)) tell(line);
  else await prompter.note([`Gateway service install failed: ${outcome.error}`, ...outcome.hints].join("\n"), title);
}

function perform(
  { action, runtime }: Exclude<ServicePlan, { action: "none" }>,
  config: OpenClawConfig,
  host: SetupWorld["host"],
): Promise<ServiceOutcome> {
  switch (action) {
    case "restart":
      return host.restartService();
    case "uninstall":
      return host.uninstallService();
    default:
      return host.installService(config, { runtime, force: action === "reinstall" });
  }
}
