import type { Tool } from "@openclaw/plugin-sdk";
import { coreToolOrder } from "./tool-groups.ts";

/** A tool a run may call, as people are shown it. */
export interface OfferedTool {
  name: string;
  /** What the model is told of it. */
  description: string;
  /** False for a tool of a plugin or of a program outside. */
  core: boolean;
}

export function offeredTool({ name, description }: Pick<Tool, "name" | "description">): OfferedTool {
  return { name, description, core: coreToolOrder.some((core) => core === name) };
}
