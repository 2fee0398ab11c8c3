import type { Channel, ForeignChannel, PluginTool, PluginToolFactory } from "@openclaw/plugin-sdk";
import type { ChannelRegistration } from "../registry/registrations.ts";
import type { PluginDraft } from "./plugin-draft.ts";
import { registerTool } from "./register-tool.ts";

type Given = Channel | ForeignChannel | { plugin: Channel | ForeignChannel; dock?: object };

/** Takes a channel, of our contract or of the reference release's. */
export function registerChannel(draft: PluginDraft, given: Given): void {
  const { channel, dock } = unwrap(given);
  const id = channelId(channel);
  if (id === undefined) return draft.fail("channel registration missing id");
  if (draft.find("channels", (other) => other.id === id)) return draft.fail(`channel already registered: ${id}`);
  draft.own.channels.push({ pluginId: draft.pluginId, id, channel, dock });
  const tools = "agentTools" in channel ? channel.agentTools : undefined;
  if (tools !== undefined) registerTool(draft, channelTools(id, tools));
}

/** The tools of a channel, for as long as the configuration has a section of it. */
function channelTools(id: string, tools: unknown): PluginToolFactory {
  return ({ config }) => {
    const { channels } = config;
    if (typeof channels !== "object" || channels === null || Reflect.get(channels, id) === undefined) return null;
    const made: unknown = typeof tools === "function" ? tools({ cfg: config }) : tools;
    return [made].flat().filter(isTool);
  };
}

function isTool(value: unknown): value is PluginTool {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "execute" in value &&
    typeof value.execute === "function"
  );
}

function unwrap(given: Given): { channel: Channel | ForeignChannel; dock: object | undefined } {
  if ("plugin" in given && typeof given.plugin === "object" && given.plugin !== null) {
    const { plugin, dock } = given as { plugin: Channel | ForeignChannel; dock?: object };
    return { channel: plugin, dock };
  }
  return { channel: given as Channel | ForeignChannel, dock: undefined };
}

function channelId(channel: Channel | ForeignChannel): string | undefined {
  const own = "id" in channel ? channel.id : undefined;
  const meta = channel.meta && "id" in channel.meta ? channel.meta.id : undefined;
  const id = [own, meta].find((value) => typeof value === "string" && value.trim() !== "");
  return typeof id === "string" ? id.trim() : undefined;
}

/** Whether a channel is written against the contract of `@openclaw/plugin-sdk`, which this host can start. */
export function isStartable(channel: ChannelRegistration["channel"]): channel is Channel {
  return "start" in channel && typeof channel.start === "function" && channel.meta !== undefined;
}
