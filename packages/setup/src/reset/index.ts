export {
  planReset,
  planUninstall,
  type RemovalPlan,
  type ResetScope,
  resetScopes,
  type UninstallSelection,
  workspaces,
} from "./plan.ts";
export { isInside, isUnsafe, type Removal, type RemovalOutcome, type RemovalWorld, remove } from "./removal.ts";
