import type { Credentials, OrderedProfile } from "@openclaw/models";
import type { SessionEntry } from "@openclaw/sessions";

/** Which auth profiles a run may use for the model it was asked for. */
export interface ProfileChoice {
  /** In the order in which they are tried; empty when the provider has none and its key is looked for elsewhere. */
  readonly profiles: readonly OrderedProfile[];
  /** Somebody chose this profile: no other one of its provider is used in its place. */
  readonly exclusive: boolean;
}

/**
 * Keeps a session with the profile it has used, so that the provider's cache stays warm. A profile its user has chosen is
 * used alone; one that was chosen automatically gives way when it rests, and after a compaction to the next one.
 */
export function choosePinned(options: {
  provider: string;
  agentId: string;
  credentials: Credentials;
  entry: SessionEntry | undefined;
  /** Chosen for this message alone. */
  inline?: string | undefined;
}): ProfileChoice {
  const { provider, agentId, credentials, entry, inline } = options;
  const usable = credentials.order(provider, { agentId });
  const pinned = inline ?? entry?.authProfileOverride;
  const found = usable.find(({ id }) => id === pinned);
  // Deleted, or of another provider: it says nothing about this one.
  if (!found) return { profiles: usable, exclusive: false };
  if (inline !== undefined || isUsers(entry)) return { profiles: [found], exclusive: true };
  const ready = usable.filter((profile) => profile.unusableUntil === undefined);
  if (found.unusableUntil !== undefined || ready.length === 0) return { profiles: usable, exclusive: false };
  const rest = usable.filter((profile) => profile !== found);
  const compacted = (entry?.compactionCount ?? 0) > (entry?.authProfileOverrideCompactionCount ?? 0);
  if (!compacted) return { profiles: [found, ...rest], exclusive: false };
  const ids = credentials.ring(provider, { agentId }).filter((id) => ready.some((profile) => profile.id === id));
  const next = ids[(ids.indexOf(found.id) + 1) % ids.length];
  const first = ready.find(({ id }) => id === next) ?? found;
  return { profiles: [first, ...usable.filter((profile) => profile !== first)], exclusive: false };
}

/** What the session is to remember of the profile that has answered; nothing when it knows. */
export function pinPatch(entry: SessionEntry | undefined, profile: string | undefined): Partial<SessionEntry> {
  if (profile === undefined || isUsers(entry)) return {};
  const compactions = entry?.compactionCount ?? 0;
  if (entry?.authProfileOverride === profile && entry.authProfileOverrideCompactionCount === compactions) return {};
  return {
    authProfileOverride: profile,
    authProfileOverrideSource: "auto",
    authProfileOverrideCompactionCount: compactions,
  };
}

function isUsers(entry: SessionEntry | undefined): boolean {
  if (entry?.authProfileOverride === undefined) return false;
  // Older records say it by what they leave out: only an automatic choice counts compactions.
  return (
    (entry.authProfileOverrideSource ?? (entry.authProfileOverrideCompactionCount === undefined ? "user" : "auto")) ===
    "user"
  );
}
