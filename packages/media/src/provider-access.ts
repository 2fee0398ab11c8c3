/** How a provider is reached. Never logged. */
export interface ProviderAccess {
  /** Absent for servers that want none. */
  apiKey?: string | undefined;
  /** The credential profile it comes from. */
  profile?: string | undefined;
  /** Where the configuration sends this provider's requests; absent for its own address. */
  baseUrl?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

/** Finds the key of a provider for an agent, with a profile that has to be or had better be used; undefined when there is none. */
export type CredentialFor = (
  provider: string,
  wanted?: { agentId?: string | undefined; profile?: string | undefined; preferredProfile?: string | undefined },
) => Promise<ProviderAccess | undefined>;

/** How a request with a credential profile ended. */
export interface ProfileUse {
  provider: string;
  model: string;
  profile: string;
  agentId?: string | undefined;
  /** Why it failed; absent when it was answered. */
  error?: unknown;
}

/** Takes note of the use of a profile. True when it rests from now on, so that another one may be tried. */
export type NoteUse = (use: ProfileUse) => boolean;
