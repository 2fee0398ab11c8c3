import type { Handlers } from "../ws/dispatch.ts";
import { agentMethods } from "./agent.ts";
import { agentSettingsMethods } from "./agents.ts";
import { channelMethods } from "./channels.ts";
import { chatMethods } from "./chat.ts";
import { chatPairingMethods } from "./chat-pairing.ts";
import { chatReadMethods } from "./chat-reads.ts";
import { commandMethods } from "./commands.ts";
import { configMethods } from "./config.ts";
import { configLookupMethods } from "./config-lookup.ts";
import { cronMethods } from "./cron.ts";
import { deviceMethods } from "./devices.ts";
import { execApprovalMethods } from "./exec-approvals.ts";
import { extensionMethods } from "./extensions.ts";
import { identityMethods } from "./identity.ts";
import type { MethodContext } from "./method-context.ts";
import { nodeMethods } from "./nodes.ts";
import { operationMethods } from "./operations.ts";
import { outboundMethods } from "./outbound.ts";
import { sessionClientMethods } from "./session-clients.ts";
import { sessionUsageMethods } from "./session-usage.ts";
import { sessionMethods } from "./sessions.ts";
import { skillMethods } from "./skills.ts";
import { speechMethods } from "./speech.ts";
import { systemMethods } from "./system.ts";
import { toolMethods } from "./tools.ts";
import { updateMethods } from "./update.ts";
import { usageMethods } from "./usage.ts";
import { voiceMethods } from "./voice.ts";
import { wizardMethods } from "./wizard.ts";

/** Every method this build serves. */
export function createHandlers(context: MethodContext): Handlers {
  return {
    ...systemMethods(context),
    ...commandMethods(context),
    ...configMethods(context),
    ...agentMethods(context),
    ...chatMethods(context),
    ...channelMethods(context),
    ...outboundMethods(context),
    ...sessionMethods(context),
    ...deviceMethods(context),
    ...nodeMethods(context),
    ...execApprovalMethods(context),
    ...speechMethods(context),
    ...voiceMethods(context),
    ...usageMethods(context),
    ...agentSettingsMethods(context),
    ...identityMethods(context),
    ...sessionClientMethods(context),
    ...sessionUsageMethods(context),
    ...skillMethods(context),
    ...updateMethods(context),
    ...wizardMethods(context),
    ...cronMethods(context),
    ...toolMethods(context),
    ...extensionMethods(context),
    ...operationMethods(context),
    ...chatPairingMethods(context),
    ...chatReadMethods(context),
    ...configLookupMethods(context),
  };
}
