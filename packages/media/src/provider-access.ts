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
