import type { MethodContract } from "./contract.ts";
import { agentMethods } from "./methods/agents.ts";
import { browserMethods } from "./methods/browser.ts";
import { channelMethods } from "./methods/channels.ts";
import { chatMethods } from "./methods/chat.ts";
import { chatPairingMethods } from "./methods/chat-pairing.ts";
import { commandMethods } from "./methods/commands.ts";
import { configMethods } from "./methods/config.ts";
import { cronMethods } from "./methods/cron.ts";
import { deviceMethods } from "./methods/devices.ts";
import { execApprovalMethods } from "./methods/exec-approvals.ts";
import { extensionMethods } from "./methods/extensions.ts";
import { modelAndSkillMethods } from "./methods/models-and-skills.ts";
import { nodeMethods } from "./methods/nodes.ts";
import { operationMethods } from "./methods/operations.ts";
import { outboundMethods } from "./methods/outbound.ts";
import { sessionMethods } from "./methods/sessions.ts";
import { speechMethods } from "./methods/speech.ts";
import { systemMethods } from "./methods/system.ts";
import { toolMethods } from "./methods/tools.ts";
import { wizardMethods } from "./methods/wizard.ts";
import type { ProtocolVersion } from "./version.ts";

/**
 * Every method by name: all of version 3, and those of version 4 that a Gateway of this project may serve. `connect`
 * is not among them: it is the handshake, see `connectParams`.
 */
export const methods = {
  ...systemMethods,
  ...chatMethods,
  ...sessionMethods,
  ...outboundMethods,
  ...channelMethods,
  ...agentMethods,
  ...modelAndSkillMethods,
  ...commandMethods,
  ...configMethods,
  ...cronMethods,
  ...speechMethods,
  ...nodeMethods,
  ...execApprovalMethods,
  ...deviceMethods,
  ...wizardMethods,
  ...browserMethods,
  ...toolMethods,
  ...extensionMethods,
  ...operationMethods,
  ...chatPairingMethods,
};

export type Methods = typeof methods;
export type MethodName = keyof Methods;

/**
 * What a handler gets: checked, defaults filled in. Fields of version 4 are part of it; on version 3 they are absent.
 */
export type ParamsOf<M extends MethodName> =
  Methods[M] extends MethodContract<infer _P, infer _R, infer _In, infer P4> ? P4 : never;

/** What a caller passes. A Gateway refuses fields of version 4 on connections of version 3. */
export type ParamsInput<M extends MethodName> =
  Methods[M] extends MethodContract<infer _P, infer _R, infer _In, infer _P4, infer In4> ? In4 : never;

/** What a caller may pass on version 3. */
export type V3ParamsInput<M extends MethodName> =
  Methods[M] extends MethodContract<infer _P, infer _R, infer In> ? In : never;

/** The payload of a successful answer. */
export type ResultOf<M extends MethodName> = Methods[M] extends MethodContract<infer _P, infer R> ? R : never;

/** The contract of a method, if connections of this version know it. */
export function findMethod(name: string, protocol: ProtocolVersion): MethodContract | undefined {
  if (!isMethodName(name)) return undefined;
  const contract: MethodContract = methods[name];
  return contract.only === undefined || contract.only === protocol ? contract : undefined;
}

/** Whether any version of the protocol knows this name. */
export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

/** Names for `features.methods`, of which a Gateway lists those it serves. */
export function advertisedMethods(protocol: ProtocolVersion): MethodName[] {
  return Object.values<Methods[MethodName]>(methods)
    .filter((contract) => contract.advertised && (contract.only === undefined || contract.only === protocol))
    .map((contract) => contract.name);
}
