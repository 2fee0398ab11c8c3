import type { Credential } from "../credential.ts";
import type { ListenForCallback } from "./callback-server.ts";

/** How a sign-in talks with the person who signs in. */
export interface AuthPrompter {
  /** `secret` texts are not shown while they are typed. `validate` says what is wrong with an answer. */
  text(question: {
    message: string;
    placeholder?: string;
    initial?: string;
    secret?: boolean;
    validate?: (answer: string) => string | undefined;
  }): Promise<string>;
  select<V extends string>(question: {
    message: string;
    options: readonly { value: V; label: string; hint?: string }[];
  }): Promise<V>;
  confirm(question: { message: string; initial?: boolean }): Promise<boolean>;
  note(text: string, title?: string): void;
  /** Something takes a while; `update` says how far it is. */
  progress(text: string): { update(text: string): void; stop(text?: string): void };
}

/** What a sign-in works with. Everything outside the process comes in through here. */
export interface AuthContext {
  prompter: AuthPrompter;
  fetch: typeof fetch;
  env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Waits that many milliseconds; rejects when the signal is aborted. */
  wait: (ms: number, signal?: AbortSignal) => Promise<unknown>;
  /** The browser of the person is not on this machine. */
  isRemote: boolean;
  /** Opens a browser; false when there is none. */
  openUrl: (url: string) => Promise<boolean>;
  signal: AbortSignal;
  listen: ListenForCallback;
  agentDir: string;
  workspaceDir?: string;
  /** The configuration as it is. */
  config?: unknown;
}

/** What a sign-in comes to. */
export interface AuthResult {
  profiles: readonly { profileId: string; credential: Credential }[];
  /** A merge patch for the configuration, such as an address the provider has named. */
  configPatch?: Readonly<Record<string, unknown>>;
  /** `provider/model` to offer as the default. */
  defaultModel?: string;
  notes?: readonly string[];
}

/** One way to sign in to a provider. */
export interface AuthMethod {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind: "oauth" | "api_key" | "token" | "device_code" | "custom";
  run(context: AuthContext): Promise<AuthResult>;
}

/** A provider somebody can sign in to; built in, or brought along by a plugin. */
export interface ProviderAuth {
  readonly id: string;
  readonly label: string;
  readonly docsPath?: string;
  readonly aliases?: readonly string[];
  readonly envVars?: readonly string[];
  readonly auth: readonly AuthMethod[];
}
