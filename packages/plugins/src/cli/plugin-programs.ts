import type { Logger } from "@openclaw/log";
import type { Command } from "commander";
import { cliNames } from "../registry/plugin-record.ts";
import type { PluginRegistry } from "../registry/plugin-registry.ts";
import type { CliRegistration } from "../registry/registrations.ts";

/** A top-level command that a plugin adds to the program. */
export interface PluginProgram {
  name: string;
  description: string;
  pluginId: string;
  /** Runs it with what stands behind its name; resolves with the exit code. */
  run(argv: readonly string[]): Promise<number>;
}

export interface PluginProgramsOptions {
  config: Readonly<Record<string, unknown>>;
  workspaceDir: string;
  /** Whether a name belongs to the program itself. */
  isTaken(name: string): boolean;
  write(text: string): void;
  writeError(text: string): void;
  log: Logger;
}

/** The commands of all plugins. A registration one of whose names is taken is left out as a whole. */
export async function pluginPrograms(
  registry: Pick<PluginRegistry, "clis">,
  options: PluginProgramsOptions,
): Promise<PluginProgram[]> {
  const programs = new Map<string, PluginProgram>();
  for (const registration of registry.clis) {
    const { pluginId } = registration;
    const build = once(() => buildProgram(registration, options));
    const made =
      cliNames(registration.options).length > 0 ? announced(registration, build) : await listed(build, pluginId);
    const taken = made.find(({ name }) => options.isTaken(name) || programs.has(name));
    if (taken) {
      options.log.debug(`the command ${taken.name} of plugin ${pluginId} is there already; its commands are left out`);
      continue;
    }
    for (const program of made) programs.set(program.name, program);
  }
  return [...programs.values()];
}

type Build = () => Promise<Command | undefined>;

/** Commands a plugin has named: made when one of them runs. */
function announced({ pluginId, options }: CliRegistration, build: Build): PluginProgram[] {
  const described = new Map((options.descriptors ?? []).map(({ name, description }) => [name, description]));
  return cliNames(options).map((name) => ({
    name,
    description: described.get(name) ?? "",
    pluginId,
    run: (argv) => runProgram(build, pluginId, name, argv),
  }));
}

/** Commands of a plugin that has named none: they are known once they are made. */
async function listed(build: Build, pluginId: string): Promise<PluginProgram[]> {
  const program = await build();
  return (program?.commands ?? []).map((command) => ({
    name: command.name(),
    description: command.summary() || command.description(),
    pluginId,
    run: (argv) => runProgram(build, pluginId, command.name(), argv),
  }));
}

/** A program of its own for each plugin; undefined when the plugin could not make it, which was logged then. */
async function buildProgram(
  { pluginId, registrar }: CliRegistration,
  options: PluginProgramsOptions,
): Promise<Command | undefined> {
  const { log, config, workspaceDir } = options;
  const { Command } = await import("commander");
  const program = new Command("openclaw");
  try {
    await registrar({ program, config, workspaceDir, logger: log });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`the commands of plugin ${pluginId} could not be made: ${reason}`, { plugin: pluginId });
    return undefined;
  }
  takeOver(program, options);
  return program;
}

/** Output goes to our streams, and the process is not ended by a command. */
function takeOver(command: Command, options: PluginProgramsOptions): void {
  command.exitOverride();
  command.configureOutput({ writeOut: options.write, writeErr: options.writeError });
  for (const child of command.commands) takeOver(child, options);
}

async function runProgram(build: Build, pluginId: string, name: string, argv: readonly string[]): Promise<number> {
  const program = await build();
  if (!program?.commands.some((command) => command.name() === name || command.aliases().includes(name))) {
    throw new Error(`plugin ${pluginId} names the command ${name} but does not make it`);
  }
  try {
    await program.parseAsync([name, ...argv], { from: "user" });
    return 0;
  } catch (error) {
    // What commander has to say was written by now: help, or what is wrong with the line.
    if (error instanceof Error && "exitCode" in error && typeof error.exitCode === "number" && "code" in error) {
      if (String(error.code).startsWith("commander.")) return error.exitCode;
    }
    throw error;
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
