import { channelAliases, knownChannelIds } from "@openclaw/config";

/** What somebody is told whose pairing was approved. */
export const PAIRING_APPROVED_MESSAGE = "✅ You are approved. Send a message and I will answer.";
/** The answer of a model that has nothing to say. */
export const SILENT_REPLY_TOKEN = "NO_REPLY";

type Log = (message: string) => void;

export function formatPairingApproveHint(channelId: string): string {
  return `See who asks with: openclaw pairing list ${channelId} · let one in with: openclaw pairing approve ${channelId} <code>`;
}

/** An allow list that lets everybody in, beside whom it names. */
export function addWildcardAllowFrom(allowFrom?: readonly (string | number)[] | null): (string | number)[] {
  const entries = (allowFrom ?? []).map((entry) => (typeof entry === "string" ? entry.trim() : entry));
  const kept = entries.filter((entry) => entry !== "");
  return kept.includes("*") ? kept : [...kept, "*"];
}

/** Two allow lists as one, without repeats in any letter case. */
export function mergeAllowlist(options: {
  existing?: readonly (string | number)[];
  additions: readonly string[];
}): string[] {
  const byKey = new Map<string, string>();
  for (const entry of [...(options.existing ?? []), ...options.additions]) {
    const text = String(entry).trim();
    if (text !== "" && !byKey.has(text.toLowerCase())) byKey.set(text.toLowerCase(), text);
  }
  return [...byKey.values()];
}

/** Logs which names of a list were found and which were not. */
export function summarizeMapping(
  label: string,
  mapping: readonly string[],
  unresolved: readonly string[],
  runtime: { log?: Log },
): void {
  const shown = (names: readonly string[]) => {
    const more = names.length > 6 ? ` (+${names.length - 6})` : "";
    return `${names.slice(0, 6).join(", ")}${more}`;
  };
  if (mapping.length > 0) runtime.log?.(`${label} resolved: ${shown(mapping)}`);
  if (unresolved.length > 0) runtime.log?.(`${label} unresolved: ${shown(unresolved)}`);
}

/** The error for a message without an addressee. */
export function missingTargetError(provider: string, hint?: string): Error {
  return new Error(
    hint ? `Delivering to ${provider} requires target ${hint}` : `Delivering to ${provider} requires target`,
  );
}

/** A phone number with its plus sign, without anything between the digits. */
export function normalizeE164(number: string): string {
  const digits = number.replace(/^whatsapp:/i, "").replaceAll(/[^\d+]/g, "");
  return digits.startsWith("+") ? digits : `+${digits}`;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A page of the manual, as a link to type. */
export function formatDocsLink(path: string, label?: string): string {
  const page = path.trim();
  const url = /^https?:/.test(page) ? page : `https://docs.openclaw.ai/${page.replace(/^\/+/, "")}`;
  return label && label !== page ? `${label} (${url})` : url;
}

/** Names of a channel of the catalogue; undefined for any other. */
export function getChatChannelMeta(id: string): { id: string; label: string; docsPath: string } | undefined {
  const known = channelAliases[id] ?? id;
  if (!knownChannelIds.includes(known)) return undefined;
  return { id: known, label: known, docsPath: `/channels/${known}` };
}

/** The largest file of a channel in bytes: its own limit, else that of all agents. */
export function resolveChannelMediaMaxBytes(options: {
  cfg: { agents?: { defaults?: { mediaMaxMb?: number } } };
  resolveChannelLimitMb: (own: { cfg: unknown; accountId: string }) => number | undefined;
  accountId?: string | null;
}): number | undefined {
  const own = options.resolveChannelLimitMb({ cfg: options.cfg, accountId: options.accountId ?? "default" });
  const megabytes = own ?? options.cfg.agents?.defaults?.mediaMaxMb;
  return megabytes ? megabytes * 1024 * 1024 : undefined;
}

export function logInboundDrop(options: { log: Log; channel: string; reason: string; target?: string }): void {
  const { log, channel, reason, target } = options;
  log(`${channel}: drop ${reason}${target ? ` target=${target}` : ""}`);
}

export function logTypingFailure(options: {
  log: Log;
  channel: string;
  target?: string;
  action?: "start" | "stop";
  error: unknown;
}): void {
  const { log, channel, target, action, error } = options;
  log(`${channel} typing${action ? ` ${action}` : ""} failed${target ? ` target=${target}` : ""}: ${String(error)}`);
}

/** Shows typing for as long as an answer is written; failures go to those who want to know. */
export function createTypingCallbacks(options: {
  start: () => Promise<void>;
  stop?: () => Promise<void>;
  onStartError: (error: unknown) => void;
  onStopError?: (error: unknown) => void;
}): { onReplyStart: () => Promise<void>; onIdle?: () => void } {
  const { start, stop, onStartError, onStopError = onStartError } = options;
  return {
    onReplyStart: () => start().catch(onStartError),
    ...(stop && { onIdle: () => void stop().catch(onStopError) }),
  };
}

/** Whether a text command may be answered, and whether it must be dropped instead. */
export function resolveControlCommandGate(options: {
  useAccessGroups: boolean;
  authorizers: readonly { configured: boolean; allowed: boolean }[];
  allowTextCommands: boolean;
  hasControlCommand: boolean;
  modeWhenAccessGroupsOff?: "allow" | "deny" | "configured";
}): { commandAuthorized: boolean; shouldBlock: boolean } {
  const { useAccessGroups, authorizers, modeWhenAccessGroupsOff = "allow" } = options;
  const named = authorizers.some(({ configured, allowed }) => configured && allowed);
  const whenOff =
    modeWhenAccessGroupsOff === "allow" ||
    (modeWhenAccessGroupsOff === "configured" && (!authorizers.some(({ configured }) => configured) || named));
  const commandAuthorized = useAccessGroups ? named : whenOff;
  const shouldBlock = options.allowTextCommands && options.hasControlCommand && !commandAuthorized;
  return { commandAuthorized, shouldBlock };
}

/** How replies get their prefix: the host puts it in front of every reply itself, so that there is nothing to pass on. */
export function createReplyPrefixOptions(_place: {
  cfg: unknown;
  agentId: string;
  channel?: string;
  accountId?: string;
}): { onModelSelected: (model: unknown) => void } {
  return { onModelSelected: () => {} };
}

/** The same with the empty values some channels pass on. */
export function createReplyPrefixContext(place: { cfg: unknown; agentId: string }) {
  return { ...createReplyPrefixOptions(place), responsePrefix: undefined, responsePrefixContextProvider: () => ({}) };
}

/** Whether an answer says that there is nothing to say. */
export function isSilentReplyText(text?: string, token: string = SILENT_REPLY_TOKEN): boolean {
  return text?.trim() === token;
}

export function logAckFailure(options: { log: Log; channel: string; target?: string; error: unknown }): void {
  const { log, channel, target, error } = options;
  log(`${channel} ack reaction failed${target ? ` target=${target}` : ""}: ${String(error)}`);
}

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** What a JSON text holds; null when it is none. */
export function safeParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
