import type { ModelRef } from "@openclaw/models";
import { parseThinkingLevel, sameModelRef, supportsXhigh, thinkingLevelsFor, xhighRefusal } from "@openclaw/models";
import type { SessionPatch } from "@openclaw/sessions";
import type { ExecChange } from "../directives/exec-directive.ts";
import type { Directive } from "../directives/parse-directives.ts";
import type { QueueChange } from "../directives/queue-directive.ts";
import { chatElevatedRefusal } from "../levels/elevated-refusal.ts";
import { levelOptions } from "../levels/level-words.ts";
import { elevatedLevel, reasoningLevel, thinkingLevel, verboseLevel } from "../levels/resolve-levels.ts";
import { resolveQueueSettings, sessionQueue } from "../queue/queue-settings.ts";
import type { CommandButton, CommandReply, CommandRequest, CommandServices } from "./command-request.ts";
import { chooseModelByText, type ModelChoices, profileProblem } from "./model-choice.ts";
import { browseModels, choicesOf, modelListing } from "./models-command.ts";

/** What one directive answers and changes. `problem` makes the whole message change nothing. */
interface Effect {
  text: string;
  patch?: SessionPatch;
  /** What the model is to know. */
  event?: string;
  buttons?: CommandButton[][];
  problem?: true;
}

/** A message that is nothing but directives: their state is kept in the session and acknowledged in one answer. */
export async function applyDirectives(
  directives: readonly Directive[],
  request: CommandRequest,
  services: CommandServices,
): Promise<CommandReply> {
  const choices = await choicesOf(request, services);
  const effects: Effect[] = [];
  const model = chosenModel(directives, choices);
  for (const directive of directives) effects.push(await effectOf(directive, { request, services, choices, model }));
  const problems = effects.filter((effect) => effect.problem);
  if (problems.length > 0) return { text: problems.map(({ text }) => text).join(" ") };
  const patch: SessionPatch = Object.assign({}, ...effects.map((effect) => effect.patch ?? {}));
  const lowered = lowerXhigh(patch, { request, services, choices, model });
  if (lowered) {
    Object.assign(patch, lowered.patch);
    effects.push(lowered);
  }
  if (Object.keys(patch).length > 0)
    services.session.patch(request.sessionKey, { ...patch, updatedAt: services.now() });
  for (const { event } of effects) if (event !== undefined) await services.tellModel(request.sessionKey, event);
  const buttons = effects.flatMap((effect) => effect.buttons ?? []);
  return { text: effects.map(({ text }) => text).join(" "), ...(buttons.length === 0 ? {} : { buttons }) };
}

interface Surroundings {
  request: CommandRequest;
  services: CommandServices;
  choices: ModelChoices;
  /** The model the session has after the message. */
  model: ModelRef;
}

function chosenModel(directives: readonly Directive[], choices: ModelChoices): ModelRef {
  const last = directives.findLast((directive) => directive.name === "model");
  const choice = last?.value === undefined ? undefined : chooseModelByText(last.value, choices);
  return choice?.kind === "set" ? choice.ref : choices.current;
}

function effectOf(directive: Directive, around: Surroundings): Effect | Promise<Effect> {
  switch (directive.name) {
    case "think":
      return thinkEffect(directive, around);
    case "verbose":
      return verboseEffect(directive, around);
    case "reasoning":
      return reasoningEffect(directive, around);
    case "elevated":
      return elevatedEffect(directive, around);
    case "exec":
      return execEffect(directive, around);
    case "model":
      return modelEffect(directive, around);
    case "queue":
      return queueEffect(directive, around);
  }
}

type Of<Name extends Directive["name"]> = Extract<Directive, { name: Name }>;

function thinkEffect({ value, wrong }: Of<"think">, { request, services, choices, model }: Surroundings): Effect {
  const options: readonly string[] = model.provider === "zai" ? ["off", "on"] : thinkingLevelsFor(model);
  if (wrong !== undefined) return problem(unrecognized("thinking", wrong, options));
  const config = services.config();
  if (value === undefined) {
    const reasons = choices.known.find(
      (info) => info.provider === model.provider && info.id === model.model,
    )?.reasoning;
    const level = thinkingLevel({ entry: services.session.get(request.sessionKey), config }, reasons ?? false);
    const shown = model.provider === "zai" && level !== "off" ? "on" : level;
    return query(`Current thinking level: ${shown}.`, options);
  }
  if (value === "xhigh" && !supportsXhigh(model)) return problem(xhighRefusal());
  const stored = model.provider === "zai" && value !== "off" ? "low" : value;
  return {
    // "off" is kept too, or it could not override a default.
    patch: { thinkingLevel: stored },
    text: value === "off" ? "Thinking disabled." : `Thinking level set to ${stored}.`,
  };
}

function verboseEffect({ value, wrong }: Of<"verbose">, { request, services }: Surroundings): Effect {
  if (wrong !== undefined) return problem(unrecognized("verbose", wrong, ["off", "on", "full"]));
  if (value === undefined) {
    const level = verboseLevel({ entry: services.session.get(request.sessionKey), config: services.config() });
    return query(`Current verbose level: ${level}.`, levelOptions.verbose);
  }
  const said = { off: "disabled.", on: "enabled.", full: "set to full." }[value];
  return { patch: { verboseLevel: value }, text: `⚙️ Verbose logging ${said}` };
}

function reasoningEffect({ value, wrong }: Of<"reasoning">, { request, services }: Surroundings): Effect {
  if (wrong !== undefined) return problem(unrecognized("reasoning", wrong, levelOptions.reasoning));
  if (value === undefined) {
    const level = reasoningLevel({ entry: services.session.get(request.sessionKey), config: services.config() });
    return query(`Current reasoning level: ${level}.`, levelOptions.reasoning);
  }
  const texts = {
    off: ["⚙️ Reasoning visibility disabled.", "Reasoning OFF — hide <think>."],
    on: ["⚙️ Reasoning visibility enabled.", "Reasoning ON — include <think>."],
    stream: ["⚙️ Reasoning stream enabled (Telegram only).", "Reasoning STREAM — emit live <think>."],
  } as const;
  const [text, event] = texts[value];
  return { patch: { reasoningLevel: value === "off" ? undefined : value }, text, event };
}

function elevatedEffect({ value, wrong }: Of<"elevated">, { request, services }: Surroundings): Effect {
  const access = services.elevated(request);
  const { sandboxed } = services.sandbox(request);
  if (!access.allowed)
    return problem(chatElevatedRefusal(access, { ...request.place, sessionKey: request.sessionKey, sandboxed }));
  if (wrong !== undefined) return problem(unrecognized("elevated", wrong, ["off", "on", "ask", "full"]));
  if (value === undefined) {
    const entry = services.session.get(request.sessionKey);
    const level = elevatedLevel({ entry, config: services.config() }, true);
    return query(`Current elevated level: ${level}.`, levelOptions.elevated);
  }
  if (value !== "off" && !request.place.mentioned) return problem(needsMention("elevated"));
  const texts = {
    off: ["⚙️ Elevated mode disabled.", "Elevated OFF — exec stays in sandbox."],
    ask: [
      "⚙️ Elevated mode set to ask (approvals may still apply).",
      "Elevated ASK — exec runs on host; approvals may still apply.",
    ],
    full: ["⚙️ Elevated mode set to full (auto-approve).", "Elevated FULL — exec runs on host with auto-approval."],
  } as const;
  const [text, event] = texts[value === "on" ? "ask" : value];
  const direct = sandboxed ? "" : "\n⚙️ Runtime is direct; sandboxing does not apply.";
  return { patch: { elevatedLevel: value }, text: `${text}${direct}`, event };
}

function execEffect({ value, wrong }: Of<"exec">, { request, services }: Surroundings): Effect {
  if (wrong !== undefined) return problem(wrong);
  const entry = services.session.get(request.sessionKey);
  if (value === undefined) {
    const configured = services.config().tools?.exec;
    const host = entry?.execHost ?? configured?.host ?? "sandbox";
    const security = entry?.execSecurity ?? configured?.security ?? (host === "sandbox" ? "deny" : "allowlist");
    const ask = entry?.execAsk ?? configured?.ask ?? "on-miss";
    const node = entry?.execNode ?? "(unset)";
    return {
      text: [
        `Current exec defaults: host=${host}, security=${security}, ask=${ask}, node=${node}.`,
        "Options: host=sandbox|gateway|node, security=deny|allowlist|full, ask=off|on-miss|always, node=<id>.",
      ].join("\n"),
    };
  }
  const tightens = value.security === "deny" && Object.keys(value).length === 1;
  if (!tightens && !request.place.mentioned) return problem(needsMention("exec"));
  return { patch: execPatch(value), text: `⚙️ Exec defaults set (${execText(value)}).` };
}

function execPatch({ host, security, ask, node }: ExecChange): SessionPatch {
  return {
    ...(host === undefined ? {} : { execHost: host }),
    ...(security === undefined ? {} : { execSecurity: security }),
    ...(ask === undefined ? {} : { execAsk: ask }),
    ...(node === undefined ? {} : { execNode: node }),
  };
}

function execText({ host, security, ask, node }: ExecChange): string {
  return Object.entries({ host, security, ask, node })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

async function modelEffect({ value }: Of<"model">, around: Surroundings): Promise<Effect> {
  const { request, services, choices } = around;
  if (value === undefined || /^list$/i.test(value)) {
    const hasButtons = request.place.buttonsPerRow !== undefined && choices.allowed.length > 0;
    const text = await modelListing("list", request, services);
    return { text, ...(hasButtons ? { buttons: [[browseModels]] } : {}) };
  }
  if (/^status$/i.test(value)) return { text: await modelListing("status", request, services) };
  const choice = chooseModelByText(value, choices);
  if (choice.kind === "refused") return problem(choice.text);
  const { profile } = choice;
  const wrongProfile =
    profile === undefined ? undefined : profileProblem(profile, choice.ref, services.models, request.agentId);
  if (wrongProfile !== undefined) return problem(wrongProfile);
  const changed = !sameModelRef(choice.ref, choices.current);
  // Where the conversation above has a model of its own, only a choice of the thread's own brings back the default.
  const isUnset = choice.isDefault && services.session.inheritedModel(request.sessionKey) === undefined;
  return {
    patch: {
      providerOverride: isUnset ? undefined : choice.ref.provider,
      modelOverride: isUnset ? undefined : choice.ref.model,
      authProfileOverride: profile,
      authProfileOverrideSource: profile === undefined ? undefined : "user",
      authProfileOverrideCompactionCount: undefined,
    },
    text: [
      choice.isDefault ? `Model reset to default (${plainRef(choice.ref)}).` : `Model set to ${choice.label}.`,
      ...(profile === undefined ? [] : [`Auth profile set to ${profile}.`]),
    ].join("\n"),
    ...(changed ? { event: `Model switched to ${choice.label}.` } : {}),
  };
}

function queueEffect({ value, wrong }: Of<"queue">, { request, services }: Surroundings): Effect {
  if (wrong !== undefined) return problem(wrong);
  if (value === undefined) {
    const { mode, debounceMs, cap, drop } = resolveQueueSettings({
      session: sessionQueue(services.session.get(request.sessionKey)),
      config: services.config().messages?.queue,
      channel: request.place.channel,
    });
    return {
      text: [
        `Current queue settings: mode=${mode}, debounce=${debounceMs}ms, cap=${cap}, drop=${drop}.`,
        "Options: modes steer, followup, collect, steer+backlog, interrupt; debounce:<ms|s|m>, cap:<n>, drop:old|new|summarize.",
      ].join("\n"),
    };
  }
  return { patch: queuePatch(value), text: queueTexts(value).join(" ") };
}

function queuePatch({ mode, debounceMs, cap, drop, reset }: QueueChange): SessionPatch {
  const cleared = { queueMode: undefined, queueDebounceMs: undefined, queueCap: undefined, queueDrop: undefined };
  return {
    ...(reset ? cleared : {}),
    ...(mode === undefined ? {} : { queueMode: mode }),
    ...(debounceMs === undefined ? {} : { queueDebounceMs: debounceMs }),
    ...(cap === undefined ? {} : { queueCap: cap }),
    ...(drop === undefined ? {} : { queueDrop: drop }),
  };
}

function queueTexts({ mode, debounceMs, cap, drop, reset }: QueueChange): string[] {
  return [
    ...(reset ? ["⚙️ Queue mode reset to default."] : []),
    ...(mode === undefined ? [] : [`⚙️ Queue mode set to ${mode}.`]),
    ...(debounceMs === undefined ? [] : [`⚙️ Queue debounce set to ${debounceMs}ms.`]),
    ...(cap === undefined ? [] : [`⚙️ Queue cap set to ${cap}.`]),
    ...(drop === undefined ? [] : [`⚙️ Queue drop set to ${drop}.`]),
  ];
}

/** A level the new model does not have is lowered, and the user is told. */
function lowerXhigh(patch: SessionPatch, { request, services, model, choices }: Surroundings): Effect | undefined {
  const before = services.session.get(request.sessionKey)?.thinkingLevel;
  if (sameModelRef(model, choices.current) || "thinkingLevel" in patch || supportsXhigh(model)) return undefined;
  if (before === undefined || parseThinkingLevel(before) !== "xhigh") return undefined;
  return {
    patch: { thinkingLevel: "high" },
    text: `Thinking level set to high (xhigh not supported for ${plainRef(model)}).`,
  };
}

function plainRef({ provider, model }: ModelRef): string {
  return `${provider}/${model}`;
}

function problem(text: string): Effect {
  return { text, problem: true };
}

function query(current: string, options: readonly string[]): Effect {
  return { text: `${current}\nOptions: ${options.join(", ")}.` };
}

function unrecognized(what: string, word: string, valid: readonly string[]): string {
  return `Unrecognized ${what} level "${word}". Valid levels: ${valid.join(", ")}.`;
}

function needsMention(name: string): string {
  return `⚠️ In a group, mention the assistant to use /${name}.`;
}
