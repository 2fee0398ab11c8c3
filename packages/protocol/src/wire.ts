/*
 * The part of the protocol that needs no schema library: names, rules and checks written by hand. Programs that start
 * often (a command line) or must be small (a page) import this entry and take the types of methods from the main one.
 */
export { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
export {
  type ClientId,
  type ClientMode,
  clientCaps,
  clientIds,
  clientModes,
  isControlUi,
  isWebChat,
} from "./clients.ts";
export { closeCodes, closeReason } from "./close.ts";
export { canonicalPublicKey, decodePublicKey, decodeSignature, deviceIdOf, toHex } from "./device-key.ts";
export { type ErrorCode, errorCodes, type GatewayErrorShape, gatewayError, handlerError } from "./errors.ts";
export {
  advertisedEvents,
  type EventName,
  eventRules,
  eventScope,
  isDroppable,
  isEventName,
  mayReceive,
} from "./event-rules.ts";
export { limits } from "./limits.ts";
export { type ReadFrame, type RequestFrame, readRequestFrame } from "./request-frame.ts";
export { type HeldScopes, holdsScope, type Role, roles, type Scope, scopes } from "./scopes.ts";
export {
  type SignedPayloadFields,
  type SignedPayloadVersion,
  signedPayload,
  signedToken,
} from "./signed-payload.ts";
export { displayTool, formatToolDisplay, type ToolDisplay, type ToolDisplayOptions } from "./tool-display.ts";
export { negotiateProtocol, PROTOCOL_MAX, PROTOCOL_MIN, type ProtocolVersion } from "./version.ts";
