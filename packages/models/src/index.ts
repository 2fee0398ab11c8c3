export type { ApiKind } from "./api-kind.ts";
export { apiKinds, availableApiKinds, isAvailableApi } from "./api-kind.ts";
export type { CreateModelsOptions, Models } from "./create-models.ts";
export { createModels } from "./create-models.ts";
export type { ModelFailure } from "./failure/describe-model-failure.ts";
export { describeModelFailure } from "./failure/describe-model-failure.ts";
export type { ModelFailureKind } from "./failure/failure-kind.ts";
export type { ModelAlias } from "./model-aliases.ts";
export { offlineModelInfo } from "./model-catalogue.ts";
export type { ModelErrorCode } from "./model-error.ts";
export { ModelError } from "./model-error.ts";
export type { ModelCost, ModelInfo, ResolvedModel } from "./model-info.ts";
export type { ModelRef } from "./model-ref.ts";
export { defaultModel, defaultProvider, formatModelRef, parseModelRef, sameModelRef } from "./model-ref.ts";
export type {
  CompatConfig,
  ModelChoice,
  ModelDefinitionConfig,
  ModelEntryConfig,
  ModelsConfig,
  ProviderConfig,
} from "./models-config.ts";
export { createOfflineModel } from "./offline/create-offline-model.ts";
export { type ProviderAccess, providerAccess } from "./providers/provider-access.ts";
export type { ThinkingLevel } from "./thinking-level.ts";
export {
  nearestThinkingLevel,
  parseThinkingLevel,
  supportsXhigh,
  thinkingLevels,
  thinkingLevelsFor,
  xhighRefusal,
} from "./thinking-level.ts";
