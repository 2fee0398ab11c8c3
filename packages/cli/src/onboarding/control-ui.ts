import { existsSync } from "node:fs";
import path from "node:path";
import type { SetupHost } from "@openclaw/setup/onboarding";
import { createRunProgram } from "@openclaw/setup/services";
import type { CommandContext } from "../run/command-context.ts";
import { programFile, programRoot } from "../services/service-world.ts";

/** Installing what it needs takes its time where nothing is in the package manager's store, ms. */
const buildMs = 600_000;

/** Whether the Control UI is built; where it can be, a checkout, what builds it. */
export function controlUi(
  context: Pick<CommandContext, "webRoot" | "program" | "spawn" | "env">,
  { builds }: { builds: boolean },
): ReturnType<SetupHost["controlUi"]> {
  const { webRoot, spawn, env } = context;
  const built = webRoot !== undefined && existsSync(path.join(webRoot, "index.html"));
  const root = programRoot(programFile(context));
  if (!builds || root === undefined || !existsSync(path.join(root, "pnpm-workspace.yaml"))) {
    return { built, build: undefined };
  }
  const run = createRunProgram({ spawn, env });
  return {
    built,
    build: async () => (await run(["pnpm", "ui:build"], { cwd: root, timeoutMs: buildMs })).code === 0,
  };
}
