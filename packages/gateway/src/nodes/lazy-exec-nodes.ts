import type { ExecNodes } from "@openclaw/agent-runtime";
import type { Nodes } from "./nodes.ts";
import type { RunGrants } from "./run-grants.ts";

/** The nodes that commands of agents go to; loaded for the first of these. */
export function createLazyExecNodes(load: () => Promise<Nodes>, grants: RunGrants): ExecNodes {
  let opened: Promise<ExecNodes> | undefined;
  const open = () =>
    (opened ??= import("./exec-nodes.ts").then(({ createExecNodes }) => createExecNodes(load, grants)));
  return {
    runners: async () => (await open()).runners(),
    find: async (query) => (await open()).find(query),
    approvals: async (nodeId) => (await open()).approvals(nodeId),
    run: async (run) => (await open()).run(run),
  };
}
