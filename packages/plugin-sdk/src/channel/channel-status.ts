import type { AccountInput } from "./channel-accounts.ts";

/** How a running account is, as the channel reports it. Times are milliseconds since 1970. */
export interface AccountState {
  connected?: boolean;
  /** Linked to a user's device, for services that link. */
  linked?: boolean;
  reconnectAttempts?: number;
  lastConnectedAt?: number;
  lastDisconnect?: { at: number; status?: number; error?: string; loggedOut?: boolean };
  lastEventAt?: number;
  lastError?: string | null;
  /** `polling`, `webhook`, `socket`, … */
  mode?: string;
  /** Who the account is, for people. */
  self?: { id?: string; name?: string; username?: string; e164?: string };
}

/** What a service says when it is asked who the account is. */
export interface AccountProbe {
  ok: boolean;
  /** HTTP status where there was one. */
  status?: number | null;
  error?: string | null;
  elapsedMs?: number;
  bot?: Readonly<Record<string, unknown>>;
  [detail: string]: unknown;
}

export interface StatusIssue {
  kind: "auth" | "runtime" | "config" | "intent" | "permissions";
  message: string;
  /** What to do about it. */
  fix?: string;
}

/** What a channel adds to its accounts' rows in `channels.status`. */
export interface ChannelStatus<Account> {
  /**
   * Where secrets came from and other facts of the configuration, never a secret itself; also what stands for parts of the
   * state that have not been reported.
   */
  describe?(account: Account): Readonly<Record<string, unknown>>;
  /** Checks that need the service, after a successful probe: permissions, memberships. */
  audit?(
    input: AccountInput & { account: Account; probe: AccountProbe; signal: AbortSignal; fetch: typeof fetch },
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Facts for the line of the channel as a whole, from the row of its default account. */
  summary?(row: Readonly<Record<string, unknown>>, account: Account): Promise<Readonly<Record<string, unknown>>>;
  /** The row of an account as a whole, from what is known of it; its fields go over those of the host. */
  snapshot?(row: Readonly<Record<string, unknown>>, account: Account): Promise<Readonly<Record<string, unknown>>>;
  /** Why heartbeats cannot be delivered now; undefined when they can. */
  heartbeatProblem?(
    row: Readonly<Record<string, unknown>>,
    account: Account,
  ): string | undefined | Promise<string | undefined>;
  /** What in the settings of an account is dangerous, for `security audit`. */
  warnings?(account: Account): Promise<readonly string[]>;
  /** What is wrong, told from an account's row. */
  issues?(row: Readonly<Record<string, unknown>>, account: Account): StatusIssue[];
}
