export { findInstallation, type Installation, readUpdateSource, type UpdateSource } from "./installation.ts";
export { effectiveChannel, planUpdate, type UpdatePlan, type UpdateRequest } from "./plan-update.ts";
export { runUpdate, type UpdateWorld } from "./run-update.ts";
export { checkForUpdate } from "./start-check.ts";
export type { UpdateChannel } from "./update-checkout.ts";
export type { UpdateResult, UpdateStep } from "./update-result.ts";
export { type UpdateStatus, updateStatus } from "./update-status.ts";
export { compareVersions } from "./versions.ts";
