import { readFile } from "node:fs/promises";
import path from "node:path";
import { ensureWorkspace } from "@openclaw/agent-runtime";
import { type ConfigSnapshot, openConfigStore } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { agentSessionsDir } from "@openclaw/sessions";
import { ensurePrivateDir, moveToTrash, writeFileAtomic } from "@openclaw/storage";
import { readDirectoryNames } from "./read-directory.ts";
import type { SetupDraft, SetupWork } from "./setup-draft.ts";
import { SetupError } from "./setup-error.ts";
import type { SetupWorld } from "./setup-world.ts";
import { workspaceOf } from "./workspace-place.ts";

/**
 * Writes everything that was staged: what is to go first, then secrets, then the configuration that names them, then the
 * workspace. @throws SetupError, ConfigError, StorageError
 */
export async function commitDraft(
  draft: SetupDraft,
  world: SetupWorld,
  { withWorkspace = true }: { withWorkspace?: boolean } = {},
): Promise<ConfigSnapshot> {
  const { paths, tell, shorten } = world;
  if (draft.resetScope !== undefined) await resetInstallation(draft, world);
  await storeVariables(draft, world);
  await storeProfiles(draft, () => draft.config(), world);
  const works = [...draft.works.values()];
  const snapshot = await placeAndWrite(works, draft, world);
  tell(`Updated ${shorten(paths.configPath)}`);
  draft.committed(snapshot.config);
  if (withWorkspace) await prepareWorkspace(snapshot, world);
  for (const { follow } of works) await follow?.(snapshot.config);
  return snapshot;
}

/** The configuration may name what is placed: it is written last, and without it nothing stays in its place. */
async function placeAndWrite(
  works: readonly SetupWork[],
  draft: SetupDraft,
  world: SetupWorld,
): Promise<ConfigSnapshot> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const { place } of works) {
      const placed = await place?.(draft.config());
      if (placed === undefined) continue;
      undo.unshift(placed.undo);
      draft.merge(placed.patch);
    }
    return await writeConfig(draft, world);
  } catch (error) {
    for (const takeBack of undo) await takeBack();
    throw error;
  }
}

/** Makes the workspace and the folder of the sessions; what is there stays. */
export async function prepareWorkspace({ config }: ConfigSnapshot, world: SetupWorld): Promise<void> {
  const { paths, env, tell, shorten } = world;
  const workspace = workspaceOf(config, paths);
  const { repository } = await ensureWorkspace(workspace, {
    env,
    ...(config.agents?.defaults?.skipBootstrap === true && { skipBootstrap: true }),
  });
  await repository;
  tell(`Workspace OK: ${shorten(workspace)}`);
  const models = modelsOf(draftConfig(config), world);
  const sessions = agentSessionsDir(paths.stateDir, models.credentials?.dirs.defaultAgentId() ?? "main");
  await ensurePrivateDir(sessions);
  tell(`Sessions OK: ${shorten(sessions)}`);
}

const draftConfig = (config: ConfigSnapshot["config"]) => () => config;

async function writeConfig(draft: SetupDraft, world: SetupWorld): Promise<ConfigSnapshot> {
  const { paths, env, version, manifests } = world;
  await ensurePrivateDir(path.dirname(paths.configPath));
  const store = await openConfigStore({ paths, env, version, manifests });
  try {
    return await store.patch({ patch: draft.patch() });
  } finally {
    await store.close();
  }
}

function modelsOf(
  config: () => ConfigSnapshot["config"],
  { env, paths, now, fetch }: Pick<SetupWorld, "env" | "paths" | "now" | "fetch">,
) {
  return createModels({ config, env, log: silentLog, stateDir: paths.stateDir, clock: { now }, fetch });
}

/** Writes the variables that were staged into the environment file, and makes them known to this process. */
export async function storeVariables(
  draft: SetupDraft,
  { paths, env, tell, shorten }: Pick<SetupWorld, "paths" | "env" | "tell" | "shorten">,
): Promise<void> {
  for (const [name, value] of draft.variables) {
    await setVariable(paths.envFile, name, value);
    env[name] = value;
    tell(`Saved ${name} to ${shorten(paths.envFile)}`);
  }
}

/** Writes the credentials that were staged: those of the default agent where no other is named. */
export async function storeProfiles(
  draft: SetupDraft,
  config: () => ConfigSnapshot["config"],
  world: Pick<SetupWorld, "env" | "paths" | "now" | "fetch">,
  agentId?: string,
): Promise<void> {
  if (draft.profiles.size === 0) return;
  const { credentials } = modelsOf(config, world);
  if (!credentials) throw new SetupError("The credentials have no place to be stored.");
  await credentials.store(agentId ?? credentials.dirs.defaultAgentId()).update((file) => {
    for (const [profileId, credential] of draft.profiles) file.setProfile(profileId, credential);
  });
  await credentials.settled();
}

/** Moves what the scope names to the Trash. Where there is none, one is made; nothing is ever deleted. */
async function resetInstallation(draft: SetupDraft, world: SetupWorld): Promise<void> {
  const { paths, snapshot, tell, shorten, platform } = world;
  const places = [paths.configPath];
  if (draft.resetScope !== "config") {
    places.push(paths.credentialsDir);
    for (const agent of await readDirectoryNames(paths.agentsDir)) {
      places.push(path.join(paths.agentsDir, agent, "sessions"));
    }
  }
  if (draft.resetScope === "full") places.push(workspaceOf(snapshot.config, paths));
  for (const place of places) {
    const trash = { home: paths.home, env: world.env, platform, now: world.now, create: true };
    if (!(await isThere(place))) continue;
    if (!(await moveToTrash(place, trash))) {
      throw new SetupError(
        `${place} was not moved: there is no Trash for programs on this system. Move it away yourself, then run this again.`,
        { code: "no-trash" },
      );
    }
    tell(`Moved to Trash: ${shorten(place)}`);
  }
}

async function isThere(place: string): Promise<boolean> {
  const { existsSync } = await import("node:fs");
  return existsSync(place);
}

/** Sets a variable in an environment file; every other line stays as it is. */
async function setVariable(file: string, name: string, value: string): Promise<void> {
  const text = await readText(file);
  const line = `${name}=${/^[\w.\-:/+=]+$/.test(value) ? value : JSON.stringify(value)}`;
  const lines = text.split("\n");
  const at = lines.findIndex((each) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(each));
  if (at >= 0) lines[at] = line;
  else if (lines.at(-1) === "") lines.splice(-1, 0, line);
  else lines.push(line);
  await ensurePrivateDir(path.dirname(file));
  await writeFileAtomic(file, lines.join("\n").replace(/\n*$/, "\n"), { mode: 0o600 });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
