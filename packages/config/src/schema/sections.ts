import type { z } from "zod";
import type { Fragments } from "./fragments.ts";
import { agentsSection } from "./sections/agents.ts";
import { browserSection } from "./sections/browser.ts";
import { approvalsSection, commandsSection, messagesSection, sessionSection } from "./sections/conversations.ts";
import { diagnosticsSection, loggingSection } from "./sections/diagnostics.ts";
import { memorySection, pluginsSection, skillsSection } from "./sections/extensions.ts";
import { gatewaySection } from "./sections/gateway.ts";
import { hooksSection } from "./sections/hooks.ts";
import { envSection, metaSection, uiSection, updateSection, wizardSection } from "./sections/installation.ts";
import { authSection, modelsSection } from "./sections/models.ts";
import { bindingsSection, broadcastSection } from "./sections/routing.ts";
import {
  audioSection,
  bridgeSection,
  canvasHostSection,
  cronSection,
  discoverySection,
  mediaSection,
  nodeHostSection,
  storageSection,
  talkSection,
  webSection,
} from "./sections/services.ts";
import { mcpSection, toolsSection } from "./sections/tools.ts";

/** What a section needs to know to be built. */
export interface SectionContext {
  fragments: Fragments;
  /** Every channel id a section may name. */
  channelIds: readonly string[];
}

/**
 * Every top-level section except `channels`, by name. They are functions because a configuration uses few of them: a
 * section is built when the file contains it, and all of them only for the JSON Schema.
 */
export const sectionBuilders = {
  meta: metaSection,
  wizard: wizardSection,
  env: envSection,
  update: updateSection,
  diagnostics: diagnosticsSection,
  logging: loggingSection,
  gateway: gatewaySection,
  nodeHost: nodeHostSection,
  agents: ({ fragments }: SectionContext) => agentsSection(fragments),
  tools: ({ fragments }: SectionContext) => toolsSection(fragments),
  mcp: mcpSection,
  bindings: bindingsSection,
  broadcast: broadcastSection,
  audio: audioSection,
  media: mediaSection,
  auth: authSection,
  models: modelsSection,
  messages: ({ fragments }: SectionContext) => messagesSection(fragments),
  commands: commandsSection,
  approvals: approvalsSection,
  session: ({ fragments }: SectionContext) => sessionSection(fragments),
  cron: cronSection,
  hooks: ({ channelIds }: SectionContext) => hooksSection(channelIds),
  web: webSection,
  ui: uiSection,
  browser: browserSection,
  talk: talkSection,
  discovery: discoverySection,
  canvasHost: canvasHostSection,
  bridge: bridgeSection,
  memory: ({ fragments }: SectionContext) => memorySection(fragments),
  skills: skillsSection,
  plugins: pluginsSection,
  storage: storageSection,
};

/** The name of a top-level section, `channels` aside. */
export type SectionName = keyof typeof sectionBuilders;

/** All sections but `channels`, as they are after validation. */
export type Sections = { [K in SectionName]?: z.output<ReturnType<(typeof sectionBuilders)[K]>> };

/** Whether a top-level key is a section this release knows. */
export function isSectionName(key: string): key is SectionName {
  return Object.hasOwn(sectionBuilders, key);
}
