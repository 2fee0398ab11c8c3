// What only a run needs, in one place that is loaded with the first: a Gateway at rest does without.
export { executeRun } from "./agent-run.ts";
export { callTool } from "./call-tool.ts";
export { compactSession } from "./compact-session.ts";
export { chooseModel, prepareRun } from "./prepare-run.ts";
export { createRunTools } from "./run-tools.ts";
