import { type DeliveryContext, deliveryContextOf, groupDisplayName, type SessionOrigin } from "./delivery-context.ts";
import type { ChosenModel } from "./inherited-model.ts";
import type { SessionEntry } from "./session-entry.ts";
import { isCronRunKey, type SessionKind, sessionKind } from "./session-key.ts";

/** The model used where a session names none. */
export interface SessionDefaults {
  modelProvider: string | null;
  model: string | null;
  contextTokens: number | null;
}

/** A session as lists show it. Absent fields are left out. */
export interface SessionRow {
  key: string;
  kind: SessionKind;
  label?: string;
  displayName?: string;
  derivedTitle?: string;
  lastMessagePreview?: string;
  channel?: string;
  subject?: string;
  groupChannel?: string;
  space?: string;
  chatType?: string;
  origin?: SessionOrigin;
  updatedAt: number | null;
  sessionId?: string;
  systemSent?: boolean;
  abortedLastRun?: boolean;
  thinkingLevel?: string;
  verboseLevel?: string;
  reasoningLevel?: string;
  elevatedLevel?: string;
  sendPolicy?: "allow" | "deny";
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
  responseUsage?: string;
  modelProvider?: string;
  model?: string;
  contextTokens?: number;
  deliveryContext?: DeliveryContext;
  lastChannel?: string;
  lastTo?: string;
  lastAccountId?: string;
  icon?: string;
  color?: string;
  category?: string;
  archived?: boolean;
  pinned?: boolean;
  unread?: boolean;
  statusNote?: string;
}

function defined<T extends object>(value: T): T {
  for (const [field, content] of Object.entries(value)) if (content === undefined) Reflect.deleteProperty(value, field);
  return value;
}

/** The model a session runs with: the user's override, else that of the conversation above it, else the default. */
export function resolvedModel(
  entry: SessionEntry | undefined,
  defaults: SessionDefaults,
  inherited?: ChosenModel,
): { modelProvider: string | null; model: string | null } {
  if (entry?.modelOverride) {
    return { modelProvider: entry.providerOverride ?? defaults.modelProvider, model: entry.modelOverride };
  }
  if (inherited) return { modelProvider: inherited.provider ?? defaults.modelProvider, model: inherited.model };
  return { modelProvider: defaults.modelProvider, model: defaults.model };
}

/** A session as lists show it; `inherited` is the model chosen in the conversation above a thread. */
export function sessionRow(
  key: string,
  entry: SessionEntry,
  defaults: SessionDefaults,
  inherited?: ChosenModel,
): SessionRow {
  const deliveryContext = deliveryContextOf(entry);
  const kind = sessionKind(key, entry);
  const override = entry.modelOverride || inherited ? resolvedModel(entry, defaults, inherited) : undefined;
  const groupName =
    kind === "group" && entry.channel ? groupDisplayName({ ...entry, channel: entry.channel }) : undefined;
  return defined<SessionRow>({
    key,
    kind,
    label: entry.label,
    displayName: entry.displayName ?? groupName ?? entry.label ?? entry.origin?.label,
    channel: entry.channel,
    subject: entry.subject,
    groupChannel: entry.groupChannel,
    space: entry.space,
    chatType: entry.chatType,
    origin: entry.origin,
    updatedAt: entry.updatedAt || null,
    sessionId: entry.sessionId || undefined,
    systemSent: entry.systemSent,
    abortedLastRun: entry.abortedLastRun,
    thinkingLevel: entry.thinkingLevel,
    verboseLevel: entry.verboseLevel,
    reasoningLevel: entry.reasoningLevel,
    elevatedLevel: entry.elevatedLevel,
    sendPolicy: entry.sendPolicy,
    inputTokens: entry.inputTokens,
    outputTokens: entry.outputTokens,
    totalTokens: entry.totalTokens ?? (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0),
    responseUsage: entry.responseUsage,
    modelProvider: override?.modelProvider ?? entry.modelProvider ?? defaults.modelProvider ?? undefined,
    model: override?.model ?? entry.model ?? defaults.model ?? undefined,
    contextTokens: entry.contextTokens,
    deliveryContext,
    lastChannel: deliveryContext?.channel,
    lastTo: deliveryContext?.to,
    lastAccountId: deliveryContext?.accountId,
    icon: entry.icon,
    color: entry.color,
    category: entry.category,
    archived: entry.archived,
    pinned: entry.pinned,
    unread: entry.unread,
    statusNote: entry.statusNote,
  });
}

/** What a list shows. */
export interface SessionFilter {
  activeMinutes?: number;
  includeGlobal?: boolean;
  includeUnknown?: boolean;
  label?: string;
  spawnedBy?: string;
  archived?: boolean;
  /** Case-insensitive, in display name, label, subject, session id and key. */
  search?: string;
}

export function matchesFilter(key: string, entry: SessionEntry, filter: SessionFilter, now: number): boolean {
  if (isCronRunKey(key)) return false;
  if (key === "global" && !filter.includeGlobal) return false;
  if (key === "unknown" && !filter.includeUnknown) return false;
  if (filter.spawnedBy !== undefined && entry.spawnedBy !== filter.spawnedBy) return false;
  if (filter.archived !== undefined && (entry.archived ?? false) !== filter.archived) return false;
  if (filter.label !== undefined && entry.label !== filter.label.trim()) return false;
  if (filter.activeMinutes !== undefined && entry.updatedAt < now - filter.activeMinutes * 60_000) return false;
  const search = filter.search?.trim().toLowerCase();
  if (!search) return true;
  const fields = [entry.displayName, entry.label, entry.subject, entry.sessionId, key, entry.origin?.label];
  return fields.some((field) => typeof field === "string" && field.toLowerCase().includes(search));
}
