import { type Tool, textResult } from "@openclaw/plugin-sdk";

/** A tool that whoever asked for the run carries out itself. */
export interface ClientTool {
  name: string;
  description?: string | undefined;
  /** JSON Schema of its arguments. */
  parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** A call of such a tool. */
export interface ClientCall {
  toolCallId: string;
  name: string;
  arguments: Readonly<Record<string, unknown>>;
}

const delegatedText = "The call was handed to the client; its result comes with the next message.";

/** The client's tools of one run: a call ends the turn, and is told to the client with the result of the run. */
export interface DelegatedTools {
  /** The calls so far. */
  readonly calls: readonly ClientCall[];
  /** The tools of the run with those of the client, which take the place of own ones of the same name. */
  beside(tools: readonly Tool[]): readonly Tool[];
}

export function createDelegatedTools(tools: readonly ClientTool[]): DelegatedTools {
  const calls: ClientCall[] = [];
  const offered = tools.map(
    ({ name, description = "", parameters = {} }): Tool => ({
      name,
      description,
      parameters: { ...parameters, type: "object" },
      async execute(args, { toolCallId }) {
        calls.push({ toolCallId, name, arguments: args });
        return textResult(delegatedText);
      },
    }),
  );
  const names = new Set(tools.map(({ name }) => name));
  return {
    calls,
    beside: (own) => (offered.length === 0 ? own : [...own.filter(({ name }) => !names.has(name)), ...offered]),
  };
}
