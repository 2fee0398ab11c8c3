import { spawn } from "node:child_process";
import type { ConfigSnapshot } from "@openclaw/config";
import { ConfigError, exportProfile, loadEnvFiles, type Paths, resolvePaths } from "@openclaw/config/paths";
import { ignoreBrokenPipe } from "@openclaw/log";
import type { ChannelEntry } from "@openclaw/plugin-sdk";
import type { PluginSource } from "@openclaw/plugins/discovery";
import { bundledChannels } from "../channels/bundled-channels.ts";
import { type GlobalFlags, parseGlobalFlags } from "../parse/global-flags.ts";
import { parseArguments } from "../parse/parse-arguments.ts";
import { resolveCommand } from "../parse/resolve-command.ts";
import type { AnyCommand } from "../spec/command-spec.ts";
import { aliases, findNode, type TreeNode } from "../spec/command-tree.ts";
import { eraseProgress } from "../terminal/progress.ts";
import { createStyle, plainStyle } from "../terminal/style.ts";
import type { WizardPrompter } from "../terminal/wizard-prompter.ts";
import { CliError, UsageError } from "./cli-error.ts";
import type { CommandContext, SpawnProgram, Terminal, TerminalInput } from "./command-context.ts";
import { guardConfig } from "./config-guard.ts";
import { reportError } from "./report-error.ts";

export interface RunCliOptions {
  /** Without the interpreter and the script. */
  argv: readonly string[];
  /** Gets what flags, `.env` files and the configuration add; the environment of child processes. */
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Version of the program. */
  version: string;
  /** Short hash of the sources it was built from. */
  commit?: string | undefined;
  /** Folder of the Control UI's built files. */
  webRoot?: string | undefined;
  /** Folder of the manual's pages, for searching. */
  manualDir?: string | undefined;
  /** Folder of the plugins that come with the program. */
  bundledPlugins?: string | undefined;
  /** The file the program was started with; the process's own when absent. */
  program?: string;
  /** What commands with `--stdin` read, and where questions are answered; the process's own when absent. */
  stdin?: TerminalInput;
  stdout: Terminal;
  stderr: Terminal;
  /** Channels beside Gateway and plugins; those that come with the program when absent. */
  channels?: readonly ChannelEntry[];
  /** Answers the questions of wizards in place of the terminal. */
  prompter?: WizardPrompter;
  now?: () => number;
  fetch?: typeof fetch;
  random?: () => number;
  spawn?: SpawnProgram;
  /** Ends the process when a shutdown hangs. */
  exit?: (code: number) => void;
}

/** Runs one command line and returns its exit code. Never throws. */
export async function runCli(options: RunCliOptions): Promise<number> {
  const { stdout, stderr } = options;
  ignoreBrokenPipe(stdout);
  ignoreBrokenPipe(stderr);
  let reporter: Pick<CommandContext, "warn" | "errorStyle"> = {
    warn: (line = "") => void stderr.write(`${line}\n`),
    errorStyle: plainStyle,
  };
  const verbose = options.argv.includes("--verbose") || options.argv.includes("--debug");
  try {
    const globals = parseGlobalFlags(options.argv);
    if (globals.version) {
      stdout.write(`${options.version}\n`);
      return 0;
    }
    const paths = enterProfile(options, globals);
    const context = await createContext(options, paths, globals);
    reporter = context;
    return await dispatch(globals, context, options);
  } catch (error) {
    return reportError(error, reporter, verbose);
  }
}

/** Works out the locations and puts profile, `.env` files and colour choice into the environment. */
function enterProfile(options: RunCliOptions, globals: GlobalFlags): Paths {
  const { env, cwd } = options;
  try {
    const profile = globals.profile ?? (env.OPENCLAW_PROFILE?.trim() || undefined);
    const paths = resolvePaths(env, { cwd, ...(profile !== undefined && { profile }) });
    exportProfile(env, { ...(profile !== undefined && { profile }), dev: globals.dev }, paths);
    loadEnvFiles(env, { cwd, paths });
    if (globals.noColor) {
      env.NO_COLOR = "1";
      env.FORCE_COLOR = "0";
    }
    return paths;
  } catch (error) {
    if (error instanceof ConfigError && error.code === "invalid-profile") {
      throw new CliError(error.message, { code: error.code, exitCode: 2, cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`[openclaw] Failed to start CLI: ${reason}`, { code: "start-failed", cause: error });
  }
}

async function createContext(options: RunCliOptions, paths: Paths, globals: GlobalFlags): Promise<CommandContext> {
  const { env, stdout, stderr, version } = options;
  const plain = globals.rest.some((token) => token === "--json" || token === "--plain" || token === "--no-color");
  const [style, errorStyle] = await Promise.all([
    createStyle({ env, isTerminal: stdout.isTTY === true, plain }),
    createStyle({ env, isTerminal: stderr.isTTY === true, plain }),
  ]);
  let snapshot: Promise<ConfigSnapshot> | undefined;
  // Loaded late: the schema costs more than most commands.
  let source: Promise<PluginSource> | undefined;
  const openSource = async () =>
    (await import("@openclaw/plugins/discovery")).createPluginSource({
      paths,
      env,
      bundledDir: options.bundledPlugins,
    });
  const plugins = () => {
    source ??= openSource();
    return source;
  };
  const load = async () => {
    const [{ loadConfig }, { manifests }] = await Promise.all([import("@openclaw/config"), plugins()]);
    return loadConfig({ paths, env, version, manifests });
  };
  const write = (stream: Terminal, line: string) => {
    eraseProgress(stderr);
    stream.write(`${line}\n`);
  };
  const profileFlag = globals.dev ? " --dev" : paths.profile === undefined ? "" : ` --profile ${paths.profile}`;
  const context: CommandContext = {
    version,
    env,
    cwd: options.cwd,
    program: options.program ?? process.argv[1],
    paths,
    stdin: options.stdin ?? process.stdin,
    stdout,
    stderr,
    style,
    errorStyle,
    webRoot: options.webRoot,
    manualDir: options.manualDir,
    channels: options.channels ?? bundledChannels,
    prompter: async () =>
      options.prompter ?? (await import("../terminal/clack-prompter.ts")).createClackPrompter(context),
    now: options.now ?? Date.now,
    fetch: options.fetch ?? fetch,
    spawn: options.spawn ?? spawn,
    exit: options.exit ?? ((code) => process.exit(code)),
    plugins,
    config: () => (snapshot ??= load()),
    print: (line = "") => write(stdout, line),
    warn: (line = "") => write(stderr, line),
    printJson: (value) => write(stdout, JSON.stringify(value, null, 2)),
    hint: (command) => command.replace(/^openclaw\b/, `openclaw${profileFlag}`),
    shorten: (text) => (paths.home.length > 1 ? text.replaceAll(paths.home, "~") : text),
    async completionPlaces() {
      const [{ completionPlaces }, { pluginCommands }] = await Promise.all([
        import("../completion/completion-tree.ts"),
        import("../plugins/plugin-commands.ts"),
      ]);
      return completionPlaces(await pluginCommands(context));
    },
  };
  return context;
}

async function dispatch(globals: GlobalFlags, context: CommandContext, options: RunCliOptions): Promise<number> {
  const [first, ...others] = globals.rest;
  const asksHelp = first === "help";
  const line = asksHelp ? others : globals.rest;
  const plugged = await pluginCommandOf(line[0], context);
  if (plugged) {
    const rest = line.slice(1);
    return runThroughOclif(plugged, asksHelp || globals.help ? [...rest, "--help"] : rest, context, options);
  }
  const { node, argv, help } = resolveCommand(line);
  if (asksHelp || help || globals.help) return showHelp(node, context.stdout, context, options, 0);
  if (!node?.command) {
    const stray = argv.find((token) => token.startsWith("-") && token !== "--");
    if (stray !== undefined) throw new UsageError(`unknown option '${stray.split("=", 1)[0]}'`);
    return showHelp(node, context.stderr, context, options, 1);
  }
  return node.command.light
    ? runCommand(node.command, argv, context, options)
    : runThroughOclif(node, argv, context, options);
}

/** The command of a plugin that a word names. Words of our own are never looked up there. */
async function pluginCommandOf(word: string | undefined, context: CommandContext): Promise<TreeNode | undefined> {
  if (word === undefined || word.startsWith("-") || findNode(word) || Object.hasOwn(aliases, word)) return undefined;
  const { pluginCommands } = await import("../plugins/plugin-commands.ts");
  const command = (await pluginCommands(context)).find(({ id }) => id === word);
  return command && { id: command.id, command, summary: command.summary, hidden: false };
}

/** What every command does, whatever started it: read its flags, look at the configuration, run. */
async function runCommand(
  command: AnyCommand,
  argv: readonly string[],
  context: CommandContext,
  options: RunCliOptions,
): Promise<number> {
  if (command.program) return command.program(argv);
  const input = parseArguments(command, argv);
  if (context.stdout.isTTY && !command.bare && input.flags.json !== true && input.flags.plain !== true) {
    await printBanner(context.stdout, context, options);
  }
  if (command.config !== "none") await guardConfig(command.config, context);
  const module = await command.load();
  // The parser has checked the flags against the same data the type of `run` is made from.
  const work = async () => (await module.run(input as never, context)) ?? 0;
  if (input.flags.json !== true) return work();
  // Standard output is for the document alone; what plugins print while they are loaded is not part of it.
  const { withQuietConsole } = await import("../protocol/quiet-console.ts");
  return withQuietConsole(context.stderr, work);
}

async function runThroughOclif(
  node: TreeNode,
  argv: readonly string[],
  context: CommandContext,
  options: RunCliOptions,
): Promise<number> {
  const { createOclifConfig } = await import("../oclif/oclif-config.ts");
  const config = await createOclifConfig({
    version: options.version,
    ...(node.command && { only: node.command }),
    execute: (command, line) => runCommand(command, line, context, options),
  });
  return config.runCommand<number>(node.id.replaceAll(" ", ":"), [...argv]);
}

async function showHelp(
  node: TreeNode | undefined,
  stream: Terminal,
  context: CommandContext,
  options: RunCliOptions,
  exitCode: number,
): Promise<number> {
  const [{ createOclifConfig }, { LobsterHelp }] = await Promise.all([
    import("../oclif/oclif-config.ts"),
    import("../oclif/lobster-help.ts"),
  ]);
  const style = stream === context.stdout ? context.style : context.errorStyle;
  await printBanner(stream, { ...context, style }, options);
  // Only the list of all commands shows those of plugins.
  const more = node ? [] : await (await import("../plugins/plugin-commands.ts")).pluginCommands(context);
  const config = await createOclifConfig({ version: options.version, more });
  const help = new LobsterHelp(config, { style, width: stream.columns, write: (text) => stream.write(text) });
  await help.showHelp(node ? node.id.split(" ") : []);
  return exitCode;
}

async function printBanner(
  stream: Terminal,
  context: Pick<CommandContext, "env" | "style" | "version">,
  options: RunCliOptions,
): Promise<void> {
  const { banner } = await import("./banner.ts");
  const text = banner({
    version: context.version,
    commit: options.commit,
    env: context.env,
    columns: stream.columns,
    style: context.style,
    random: options.random ?? Math.random,
  });
  if (text !== undefined) stream.write(`${text}\n\n`);
}
