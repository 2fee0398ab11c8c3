/** What the configuration says, as a channel sees it. */
export interface ChannelConfigInput {
  /** The section `channels.<id>`, as it stands; undefined when there is none. */
  section: Readonly<Record<string, unknown>> | undefined;
  /** Bindings of this channel, in the order of the configuration. */
  bindings: readonly { agentId: string; accountId?: string | undefined; isDefaultAgent: boolean }[];
  shared: SharedSettings;
  env: Readonly<Record<string, string | undefined>>;
  /** The folder where everything durable lies; a channel keeps its own files under `<stateDir>/<channel id>/`. */
  stateDir: string;
}

/** One account of a channel in the configuration. */
export interface AccountInput {
  accountId: string;
  /** The channel's section with the account's own keys over it, key by key; without `accounts`. */
  config: Readonly<Record<string, unknown>>;
  /** The section as it stands, for keys that count only at one of the two places. */
  section: Readonly<Record<string, unknown>> | undefined;
  shared: SharedSettings;
  env: Readonly<Record<string, string | undefined>>;
  stateDir: string;
}

/** Settings outside `channels` that concern connections. */
export interface SharedSettings {
  /** The top-level section `web`. */
  web: Readonly<Record<string, unknown>> | undefined;
  /** Runs at once, `agents.defaults.maxConcurrent`. */
  maxConcurrentRuns: number;
  /** Name of the default agent, where it has one. */
  assistantName: string | undefined;
}

/** How the accounts of a channel are read from the configuration. All of it is called without a connection. */
export interface ChannelAccounts<Account> {
  /** Account ids in order. Default: the sorted keys of `accounts`, else `default`. */
  list?(input: ChannelConfigInput): string[];
  /** The account meant when none is named. Default: `default` if there is one, else the first. */
  defaultId?(input: ChannelConfigInput): string;
  /** Reads one account. Parse, do not trust: the section was checked by the host's schema, the environment by nobody. */
  resolve(input: AccountInput): Account;
  /** Whether it is switched on, where more than `enabled` decides. */
  isEnabled?(account: Account): boolean;
  /** Why not, for status; default `disabled`. */
  disabledReason?(account: Account): string;
  /** Whether it has what it needs to connect. Default: yes. */
  isConfigured?(account: Account): boolean | Promise<boolean>;
  /** Why not, for status; default `not configured`. */
  unconfiguredReason?(account: Account): string;
  /** The section has no `enabled` of its own: accounts, `default` too, are switched below `accounts`. */
  switchedSingly?: boolean;
  /** The whole configuration with an account switched on or off, where that is more than `enabled` in its section. */
  withEnabled?(accountId: string, enabled: boolean): Readonly<Record<string, unknown>>;
  /** The whole configuration without an account, where that is more than its section. */
  without?(accountId: string): Readonly<Record<string, unknown>>;
  /** What `channels add` asks for on a terminal, in order. */
  questions?: readonly SetupQuestion[];
  /** Checks what `channels add` was given; the text of what is wrong, or undefined. */
  checkInput?(input: AccountSetup): string | undefined;
  /** The keys `channels add` puts into the account's section. Absent: accounts of this channel cannot be added so. */
  setup?(input: AccountSetup): Record<string, unknown>;
}

/** One thing to be asked for. */
export interface SetupQuestion {
  /** The flag that would give it, in camel case: a key of `AccountSetup.values`. */
  name: string;
  message: string;
  /** What is typed is not shown. */
  secret?: boolean;
}

/** What `channels add` was given for one account. */
export interface AccountSetup {
  accountId: string;
  /** Take secrets from the environment instead of writing them down. */
  useEnv: boolean;
  /** The other flags by their names in camel case (`token`, `tokenFile`, `botToken`, `appToken`, `authDir`, …). */
  values: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string | undefined>>;
}
