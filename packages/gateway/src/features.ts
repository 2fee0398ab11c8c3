import { advertisedEvents, type EventName, type MethodName, methods } from "@openclaw/protocol";
import type { ProtocolVersion } from "./ws/connection.ts";
import type { Handlers } from "./ws/dispatch.ts";

/** Events this build sends. */
const sent: readonly EventName[] = [
  "connect.challenge",
  "agent",
  "chat",
  "presence",
  "tick",
  "health",
  "shutdown",
  "device.pair.requested",
  "device.pair.resolved",
  "device.pair.changed",
  "node.pair.requested",
  "node.pair.resolved",
  "node.invoke.request",
  "exec.approval.requested",
  "exec.approval.resolved",
  "heartbeat",
  "cron",
  "talk.mode",
  "voicewake.changed",
  "sessions.changed",
  "session.message",
  "session.tool",
];

/** What `hello-ok.features` announces: served methods that are meant to be announced, and events that are sent. */
export function features(handlers: Handlers, protocol: ProtocolVersion): { methods: string[]; events: string[] } {
  const names = Object.keys(methods) as MethodName[];
  return {
    methods: names.filter((name) => {
      const contract = methods[name];
      return contract.advertised && handlers[name] && (contract.only === undefined || contract.only === protocol);
    }),
    events: sent.filter((name) => advertisedEvents(protocol).includes(name)),
  };
}
