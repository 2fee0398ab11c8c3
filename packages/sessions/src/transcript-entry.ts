import type { TranscriptMessage, UserBlock } from "./message.ts";

/** The version this package writes. */
export const transcriptVersion = 3;

/** First line of a transcript. */
export interface TranscriptHeader {
  type: "session";
  version: number;
  id: string;
  /** ISO time. */
  timestamp: string;
  /** Workspace of the agent. */
  cwd: string;
  /** Path of the transcript this one was forked from. */
  parentSession?: string;
  [field: string]: unknown;
}

/** What every entry carries. `parentId` is null for the first entry of a path. */
export interface EntryLink {
  id: string;
  parentId: string | null;
  /** ISO time with milliseconds. */
  timestamp: string;
}

export interface MessageEntry {
  type: "message";
  message: TranscriptMessage;
  /** The run this message asked for; other programs ignore it. */
  openclawRunId?: string;
  /** The run under way that a message was steered into. */
  openclawJoined?: string;
}

export interface ModelChangeEntry {
  type: "model_change";
  provider: string;
  modelId: string;
}

export interface ThinkingLevelChangeEntry {
  type: "thinking_level_change";
  thinkingLevel: string;
}

/** Stands for everything before `firstKeptEntryId`. */
export interface CompactionEntry {
  type: "compaction";
  summary: string;
  firstKeptEntryId: string;
  tokensBefore: number;
  details?: unknown;
  fromHook?: boolean;
}

export interface BranchSummaryEntry {
  type: "branch_summary";
  /** Entry the abandoned branch started from, `root` when none. */
  fromId: string;
  summary: string;
  details?: unknown;
  fromHook?: boolean;
}

/** The custom type that marks a run its user stopped before the model had said anything. */
export const stoppedRunMark = "openclaw:aborted";

/** State of ours or of a plugin; never shown to the model. */
export interface CustomEntry {
  type: "custom";
  customType: string;
  data?: unknown;
}

export interface CustomMessageEntry {
  type: "custom_message";
  customType: string;
  content: string | UserBlock[];
  display: boolean;
  details?: unknown;
}

export interface LabelEntry {
  type: "label";
  targetId: string;
  /** Absent: the label is removed. */
  label?: string;
}

export interface SessionInfoEntry {
  type: "session_info";
  name?: string;
}

/** An entry to append; id, parent and time are filled in. */
export type NewEntry =
  | MessageEntry
  | ModelChangeEntry
  | ThinkingLevelChangeEntry
  | CompactionEntry
  | BranchSummaryEntry
  | CustomEntry
  | CustomMessageEntry
  | LabelEntry
  | SessionInfoEntry;

export type KnownEntry = NewEntry & EntryLink;

/** A line of a type this version does not know: kept, linked, never shown. */
export interface UnknownEntry extends EntryLink {
  type: "unknown";
  raw: Record<string, unknown>;
}

export type TranscriptEntry = KnownEntry | UnknownEntry;
