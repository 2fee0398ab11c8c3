import type { AuthPrompter } from "@openclaw/models";

/** One answer somebody can pick. */
export interface SetupChoice<V extends string = string> {
  readonly value: V;
  readonly label: string;
  readonly hint?: string;
}

/**
 * How the steps of setting up talk with a person: on a terminal, or over the wizard methods of a Gateway. A prompt that is
 * cancelled rejects with {@link SetupCancelled}.
 */
export interface SetupPrompter extends AuthPrompter {
  intro(title: string): Promise<void>;
  outro(text: string): Promise<void>;
  note(text: string, title?: string): Promise<void>;
  /** `initial` is the answer that is marked at first. */
  select<V extends string>(question: {
    message: string;
    options: readonly SetupChoice<V>[];
    initial?: V | undefined;
  }): Promise<V>;
  multiselect<V extends string>(question: {
    message: string;
    options: readonly SetupChoice<V>[];
    initial?: readonly V[];
  }): Promise<V[]>;
}

/** The person does not want to go on. Nothing was written. */
export class SetupCancelled extends Error {
  override readonly name = "SetupCancelled";
  readonly code = "cancelled";
  constructor() {
    super("Setup cancelled.");
  }
}
