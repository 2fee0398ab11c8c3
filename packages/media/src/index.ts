export { type DocumentFile, type DocumentsConfig, extractDocument } from "./documents/extract-document.ts";
export { createReadDocuments, type ReadDocuments } from "./documents/read-documents.ts";
export { type DetectedType, detectType } from "./kinds/detect-type.ts";
export { type MediaKind, mediaKind } from "./kinds/media-type.ts";
export { MediaError, type MediaErrorCode } from "./media-error.ts";
export {
  expectOutboundSize,
  type FitOutboundOptions,
  fitOutbound,
  type OutboundFile,
  outboundMaxBytes,
} from "./outbound/fit-outbound.ts";
export type { LoadSharp } from "./outbound/make-smaller.ts";
export type { CredentialFor, NoteUse, ProfileUse, ProviderAccess } from "./provider-access.ts";
export {
  createSpeech,
  type Sound,
  type Speech,
  type SpeechAttempt,
  SpeechError,
  type SpeechOptions,
  type SpeechProviderState,
  type SpokenReply,
  type SpokenTags,
} from "./speech/create-speech.ts";
export type { Preferences } from "./speech/preferences.ts";
export {
  type EdgeConfig,
  type ElevenLabsConfig,
  type SpeechConfig,
  type SpeechMode,
  type SpeechOverridesConfig,
  type SpeechProviderId,
  speechModes,
  speechProviders,
} from "./speech/speech-config.ts";
export { createSummarize, type Summarize, type SummaryRequest } from "./speech/summarize.ts";
export { type Download, type DownloadOptions, download, type ServedAs } from "./store/download.ts";
export { sentName } from "./store/file-name.ts";
export {
  createMediaStore,
  type MediaStore,
  type SaveOptions,
  type StoredMedia,
} from "./store/media-store.ts";
export { type CapabilityDecision, decisionParts } from "./understanding/decision.ts";
export { captionOf, mediaBody, type UnderstandingOutput } from "./understanding/media-body.ts";
export type { FitImage } from "./understanding/provider-entry.ts";
export type { ProgramCall, RunProgram } from "./understanding/run-program.ts";
export { type ChatPlace, isInScope } from "./understanding/scope.ts";
export type { MediaAttachment } from "./understanding/select-attachments.ts";
export { fillTemplate, type TemplateVariables } from "./understanding/template.ts";
export { createUnderstandLinks, type LinksConfig, type UnderstandLinks } from "./understanding/understand-links.ts";
export {
  createUnderstandMedia,
  type UnderstandMedia,
  type UnderstandMediaOptions,
  type UnderstandRequest,
  type Understood,
} from "./understanding/understand-media.ts";
export type {
  Capability,
  CapabilityConfig,
  EntryConfig,
  ScopeConfig,
  UnderstandingConfig,
} from "./understanding/understanding-config.ts";
