import type { ConfigSnapshot } from "@openclaw/config";
import { removalHints, shownEnvironment } from "@openclaw/setup/services";
import { secretConflicts } from "../call/gateway-target.ts";
import { dashboardUrl } from "../commands/dashboard-url.ts";
import type { GatewayStatus } from "../commands/gateway-status.ts";
import { healthLines } from "../commands/show-health.ts";
import type { CommandContext } from "../run/command-context.ts";
import { gatewayNextSteps } from "./gateway-next-steps.ts";
import { runtimeText } from "./runtime-text.ts";

const mostIssues = 5;
const mostErrorLines = 12;

type Print = (name: string, value: string) => void;

/** `gateway status` for people: facts on standard output, what is wrong on standard error. */
export function printServiceStatus(status: GatewayStatus, context: CommandContext): void {
  const { style, shorten } = context;
  const label: Print = (name, value) => context.print(`${style.accent(`${name}:`)} ${shorten(value)}`);
  printService(status, label, context);
  printConfigs(status, label, context);
  const { probe, effective, service } = status;
  label("Gateway", `bind=${status.bindMode} (${status.bindHost}), port=${status.port} (${status.portSource})`);
  if (probe?.target) label("Probe target", probe.target.url);
  const env = { ...context.env, OPENCLAW_GATEWAY_PORT: String(status.port) };
  const { controlUi } = effective.config.gateway ?? {};
  label("Dashboard", controlUi?.enabled === false ? "disabled" : dashboardUrl(effective.config, env));
  if (service.command) label("Runtime", runtimeText(service.runtime));
  printProbe(status, label, context);
  printPort(status, label, context);
  printExtras(status, context);
  const conflicts = secretConflicts(effective.config, context.env);
  for (const conflict of conflicts) context.warn(context.errorStyle.warn(conflict));
  if (probe?.answers.health) for (const line of healthLines(probe.answers.health, context)) context.print(line);
  printNextSteps(status, conflicts.length > 0, context);
  context.print(`Troubles: run ${context.hint("openclaw status")}`);
  context.print(`Troubleshooting: ${style.link("https://docs.openclaw.ai/troubleshooting")}`);
}

function printNextSteps(status: GatewayStatus, secretConflict: boolean, context: CommandContext): void {
  const { service, effective, cli, probe } = status;
  const steps = gatewayNextSteps({
    mode: effective.config.gateway?.mode,
    configExists: effective.exists,
    configValid: effective.valid,
    otherConfig: service.daemon !== undefined && service.daemon.snapshot.path !== cli.path,
    installed: service.command !== undefined,
    managerProblem: service.problem,
    runtime: service.runtime,
    port: status.port,
    listeners: status.listeners,
    probe: probe && { reachable: probe.reachable, error: probe.error, version: probe.self?.version ?? null },
    secretConflict,
    version: context.version,
  });
  if (steps.length === 0) return;
  context.print(context.style.heading("Next steps:"));
  for (const step of steps) {
    context.print(`  ${step.replace(/\bopenclaw(?= [a-z])/g, () => context.hint("openclaw"))}`);
  }
}

function printService({ service, logFile }: GatewayStatus, label: Print, context: CommandContext): void {
  const { manager, loaded, command, audit } = service;
  label("Service", `${manager.label} (${loaded ? manager.loadedText : manager.notLoadedText})`);
  label("File logs", logFile);
  if (command) {
    label("Command", command.programArguments.join(" "));
    label("Service file", command.sourcePath);
    if (command.workingDirectory) label("Working dir", command.workingDirectory);
    const shown = Object.entries(shownEnvironment(command.environment));
    if (shown.length > 0) label("Service env", shown.map(([name, value]) => `${name}=${value}`).join(" "));
  }
  if (audit.issues.length === 0) return;
  const { errorStyle, hint } = context;
  context.warn(errorStyle.warn("Service config looks out of date or non-standard."));
  for (const { message, detail } of audit.issues) {
    context.warn(`Service config issue: ${message}${detail ? ` (${context.shorten(detail)})` : ""}`);
  }
  context.warn(`Recommendation: run "${hint("openclaw doctor")}" (or "${hint("openclaw doctor --repair")}").`);
}

function printConfigs({ cli, service }: GatewayStatus, label: Print, context: CommandContext): void {
  printConfig("Config (cli)", cli, label, context);
  if (!service.daemon) return;
  printConfig("Config (service)", service.daemon.snapshot, label, context);
  if (service.daemon.snapshot.path === cli.path) return;
  context.warn(
    context.errorStyle.error(
      "Root cause: CLI and service are using different config paths (likely a profile/state-dir mismatch).",
    ),
  );
  const install = context.hint("openclaw gateway install --force");
  context.warn(`Fix: rerun \`${install}\` from the same --profile / OPENCLAW_STATE_DIR you expect.`);
}

function printConfig(name: string, snapshot: ConfigSnapshot, label: Print, context: CommandContext): void {
  const state = snapshot.exists ? (snapshot.valid ? "" : " (invalid)") : " (missing)";
  label(name, `${snapshot.path}${state}`);
  for (const issue of snapshot.issues.slice(0, mostIssues)) {
    context.print(`  - ${issue.path || "<root>"}: ${issue.message}`);
  }
}

function printProbe({ probe, service }: GatewayStatus, label: Print, context: CommandContext): void {
  const { errorStyle, style } = context;
  if (probe?.reachable) label("RPC probe", style.success("ok"));
  else if (probe) {
    context.warn(errorStyle.error("RPC probe: failed"));
    if (probe.target) context.warn(`RPC target: ${probe.target.url}`);
    for (const line of (probe.error ?? "").split("\n").slice(0, mostErrorLines)) context.warn(`  ${line}`);
  }
  if (service.problem !== undefined) {
    context.warn(service.problem);
    for (const hint of service.hints) {
      context.warn(`  ${hint.replace(/\bopenclaw .*$/, (command) => context.hint(command))}`);
    }
  } else if (service.runtime.missingUnit && service.loaded) {
    context.warn(`The service file is missing. Run: ${context.hint("openclaw gateway install")}`);
  }
}

function printPort(
  { port, cliPort, listeners, probe, service }: GatewayStatus,
  label: Print,
  context: CommandContext,
): void {
  if (listeners.length > 0) {
    label("Listening", listeners.map(({ pid, command }) => `pid ${pid} (${command})`).join(", "));
  } else if (service.runtime.status === "running") {
    context.warn(`Gateway port ${port} is not listening (service appears running).`);
    context.warn(`Look at: ${context.hint("openclaw logs")}`);
  } else if (probe && !probe.reachable) context.print(`Gateway port ${port} is not listening.`);
  if (cliPort !== undefined) context.print(`Note: CLI config resolves gateway port=${cliPort}.`);
}

function printExtras({ service }: GatewayStatus, context: CommandContext): void {
  if (service.extras.length === 0) return;
  context.warn(context.errorStyle.warn("Other gateway-like services detected (best effort):"));
  for (const extra of service.extras) {
    const legacy = extra.legacy ? ", of a former release" : "";
    context.warn(`- ${extra.label} (${extra.scope}${legacy}): ${context.shorten(extra.detail)}`);
    for (const hint of removalHints(extra, process.getuid?.() ?? 0)) context.warn(`    ${context.shorten(hint)}`);
  }
}
