import type { ModelRef } from "@openclaw/models";
import { supportsXhigh } from "@openclaw/models";
import type { ExecChange } from "../directives/exec-directive.ts";
import { type DirectiveOptions, parseDirectives } from "../directives/parse-directives.ts";
import type { InlineLevels } from "../levels/resolve-levels.ts";
import type { CommandRequest, CommandServices } from "./command-request.ts";
import { chooseModelByText, profileProblem } from "./model-choice.ts";
import { choicesOf } from "./models-command.ts";

/** What the directives inside a message ask for, for this message alone. */
export interface InlineSettings {
  /** The message without them. */
  text: string;
  levels: InlineLevels;
  model?: ModelRef;
  /** The auth profile to use with it and no other. */
  profile?: string;
  exec?: ExecChange;
}

/**
 * Reads the directives of a message that says more than them. A word after `/model` that means no model stays in the
 * text; what the sender may not ask for is taken out and has no effect.
 */
export async function inlineSettings(
  text: string,
  options: Pick<DirectiveOptions, "aliases">,
  request: CommandRequest,
  services: CommandServices,
): Promise<InlineSettings> {
  const first = parseDirectives(text, options);
  if (first.directives.length === 0) return { text, levels: {} };
  const asksForModel = first.directives.some(({ name }) => name === "model");
  const choices = asksForModel ? await choicesOf(request, services) : undefined;
  const isModel = (word: string) => choices !== undefined && chooseModelByText(word, choices).kind === "set";
  const parsed = choices ? parseDirectives(text, { ...options, acceptsModel: isModel }) : first;
  const settings: InlineSettings = { text: parsed.text, levels: {} };
  const levels: { -readonly [K in keyof InlineLevels]: InlineLevels[K] } = {};
  for (const directive of parsed.directives) {
    if (directive.value === undefined) continue;
    switch (directive.name) {
      case "think":
        levels.thinking = directive.value;
        break;
      case "verbose":
        levels.verbose = directive.value;
        break;
      case "reasoning":
        levels.reasoning = directive.value;
        break;
      case "elevated":
        if (directive.value === "off" || mayElevate(request, services)) levels.elevated = directive.value;
        break;
      case "exec":
        if (request.place.mentioned || isTightening(directive.value)) settings.exec = directive.value;
        break;
      case "model": {
        const choice = choices && chooseModelByText(directive.value, choices);
        if (choice?.kind !== "set") break;
        const { profile } = choice;
        // One that cannot be used has no effect, as a model that may not be chosen.
        if (profile !== undefined && profileProblem(profile, choice.ref, services.models, request.agentId)) break;
        settings.model = choice.ref;
        if (profile !== undefined) settings.profile = profile;
        break;
      }
      case "queue":
        break; // counts where it is decided whether the message waits
      default:
        directive satisfies never;
    }
  }
  if (levels.thinking === "xhigh" && settings.model && !supportsXhigh(settings.model)) levels.thinking = "high";
  return { ...settings, levels };
}

function mayElevate(request: CommandRequest, services: CommandServices): boolean {
  return request.place.mentioned && services.elevated(request).allowed;
}

function isTightening(change: ExecChange): boolean {
  return change.security === "deny" && Object.keys(change).length === 1;
}
