import type { AccountInput } from "./channel-accounts.ts";

/** One answer somebody can pick. */
export interface PromptChoice<V extends string = string> {
  readonly value: V;
  readonly label: string;
  readonly hint?: string;
}

/** Asks the person who sets a channel up. Every question rejects when the person does not want to go on. */
export interface ChannelPrompter {
  note(text: string, title?: string): void | Promise<void>;
  /** `secret` texts are not shown while they are typed. `validate` says what is wrong with an answer. */
  text(question: {
    message: string;
    placeholder?: string;
    initial?: string;
    secret?: boolean;
    validate?: (answer: string) => string | undefined;
  }): Promise<string>;
  confirm(question: { message: string; initial?: boolean }): Promise<boolean>;
  select<V extends string>(question: {
    message: string;
    options: readonly PromptChoice<V>[];
    initial?: V | undefined;
  }): Promise<V>;
  /** Something takes a while. */
  progress(text: string): { update(text: string): void; stop(text?: string): void };
}

/** What the questions about one account are asked with. */
export interface ChannelSetupInput extends AccountInput {
  prompter: ChannelPrompter;
  /** Only what is needed for a first message is asked, and it is settled at once who may write. */
  quick: boolean;
  /** Aborted when nobody waits for a look-up any more. */
  signal: AbortSignal;
}

/** What came of the questions. Nothing was written for it. */
export interface ChannelSetupAnswers {
  /** A merge patch for the account's section: `null` takes a key away. */
  keys: Readonly<Record<string, unknown>>;
  /** The account is to be linked with `Channel.login` once everything is written. */
  link?: ChannelLinkPlan;
}

/** How an account is going to be linked. */
export interface ChannelLinkPlan {
  /** There is a link already; it is replaced. */
  again: boolean;
  /** By a pairing code for this number instead of a QR. */
  phoneNumber?: string;
}

/** The rules for private chats, as people are asked about them. */
export interface DirectRulesSetup {
  /** Where they stand in an account's section, for example `["dm", "policy"]`. */
  policyPath: readonly string[];
  allowFromPath: readonly string[];
  /** Asks whom the policy `allowlist` lets in, beginning with who is listed now. */
  askAllowFrom(input: ChannelSetupInput, listed: readonly string[]): Promise<string[]>;
}

/** What a person is asked when they set up an account of a channel. Loaded when somebody does. */
export interface ChannelSetup {
  /** Asks everything and stages it. @throws what the prompter rejects with */
  ask(input: ChannelSetupInput): Promise<ChannelSetupAnswers>;
  /** Absent where `ask` settles who may write, or nobody can be kept out. */
  direct?: DirectRulesSetup;
}
