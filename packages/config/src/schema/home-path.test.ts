import { expect, it } from "vitest";
import { expandPaths } from "./home-path.ts";

it("expands the home directory where the key says path, and nowhere else", () => {
  const config = {
    agents: { defaults: { workspace: "~/w", repoRoot: "~" }, list: [{ agentDir: "~\\a", name: "~/n" }] },
    plugins: { load: { paths: ["~/p", "/q"] } },
    tools: { exec: { pathPrepend: ["~/bin"] } },
    skills: { load: { extraDirs: ["~/s"] } },
    logging: { file: "~other/x" },
    messages: { responsePrefix: "~/r" },
  };
  expect(expandPaths(config, "/h")).toEqual({
    agents: { defaults: { workspace: "/h/w", repoRoot: "/h" }, list: [{ agentDir: "/h/a", name: "~/n" }] },
    plugins: { load: { paths: ["/h/p", "/q"] } },
    tools: { exec: { pathPrepend: ["/h/bin"] } },
    skills: { load: { extraDirs: ["~/s"] } },
    logging: { file: "~other/x" },
    messages: { responsePrefix: "~/r" },
  });
  expect(config.agents.defaults.workspace).toBe("~/w");
});

it("returns the same object when there is nothing to expand", () => {
  const config = { agents: { defaults: { workspace: "/w" } }, plugins: { load: { paths: ["/a"] } } };
  expect(expandPaths(config, "/h")).toBe(config);
});
