import { silentLog } from "@openclaw/log";
import type { Tool, ToolContext, ToolResult } from "@openclaw/plugin-sdk";
import { systemClock } from "@openclaw/storage";
import { systemTimers, type Timers } from "../run/timers.ts";
import { createApprovedCommands } from "../tools/approved-command.ts";
import { createHostLauncher } from "../tools/command-launcher.ts";
import { createExecGuard } from "../tools/exec-guard.ts";
import { createExecTool, type ExecToolOptions } from "../tools/exec-tool.ts";
import { createJobRegistry, type JobRegistry } from "../tools/jobs/job-registry.ts";
import { createProcessTool } from "../tools/process/process-tool.ts";

/** `exec` and `process` over one registry, and what sessions were told. */
export interface CommandTools {
  jobs: JobRegistry;
  exec(params: Record<string, unknown>, context?: Partial<ToolContext>): Promise<ToolResult>;
  process(params: Record<string, unknown>, agentId?: string): Promise<ToolResult>;
  notices: string[];
  /** Resolves with the next notice to a session. */
  nextNotice(): Promise<string>;
}

export interface CommandToolsOptions extends Partial<Omit<ExecToolOptions, "jobs" | "timers">> {
  workspaceDir: string;
  timers?: Timers;
}

export function createCommandTools(options: CommandToolsOptions): CommandTools {
  const timers = options.timers ?? systemTimers;
  const notices: string[] = [];
  let onNotice = (_text: string) => {};
  const jobs = createJobRegistry({
    clock: systemClock,
    timers,
    log: silentLog,
    notify(sessionKey, text) {
      notices.push(`${sessionKey}: ${text}`);
      onNotice(text);
    },
  });
  const config = options.config ?? (() => ({}));
  const scope = { agentId: "main", sessionKey: "agent:main:main" };
  const guard = createExecGuard({
    ...scope,
    config,
    channel: "webchat",
    sandboxed: false,
    platform: process.platform,
    log: silentLog,
  });
  const execTool = createExecTool({
    ...scope,
    homeDir: options.workspaceDir,
    config,
    guard,
    approved: createApprovedCommands({ desk: undefined, timers, log: silentLog }),
    env: { PATH: process.env.PATH, SHELL: "/bin/sh" },
    loginPath: async () => undefined,
    launcher: createHostLauncher(process.platform),
    mayBackground: true,
    clock: systemClock,
    platform: process.platform,
    ...options,
    jobs,
    timers,
  });
  const call = (tool: Tool, params: Record<string, unknown>, context: Partial<ToolContext> = {}) =>
    tool.execute(params, {
      toolCallId: "c",
      signal: new AbortController().signal,
      onUpdate: () => {},
      ...context,
    });
  return {
    jobs,
    notices,
    exec: (params, context) => call(execTool, params, context),
    process: (params, agentId = "main") => call(createProcessTool({ agentId, jobs, clock: systemClock }), params),
    nextNotice: () =>
      new Promise((resolve) => {
        onNotice = resolve;
      }),
  };
}

/** The text of a result. */
export function textOf(result: ToolResult): string {
  return result.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
}

/** One field of the details of a result, as text. */
export function detail(result: ToolResult, name: string): string {
  const { details } = result;
  if (typeof details !== "object" || details === null) return "";
  return String(Object.entries(details).find(([key]) => key === name)?.[1] ?? "");
}
