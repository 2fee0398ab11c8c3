import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { defaultLogDir, parseLogLine, rollingLogFile } from "@openclaw/log";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsLogsFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** So much of the end of the file is looked at, bytes. */
const tailBytes = 1024 * 1024;

/** `channels logs`: what the Gateway has logged of channels lately. */
export async function run(
  { flags }: CommandInput<typeof channelsLogsFlags>,
  context: CommandContext,
): Promise<undefined> {
  const wanted = flags.channel.trim().toLowerCase();
  const known = wanted === "all" || context.channels.some(({ meta }) => meta.id === wanted);
  if (!known) throw new CliError(`Unknown channel: ${flags.channel}`);
  const { config } = await context.config();
  const file = config.logging?.file ?? rollingLogFile(defaultLogDir(), context.paths.profile, context.now());
  const ids = wanted === "all" ? context.channels.map(({ meta }) => meta.id) : [wanted];
  const lines = tail(file)
    .filter((line) => isAbout(line, ids))
    .slice(-flags.lines);
  if (flags.json) {
    context.printJson({ file, channel: wanted, lines: lines.map((line) => parseLogLine(line) ?? line) });
    return undefined;
  }
  context.print(`Log file: ${context.shorten(file)}`);
  context.print(`Channel: ${wanted}`);
  if (lines.length === 0) {
    context.print("No matching log lines.");
    return undefined;
  }
  for (const line of lines) {
    const parsed = parseLogLine(line);
    context.print(
      parsed === undefined ? line : `${parsed.time ?? ""} ${parsed.level ?? ""} ${parsed.message ?? line}`.trim(),
    );
  }
}

/** Lines of a channel's own part of the log, of the channels as a whole, or that name it. */
function isAbout(line: string, ids: readonly string[]): boolean {
  const subsystem = /\\"subsystem\\":\\"([^\\"]+)\\"/.exec(line)?.[1] ?? "";
  if (!subsystem.startsWith("channels") && !line.includes("channel ")) return false;
  return ids.some(
    (id) => subsystem === `channels/${id}` || subsystem.startsWith(`channels/${id}/`) || line.includes(id),
  );
}

function tail(file: string): string[] {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  try {
    const { size } = fstatSync(handle);
    const length = Math.min(size, tailBytes);
    const bytes = Buffer.alloc(length);
    readSync(handle, bytes, 0, length, size - length);
    const lines = bytes
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "");
    return size > length ? lines.slice(1) : lines;
  } finally {
    closeSync(handle);
  }
}
