import type { Readable, Writable } from "node:stream";
import type { ConfigSnapshot } from "@openclaw/config";
import type { Paths } from "@openclaw/config/paths";
import type { ChannelEntry } from "@openclaw/plugin-sdk";
import type { PluginSource } from "@openclaw/plugins/discovery";
import type { CompletionPlace } from "../completion/completion-places.ts";
import type { Style } from "../terminal/style.ts";
import type { WizardPrompter } from "../terminal/wizard-prompter.ts";

/** A stream the program writes to. */
export type Terminal = Writable & { isTTY?: boolean; columns?: number };

/** The stream people answer on. */
export type TerminalInput = Readable & { isTTY?: boolean };

/** What programs outside are started with; replaced in tests. */
export type SpawnProgram = typeof import("node:child_process").spawn;

/** The world a command runs in. Everything outside the process comes in through here. */
export interface CommandContext {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The file the program was started with; what a background service runs. */
  readonly program: string | undefined;
  readonly paths: Paths;
  readonly stdin: TerminalInput;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Styles of standard output. */
  readonly style: Style;
  /** Styles of standard error. */
  readonly errorStyle: Style;
  /** Folder of the Control UI's built files, where there is one. */
  readonly webRoot: string | undefined;
  /** Folder of the manual's pages, where they are there. */
  readonly manualDir: string | undefined;
  /** Channels that can be configured. */
  readonly channels: readonly ChannelEntry[];
  /** Who answers the questions of a wizard. */
  readonly prompter: () => Promise<WizardPrompter>;
  readonly now: () => number;
  /** Asks services outside the Gateway. */
  readonly fetch: typeof fetch;
  readonly spawn: SpawnProgram;
  /** Ends the process; only the foreground Gateway uses it, when something hangs. */
  readonly exit: (code: number) => void;
  /** Finds the plugins of this installation. */
  plugins(): Promise<PluginSource>;
  /** What may be typed, with the commands of plugins. */
  completionPlaces(): Promise<CompletionPlace[]>;
  /** The configuration, read at the first call. */
  config(): Promise<ConfigSnapshot>;
  /** Writes a line on standard output. */
  print(line?: string): void;
  /** Writes a line on standard error. */
  warn(line?: string): void;
  /** Writes one JSON document on standard output. */
  printJson(value: unknown): void;
  /** A command to type, with the profile that is active: `openclaw --profile work status`. */
  hint(command: string): string;
  /** Shortens the home directory to `~` for people. */
  shorten(text: string): string;
}
