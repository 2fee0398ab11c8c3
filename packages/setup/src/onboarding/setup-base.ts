import path from "node:path";
import { expandTilde } from "@openclaw/config";
import { commitDraft, prepareWorkspace } from "./commit-draft.ts";
import { createSetupDraft } from "./setup-draft.ts";
import { invalidConfigText, SetupError } from "./setup-error.ts";
import type { SetupWorld } from "./setup-world.ts";
import { workspaceOf } from "./workspace-place.ts";

/**
 * The files of a first start, without a question: a configuration that names the workspace, the workspace, the folder of
 * the sessions. What is there stays. @throws SetupError
 */
export async function setUpBase(given: string | undefined, world: SetupWorld): Promise<void> {
  const { snapshot, paths, tell, shorten } = world;
  if (!snapshot.valid) throw new SetupError(invalidConfigText("setup"), { code: "invalid-config" });
  const known = workspaceOf(snapshot.config, paths);
  const wanted = given?.trim() ? path.resolve(expandTilde(given.trim(), paths.home)) : known;
  const configPath = shorten(paths.configPath);
  if (snapshot.exists && wanted === known) {
    tell(`Config OK: ${configPath}`);
    return prepareWorkspace(snapshot, world);
  }
  const draft = createSetupDraft(world);
  draft.merge({ agents: { defaults: { workspace: wanted } } });
  const written = await commitDraft(draft, { ...world, tell: () => {} }, { withWorkspace: false });
  tell(snapshot.exists ? `Updated ${configPath} (set agents.defaults.workspace)` : `Wrote ${configPath}`);
  await prepareWorkspace(written, world);
}
