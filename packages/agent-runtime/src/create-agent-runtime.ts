import { join } from "node:path";
import { createRedactor, type Logger, silentLog } from "@openclaw/log";
import type { Models } from "@openclaw/models";
import { createGuardedFetch, type GuardedFetch } from "@openclaw/net";
import type { Tool, ToolResult } from "@openclaw/plugin-sdk";
import type { Sessions } from "@openclaw/sessions";
import { type Clock, systemClock } from "@openclaw/storage";
import type { BashJobs } from "./commands/bash-command.ts";
import { createMessageSizes } from "./context/message-sizes.ts";
import { createPromptImages } from "./images/prompt-images.ts";
import { verboseLevel } from "./levels/resolve-levels.ts";
import { thrownText } from "./loop/thrown-text.ts";
import { createArgumentChecker } from "./loop/tool-arguments.ts";
import { type OfferedTool, offeredTool } from "./policy/offered-tool.ts";
import type { BootstrapHook } from "./prompt/bootstrap-files.ts";
import { createPromptCache } from "./prompt/prompt-cache.ts";
import { type HostInfo, readHostInfo } from "./prompt/runtime-line.ts";
import type { SystemPromptReport } from "./prompt/system-prompt-report.ts";
import type { ToolCallRequest } from "./run/call-tool.ts";
import type { CompactSessionRequest, CompactSessionResult } from "./run/compact-session.ts";
import { execConfig } from "./run/exec-config.ts";
import { createLanes, type GlobalLane, type LaneLimits, type LaneObserver } from "./run/lanes.ts";
import { findResumePoint, findRunEntry } from "./run/resume-point.ts";
import { RunControl } from "./run/run-control.ts";
import type { RunOutcome } from "./run/run-conversation.ts";
import { createRunEvents, type EmitRunEvent } from "./run/run-events.ts";
import type { PluginRunTool, RunPlugins } from "./run/run-plugins.ts";
import type { RunHandle, RunRequest, RunResult } from "./run/run-request.ts";
import { runTimeout } from "./run/run-setup.ts";
import type { SkillsOf } from "./run/run-skills.ts";
import type { ToolScope } from "./run/run-tools.ts";
import type { RuntimeConfig } from "./run/runtime-config.ts";
import type { RuntimeParts } from "./run/runtime-parts.ts";
import { systemTimers, type Timers } from "./run/timers.ts";
import type { RunProgram } from "./sandbox/run-program.ts";
import { createSandboxes, type Sandboxes } from "./sandbox/sandboxes.ts";
import { createApprovedCommands } from "./tools/approved-command.ts";
import { type CommandLauncher, createHostLauncher } from "./tools/command-launcher.ts";
import type { ExecApprovals } from "./tools/exec-approvals.ts";
import type { ExecNodes } from "./tools/exec-nodes.ts";
import { readExecRules } from "./tools/exec-rules.ts";
import type { ExecConfig } from "./tools/exec-tool.ts";
import { createBashJobs } from "./tools/jobs/bash-jobs.ts";
import { type BackgroundLedger, createJobRegistry } from "./tools/jobs/job-registry.ts";
import { readLoginPath } from "./tools/login-path.ts";
import { homeDir, stateDir } from "./workspace/workspace-dir.ts";
import { createWorkspaces } from "./workspace/workspaces.ts";

export interface AgentRuntimeOptions {
  models: Models;
  sessions: Sessions;
  /** The configuration as it is now. It should stay the same object until it changes: prompts are cached by it. */
  config: () => RuntimeConfig;
  env: NodeJS.ProcessEnv;
  /** Asks the services that tools use. Default: the global one, loaded when it is first needed. */
  fetch?: typeof fetch;
  /** Fetches what models and chats name. Default: public addresses only. */
  guardedFetch?: GuardedFetch;
  /** Further tools of a run, beside the built-in ones. */
  tools?: (scope: ToolScope) => readonly Tool[];
  /** The skills of an agent; without it, none. Runs in a sandbox have none. */
  skills?: SkillsOf;
  /** What plugins add to runs; undefined without plugins. A run waits for a promise before it asks the model. */
  plugins?: () => RunPlugins | Promise<RunPlugins | undefined> | undefined;
  /**
   * Tools of programs outside, under the policy of plugins' tools; a run waits for a promise. Without `start` only those
   * that are there already are wanted.
   */
  externalTools?: (
    agentId: string,
    options: { start: boolean },
  ) => readonly PluginRunTool[] | Promise<readonly PluginRunTool[]>;
  /** Places of the lane `nested` whose runs only wait for other runs; they count as free. */
  idleNestedPlaces?: () => number;
  /** Told of every run that comes to a lane, and when it may begin. */
  observeLanes?: LaneObserver;
  /** Names of further environment variables whose values commands must not see. */
  secretNames?: readonly string[];
  /**
   * Tells a session that a command it had left in the background has ended. What was told while the runtime stops is
   * waited for.
   */
  notify?: (sessionKey: string, text: string) => void | Promise<void>;
  /** Remembers commands in the background beyond a crash of this process. */
  backgroundLedger?: BackgroundLedger;
  /** What runs the commands of a session instead of a shell of this machine; undefined for that shell. */
  launcherFor?: (scope: ToolScope) => CommandLauncher | undefined;
  clock?: Clock;
  timers?: Timers;
  log?: Logger;
  /** Masks secrets in tool events. */
  redact?: (text: string) => string;
  hostInfo?: HostInfo;
  /** Where commands on this machine are approved; without it, those that need an approval are refused. */
  execApprovals?: ExecApprovals;
  /** The nodes that commands with host node go to; without it, there are none. */
  execNodes?: ExecNodes;
  platform?: NodeJS.Platform;
  /** What the model is told about spoken answers, by the mode stored in its session; undefined where they are not spoken. */
  voiceHint?: (sessionMode: string | undefined) => Promise<string | undefined> | undefined;
  /** Whether its user stopped a run; asked for messages without an answer, whose run a crash may have kept from noting it. */
  wasStopped?: (runId: string) => boolean;
  /** Lets hooks replace workspace files before they go into a prompt. */
  bootstrap?: BootstrapHook;
  /** Runs the programs that make sandboxes. */
  runProgram?: RunProgram;
}

/** What is loaded with the first run. */
type RunCode = typeof import("./run/run-code.ts");

export interface AgentRuntime {
  /** Starts a run. It waits for its session and for its lane; everything it tells comes as events and as its result. */
  start(request: RunRequest): RunHandle;
  /** The run of a session that has left its lanes, else the first that waits. */
  activeRun(sessionKey: string): RunHandle | undefined;
  /** Whether the transcript of a session holds the message of a run, so that the run can be resumed. */
  hasRecorded(sessionKey: string, runId: string): boolean;
  /** The run that a message was steered into, as the transcript tells; undefined for the message of a run of its own. */
  joinedRun(sessionKey: string, id: string): string | undefined;
  /** Whether the transcript of a session holds the answer of a run, so that resuming it only has to end it. */
  hasAnswered(sessionKey: string, runId: string): boolean;
  /** What a session wants to see of tool calls. */
  verboseLevel(sessionKey: string): "off" | "on" | "full";
  /** Stops what runs in a session and replaces the older part of its conversation by a summary. */
  compactSession(request: CompactSessionRequest): Promise<CompactSessionResult>;
  /**
   * Does `work` while no run of the session is under way. Undefined when the session was not free within `waitMs`
   * milliseconds; nothing is done then.
   */
  whileIdle<T>(sessionKey: string, waitMs: number, work: () => T): Promise<{ result: T } | undefined>;
  /** The system prompt a run would get now, and what it is made of. Throws when the model cannot be resolved. */
  systemPrompt(
    request: Pick<RunRequest, "sessionKey" | "agentId" | "channel" | "extraSystemPrompt" | "model" | "thinking">,
  ): Promise<{
    text: string;
    report: SystemPromptReport;
  }>;
  /**
   * Calls one tool as a person's command does, outside of any run: with the policy, the approvals and the checks of the
   * session. Undefined when the agent has no such tool. Throws what the tool throws.
   */
  callTool(request: ToolCallRequest): Promise<ToolResult | undefined>;
  /** The tools a run of a session would have now, in the order in which models get them. Starts nothing. */
  listTools(request: Pick<ToolCallRequest, "sessionKey" | "agentId" | "channel">): Promise<readonly OfferedTool[]>;
  /** Shell commands that people run with `/bash`, beside those of agents. */
  readonly bash: BashJobs;
  /** The sandboxes of this state directory: which there are, why a session has one, how to make one anew. */
  readonly sandboxes: Sandboxes;
  /** Lets waiting runs in after the limits were raised in the configuration. */
  reload(): void;
  /** How many runs are in or before a lane. */
  depth(lane: GlobalLane): { running: number; waiting: number };
  /**
   * Takes no more runs, gives active ones `drainMs` milliseconds, then interrupts what is left and ends the commands in
   * the background.
   */
  stop(options: { drainMs: number }): Promise<void>;
}

interface LiveRun {
  handle: RunHandle;
  control: RunControl;
}

/** Builds a runtime. Starts nothing; workspaces, models and tools are made when the first run needs them. */
export function createAgentRuntime(options: AgentRuntimeOptions): AgentRuntime {
  const { env, sessions, models } = options;
  const clock = options.clock ?? systemClock;
  const timers = options.timers ?? systemTimers;
  const log = options.log ?? silentLog;
  const platform = options.platform ?? process.platform;
  const home = homeDir(env);
  const lanes = createLanes({
    limits: () => laneLimits(options.config(), options.idleNestedPlaces?.() ?? 0),
    clock,
    log,
    observe: options.observeLanes,
  });
  const workspaces = createWorkspaces({ config: options.config, env, log });
  const sandboxes = createSandboxes({
    config: options.config,
    env,
    clock,
    log,
    platform,
    ...(options.runProgram === undefined ? {} : { run: options.runProgram }),
  });
  const redact = options.redact ?? createRedactor();
  const live = new Map<string, LiveRun[]>();
  const guardedFetch = options.guardedFetch ?? createGuardedFetch();
  const approved = createApprovedCommands({ desk: options.execApprovals?.desk, timers, log });
  const jobs = createJobRegistry({
    clock,
    timers,
    log,
    notify: options.notify ?? (() => {}),
    ...(options.backgroundLedger === undefined ? {} : { ledger: options.backgroundLedger }),
  });
  const hostLauncher = createHostLauncher(platform);
  let loginPathRead: Promise<string | undefined> | undefined;
  const loginPath = () => {
    loginPathRead ??= readLoginPath(env, platform);
    return loginPathRead;
  };
  let stopped = false;

  const partsWith = (createRunTools: RunCode["createRunTools"]): RuntimeParts => ({
    models,
    sessions,
    config: options.config,
    clock,
    timers,
    log,
    homeDir: home,
    mediaRoots: [join(stateDir(env), "media")],
    prompts: createPromptCache({ host: options.hostInfo ?? readHostInfo(env), cwd: process.cwd(), clock, log }),
    promptImages: createPromptImages({ homeDir: home, platform, log }),
    checker: createArgumentChecker(),
    toolsFor: createRunTools({
      models,
      ...(options.tools === undefined ? {} : { tools: options.tools }),
      config: options.config,
      env,
      homeDir: home,
      platform,
      loginPath,
      secretNames: options.secretNames ?? [],
      clock,
      timers,
      log,
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      guardedFetch,
      jobs,
      launcherFor: (scope) => options.launcherFor?.(scope) ?? hostLauncher,
      sessionExec: (sessionKey) => sessionExecRules(sessions, sessionKey),
      sessionElevated: (sessionKey) => sessions.get(sessionKey)?.elevatedLevel,
      ...(options.execApprovals === undefined ? {} : { execApprovals: options.execApprovals }),
      ...(options.execNodes === undefined ? {} : { execNodes: options.execNodes }),
      approved,
      spawnedBy: (sessionKey) => sessions.get(sessionKey)?.spawnedBy,
      placeRules: (sessionKey) => sessions.get(sessionKey)?.placeRules,
    }),
    plugins: options.plugins ?? (() => undefined),
    externalTools: options.externalTools ?? (() => []),
    workspace: workspaces.ensure,
    skillsOf: options.skills ?? (() => undefined),
    sandboxes,
    redact,
    sizes: createMessageSizes(),
    pruned: new Map(),
    wasStopped: options.wasStopped,
    ...(options.voiceHint === undefined ? {} : { voiceHint: options.voiceHint }),
    ...(options.bootstrap === undefined ? {} : { bootstrap: options.bootstrap }),
  });

  let loading: Promise<Omit<RunCode, "createRunTools"> & { parts: RuntimeParts }> | undefined;
  const runCode = () => {
    loading ??= import("./run/run-code.ts").then(
      ({ callTool, chooseModel, compactSession, createRunTools, executeRun, prepareRun }) => ({
        callTool,
        chooseModel,
        compactSession,
        executeRun,
        prepareRun,
        parts: partsWith(createRunTools),
      }),
    );
    return loading;
  };

  /** What a run of a session would begin with now; starts nothing. */
  const prepareOnly = async (request: Parameters<AgentRuntime["systemPrompt"]>[0]) => {
    const { chooseModel, prepareRun, parts } = await runCode();
    const entry = sessions.get(request.sessionKey);
    const ref = await chooseModel(request, entry, parts);
    const own = { ...request, sessionKey: sessions.canonical(request.sessionKey) };
    return prepareRun(own, entry, ref, parts, { start: false });
  };

  return {
    start(request) {
      const control = new RunControl(clock);
      if (stopped) control.stop({ kind: "interrupt" });
      let active = false;
      let onRecorded = () => {};
      const recorded = new Promise<void>((resolve) => {
        onRecorded = resolve;
      });
      const sessionKey = sessions.canonical(request.sessionKey);
      const own: RunRequest = { ...request, sessionKey };
      const handle: RunHandle = {
        runId: request.runId,
        sessionKey,
        done: Promise.resolve().then(() =>
          run(own, control, onRecorded, (now) => {
            active = now;
          }),
        ),
        recorded,
        get active() {
          return active;
        },
        abort: (reason) => control.stop({ kind: "abort", reason }),
        interrupt: () => control.stop({ kind: "interrupt" }),
        steer: (message) => control.steer(message),
      };
      const entry = { handle, control };
      live.set(sessionKey, [...(live.get(sessionKey) ?? []), entry]);
      void handle.done.then(() => {
        const rest = live.get(sessionKey)?.filter((other) => other !== entry) ?? [];
        if (rest.length > 0) live.set(sessionKey, rest);
        else live.delete(sessionKey);
      });
      return handle;
    },
    activeRun(sessionKey) {
      const runs = live.get(sessions.canonical(sessionKey)) ?? [];
      return (runs.find(({ handle }) => handle.active) ?? runs[0])?.handle;
    },
    hasRecorded(sessionKey, runId) {
      const path = sessions.transcriptPath(sessionKey);
      return path !== undefined && findRunEntry(path, runId) !== undefined;
    },
    joinedRun(sessionKey, id) {
      const path = sessions.transcriptPath(sessionKey);
      return path === undefined ? undefined : findRunEntry(path, id)?.joined;
    },
    hasAnswered(sessionKey, runId) {
      return (
        this.hasRecorded(sessionKey, runId) &&
        findResumePoint(sessions.transcript(sessionKey), runId).kind === "answered"
      );
    },
    verboseLevel(sessionKey) {
      return verboseLevel({ entry: sessions.get(sessionKey), config: options.config() });
    },
    async systemPrompt(request) {
      const { prompt } = await prepareOnly(request);
      const sessionKey = sessions.canonical(request.sessionKey);
      return { text: prompt.text, report: { ...prompt.report, source: "estimate", sessionKey } };
    },
    async compactSession(request) {
      const { compactSession, parts } = await runCode();
      return compactSession(request, { parts, lanes, activeRun: (sessionKey) => this.activeRun(sessionKey) });
    },
    async whileIdle(sessionKey, waitMs, work) {
      const tooLate = new AbortController();
      const cancel = timers.after(waitMs, () => tooLate.abort());
      let leave: () => void;
      try {
        leave = await lanes.enter(sessions.canonical(sessionKey), "nested", tooLate.signal);
      } catch (error) {
        if (!tooLate.signal.aborted) throw error;
        return undefined;
      } finally {
        cancel();
      }
      try {
        return { result: work() };
      } finally {
        leave();
      }
    },
    async callTool(request) {
      const { callTool, parts } = await runCode();
      return callTool({ ...request, sessionKey: sessions.canonical(request.sessionKey) }, parts);
    },
    async listTools(request) {
      const { tools } = await prepareOnly(request);
      return tools.map(offeredTool);
    },
    bash: createBashJobs({
      jobs,
      config: (agentId) => execConfig(options.config(), agentId),
      workspace: workspaces.ensure,
      env,
      loginPath,
      secretNames: options.secretNames ?? [],
      launcher: hostLauncher,
      platform,
      timers,
    }),
    sandboxes,
    reload: () => lanes.refresh(),
    depth: (lane) => lanes.depth(lane),
    async stop({ drainMs }) {
      stopped = true;
      const all = () => [...live.values()].flat();
      for (const { handle, control } of all()) if (!handle.active) control.stop({ kind: "interrupt" });
      const ended = Promise.all(all().map(({ handle }) => handle.done));
      if (all().length > 0) {
        let cancel = () => {};
        const drained = new Promise<void>((resolve) => {
          cancel = timers.after(drainMs, resolve);
        });
        await Promise.race([ended, drained]);
        cancel();
        for (const { control } of all()) control.stop({ kind: "interrupt" });
        await ended;
      }
      await approved.stop();
      await jobs.stop();
      await workspaces.close();
    },
  };

  async function run(
    request: RunRequest,
    control: RunControl,
    onRecorded: () => void,
    setActive: (active: boolean) => void,
  ): Promise<RunResult> {
    const { runId, sessionKey } = request;
    const emit = createRunEvents({ runId, sessionKey, onEvent: request.onEvent ?? (() => {}), clock, log });
    let leave: () => void;
    try {
      leave = await lanes.enter(sessionKey, request.lane ?? "main", control.signal);
    } catch (error) {
      if (!control.signal.aborted) throw error;
      return endBeforeStart(request, control, emit);
    }
    const startedAt = clock.now();
    setActive(true);
    const limit = runTimeout(request.timeoutMs, options.config());
    const cancelLimit = limit === undefined ? () => {} : control.limit(limit, timers);
    try {
      emit({ stream: "lifecycle", data: { phase: "start", startedAt } });
      const { executeRun, parts } = await runCode();
      const outcome = await executeRun({ request, control, emit, parts, onRecorded }).catch((error: unknown) =>
        unexpected(request, error),
      );
      const ended: RunResult = { ...outcome, startedAt, endedAt: clock.now() };
      if (control.cause?.kind === "interrupt" && outcome.status === "aborted")
        return { ...ended, status: "interrupted" };
      emitEnd(emit, ended);
      return ended;
    } finally {
      cancelLimit();
      setActive(false);
      leave();
    }
  }

  /** A defect or a full disk: the user is told, the run ends, the lanes go on. */
  function unexpected(request: RunRequest, error: unknown): RunOutcome {
    const message = thrownText(error);
    log.error(`run ${request.runId} failed unexpectedly: ${message}`, {
      stack: error instanceof Error ? error.stack : undefined,
    });
    return {
      ...nothingSaid(request),
      status: "error",
      error: `⚠️ Agent failed before reply: ${redact(message).slice(0, 600)}.\nLogs: openclaw logs --follow`,
      errorKind: "unknown",
    };
  }

  function endBeforeStart(request: RunRequest, control: RunControl, emit: EmitRunEvent): RunResult {
    const now = clock.now();
    const result = { ...nothingSaid(request), startedAt: now, endedAt: now };
    if (control.cause?.kind !== "abort") return { ...result, status: "interrupted" };
    emit({ stream: "lifecycle", data: { phase: "start", startedAt: now } });
    const ended: RunResult = { ...result, status: "aborted", stopReason: control.cause.reason };
    emitEnd(emit, ended);
    return ended;
  }

  function nothingSaid(request: RunRequest) {
    return {
      texts: [],
      payloads: [],
      sessionId: sessions.get(request.sessionKey)?.sessionId ?? "",
      provider: request.model?.provider ?? "",
      model: request.model?.model ?? "",
    };
  }
}

function emitEnd(emit: EmitRunEvent, result: RunResult): void {
  const { endedAt, stopReason } = result;
  if (result.status === "error") {
    emit({ stream: "lifecycle", data: { phase: "error", error: result.error ?? "The run failed.", endedAt } });
    return;
  }
  const cutShort = result.status === "aborted" || stopReason === "timeout";
  emit({
    stream: "lifecycle",
    data: {
      phase: "end",
      endedAt,
      ...(cutShort ? { aborted: true as const } : {}),
      ...(stopReason === undefined ? {} : { stopReason }),
    },
  });
}

function laneLimits(config: RuntimeConfig, idleNestedPlaces: number): LaneLimits {
  const atLeastOne = (value: number | undefined, otherwise: number) => Math.max(1, Math.floor(value ?? otherwise));
  const defaults = config.agents?.defaults;
  return {
    main: atLeastOne(defaults?.maxConcurrent, 1),
    cron: atLeastOne(config.cron?.maxConcurrentRuns, 1),
    subagent: atLeastOne(defaults?.subagents?.maxConcurrent, 1),
    nested: 4 + idleNestedPlaces,
  };
}

function sessionExecRules(sessions: Sessions, sessionKey: string): ExecConfig {
  const { execHost, execSecurity, execAsk, execNode } = sessions.get(sessionKey) ?? {};
  const rules = readExecRules({ host: execHost, security: execSecurity, ask: execAsk });
  return typeof execNode === "string" ? { ...rules, node: execNode } : rules;
}
