import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ApiKind } from "./api-kind.ts";
import type { AuthMode } from "./credentials/choose-credential.ts";
import type { ModelRef } from "./model-ref.ts";

/** Price in USD per million tokens. */
export interface ModelCost {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What is known about a model. */
export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly api: ApiKind;
  /** Tokens the model can see at once. */
  readonly contextWindow: number;
  /** Tokens one answer can have. */
  readonly maxTokens: number;
  /** Whether thinking levels have an effect. */
  readonly reasoning: boolean;
  readonly input: readonly ("text" | "image")[];
  readonly cost: ModelCost;
  /** Whether a call can be attempted: a key (if one is needed) was found. */
  readonly available: boolean;
}

/** A model that is ready to be called. */
export interface ResolvedModel {
  readonly ref: ModelRef;
  readonly info: ModelInfo;
  readonly languageModel: LanguageModelV4;
  /** True for providers that write their reasoning as `<think>` tags into the text. */
  readonly reasoningTags: boolean;
  /** Where the key came from: `profile:<id>`, `config`, `env: NAME` or `none`. Never the key. */
  readonly keySource: string;
  readonly authMode: AuthMode;
  /** The auth profile its requests are signed with, if it is one. */
  readonly profile?: string;
  /** Set where a program of this machine answers: in text alone, without tools, and with sessions of its own. */
  readonly program?: ProgramModel;
  /**
   * The `providerOptions` of a call with this thinking level (`off` … `xhigh`). The session's id lets providers find
   * what they keep of its earlier prompts.
   */
  providerOptions(
    thinking: string,
    session?: { readonly sessionId?: string },
  ): { openclaw: { thinking: string; sessionId?: string } };
}

/** A model that is a program. Its `languageModel` answers single questions. */
export interface ProgramModel {
  /** The id under which a session keeps the program's own session. */
  readonly backend: string;
  /** The model as it goes on with a session. */
  inSession(session: ProgramSession): LanguageModelV4;
}

/** What a program needs to know of a session of ours. */
export interface ProgramSession {
  /** Where it runs. */
  readonly workspaceDir: string;
  /** The program's session to go on with. */
  sessionId(): string | undefined;
  /** Told the program's session when it is another one; undefined when it cannot be gone on with. */
  keep(id: string | undefined): void;
}

export const freeOfCharge: ModelCost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
