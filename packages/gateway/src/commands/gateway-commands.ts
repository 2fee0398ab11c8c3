import {
  type AgentRuntime,
  type CommandProvider,
  type CommandRegistry,
  createCommandRegistry,
  parseDirectives,
  type QueueOverrides,
  type QueueSettings,
  type RecognisedCommand,
  type RunSettings,
  type StatusFacts,
  skillSpec,
  statusCard,
} from "@openclaw/agent-runtime";
import type { CommandReply, CommandRequest, CommandServices, StoppedWork } from "@openclaw/agent-runtime/commands";
import type { ConfigStore, OpenClawConfig } from "@openclaw/config";
import { formatModelRef, type Models } from "@openclaw/models";
import type { PluginCommands } from "@openclaw/plugins";
import { matchResetTrigger, type Sessions, sessionKind } from "@openclaw/sessions";
import type { SkillCommand } from "@openclaw/skills";
import type { Clock } from "@openclaw/storage";
import type { Agents } from "../agents.ts";
import type { GatewaySpeech } from "../media/gateway-speech.ts";
import type { ModelWindow } from "../model-windows.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import type { ChannelRoute } from "../pipeline/reply.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";
import { answerPluginCommand, pluginCommandSpec } from "../plugins/plugin-command.ts";
import { sessionModel } from "../session-model.ts";
import type { GatewaySkills } from "../skills/agent-skills.ts";
import { readSkillInvocation, type SkillInvocation, skillRequest } from "../skills/skill-invocation.ts";
import type { Reception } from "./reception.ts";

/** Services that are there only when something in the Gateway provides them. */
type Provided = Partial<Pick<CommandServices, "compaction" | "approvals" | "subagents" | "bash">>;

/** The parts of a Gateway that commands work with. */
export interface CommandParts {
  sessions: Sessions;
  models: Models;
  modelWindow: ModelWindow;
  runtime: AgentRuntime;
  agents: Agents;
  systemEvents: SystemEvents;
  speech: GatewaySpeech;
  /** What became of the files of a session's last message that had some. */
  mediaParts(sessionKey: string): readonly string[];
  /** What is left of a provider's allowances; undefined where it says nothing. */
  providerUsage(provider: string, agentId: string): Promise<string | undefined>;
  config(): OpenClawConfig;
  configStore: ConfigStore;
  clock: Clock;
  version: string;
  skills: Pick<GatewaySkills, "commands" | "find">;
  /** Ids of the channels that run here. */
  channels: readonly string[];
  /** How many buttons stand in a row of a chat; undefined where none can be shown. */
  buttonsPerRow(route: ChannelRoute): number | undefined;
  queueOf(sessionKey: string, channel: string): QueueSettings & { depth: number };
  stop(sessionKey: string): StoppedWork;
  /** Subagents of a session, for its status card. */
  subagents(sessionKey: string): NonNullable<StatusFacts["subagents"]>;
  restart(): void;
  provided: Provided;
  /** The commands of plugins, once they are loaded. */
  pluginCommands(): PluginCommands | undefined;
}

/** What the turn of a message needs beyond the message. */
export interface Turn {
  /** For the model: without directives, commands and the name of a model. */
  text: string;
  settings: RunSettings;
  /** Of a session that begins: its model, and the one it would have without a choice. */
  model?: { name: string; defaultName: string };
}

/** Commands and directives of one Gateway. What answers them is loaded when the first one comes in. */
export interface GatewayCommands {
  registry: CommandRegistry;
  /** The commands of an agent's skills. */
  skillCommands(agentId: string): readonly SkillCommand[];
  /** Says at once what a message is; nothing has happened yet. */
  receive(message: Inbound): Reception;
  /** Answers a command that stands inside a message. */
  answer(command: RecognisedCommand, message: Inbound): Promise<CommandReply>;
  /**
   * What a message asks for itself. With `begins`, the model it names becomes that of the new session; without, a
   * message that is resumed is only read.
   */
  turn(message: Inbound, reception: Reception, options: { begins: boolean }): Promise<Turn>;
  /** What a message says about itself for the case that it has to wait: its text without settings, and its queue. */
  waiting(message: Inbound): { text: string; startsSession: boolean; queue: QueueOverrides | undefined };
  /** Whether a message is answered also where replies are forbidden. */
  isUnderDeny(message: Inbound): boolean;
  /** What `/status` says of a session. */
  statusCard(sessionKey: string): Promise<string>;
  /** Stops a session's work; resolves with what its user is told. */
  stop(sessionKey: string): Promise<string>;
}

export function createGatewayCommands(parts: CommandParts): GatewayCommands {
  const { models, sessions, config } = parts;
  const registry = createCommandRegistry({
    providers: providersOf(parts),
    docks: parts.channels.length > 0 ? ["webchat", ...parts.channels] : [],
    further: () => parts.pluginCommands()?.list().map(pluginCommandSpec) ?? [],
  });

  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const [handlers, { createCommandServices }] = await Promise.all([
      import("@openclaw/agent-runtime/commands"),
      import("./command-services.ts"),
    ]);
    return { ...handlers, services: createCommandServices(parts, registry, skillCommands) };
  };
  const loaded = () => {
    loading ??= load();
    return loading;
  };

  const modelAliases = (): ReadonlySet<string> =>
    new Set(
      models
        .aliases()
        .map(({ alias }) => alias.toLowerCase())
        .filter((alias) => !registry.has(alias)),
    );

  const isGroupChat = (sessionKey: string) => sessionKind(sessionKey, sessions.get(sessionKey)) === "group";

  const requestOf = (message: Inbound): Omit<CommandRequest, "args"> => {
    const { sessionKey, agentId, route, scopes } = message;
    const isGroup = isGroupChat(sessionKey);
    const holds = (...wanted: string[]) => scopes === undefined || scopes.some((scope) => wanted.includes(scope));
    return {
      sessionKey,
      agentId,
      sender: {
        id: message.senderId,
        name: message.senderName,
        username: message.senderUsername,
        mayApprove: holds("operator.approvals", "operator.admin"),
        mayConfigure: holds("operator.admin"),
      },
      place:
        route.surface !== "channel"
          ? { channel: "webchat", isGroup, mentioned: true }
          : {
              channel: route.channel,
              accountId: route.accountId,
              chat: route.to,
              threadId: route.threadId,
              isGroup,
              mentioned: !isGroup || message.wasMentioned === true,
              buttonsPerRow: parts.buttonsPerRow(route),
            },
    };
  };

  /** The trigger of a new session: as configured, also with the bot's name or a colon behind it. */
  const resetOf = (text: string, recognised: RecognisedCommand | undefined): Reception | undefined => {
    const triggers = config().session?.resetTriggers;
    const match = matchResetTrigger(text, triggers);
    if (match) return { kind: "reset", trigger: match.trigger, text: match.rest };
    const spec = recognised?.command.spec;
    if (spec?.kind !== "reset") return undefined;
    const trigger = matchResetTrigger(`/${spec.name}`, triggers)?.trigger;
    return trigger === undefined ? undefined : { kind: "reset", trigger, text: recognised?.args ?? "" };
  };

  /** A thread that goes on from its chat does so from the first command on: with what was said and chosen there. */
  const beginThread = ({ sessionKey, parentKey, route }: Inbound): void => {
    if (parentKey === undefined || sessions.get(sessionKey)?.sessionId) return;
    const { channel, chatType } = route.surface === "channel" ? route : {};
    sessions.ensure(sessionKey, {
      now: parts.clock.now(),
      parentKey,
      ...(channel === undefined ? {} : { channel }),
      ...(chatType === undefined ? {} : { chatType }),
    });
  };

  const answer = async (command: RecognisedCommand, message: Inbound): Promise<CommandReply> => {
    const { answerCommand, services } = await loaded();
    beginThread(message);
    return answerCommand(command, requestOf(message), services);
  };

  /** A command that was chosen from a menu, where its values can be chosen too. */
  const menuOf = (recognised: RecognisedCommand | undefined, message: Inbound): Reception | undefined => {
    const { route } = message;
    const spec = recognised?.command.spec;
    if (!message.menu || spec?.menu === undefined || recognised?.args !== "" || route.surface !== "channel") return;
    const perRow = parts.buttonsPerRow(route);
    if (perRow === undefined) return undefined;
    return { kind: "command", spec, answer: async () => (await loaded()).valueMenu(spec, perRow) ?? {} };
  };

  /** Of people who may not use them, commands are dropped and settings are text; a reset word is, in a direct chat, too. */
  const isDropped = (recognised: RecognisedCommand | undefined, message: Inbound): boolean => {
    const kind = recognised?.command.spec.kind;
    return kind === "command" || (kind === "reset" && isGroupChat(message.sessionKey));
  };

  const skillCommands = (agentId: string) => parts.skills.commands(agentId, (name) => registry.has(name));

  const skillOf = (recognised: RecognisedCommand | undefined, { text, agentId, place }: Inbound) => {
    if (!text.trimStart().startsWith("/") || (recognised && recognised.command.spec.name !== "skill")) return undefined;
    const commands = skillCommands(agentId).filter(({ skill }) => place?.skills?.includes(skill.name) !== false);
    return readSkillInvocation(text, (name) => parts.skills.find(commands, name));
  };

  /** A tool that is called without a turn is bound by the same rules. */
  const rememberPlace = (message: Inbound): void => {
    const { sessionKey, place } = message;
    const known = sessions.get(sessionKey);
    if (place === undefined && known?.placeRules === undefined) return;
    beginThread(message);
    if (!sessions.get(sessionKey)?.sessionId) sessions.ensure(sessionKey, { now: parts.clock.now() });
    sessions.update(sessionKey, () => ({ placeRules: place }));
  };

  /** A skill's message asks the model to use it, unless the skill names a tool that is called at once. */
  const skillReception = (invocation: SkillInvocation, message: Inbound): Reception => {
    const { commandTool, name } = invocation.command.skill;
    if (commandTool === undefined || message.attachments.length > 0) {
      const { sessionKey, agentId } = message;
      if (parts.runtime.sandboxes.explain({ sessionKey, agentId }).sandbox.sessionIsSandboxed) {
        const text = `⚠️ The skill ${name} cannot be used here: this session is sandboxed, and its file lies outside.`;
        return { kind: "command", spec: skillSpec(invocation.command), answer: async () => ({ text }) };
      }
      return { kind: "model", text: skillRequest(invocation), inline: [] };
    }
    return {
      kind: "command",
      spec: skillSpec(invocation.command),
      async answer() {
        const { callSkillTool } = await import("../skills/call-skill-tool.ts");
        rememberPlace(message);
        return callSkillTool(invocation, commandTool, message, parts.runtime);
      },
    };
  };

  const receive = (message: Inbound): Reception => {
    const { text, source } = message;
    const plain: Reception = { kind: "model", text, inline: [] };
    if (source === "wake" || message.literal) return plain;
    const plugged = source === "agent" ? undefined : parts.pluginCommands()?.match(text);
    if (plugged) return { kind: "command", answer: () => answerPluginCommand(plugged, message, config()) };
    const recognised = registry.recognise(text);
    const skill = source === "agent" ? undefined : skillOf(recognised, message);
    if (!message.authorized) return skill || isDropped(recognised, message) ? { kind: "ignored" } : plain;
    if (skill) return skillReception(skill, message);
    const reset = resetOf(text, recognised) ?? menuOf(recognised, message);
    if (reset) return reset;
    // Programs that start runs say in their request what they want; their text is for the model.
    if (source === "agent" || !/[/!]/.test(text)) return plain;
    // A skill that nobody has is text for the model.
    if (recognised?.command.spec.name === "skill" && recognised.args !== "") return plain;
    if (recognised?.command.spec.kind === "command" && message.attachments.length === 0) {
      return { kind: "command", spec: recognised.command.spec, answer: () => answer(recognised, message) };
    }
    const { directives, only } = parseDirectives(text, { aliases: modelAliases() });
    if (only && message.attachments.length === 0) {
      return {
        kind: "command",
        async answer() {
          const { applyDirectives, services } = await loaded();
          beginThread(message);
          const reply = await applyDirectives(directives, { ...requestOf(message), args: "" }, services);
          // A model that was picked takes the place of the list.
          return directives.every(({ name }) => name === "model") ? { ...reply, inPlace: true } : reply;
        },
      };
    }
    const inline = registry.takeInline(text);
    return inline ? { kind: "model", text: inline.text, inline: inline.commands } : plain;
  };

  return {
    registry,
    skillCommands,
    receive,
    answer,
    async turn(message, reception, { begins }) {
      if (reception.kind !== "model" && reception.kind !== "reset") return { text: message.text, settings: {} };
      const begun = reception.kind === "reset" ? await beginSession(message, reception.text, begins) : undefined;
      const { text, inlined } = await withoutDirectives(message, begun?.text ?? reception.text);
      return { text, settings: inlined, ...(begun?.model ? { model: begun.model } : {}) };
    },
    waiting(message) {
      const reception = receive(message);
      const text = reception.kind === "model" ? reception.text : message.text;
      const plain = { text, startsSession: reception.kind === "reset", queue: undefined };
      if (!speaks(message) || reception.kind !== "model" || !text.includes("/")) return plain;
      // Which models there are is not known at once; a word that can be one goes with its directive.
      const acceptsModel = (word: string) => /[/\d]/.test(word) || modelAliases().has(word.toLowerCase());
      const parsed = parseDirectives(text, { aliases: modelAliases(), acceptsModel });
      const queue = parsed.directives.find((directive) => directive.name === "queue");
      return { ...plain, text: parsed.text, queue: queue?.value };
    },
    isUnderDeny(message) {
      const recognised = registry.recognise(message.text);
      return message.authorized && recognised?.command.spec.underDeny === true;
    },
    async statusCard(sessionKey) {
      const { statusFacts, statusSources } = await import("./status-facts.ts");
      const about = { channel: "webchat", elevatedAllowed: false, usage: true };
      return statusCard(await statusFacts(sessionKey, about, statusSources(parts)));
    },
    async stop(sessionKey) {
      const { stoppedText } = await loaded();
      return stoppedText(parts.stop(sessionKey));
    },
  };

  /** The directives of a message that says more than them. */
  async function withoutDirectives(message: Inbound, text: string): Promise<{ text: string; inlined: RunSettings }> {
    if (!speaks(message) || !text.includes("/")) return { text, inlined: {} };
    const aliases = modelAliases();
    if (parseDirectives(text, { aliases }).directives.length === 0) return { text, inlined: {} };
    const { inlineSettings, services } = await loaded();
    const inline = await inlineSettings(text, { aliases }, { ...requestOf(message), args: "" }, services);
    const { text: _, ...inlined } = inline;
    return { text: inline.text, inlined };
  }

  /** Takes a model from the beginning of the first message of a new session, and gives the session that model. */
  async function beginSession(message: Inbound, text: string, begins: boolean) {
    const { sessionKey, agentId } = message;
    let rest = text;
    if (text !== "" && message.authorized) {
      const { takeModelHint, modelChoices, services } = await loaded();
      const hint = takeModelHint(text, await modelChoices(models, agentId, undefined));
      rest = hint.text;
      if (hint.model && begins) {
        services.session.patch(sessionKey, {
          providerOverride: hint.isDefault ? undefined : hint.model.provider,
          modelOverride: hint.isDefault ? undefined : hint.model.model,
        });
      }
    }
    return { text: rest, model: begins ? await sessionModels(sessionKey, agentId) : undefined };
  }

  /** The model a session has now, and the one it would have by itself. */
  async function sessionModels(sessionKey: string, agentId: string): Promise<NonNullable<Turn["model"]>> {
    const defaultName = formatModelRef(await models.defaultRef(agentId));
    return { name: formatModelRef(await sessionModel(sessionKey, agentId, sessions, models)), defaultName };
  }
}

/** Whether a message comes from somebody whose settings count. */
function speaks({ authorized, source, literal }: Inbound): boolean {
  return authorized && !literal && (source === "chat.send" || source === "channel");
}

function providersOf({ provided, channels }: CommandParts): Set<CommandProvider> {
  const providers = new Set<CommandProvider>(["allowlist", "restart", "speech"]);
  if (provided.compaction) providers.add("compaction");
  if (provided.approvals) providers.add("approvals");
  if (provided.subagents) providers.add("subagents");
  if (provided.bash) providers.add("bash");
  if (channels.length > 0) providers.add("docks");
  return providers;
}
