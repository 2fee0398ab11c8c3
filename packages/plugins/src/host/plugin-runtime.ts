import { spawn } from "node:child_process";
import { chunkWholeText } from "@openclaw/agent-runtime";
import type { CommandOutcome, PluginLogger, PluginRuntime } from "@openclaw/plugin-sdk";
import { createChannelRuntime } from "../compat/foreign/channel-runtime.ts";
import type { ChannelServices } from "../compat/foreign/channel-services.ts";
import { createMediaHelpers } from "../compat/foreign/media-helpers.ts";
import { unsupported } from "./unsupported-call.ts";

/** The parts of a program that plugins may use. */
export interface RuntimeServices {
  version: string;
  stateDir: string;
  env: NodeJS.ProcessEnv;
  verbose: boolean;
  loadConfig(): Readonly<Record<string, unknown>>;
  /** Writes what differs from the configuration in force. */
  writeConfig(config: Readonly<Record<string, unknown>>): Promise<void>;
  /** What channels of the reference release need. Absent outside of a Gateway. */
  channels?: ChannelServices;
  /** Absent outside of a Gateway. */
  enqueueSystemEvent?(text: string, sessionKey: string): Promise<void>;
}

/** Helpers of the reference release that this host does not have, or that need a Gateway, by group. */
const missing: Readonly<Record<string, readonly string[]>> = {
  media: [
    "loadWebMedia",
    "detectMime",
    "mediaKindFromMime",
    "isVoiceCompatibleAudio",
    "getImageMetadata",
    "resizeToJpeg",
  ],
  tts: ["textToSpeechTelephony"],
  tools: ["createMemoryGetTool", "createMemorySearchTool", "registerMemoryCli"],
  "channel.text": [
    "resolveChunkMode",
    "resolveTextChunkLimit",
    "hasControlCommand",
    "resolveMarkdownTableMode",
    "convertMarkdownTables",
  ],
  "channel.reply": [
    "dispatchReplyWithBufferedBlockDispatcher",
    "createReplyDispatcherWithTyping",
    "resolveEffectiveMessagesConfig",
    "resolveHumanDelayConfig",
    "dispatchReplyFromConfig",
    "finalizeInboundContext",
    "formatAgentEnvelope",
    "formatInboundEnvelope",
    "resolveEnvelopeFormatOptions",
  ],
  "channel.routing": ["resolveAgentRoute"],
  "channel.pairing": ["buildPairingReply", "readAllowFromStore", "upsertPairingRequest"],
  "channel.media": ["fetchRemoteMedia", "saveMediaBuffer"],
  "channel.activity": ["record", "get"],
  "channel.session": [
    "resolveStorePath",
    "readSessionUpdatedAt",
    "recordSessionMetaFromInbound",
    "recordInboundSession",
    "updateLastRoute",
  ],
  "channel.mentions": ["buildMentionRegexes", "matchesMentionPatterns", "matchesMentionWithExplicit"],
  "channel.reactions": ["shouldAckReaction", "removeAckReactionAfterReply"],
  "channel.groups": ["resolveGroupPolicy", "resolveRequireMention"],
  "channel.debounce": ["createInboundDebouncer", "resolveInboundDebounceMs"],
  "channel.commands": [
    "resolveCommandAuthorizedFromAuthorizers",
    "isControlCommandMessage",
    "shouldComputeCommandAuthorized",
    "shouldHandleTextCommands",
  ],
};

/** The helpers one plugin gets. Those that are missing say so when they are called. */
export function createPluginRuntime(
  plugin: { id: string; logger: PluginLogger },
  services: RuntimeServices,
): PluginRuntime {
  const absent = (group: string) =>
    Object.fromEntries(
      (missing[group] ?? []).map((name) => [name, unsupported(`api.runtime.${group}.${name}`, plugin.id)]),
    );
  const absentGroups = (prefix: string) =>
    Object.fromEntries(
      Object.keys(missing)
        .filter((group) => group.startsWith(prefix) && group !== "channel.text")
        .map((group) => [group.slice(prefix.length), absent(group)]),
    );
  const chunk = (text: string, limit: number, paragraphs: boolean) =>
    text === ""
      ? []
      : chunkWholeText(text, { minChars: 1, maxChars: Math.max(1, limit), breakPreference: "newline", paragraphs });
  const byLine = (text: string, limit: number) =>
    text.split("\n").flatMap((line) => (line.trim() === "" ? [] : chunk(line, limit, false)));
  const byMode = (text: string, limit: number, mode: "length" | "newline") => chunk(text, limit, mode === "newline");

  const own = services.channels === undefined ? undefined : createChannelRuntime(services.channels);
  const { text: ownText, ...ownGroups } = own ?? {};

  return {
    version: services.version,
    config: { loadConfig: services.loadConfig, writeConfigFile: services.writeConfig },
    system: {
      async enqueueSystemEvent(text, { sessionKey }) {
        if (!services.enqueueSystemEvent) unsupported("api.runtime.system.enqueueSystemEvent", plugin.id)();
        await services.enqueueSystemEvent?.(text, sessionKey);
      },
      runCommandWithTimeout: (argv, options) => runCommand(argv, options, services.env),
      formatNativeDependencyHint: ({ packageName, manager = "npm" }) =>
        `The native part of ${packageName} does not load. Install it again for this machine: ${manager} rebuild ${packageName}`,
    },
    channel: {
      ...absentGroups("channel."),
      ...ownGroups,
      text: {
        ...absent("channel.text"),
        ...ownText,
        chunkText: (text, limit) => chunk(text, limit, false),
        chunkMarkdownText: (text, limit) => chunk(text, limit, false),
        chunkByNewline: byLine,
        chunkTextWithMode: byMode,
        chunkMarkdownTextWithMode: byMode,
      },
    },
    logging: {
      shouldLogVerbose: () => services.verbose,
      getChildLogger: (bindings) => childLogger(plugin.logger, bindings ?? {}),
    },
    state: { resolveStateDir: () => services.stateDir },
    // Groups with little or nothing this host has; plugins of the reference release name them all the same.
    ...{
      media: { ...absent("media"), ...(services.channels && createMediaHelpers(services.channels)) },
      tts: absent("tts"),
      tools: absent("tools"),
    },
  };
}

function childLogger(logger: PluginLogger, bindings: Readonly<Record<string, unknown>>): PluginLogger {
  return {
    debug: (message, meta) => logger.debug?.(message, { ...bindings, ...meta }),
    info: (message, meta) => logger.info(message, { ...bindings, ...meta }),
    warn: (message, meta) => logger.warn(message, { ...bindings, ...meta }),
    error: (message, meta) => logger.error(message, { ...bindings, ...meta }),
  };
}

/** Runs a program without a shell and collects what it prints. */
function runCommand(
  argv: readonly string[],
  given: Parameters<PluginRuntime["system"]["runCommandWithTimeout"]>[1],
  env: NodeJS.ProcessEnv,
): Promise<CommandOutcome> {
  const options = typeof given === "number" ? { timeoutMs: given } : given;
  const [program, ...args] = argv;
  if (!program) return Promise.reject(new Error("runCommandWithTimeout needs a program"));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      child.kill("SIGKILL");
    }, options.timeoutMs);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, code, signal, killed });
    });
    // A program that reads nothing may have ended by now.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}
