export type { ApiKind } from "./api-kind.ts";
export { apiKinds, configurableApiKinds, parseApiKind } from "./api-kind.ts";
export { offlineModelInfo } from "./catalogue/model-catalogue.ts";
export type { CreateModelsOptions, Models, ResolveOptions } from "./create-models.ts";
export { createModels } from "./create-models.ts";
export type { AgentDirs, AgentDirsConfig } from "./credentials/agent-dirs.ts";
export { createAgentDirs } from "./credentials/agent-dirs.ts";
export type { AuthMode } from "./credentials/choose-credential.ts";
export type {
  ApiKeyCredential,
  Credential,
  CredentialType,
  OAuthCredential,
  TokenCredential,
} from "./credentials/credential.ts";
export { parseCredential } from "./credentials/credential.ts";
export { CredentialStoreError } from "./credentials/credential-store-error.ts";
export type { Credentials, CredentialsConfig } from "./credentials/credentials.ts";
export { maskedSecret } from "./credentials/masked-secret.ts";
export type {
  AuthContext,
  AuthMethod,
  AuthPrompter,
  AuthResult,
  ProviderAuth,
} from "./credentials/oauth/auth-method.ts";
export type { ProviderLogin, RefreshContext, Refreshers, RefreshOAuth } from "./credentials/oauth-provider.ts";
export type { ProfileDraft, ProfileFile } from "./credentials/profile-file.ts";
export type { OrderedProfile, ProfileExclusion } from "./credentials/profile-order.ts";
export type { CooldownSettings, FailureReason, ProfileStats } from "./credentials/profile-stats.ts";
export { isDisabled, unusableUntil } from "./credentials/profile-stats.ts";
export type { ProfileStore } from "./credentials/profile-store.ts";
export type { ProfileState, ProviderAuthState } from "./credentials/provider-auth-state.ts";
export { authLabel, shortTime, warnAfterMs } from "./credentials/provider-auth-state.ts";
export type { FreeModel, FreeModelFilter, ProbedModel } from "./discovery/openrouter-free.ts";
export { freeModels, rankProbed } from "./discovery/openrouter-free.ts";
export { probeModel } from "./discovery/probe-model.ts";
export type { ServedModels } from "./discovery/served-models.ts";
export { servedModels } from "./discovery/served-models.ts";
export type { ProviderError, ProviderErrorSource } from "./errors/provider-error.ts";
export { readProviderError } from "./errors/provider-error.ts";
export type { ModelFailure } from "./failure/describe-model-failure.ts";
export { describeModelFailure } from "./failure/describe-model-failure.ts";
export type { Failover } from "./failure/failover-reason.ts";
export { bareFailureText, failoverOf } from "./failure/failover-reason.ts";
export type { ModelFailureKind } from "./failure/failure-kind.ts";
export type { ModelAlias } from "./model-aliases.ts";
export type { ModelErrorCode } from "./model-error.ts";
export { ModelError } from "./model-error.ts";
export type { ModelCost, ModelInfo, ProgramModel, ProgramSession, ResolvedModel } from "./model-info.ts";
export type { ModelRef } from "./model-ref.ts";
export { defaultModel, defaultProvider, formatModelRef, parseModelRef, sameModelRef } from "./model-ref.ts";
export type {
  CliBackendConfig,
  CompatConfig,
  ModelChoice,
  ModelDefinitionConfig,
  ModelEntryConfig,
  ModelsConfig,
  ProviderConfig,
} from "./models-config.ts";
export type { StoredCredential } from "./models-json/implicit-providers.ts";
export type { ModelsJson, ModelsJsonOptions } from "./models-json/models-json.ts";
export { createModelsJson } from "./models-json/models-json.ts";
export { readProviderEntry } from "./models-json/read-models-json.ts";
export { createOfflineModel } from "./offline/create-offline-model.ts";
export { type ProviderAccess, providerAccess } from "./providers/provider-access.ts";
export type {
  AnyLanguageModel,
  PluginModelRequest,
  ProviderRegistry,
  RegisteredProvider,
} from "./providers/registered-provider.ts";
export { createProviderRegistry } from "./providers/registered-provider.ts";
export type { ThinkingLevel } from "./thinking-level.ts";
export {
  nearestThinkingLevel,
  parseThinkingLevel,
  supportsXhigh,
  thinkingLevels,
  thinkingLevelsFor,
  xhighRefusal,
} from "./thinking-level.ts";
export type { ProviderUsage, UsageOptions, UsageWindow } from "./usage/provider-usage.ts";
export { fetchProviderUsage } from "./usage/provider-usage.ts";
export { resetText, shortUsage, usageReport } from "./usage/usage-text.ts";
