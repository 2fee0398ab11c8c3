import type { IncomingMessage, ServerResponse } from "node:http";
import type { Command } from "commander";

/** Where a plugin writes its log. In the CLI this never is standard output. */
export interface PluginLogger {
  debug?(message: string, meta?: object): void;
  info(message: string, meta?: object): void;
  warn(message: string, meta?: object): void;
  error(message: string, meta?: object): void;
}

/** A chat command of a plugin. It is answered before the built-in ones and never reaches the model. */
export interface PluginCommand {
  /** Without the slash: a letter, then letters, digits, `_` and `-`. */
  name: string;
  description: string;
  /** Without it, the command is one only when nothing follows its name. */
  acceptsArgs?: boolean;
  /** Only for senders who may use commands (default true). */
  requireAuth?: boolean;
  handler(context: PluginCommandContext): PluginCommandResult | Promise<PluginCommandResult>;
}

export interface PluginCommandContext {
  senderId?: string | undefined;
  channel: string;
  channelId?: string | undefined;
  isAuthorizedSender: boolean;
  /** What follows the name: at most 4,096 characters, without control characters. */
  args?: string | undefined;
  /** The whole message. */
  commandBody: string;
  config: Readonly<Record<string, unknown>>;
  from?: string | undefined;
  to?: string | undefined;
  accountId?: string | undefined;
  messageThreadId?: string | undefined;
}

export interface PluginCommandResult {
  text?: string;
  mediaUrl?: string;
  mediaUrls?: readonly string[];
  replyToId?: string;
  audioAsVoice?: boolean;
  isError?: boolean;
  channelData?: Readonly<Record<string, unknown>>;
}

/** Serves HTTP requests on the Gateway's port. */
export interface PluginHttpRoute {
  path: string;
  /** `gateway`: the Gateway's secret is checked first. `plugin`: the handler authenticates its callers itself. */
  auth?: "gateway" | "plugin";
  /** `exact` (default), or `prefix` for everything below the path. */
  match?: "exact" | "prefix";
  handler(request: IncomingMessage, response: ServerResponse): unknown;
}

/** Looks at every request that no route took; `true` means that it was answered. */
export type PluginHttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** The operator scopes a method may ask of its callers. */
export type PluginMethodScope =
  | "operator.read"
  | "operator.write"
  | "operator.admin"
  | "operator.approvals"
  | "operator.pairing";

/** A request for a method of a plugin. */
export interface PluginMethodRequest {
  req: { type: "req"; id: string; method: string; params?: unknown };
  params: Record<string, unknown>;
  client: { id: string; mode: string; connId: string; scopes: readonly string[] };
  isWebchatConnect: boolean;
  /** Answers; only the first call counts. */
  respond(ok: boolean, payload?: unknown, error?: { code: string; message: string; details?: unknown }): void;
  context: Readonly<Record<string, unknown>>;
}

export type PluginMethodHandler = (request: PluginMethodRequest) => unknown;

/** Work that runs as long as the Gateway does. */
export interface PluginService {
  id: string;
  start(context: PluginServiceContext): void | Promise<void>;
  /** Waited for at most five seconds. */
  stop?(context: PluginServiceContext): void | Promise<void>;
}

export interface PluginServiceContext {
  config: Readonly<Record<string, unknown>>;
  workspaceDir: string;
  stateDir: string;
  logger: PluginLogger;
}

/** Adds commands to `openclaw`. */
export type PluginCliRegistrar = (context: {
  program: Command;
  config: Readonly<Record<string, unknown>>;
  workspaceDir: string;
  logger: PluginLogger;
}) => void | Promise<void>;

export interface PluginCliOptions {
  /** Top-level commands the registrar makes: help knows them without it. */
  commands?: readonly string[];
  /** The same with a line for help. */
  descriptors?: readonly { name: string; description: string; hasSubcommands?: boolean }[];
}

/** A way to log in to a provider. */
export interface PluginAuthMethod {
  id: string;
  label: string;
  hint?: string;
  kind: "oauth" | "api_key" | "token" | "device_code" | "custom";
  run(context: unknown): Promise<unknown>;
}

/** What a plugin's provider makes a model from. */
export interface PluginModelRequest {
  readonly modelId: string;
  /** The configured address, else the provider's own. */
  readonly baseUrl?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives what the next request is signed with; to be asked before each. */
  readonly credential: () => unknown;
  readonly fetch: typeof fetch;
}

/** A provider of models whose login a plugin knows, or that it makes itself. */
export interface PluginProvider {
  id: string;
  label: string;
  docsPath?: string;
  aliases?: readonly string[];
  envVars?: readonly string[];
  /** As an entry of `models.providers`: `{ baseUrl, api, headers, models: [{ id, … }] }`. */
  models?: unknown;
  /** Makes a model of the AI SDK (interface v2, v3 or v4). Called once per model, at its first use. */
  languageModel?(request: PluginModelRequest): unknown;
  auth: readonly PluginAuthMethod[];
  formatApiKey?(credential: unknown): string;
  refreshOAuth?(credential: unknown): Promise<unknown>;
}
