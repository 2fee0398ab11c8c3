import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Tool, textResult } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import type { Timers } from "../run/timers.ts";
import type { ApprovedCommands, StartedCommand } from "./approved-command.ts";
import { execEnvironment } from "./exec-environment.ts";
import type { ExecGuard } from "./exec-guard.ts";
import { createExecOutput } from "./exec-output.ts";
import { type ExecRules, readExecRules } from "./exec-rules.ts";
import { resolveToolPath } from "./file-path.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";
import { ToolFailure } from "./tool-failure.ts";

const defaultTimeoutSec = 1800;
/** Longest delay a timer takes, in milliseconds. */
const maxTimerMs = 2_147_000_000;
const liveTailChars = 2000;
const liveEveryMs = 100;

/** The `tools.exec` section of the configuration, as far as commands in the foreground need it. */
export interface ExecConfig extends ExecRules {
  timeoutSec?: number;
  /** Milliseconds after which a running approved command is mentioned; 0 is never. */
  approvalRunningNoticeMs?: number;
  safeBins?: readonly string[];
  pathPrepend?: readonly string[];
  inheritSecrets?: boolean;
}

export interface ExecToolOptions {
  workspaceDir: string;
  homeDir: string;
  /** Read at every call, so that a changed configuration counts at once. */
  config: () => ExecConfig;
  /** Asked before anything is started. */
  guard: ExecGuard;
  /** Where commands go that wait for an approval. */
  approved: ApprovedCommands;
  sessionKey: string;
  agentId: string;
  env: NodeJS.ProcessEnv;
  /** PATH of the user's login shell; asked at the first command. */
  loginPath: () => Promise<string | undefined>;
  /** Names of further environment variables that hold secrets. */
  secretNames?: readonly string[];
  clock: Clock;
  timers: Timers;
  platform: NodeJS.Platform;
}

export function createExecTool(options: ExecToolOptions): Tool {
  return {
    name: "exec",
    label: "Exec",
    description:
      "Run a shell command and wait for it. Returns its output (stdout and stderr together). " +
      "There is no terminal and no input.",
    parameters: {
      type: "object",
      properties: {
        command: { type: "string", description: "The shell command" },
        workdir: { type: "string", description: "Folder to run in; the workspace when absent" },
        env: { type: "object", additionalProperties: { type: "string" }, description: "Further environment variables" },
        timeout: { type: "number", description: "Seconds after which the command is stopped; 0 for no limit" },
        host: { type: "string", enum: ["sandbox", "gateway", "node"], description: "Where to run; leave out" },
        security: { type: "string", enum: ["deny", "allowlist", "full"], description: "Can only tighten the setting" },
        ask: { type: "string", enum: ["off", "on-miss", "always"], description: "Can only tighten the setting" },
        elevated: { type: "boolean", description: "Run outside the sandbox, if the sender may" },
      },
      required: ["command"],
    },
    async execute(params, context) {
      const command = typeof params.command === "string" ? params.command : "";
      if (command.trim() === "") throw new ToolFailure("Provide a command to start.");
      const warnings: string[] = [];
      if (params.background === true || params.yieldMs !== undefined) {
        warnings.push("Warning: background execution is disabled; running synchronously.");
      }
      const config = options.config();
      const requested = readExecRules(params);
      const cwd = workingDirectory(params.workdir, options, warnings);
      const variables = requestedEnv(params.env);
      const env = execEnvironment({
        base: options.env,
        requested: variables,
        loginPath: await options.loginPath(),
        pathPrepend: config.pathPrepend ?? [],
        inheritSecrets: config.inheritSecrets === true,
        secretNames: options.secretNames ?? [],
      });
      const timeoutSec = timeoutSeconds(params.timeout, config.timeoutSec);
      const elevated = typeof params.elevated === "boolean" ? params.elevated : undefined;
      const permission = await options.guard.check({ command, cwd, env, requestedEnv: variables, requested, elevated });
      if (permission.kind === "refused") throw new ToolFailure(permission.text);
      if (permission.kind === "pending") {
        options.approved.run({
          pending: permission,
          command,
          sessionKey: options.sessionKey,
          agentId: options.agentId,
          noticeMs: config.approvalRunningNoticeMs,
          start: (signal) => startApproved({ command, cwd, env, timeoutSec, signal }, permission.id, options),
        });
        return textResult([...warnings, permission.text].join("\n"), permission.details);
      }
      const output = createExecOutput(maxOutputChars(options.env));
      const startedAt = options.clock.now();

      let pid: number | undefined;
      let lastShown = 0;
      const end = await runCommand({
        command,
        cwd,
        env,
        platform: options.platform,
        timeoutMs: timeoutMs(timeoutSec),
        signal: context.signal,
        output,
        timers: options.timers,
        onStart: (started) => {
          pid = started;
        },
        onWarning: (text) => warnings.push(text),
        onOutput: () => {
          const now = options.clock.now();
          if (now - lastShown < liveEveryMs) return;
          lastShown = now;
          const tail = output.tail(liveTailChars);
          context.onUpdate(textResult(tail, { status: "running", pid, startedAt, cwd, tail }));
        },
      });

      const aggregated = output.text();
      const shown = [
        ...warnings,
        ...(output.truncated ? [`[Only the last ${aggregated.length} characters of the output are shown.]`] : []),
        aggregated || "(no output)",
      ].join("\n");
      const details = {
        exitCode: end.exitCode,
        durationMs: options.clock.now() - startedAt,
        aggregated,
        cwd,
        ...(output.truncated ? { truncated: true } : {}),
      };
      const problem = failureOf(end, timeoutSec);
      if (problem === undefined) return textResult(shown, { status: "completed", ...details });
      throw new ToolFailure(`${shown}\n\n${problem}`, {
        ...details,
        status: "failed",
        exitSignal: end.exitSignal,
        timedOut: end.timedOut,
      });
    },
  };
}

/** Starts a command whose run may have ended while people thought about it. */
async function startApproved(
  what: {
    command: string;
    cwd: string;
    env: NodeJS.ProcessEnv;
    timeoutSec: number | undefined;
    signal: AbortSignal;
  },
  approvalId: string,
  options: ExecToolOptions,
): Promise<StartedCommand> {
  const output = createExecOutput(maxOutputChars(options.env));
  const { timeoutSec, ...command } = what;
  return new Promise((resolve, reject) => {
    const ended = runCommand({
      ...command,
      platform: options.platform,
      timeoutMs: timeoutMs(timeoutSec),
      output,
      timers: options.timers,
      onStart: () =>
        resolve({
          sessionId: approvalId.slice(0, 8),
          ended: ended.then((end) => ({ ...end, output: output.text() })),
        }),
      onWarning: () => {},
      onOutput: () => {},
    });
    ended.catch(reject);
  });
}

function timeoutMs(timeoutSec: number | undefined): number | undefined {
  return timeoutSec === undefined ? undefined : Math.min(timeoutSec * 1000, maxTimerMs);
}

function failureOf(end: CommandEnd, timeoutSec: number | undefined): string | undefined {
  if (end.timedOut) return `Command timed out after ${timeoutSec} seconds`;
  if (end.exitSignal !== null) return `Command aborted by signal ${end.exitSignal}`;
  if (end.exitCode === null) return "Command aborted before exit code was captured";
  if (end.exitCode !== 0) return `Command exited with code ${end.exitCode}`;
  return undefined;
}

function workingDirectory(workdir: unknown, options: ExecToolOptions, warnings: string[]): string {
  const named = typeof workdir === "string" && workdir.trim() !== "" ? workdir : undefined;
  const wanted = named === undefined ? options.workspaceDir : resolveToolPath(named, options);
  if (statSync(wanted, { throwIfNoEntry: false })?.isDirectory()) return wanted;
  const fallback = resolve(".");
  warnings.push(`Warning: workdir "${named ?? wanted}" is unavailable; using "${fallback}".`);
  return fallback;
}

function requestedEnv(value: unknown): Record<string, string> {
  const env: Record<string, string> = {};
  if (typeof value !== "object" || value === null) return env;
  for (const [name, item] of Object.entries(value)) {
    if (typeof item !== "string") throw new ToolFailure(`env.${name} must be a string`);
    if (item.includes("\0")) throw new ToolFailure(`env.${name} must not contain a zero byte`);
    env[name] = item;
  }
  return env;
}

/** Seconds, or undefined for none. */
function timeoutSeconds(requested: unknown, configured: number | undefined): number | undefined {
  const fallback = configured !== undefined && configured > 0 ? configured : defaultTimeoutSec;
  if (typeof requested !== "number" || Number.isNaN(requested)) return fallback;
  return requested <= 0 ? undefined : requested;
}

function maxOutputChars(env: NodeJS.ProcessEnv): number {
  const value = Number(env.PI_BASH_MAX_OUTPUT_CHARS || Number.NaN);
  return Number.isFinite(value) ? Math.min(Math.max(Math.floor(value), 1000), 200_000) : 200_000;
}
