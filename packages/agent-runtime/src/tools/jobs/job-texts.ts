import type { Job, JobEnd } from "./job.ts";

export type JobStatus = "running" | "completed" | "failed";

const notifiedChars = 400;
const maxNameChars = 80;
const maxCommandChars = 120;
/** So much of a command is looked at for its name, in characters. */
const maxReadChars = 2000;

export function jobStatus(job: Job): JobStatus {
  if (job.end === undefined) return "running";
  return succeeded(job.end) ? "completed" : "failed";
}

/** Why a command did not succeed, as the model reads it; undefined when it did. */
export function failureText(end: JobEnd, timeoutSec: number | undefined): string | undefined {
  if (end.stopped === "timeout") return `Command timed out after ${timeoutSec} seconds`;
  if (end.exitSignal !== null) return `Command aborted by signal ${end.exitSignal}`;
  if (end.exitCode === null) return "Command aborted before exit code was captured";
  return end.exitCode === 0 ? undefined : `Command exited with code ${end.exitCode}`;
}

/** The last line of what `poll` says about a job. */
export function progressText(end: JobEnd | undefined): string {
  return end === undefined ? "Process still running." : `Process exited with ${exitText(end)}.`;
}

/** What a session is told when a job in the background has ended. */
export function endNotice(job: Job, end: JobEnd): string {
  const id = job.id.slice(0, 8);
  if (end.stopped === "shutdown") return `Exec failed (${id}, gateway stopped)`;
  const head = `Exec ${succeeded(end) ? "completed" : "failed"} (${id}, ${exitText(end)})`;
  const output = oneLine(job.output.tail(notifiedChars * 2))
    .slice(-notifiedChars)
    .toWellFormed()
    .trim();
  return output === "" ? head : `${head} :: ${output}`;
}

/** What a list calls a job: its program and the first thing it works on, else the command. */
export function jobName(command: string): string {
  const words = shellWords(command.slice(0, maxReadChars));
  const verb = words?.[0];
  if (words === undefined || verb === undefined) return cutMiddle(oneLine(command), maxCommandChars);
  const target = words.slice(1).find((word) => !word.startsWith("-"));
  return cutMiddle(oneLine(target === undefined ? verb : `${verb} ${target}`), maxNameChars);
}

/** One line of `process list`. */
export function listLine(job: Job, now: number): string {
  const duration = durationText((job.end?.endedAt ?? now) - job.startedAt);
  return `${job.id} ${jobStatus(job).padEnd(9)} ${duration} :: ${jobName(job.command)}`;
}

function succeeded(end: JobEnd): boolean {
  return end.exitCode === 0 && end.exitSignal === null && end.stopped !== "timeout";
}

function exitText(end: JobEnd): string {
  if (end.exitSignal !== null) return `signal ${end.exitSignal}`;
  return `code ${end.exitCode ?? "unknown"}`;
}

function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}

/** The words of a command with quotes taken off; undefined when a quote is not closed. */
function shellWords(command: string): string[] | undefined {
  const words: string[] = [];
  let rest = command.trimStart();
  while (rest !== "") {
    const match = /^(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/.exec(rest);
    if (match === null) return undefined;
    words.push(match[0].replace(/"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g, (_all, double, single) => double ?? single));
    rest = rest.slice(match[0].length);
    if (rest !== "" && !/^\s/.test(rest)) return undefined;
    rest = rest.trimStart();
  }
  return words;
}

function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`.toWellFormed();
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
