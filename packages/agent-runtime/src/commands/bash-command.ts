import { chatElevatedRefusal } from "../levels/elevated-refusal.ts";
import { type CommandHandler, type CommandReply, say } from "./command-request.ts";

/** A command somebody runs with `/bash`; output as far as there is any. */
export type BashJob = { session: string; command: string; startedAt: number; output: string } & (
  | { state: "running" }
  | { state: "exited"; exitCode: number }
);

/** The one shell command people may have running beside the agent. */
export interface BashJobs {
  /** The job that was started last and has not been reported as ended. */
  current(): BashJob | undefined;
  /** Starts a command and waits for its end, at most `waitMs`. Rejects when it cannot be started. */
  start(command: string, options: { sessionKey: string; agentId: string; waitMs: number }): Promise<BashJob>;
  /** Ends a command with everything it started; resolves when it has ended. It is not remembered. */
  stop(session: string): Promise<void>;
  /** The end of a command was shown: it is not remembered any more. */
  reported(session: string): void;
}

const docs = "docs/chat-commands.md";
const helpText = [
  "⚙️ Usage: /bash <command>, or ! <command>",
  "/bash poll (!poll): what the running command has said",
  "/bash stop (!stop): ends it",
].join("\n");

/** `/bash` and `!`: runs one shell command at a time on the machine of the Gateway. */
export const bashCommand: CommandHandler = async (request, services) => {
  const { bash, config, now } = services;
  const { args, agentId, sessionKey } = request;
  const settings = config().commands;
  if (settings?.bash !== true || !bash) {
    return say(`⚠️ bash is disabled. Set commands.bash=true to enable. Docs: ${docs}`);
  }
  const access = services.elevated(request);
  if (!access.allowed)
    return say(
      chatElevatedRefusal(access, { ...request.place, sessionKey, sandboxed: services.sandbox(request).sandboxed }),
    );
  const job = bash.current();
  const word = args.toLowerCase();
  if (word === "" || word === "help") return { text: helpText };
  if (word === "poll") {
    if (!job) return say("⚙️ No active bash job.");
    if (job.state === "exited") bash.reported(job.session);
    return report(job, now());
  }
  if (word === "stop") {
    if (job?.state !== "running") return say("⚙️ No active bash job.");
    await bash.stop(job.session);
    return say(`⚙️ bash stopped (session ${job.session}).`);
  }
  if (job?.state === "running") {
    return say(`⚠️ A bash job is already running (${job.session}). Use !poll / !stop (or /bash poll / /bash stop).`);
  }
  try {
    const started = await bash.start(args, { sessionKey, agentId, waitMs: settings.bashForegroundMs ?? 2000 });
    return started.state === "exited"
      ? report(started, now())
      : say(
          `⚙️ bash started (session ${started.session}). Still running; use !poll / !stop (or /bash poll / /bash stop).`,
        );
  } catch (error) {
    return say(`⚠️ bash failed: ${args}`, error instanceof Error ? error.message : String(error));
  }
};

function report(job: BashJob, now: number): CommandReply {
  const output = job.output.trimEnd();
  const fenced = output === "" ? [] : [`${fenceFor(output)}txt`, output, fenceFor(output)];
  if (job.state === "exited") return say(`⚙️ bash: ${job.command}`, `Exit: ${job.exitCode}`, ...fenced);
  const seconds = Math.max(0, Math.round((now - job.startedAt) / 1000));
  return say(`⚙️ bash still running (session ${job.session}, ${seconds}s).`, ...fenced);
}

/** A fence that no line of the output closes. */
function fenceFor(output: string): string {
  const longest = Math.max(2, ...(output.match(/`{3,}/g) ?? []).map((run) => run.length));
  return "`".repeat(longest + 1);
}
