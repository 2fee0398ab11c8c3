import type { PluginLogger } from "./plugin-parts.ts";

/** How a program ended that a plugin has run. */
export interface CommandOutcome {
  stdout: string;
  stderr: string;
  /** Exit code; null when it was killed. */
  code: number | null;
  signal: string | null;
  /** It was ended because its time was over. */
  killed: boolean;
}

/** Helpers of the host. */
export interface PluginRuntime {
  /** Version of the host. */
  readonly version: string;
  readonly config: {
    /** The configuration now. */
    loadConfig(): Readonly<Record<string, unknown>>;
    /** Writes what differs from the configuration in force; comments stay. Rejects when the result would be invalid. */
    writeConfigFile(config: Readonly<Record<string, unknown>>): Promise<void>;
  };
  readonly system: {
    /** Tells a session something with its next message. Only in a Gateway. */
    enqueueSystemEvent(text: string, options: { sessionKey: string }): Promise<void>;
    /** Runs a program without a shell, at most `timeoutMs` milliseconds. */
    runCommandWithTimeout(
      argv: readonly string[],
      options:
        | number
        | { timeoutMs: number; cwd?: string; input?: string; env?: Readonly<Record<string, string | undefined>> },
    ): Promise<CommandOutcome>;
    /** What to tell somebody whose native package does not load. */
    formatNativeDependencyHint(options: { packageName: string; manager?: string }): string;
  };
  readonly channel: {
    readonly text: {
      /** Pieces of at most `limit` characters, cut at line ends or spaces where there are any. */
      chunkText(text: string, limit: number): string[];
      /** The same for Markdown: fences are closed and opened again. */
      chunkMarkdownText(text: string, limit: number): string[];
      /** A piece for every line. */
      chunkByNewline(text: string, limit: number): string[];
      chunkTextWithMode(text: string, limit: number, mode: "length" | "newline"): string[];
      chunkMarkdownTextWithMode(text: string, limit: number, mode: "length" | "newline"): string[];
    };
  };
  readonly logging: {
    shouldLogVerbose(): boolean;
    getChildLogger(bindings?: Readonly<Record<string, unknown>>): PluginLogger;
  };
  readonly state: {
    /** The state directory. What a plugin keeps belongs in `plugins/<id>` below it. */
    resolveStateDir(): string;
  };
}
