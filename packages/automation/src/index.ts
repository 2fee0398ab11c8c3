export type { Cron, CronOptions, CronOutcome, RunCronJob } from "./cron/cron.ts";
export { createCron } from "./cron/cron.ts";
export { type CronToolOptions, type CronToolTarget, createCronTool } from "./cron/cron-tool.ts";
export type { CronJob, CronJobState, CronStatus } from "./cron/job.ts";
export type { CronJobStore, CronJobStoreOptions } from "./cron/job-store.ts";
export { CronStoreError, createCronJobStore } from "./cron/job-store.ts";
export type { CronRunLog } from "./cron/run-log.ts";
export { createCronRunLog } from "./cron/run-log.ts";
export type { CronSchedule } from "./cron/schedule.ts";
export { CronInputError, checkSchedule, nextRun, parseAt } from "./cron/schedule.ts";
export type { Timers } from "./cron/timers.ts";
export { type DurationUnit, parseDuration } from "./duration.ts";
export {
  type GmailOverrides,
  type GmailSettings,
  gmailDefaults,
  gmailSettings,
  type TailscaleMode,
} from "./gmail/gmail-settings.ts";
export { type GmailSetup, GmailSetupError, setUpGmail } from "./gmail/gmail-setup.ts";
export { createGmailWatcher, type GmailWatcher, type Programs } from "./gmail/gmail-watcher.ts";
export { systemPrograms } from "./gmail/system-programs.ts";
export { type HourZones, isActiveHour } from "./heartbeat/active-hours.ts";
export { isEmptyHeartbeatFile } from "./heartbeat/heartbeat-file.ts";
export { heartbeatToken, type StrippedAck, stripHeartbeatAck } from "./heartbeat/strip-ack.ts";
export { bundledHooks } from "./hooks/bundled/bundled-hooks.ts";
export type { BundledHookServices } from "./hooks/bundled/services.ts";
export { discoverHooks, type FoundHooks, type HookPlaces, packedDirs, packedHooks } from "./hooks/discover-hooks.ts";
export type { Hook, HookEvent, HookHandler, HookRequirements, HookSource, PluginHook } from "./hooks/hook.ts";
export { hookStatus, type JudgedHook, listedPluginHooks } from "./hooks/hook-status.ts";
export {
  HookInstallError,
  type HookInstaller,
  type InstalledHooks,
  installHooks,
  linkedHooks,
} from "./hooks/install-hooks.ts";
export { type InternalHooks, loadInternalHooks } from "./hooks/internal-hooks.ts";
export { createBinarySearch, type HookPlace, type HookVerdict, judgeHook } from "./hooks/judge-hook.ts";
export { handlerFile, readHook } from "./hooks/read-hook.ts";
export type { AgentAction, WakeAction, WebhookAction } from "./webhooks/action.ts";
export { webhookMappings } from "./webhooks/mapping.ts";
export { countSuspicious } from "./webhooks/suspicious.ts";
export { createTransforms, type TransformRequest, type Transforms } from "./webhooks/transform.ts";
export { createWebhookServer, type WebhookServer, type WebhookServerOptions } from "./webhooks/webhook-server.ts";
