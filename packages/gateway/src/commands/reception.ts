import type { CommandSpec, RecognisedCommand } from "@openclaw/agent-runtime";
import type { CommandReply } from "@openclaw/agent-runtime/commands";

/** What the Gateway does with a message, once commands and directives are recognised. */
export type Reception =
  /** Goes to the model; the commands inside it are answered on the way. */
  | { kind: "model"; text: string; inline: readonly RecognisedCommand[] }
  /** Begins a new session when its turn has come; `text` is what follows. */
  | { kind: "reset"; trigger: string; text: string }
  /** Is answered by the Gateway itself, also while a run is active. */
  | { kind: "command"; spec?: CommandSpec; answer(): Promise<CommandReply> }
  /** A command of somebody who may not use commands. */
  | { kind: "ignored" };
