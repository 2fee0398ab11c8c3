import { migrateAgents } from "./agent-migrations.ts";
import { migrateChannels } from "./channel-migrations.ts";
import { at, isPlainObject, type Migration, move, put, type Tree, take, textsOf } from "./tree.ts";

/** A configuration of this release, and what had to be done for it in words. */
export interface MigratedConfig {
  value: unknown;
  changes: string[];
}

/**
 * Brings keys of former releases to their places of today. A value that is there already is never overwritten. Without
 * such keys the value comes back as it is. Whether the result is valid is for the validation to say.
 */
export function migrateConfig(value: unknown): MigratedConfig {
  if (!isPlainObject(value)) return { value, changes: [] };
  const migration: Migration = { root: structuredClone(value), changes: [] };
  migrateChannels(migration);
  migrateAgents(migration);
  migrateRouting(migration);
  migrateAudio(migration);
  renameMatches(migration);
  move(migration, "messages.queue.byProvider", "messages.queue.byChannel");
  migrateGatewayToken(migration);
  migrateSpeech(migration);
  migrateClaudeProfile(migration);
  if (isPlainObject(migration.root.routing) && Object.keys(migration.root.routing).length === 0) {
    take(migration.root, "routing");
  }
  return migration.changes.length === 0
    ? { value, changes: [] }
    : { value: migration.root, changes: migration.changes };
}

function migrateRouting(migration: Migration): void {
  move(migration, "routing.bindings", "bindings");
  move(migration, "routing.agentToAgent", "tools.agentToAgent");
  move(migration, "routing.queue", "messages.queue");
  move(migration, "routing.groupChat.historyLimit", "messages.groupChat.historyLimit");
  move(migration, "routing.groupChat.mentionPatterns", "messages.groupChat.mentionPatterns");
}

/** Programs that take an audio file and print its text. */
const transcribers = new Set([
  "whisper",
  "whisper-cli",
  "whisper-ctranslate2",
  "faster-whisper",
  "sherpa-onnx-offline",
]);

function migrateAudio({ root, changes }: Migration): void {
  for (const from of ["routing.transcribeAudio", "audio.transcription"]) {
    const old = at(root, from);
    if (old === undefined) continue;
    take(root, from);
    const to = "tools.media.audio.models";
    const [command, ...args] = isPlainObject(old) ? textsOf(old.command) : [];
    if (command === undefined || !transcribers.has(command.split(/[\\/]/).at(-1) ?? "")) {
      changes.push(`Removed ${from} (its program is not supported).`);
    } else if (at(root, to) !== undefined) changes.push(`Removed ${from} (${to} already set).`);
    else {
      const seconds = isPlainObject(old) && typeof old.timeoutSeconds === "number" ? old.timeoutSeconds : undefined;
      const model = {
        type: "cli",
        command,
        ...(args.length > 0 && { args }),
        ...(seconds !== undefined && { timeoutSeconds: seconds }),
      };
      put(root, to, [model]);
      changes.push(`Moved ${from} → ${to}.`);
    }
  }
}

/** Channels were called providers in the conditions of bindings and of the send policy. */
function renameMatches({ root, changes }: Migration): void {
  const renameAll = (list: unknown, place: string, names: readonly (readonly [string, string])[]) => {
    if (!Array.isArray(list)) return;
    for (const [index, each] of list.entries()) {
      const match: unknown = isPlainObject(each) ? each.match : undefined;
      if (!isPlainObject(match)) continue;
      for (const [from, to] of names) rename(match, from, to, `${place}[${index}].match`);
    }
  };
  const rename = (match: Tree, from: string, to: string, place: string) => {
    if (match[from] === undefined) return;
    if (match[to] === undefined) {
      match[to] = match[from];
      changes.push(`Moved ${place}.${from} → ${place}.${to}.`);
    } else changes.push(`Removed ${place}.${from} (${place}.${to} already set).`);
    delete match[from];
  };
  renameAll(root.bindings, "bindings", [
    ["provider", "channel"],
    ["accountID", "accountId"],
  ]);
  renameAll(at(root, "session.sendPolicy.rules"), "session.sendPolicy.rules", [["provider", "channel"]]);
}

function migrateGatewayToken(migration: Migration): void {
  const { root } = migration;
  if (at(root, "gateway.token") === undefined) return;
  const had = at(root, "gateway.auth.token") !== undefined;
  move(migration, "gateway.token", "gateway.auth.token");
  if (!had && at(root, "gateway.auth.mode") === undefined) put(root, "gateway.auth.mode", "token");
}

function migrateSpeech(migration: Migration): void {
  move(migration, "messages.tts.enabled", "messages.tts.auto", (on) => (on === true ? "always" : "off"));
}

/** This profile holds a sign-in, whatever it was called. */
function migrateClaudeProfile({ root, changes }: Migration): void {
  const profiles = at(root, "auth.profiles");
  const profile = isPlainObject(profiles) ? profiles["anthropic:claude-cli"] : undefined;
  if (!isPlainObject(profile) || profile.mode !== "token") return;
  profile.mode = "oauth";
  changes.push('Changed auth.profiles["anthropic:claude-cli"].mode from "token" to "oauth".');
}
