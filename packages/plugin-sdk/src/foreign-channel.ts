type Config = Readonly<Record<string, unknown>>;

/** A channel as the reference release has it: an object of adapters. What it can do here, the host says. */
export interface ForeignChannel {
  id: string;
  meta?: object;
  /** How a wizard sets the channel up. */
  onboarding?: ForeignOnboarding;
  [part: string]: unknown;
}

/** How people are asked while a channel of the reference release is set up. */
export interface ForeignPrompter {
  intro(title: string): Promise<void>;
  outro(message: string): Promise<void>;
  note(message: string, title?: string): Promise<void>;
  select<T>(question: {
    message: string;
    options: { value: T; label: string; hint?: string }[];
    initialValue?: T;
  }): Promise<T>;
  multiselect<T>(question: {
    message: string;
    options: { value: T; label: string; hint?: string }[];
    initialValues?: T[];
  }): Promise<T[]>;
  text(question: {
    message: string;
    initialValue?: string;
    placeholder?: string;
    /** What is wrong with an answer; nothing when it is right. */
    validate?: (value: string) => string | undefined;
  }): Promise<string>;
  confirm(question: { message: string; initialValue?: boolean }): Promise<boolean>;
  progress(label: string): { update(message: string): void; stop(message?: string): void };
}

/** Where a channel writes while it is set up. */
export interface ForeignRuntime {
  log(...words: unknown[]): void;
  error(...words: unknown[]): void;
  exit(code: number): never;
}

/** The accounts a wizard was told to set up, by channel. */
export type ForeignAccountChoices = Readonly<Record<string, string | undefined>>;

/** How a channel of the reference release stands, for the list of a wizard. */
export interface ForeignOnboardingStatus {
  channel: string;
  configured: boolean;
  /** Lines such as `Zalo: configured`. */
  statusLines: string[];
  /** Stands beside its name in the list. */
  selectionHint?: string;
  /** The highest one is offered first in a quick start. */
  quickstartScore?: number;
}

/** Who may write to a channel in private, as a wizard asks for it. */
export interface ForeignDmPolicy {
  label: string;
  channel: string;
  /** Dotted paths of the two keys in the configuration. */
  policyKey: string;
  allowFromKey: string;
  getCurrent(config: Config): string;
  /** Returns the configuration with the policy in it. */
  setPolicy(config: Config, policy: string): Config;
  /** Asks for senders and returns the configuration with them. */
  promptAllowFrom?(context: { cfg: Config; prompter: ForeignPrompter; accountId?: string }): Promise<Config>;
}

/** How a channel of the reference release takes part in setting up. Nothing of it writes: each step returns a configuration. */
export interface ForeignOnboarding {
  channel?: string;
  getStatus(context: {
    cfg: Config;
    options?: Config;
    accountOverrides: ForeignAccountChoices;
  }): Promise<ForeignOnboardingStatus>;
  configure(context: {
    cfg: Config;
    runtime: ForeignRuntime;
    prompter: ForeignPrompter;
    options?: Config;
    accountOverrides: ForeignAccountChoices;
    shouldPromptAccountIds: boolean;
    forceAllowFrom: boolean;
  }): Promise<{ cfg: Config; accountId?: string }>;
  dmPolicy?: ForeignDmPolicy;
  onAccountRecorded?(accountId: string, options?: Config): void;
  /** Returns the configuration with the channel switched off. */
  disable?(config: Config): Config;
}
