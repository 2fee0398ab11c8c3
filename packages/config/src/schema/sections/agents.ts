import { z } from "zod";
import { oneAllowList } from "../checks.ts";
import { type Fragments, toolProfileKeys } from "../fragments.ts";
import * as t from "../leaves.ts";
import { agentDefaults } from "./agent-defaults.ts";

const agentTools = (f: Fragments) =>
  z
    .strictObject({
      ...toolProfileKeys,
      byProvider: t.laterMap(f.providerToolPolicy),
      elevated: t.later(f.elevated),
      exec: t.later(f.exec),
      sandbox: z.strictObject({ tools: t.later(f.toolPolicy) }).optional(),
    })
    .superRefine(oneAllowList("agent tools"));

const agent = (f: Fragments) =>
  z.strictObject({
    id: t.mustStr,
    default: t.flag,
    name: t.str,
    workspace: t.str,
    agentDir: t.str,
    model: t.later(f.modelSelection),
    skills: t.strList,
    memorySearch: t.later(f.memorySearch),
    humanDelay: t.later(f.humanDelay),
    heartbeat: t.later(f.heartbeat),
    identity: z.strictObject({ name: t.str, theme: t.str, emoji: t.str, avatar: t.str }).optional(),
    groupChat: t.later(f.groupChat),
    subagents: z.strictObject({ allowAgents: t.strList, model: t.later(f.modelSelection), thinking: t.str }).optional(),
    sandbox: t.later(f.sandbox),
    tools: t.later(() => agentTools(f)),
  });

/** `agents`: the defaults and the agents themselves. */
export const agentsSection = (f: Fragments) =>
  z.strictObject({ defaults: t.later(() => agentDefaults(f)), list: t.later(() => z.array(agent(f))) });
