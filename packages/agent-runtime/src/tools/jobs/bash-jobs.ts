import { constants } from "node:os";
import type { BashJob, BashJobs } from "../../commands/bash-command.ts";
import type { Timers } from "../../run/timers.ts";
import type { CommandLauncher } from "../command-launcher.ts";
import { execEnvironment } from "../exec-environment.ts";
import { execSettings } from "../exec-settings.ts";
import type { ExecConfig } from "../exec-tool.ts";
import { spawnCommand } from "../spawn-command.ts";
import type { Job, JobEnd } from "./job.ts";
import type { JobRegistry } from "./job-registry.ts";

/** What people start is theirs: no agent sees it with `process`, writes to it or ends it. */
const scope = "people";

export interface BashJobsOptions {
  jobs: JobRegistry;
  /** `tools.exec` as it counts for an agent. */
  config: (agentId: string) => ExecConfig;
  /** Makes the folder of an agent, where its commands run. */
  workspace: (agentId: string) => Promise<string>;
  env: NodeJS.ProcessEnv;
  /** PATH of the user's login shell. */
  loginPath: () => Promise<string | undefined>;
  /** Names of further environment variables that hold secrets. */
  secretNames: readonly string[];
  launcher: CommandLauncher;
  platform: NodeJS.Platform;
  timers: Timers;
}

/**
 * Runs shell commands of people, one at a time, on this machine, in the environment that commands of agents get. Whether
 * somebody may do this was decided before.
 */
export function createBashJobs(options: BashJobsOptions): BashJobs {
  const { jobs, env, platform, timers } = options;
  let current: Job | undefined;
  let starting = false;

  const startJob = async (command: string, agentId: string, sessionKey: string): Promise<Job> => {
    const config = options.config(agentId);
    const { timeoutSec, output, retentionMs, notifyOnExit } = execSettings(config, env);
    const cwd = await options.workspace(agentId);
    const commandEnv = execEnvironment({
      base: env,
      loginPath: await options.loginPath(),
      pathPrepend: config.pathPrepend ?? [],
      inheritSecrets: config.inheritSecrets === true,
      secretNames: options.secretNames,
    });
    return jobs.start({
      scope,
      sessionKey,
      command,
      cwd,
      start: async (listeners) =>
        spawnCommand({
          launch: await options.launcher.launch({ command, cwd, env: commandEnv, pty: false }),
          platform,
          // Nobody can write to it; one that reads its input ends instead of waiting for ever.
          input: false,
          listeners,
          onWarning: () => {},
        }),
      timeoutMs: timeoutSec * 1000,
      limits: output,
      retentionMs,
      notifyOnExit,
      onOutput: () => {},
    });
  };

  return {
    current: () => current && described(current),
    async start(command, { sessionKey, agentId, waitMs }) {
      if (starting || (current !== undefined && current.end === undefined)) {
        throw new Error("Another command is running; wait for its end or stop it.");
      }
      starting = true;
      let job: Job;
      try {
        job = await startJob(command, agentId, sessionKey);
        current = job;
      } finally {
        starting = false;
      }
      if ((await endWithin(job, waitMs, timers)) === undefined) await jobs.background(job);
      const now = described(job);
      if (now.state === "exited" && current === job) current = undefined;
      return now;
    },
    async stop(session) {
      const job = current;
      if (job?.id !== session) return;
      await job.stop("kill");
      this.reported(session);
    },
    reported(session) {
      if (current?.id !== session || current.end === undefined) return;
      jobs.forget(current);
      current = undefined;
    },
  };
}

async function endWithin(job: Job, waitMs: number, timers: Timers): Promise<JobEnd | undefined> {
  if (job.end !== undefined || waitMs <= 0) return job.end;
  let cancel = () => {};
  const late = new Promise<undefined>((resolve) => {
    cancel = timers.after(waitMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([job.done, late]);
  } finally {
    cancel();
  }
}

function described(job: Job): BashJob {
  const { id: session, command, startedAt, end } = job;
  const about = { session, command, startedAt, output: job.output.text() };
  return end === undefined ? { ...about, state: "running" } : { ...about, state: "exited", exitCode: exitCode(end) };
}

/** As shells say it: a command that was ended by a signal has 128 and its number. */
function exitCode({ exitCode, exitSignal }: JobEnd): number {
  return exitCode ?? 128 + (exitSignal === null ? 0 : constants.signals[exitSignal]);
}
