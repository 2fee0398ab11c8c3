import type { Nodes } from "./nodes.ts";

export const nodeActions = [
  "status",
  "describe",
  "pending",
  "approve",
  "reject",
  "notify",
  "camera_snap",
  "camera_list",
  "camera_clip",
  "screen_record",
  "location_get",
  "run",
  "invoke",
] as const;
export const canvasActions = ["present", "hide", "navigate", "eval", "snapshot", "a2ui_push", "a2ui_reset"] as const;
export type NodesAction = (typeof nodeActions)[number];
export type CanvasAction = (typeof canvasActions)[number];

/** What the tools `nodes` and `canvas` of a run work with. */
export interface NodeToolsOptions {
  agentId: string;
  workspaceDir: string;
  /** Whether the sender of the message that is being answered is the owner, who may let nodes in. */
  isOwner: () => boolean;
  nodes: () => Promise<Nodes>;
}
