import { automationExceptions } from "./automation-exceptions.ts";

/** Why and in what this Gateway differs from a recorded case. */
export interface Exception {
  because: string;
  /** Beginnings of the differences; each must really be there, and there must be no others. */
  differs: string[];
  /** The recorded events are not sent by this build, so they are not waited for. */
  withoutEvents?: true;
}

/** What a newer build brings. */
const notBuilt = (feature: string, differs: string[]): Exception => ({
  because: `not part of this build: ${feature}`,
  differs,
});
/** A deliberate departure from a defect of the reference release, by its number in the protocol's list of corrections. */
const correction = (number: number, what: string, differs: string[]): Exception => ({
  because: `correction ${number}: ${what}`,
  differs,
});

const noSkills = (...before: string[]) =>
  notBuilt("skills", [`${before.join("")}.payload.result.meta.systemPromptReport.skills.entries: empty`]);
const sessionExtras = notBuilt("skills", [
  "answer.payload.entry.skillsSnapshot: missing",
  "answer.payload.entry.systemPromptReport.skills.entries: empty",
]);
const plainNumbers = correction(21, "numbers are no secrets", [
  "answer.payload.config.models.providers.fake.models[0].maxTokens: number instead of string",
]);
const abortedEnd = correction(14, "an aborted run ends its lifecycle", ["events: "]);
const ownEvents = correction(15, "a queued message runs under its own id, without an empty `final` before", [
  "events: ",
]);
const delivery = notBuilt("delivery of a reply to a channel", ["answer 1", "answer 2"]);
const ownSchema = (...differs: string[]): Exception => ({
  because: "the schema describes this project's configuration; choices are enumerations",
  differs: differs.map((place) => `answer.payload.schema.${place}`),
});

const bothVersions: Exception = {
  because: "both protocol versions are spoken with every role",
  differs: ["answer.ok", "answer.error", "close: missing"],
};
const negotiated: Exception = {
  because: "the number that was negotiated is told, and its dialect is spoken",
  differs: [
    "answer.payload.protocol",
    "answer.payload.server.bootId",
    "answer.payload.auth.method",
    "answer.payload.policy.attachments",
  ],
};
const oneHint: Exception = {
  because: "one hint for both versions: where the command line has its token",
  differs: ["answer.error.message", "close reason"],
};

const ownChatEvents: Exception = {
  because: "correction 22: nodes get the events of sessions they subscribed to alone",
  differs: [],
  withoutEvents: true,
};

const botUnreachable: Exception = {
  because: "a bot whose service was never reached is not asked to send",
  differs: ["answer.error.message"],
};

/**
 * Every recorded case that is answered differently on purpose. Each line must be justified by a correction of the protocol or
 * by something this build does not have.
 */
export const exceptions: Record<string, Exception> = {
  "v3/agent: main session: accepted, then final; events in between": noSkills("answer 2"),
  "v3/agent: same idempotencyKey after completion: final result from cache, no accepted": noSkills("answer"),
  "v3/agent: slow": noSkills("answer 2"),
  "v3/agent: by agentId": noSkills("answer 2"),
  "v3/agent-turn: agent on a non-main session: accepted, events, final": noSkills("answer 2"),
  "v3/tool-call-turn: agent method, verboseLevel full, tool returns an error": noSkills("answer 2"),
  "v3/agent: deliver true without a route": delivery,
  "v3/agent: deliver true to telegram (network failure)": delivery,
  "v3/agent: provider error 400": correction(13, "a turn that failed at its provider is an error everywhere", [
    "answer 2",
    "events: ",
  ]),
  "v3/agent.wait: after abort": correction(14, "the wait for an aborted run ends", [
    "answer.payload.status",
    "additional startedAt",
    "additional endedAt",
    "additional error",
  ]),
  "v3/chat.abort: by runId": abortedEnd,
  "v3/chat.abort: whole session": abortedEnd,
  "v3/chat.send: stop command aborts the session": abortedEnd,
  "v3/chat.send: slow run": abortedEnd,
  "v3/chat.send: provider error": correction(13, "a turn that failed at its provider is an error everywhere", [
    "events: ",
  ]),
  "v3/chat.send: second message while the first run is active (queue mode collect/default)": ownEvents,
  "v3/config.apply: ok: whole config replaced, restart": plainNumbers,
  "v3/config.patch: ok: restart scheduled, shutdown event, close 1012": plainNumbers,
  "v3/config.set: ok: redacted secrets restored": plainNumbers,
  "v3/config.get: ok": correction(21, "numbers are no secrets", [
    "answer.payload.parsed.models.providers.fake.models[0].maxTokens",
    "answer.payload.config.models.providers.fake.models[0].maxTokens",
  ]),
  "v3/config.schema: ok": ownSchema(
    "properties.wizard.properties.lastRunMode.anyOf",
    "properties.diagnostics.properties.otel.properties.protocol.anyOf",
    "properties.logging.properties",
    "properties.update.properties.channel.anyOf",
    "required",
  ),
  "v3/device.pair.list: pairing scope ok": {
    because: "a device has its list of scopes even when it is empty",
    differs: ["additional paired[0].scopes"],
  },
  "v3/channels.status: telegram configured with a fake token, whatsapp unlinked": {
    because: "rows of all channels have the same fields; accounts were begun, and why one cannot run is told",
    differs: [
      "answer.payload.channels.telegram.lastStartAt",
      "answer.payload.channels.whatsapp.lastError",
      "answer.payload.channelAccounts.telegram[0].lastStartAt",
      "answer.payload.channelAccounts.whatsapp[0].lastError",
      "additional channels.telegram.allowUnmentionedGroups",
      "additional channels.whatsapp.last",
      "additional channelAccounts.telegram[0].dmPolicy",
      "additional channelAccounts.telegram[0].allowFrom",
      "additional channelAccounts.whatsapp[0].last",
      "additional channelAccounts.whatsapp[0].allowFrom",
    ],
  },
  "v3/send: telegram: delivery fails (network)": botUnreachable,
  "v3/send: telegram: same key returns the cached failure": botUnreachable,
  "v3/send: whatsapp: bad target": {
    because: "a target that nobody knows is told in one way by all channels",
    differs: ["answer.error.message"],
  },
  "v3/health: two channels": {
    because: "without a probe it tells what is known of channels, and asks their services nothing",
    differs: ["answer.payload.channels.telegram", "answer.payload.channels.whatsapp"],
  },
  "v3/sessions.patch: label and levels": sessionExtras,
  "v3/sessions.patch: clear with null": sessionExtras,
  "v3/sessions.patch: off values": sessionExtras,
  "v3/sessions.patch: model override (default model)": sessionExtras,
  "v3/sessions.patch: model not allowed": sessionExtras,
  "v3/sessions.patch: model null": sessionExtras,
  "v3/sessions.reset: ok": {
    because: "one rule for every reset: preferences and routes survive, counters and snapshots do not",
    differs: [
      "answer.payload.entry.contextTokens",
      "answer.payload.entry.skillsSnapshot",
      "additional entry.compactionCount",
      "additional entry.deliveryContext",
      "additional entry.chatType",
      "additional entry.sessionFile",
      "additional entry.modelProvider",
    ],
  },
  "v3/sessions.reset: unknown session is created": {
    because: "one rule for every reset: a new session has its counter of compactions and its file",
    differs: ["additional entry.compactionCount", "additional entry.sessionFile"],
  },
  "v3/system-presence: after beacon": { because: "tags of a beacon are kept", differs: ["additional [1].tags"] },
  "v3/node.invoke: node disconnects while the call is pending": {
    because: "the text of the protocol, without the name of the error in front",
    differs: ["answer.error.message"],
  },
  "v3/node.pair.list: paired": correction(9, "lists show no tokens", ["answer.payload.paired[0].token"]),
  "v3/node.pair.verify: ok": correction(9, "whoever has the token need not be told", ["answer.payload.node.token"]),
  "v4/node.invoke: before node commands are approved": {
    because: "who approves a device approves the commands it declares",
    differs: ["answer.ok", "answer.error"],
  },
  "v4/node.pair.approve: ok": { because: "a node is a device, and told of as both", differs: ["events: "] },
  "v3/node.event: voice.transcript starts a run": ownChatEvents,
  "v3/node.event: agent.request starts a run": ownChatEvents,
  "v3/exec.approval.request: times out: decision null": {
    because: "clients are told that an approval has expired",
    differs: ["events: "],
  },

  "v3/handshake: bad JSON before connect": correction(1, "bad JSON is refused with a reason", ["close: "]),
  "v3/handshake: protocol mismatch: client only speaks 4": bothVersions,
  "v3/handshake: protocol range 1..99 accepted": {
    because: "the highest version of both sides is spoken, in its own dialect",
    differs: ["answer.payload.protocol", "answer.payload.server.host", "answer.payload.canvasHostUrl"],
  },

  "v4/handshake: token ok, device v3 signature": {
    because: "nothing is announced that this Gateway does not have",
    differs: [
      "answer.payload.features.capabilities: empty",
      "answer.payload.snapshot.suspension",
      "answer.payload.snapshot.presence[0].instanceId",
      "answer.payload.snapshot.health",
      "answer.payload.snapshot.appliedConfigHash",
      "answer.payload.snapshot.sessionDefaults",
      "answer.payload.snapshot.updateSchedule",
      "answer.payload.controlUi",
    ],
  },
  "v4/handshake: wrong token with device": oneHint,
  "v4/handshake: no auth with device": oneHint,
  "v4/handshake: operator that only speaks 3": bothVersions,
  "v4/handshake: node that only speaks 3 (accepted N-1)": negotiated,
  "v4/handshake: probe mode that only speaks 3": negotiated,
  "v4/handshake: nonce missing": {
    because: "an absent nonce is no parameter error: version 3 allows it on this machine",
    differs: ["answer.error.message", "close reason"],
  },
  "v4/handshake: unknown client.id": {
    because: "one wording of choices for both versions",
    differs: ["answer.error.message", "close reason"],
  },
  "v4/handshake: bad JSON before connect": correction(1, "bad JSON is refused with a reason", ["close: "]),
  "v4/handshake: LAN address, new device": {
    because: "the replay comes from this machine, whose address is not noted",
    differs: ["event device.pair.requested.payload.remoteIp"],
  },
  "v4/agent: accepted then final": noSkills("answer 2"),
  "v4/agent: same key after completion": noSkills("answer"),
  "v4/chat.abort: by runId": correction(14, "an aborted run ends its lifecycle once", ["events: "]),
  "v4/chat.history: after a turn": {
    because: "the content of a message is a list on both versions",
    differs: ["answer.payload.messages[0].content"],
  },
  "v4/chat.history: after an abort: partial kept": correction(14, "the partial text says that it was aborted", [
    "answer.payload.messages[0].content",
    "answer.payload.messages[1].stopReason",
  ]),
  "v4/chat.send: missing params": {
    because: "parameter errors keep their general text when no session is named",
    differs: ["answer.error"],
  },
  "v4/chat.send: slow run, aborted by runId": correction(14, "an aborted run ends its lifecycle once", ["events: "]),
  "v4/chat.send: second message while the first run is active": ownEvents,
  "v4/chat.send: provider error": correction(13, "exactly one terminal event", ["events: "]),
  "v4/chat.send: tool call turn, session verboseLevel off": {
    because: "verbose off means no tool events, on both versions",
    differs: ["events: "],
  },
  "v4/chat.send: tool call turn, session verboseLevel full": {
    because: "details of a tool result are up to the tool",
    differs: ["event agent tool result.payload.data.result.details"],
  },
  "v4/config.get: ok": {
    because: "defaults of this project's configuration",
    differs: ["answer.payload.config.agents.defaults.compaction.mode"],
  },
  "v4/config.schema: ok": ownSchema("properties.env.additionalProperties", "properties.logging.properties"),
  "v4/sessions.patch: label + verbose": sessionExtras,
  "v4/sessions.patch: bad thinking": {
    because: "the levels of the error text are those of the format, not of the session's model",
    differs: ["answer.error.message"],
  },
  "v3/sessions.usage: all": {
    because: "every session says where it is and which model it has; the recorded ones had never said so",
    differs: ["additional sessions[0]", "additional sessions[1]"],
  },
  "v3/sessions.usage: one key": notBuilt("skills", ["answer.payload.sessions[0].contextWeight.skills.entries: empty"]),
  "v4/chat.startup: after a turn": {
    because: "the content of a message is a list on both versions",
    differs: ["answer.payload.messages[0].content"],
  },
  "v4/sessions.send: ok": {
    because: "the events of a run are the same whatever method began it",
    differs: ["events: "],
  },
  "v4/sessions.usage: ok": {
    because: "the answer is complete at once; nothing is counted in the background",
    differs: ["answer.payload.sessions[0].usage: object instead of null"],
  },
  "v4/system-presence: ok": {
    because: "the Gateway is no client and has no instance id",
    differs: ["answer.payload[0].instanceId"],
  },
  ...automationExceptions,
};
