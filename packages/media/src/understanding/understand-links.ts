import type { Logger } from "@openclaw/log";
import { isLoopbackHost } from "@openclaw/net";
import { createRunProgram, type RunProgram } from "./run-program.ts";
import { type ChatPlace, isInScope } from "./scope.ts";
import { fillTemplate, type TemplateVariables } from "./template.ts";
import type { ScopeConfig } from "./understanding-config.ts";

const defaultMaxLinks = 3;
const defaultTimeoutSeconds = 30;
/** They lead to this machine as well. */
const anyAddress = new Set(["0.0.0.0", "[::]"]);

/** `tools.links`. A validated OpenClaw configuration is assignable to it. */
export interface LinksConfig {
  /** Default: on when there are entries. */
  enabled?: boolean;
  scope?: ScopeConfig;
  maxLinks?: number;
  timeoutSeconds?: number;
  models?: readonly { type?: "cli"; command: string; args?: readonly string[]; timeoutSeconds?: number }[];
}

export interface LinksRequest {
  text: string;
  place: ChatPlace;
  variables?: TemplateVariables;
  signal: AbortSignal;
}

/** What programs say about the links of a message, one text per link. */
export type UnderstandLinks = (request: LinksRequest) => Promise<string[]>;

/** Makes it from the configuration. */
export function createUnderstandLinks(options: {
  config: () => LinksConfig;
  env: NodeJS.ProcessEnv;
  runProgram?: RunProgram;
  log: Logger;
}): UnderstandLinks {
  const runProgram = options.runProgram ?? createRunProgram();

  const askInTurn = async (link: string, { variables, signal }: LinksRequest): Promise<string[]> => {
    const { models = [], timeoutSeconds = defaultTimeoutSeconds } = options.config();
    for (const { command, args = [], timeoutSeconds: own } of models) {
      try {
        const printed = await runProgram({
          command,
          args: args.map((argument) => fillTemplate(argument, { ...variables, LinkUrl: link })),
          env: options.env,
          timeoutMs: Math.max(1, own ?? timeoutSeconds) * 1000,
          signal,
        });
        if (printed.trim() !== "") return [printed.trim()];
      } catch (error) {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        options.log.warn(`a link was not understood: ${reason}`);
      }
    }
    return [];
  };

  return async (request) => {
    const { enabled, models = [], scope, maxLinks = defaultMaxLinks } = options.config();
    if (enabled === false || models.length === 0 || !isInScope(scope, request.place)) return [];
    const found: string[] = [];
    for (const link of linksOf(request.text).slice(0, maxLinks)) found.push(...(await askInTurn(link, request)));
    return found;
  };
}

/** The addresses that stand in a text by themselves: no targets of Markdown links, none of this machine. */
export function linksOf(text: string): string[] {
  const bare = text.replace(/\[[^\]\n]*\]\([^)\n]*\)/g, " ");
  const links = [...bare.matchAll(/https?:\/\/[^\s<>"'`]+/gi)].flatMap(([match]) => {
    const link = match.replace(/[.,;:!?)\]}]+$/, "");
    if (!URL.canParse(link)) return [];
    const { hostname } = new URL(link);
    const isLocal = isLoopbackHost(hostname) || hostname.endsWith(".localhost") || anyAddress.has(hostname);
    return isLocal ? [] : [link];
  });
  return [...new Set(links)];
}
