import type { OpenClawConfig } from "@openclaw/config";
import { readVariable } from "@openclaw/config/paths";
import { ensureLinger, type InstallRequest, installService, ServiceError } from "@openclaw/setup/services";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { createPrompter } from "../terminal/prompter.ts";
import { reportAction, serviceTitle } from "./service-action.ts";
import { programFile, serviceWorld, userName } from "./service-world.ts";

/** What `--runtime` may be. */
export function readRuntime(text: string): "node" | "bun" {
  if (text === "node" || text === "bun") return text;
  throw new CliError('Invalid --runtime (use "node" or "bun")', { code: "usage" });
}

/** What `--port` may be. */
export function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text.trim()) && port > 0 && port <= 65_535) return port;
  throw new CliError("Invalid port", { code: "usage" });
}

/** Variables that the configuration gives to everything. */
export function configuredVariables({ env = {} }: OpenClawConfig): Record<string, string> {
  const { shellEnv: _, vars, ...rest } = env;
  const own = Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { ...Object.fromEntries(own), ...(typeof vars === "object" ? vars : {}) };
}

/** The Gateway's token a service is given. On the server the configuration wins over the environment. */
export function serviceToken(
  { gateway = {} }: OpenClawConfig,
  env: NodeJS.ProcessEnv,
  flag: string | undefined,
): string | undefined {
  return flag?.trim() || gateway.auth?.token || readVariable(env, "OPENCLAW_GATEWAY_TOKEN");
}

/** Installs a service and tells how it went. */
export async function installAndReport(
  request: Omit<InstallRequest, "entry" | "version">,
  { json, warnings }: { json: boolean; warnings: readonly string[] },
  context: CommandContext,
): Promise<number> {
  const { kind } = request;
  const report = { kind, action: "install", json } as const;
  return reportAction(report, context, async (service) => {
    const entry = programFile(context);
    if (entry === undefined) throw new ServiceError("refused", "the program's own file is not known");
    const world = serviceWorld(context);
    const outcome = await installService({ ...request, entry, version: context.version }, world);
    const title = serviceTitle[kind];
    if (outcome.result === "already-installed") {
      return {
        result: outcome.result,
        message: `${title} service already ${service.loadedText}.`,
        hints: [`Reinstall with: ${context.hint(`openclaw ${kind} install --force`)}`],
      };
    }
    const lingering = world.platform === "linux" ? await linger(json, context) : [];
    return {
      result: outcome.result,
      message: `${title} service installed (${service.label} ${service.name}).`,
      warnings: [...outcome.warnings, ...warnings, ...lingering],
    };
  });
}

/** Services of systemd end at logout unless their user lingers. A refusal is told and stops nothing. */
async function linger(json: boolean, context: CommandContext): Promise<string[]> {
  const lines: string[] = [];
  const asks = !json && context.stdin.isTTY === true;
  const prompter = asks ? createPrompter(context) : undefined;
  try {
    await ensureLinger({
      user: userName(context.env),
      run: serviceWorld(context).run,
      ...(prompter && { confirm: async (message) => prompter.confirm({ message, initial: true }) }),
      print: (line) => void lines.push(line),
    });
  } finally {
    prompter?.close();
  }
  return lines;
}
