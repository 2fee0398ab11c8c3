/** Somebody or somewhere one can write to. */
export interface DirectoryEntry {
  kind: "user" | "group" | "channel";
  /** As a target takes it. */
  id: string;
  name?: string;
  handle?: string;
  /** Higher is better where several match. */
  rank?: number;
  /** No longer in use; others are preferred. */
  archived?: boolean;
}

export interface DirectoryQuery {
  query?: string | undefined;
  limit?: number | undefined;
  signal: AbortSignal;
}

/** Live look-ups of a running account. What the configuration lists the host adds by itself. */
export interface ChannelDirectory {
  self?(): Promise<DirectoryEntry | undefined>;
  peers?(query: DirectoryQuery): Promise<DirectoryEntry[]>;
  groups?(query: DirectoryQuery): Promise<DirectoryEntry[]>;
  members?(groupId: string, query: DirectoryQuery): Promise<DirectoryEntry[]>;
  /** Ids for names; undefined in the place of those that were not found. */
  resolve?(
    names: readonly string[],
    kind: "user" | "group" | "auto",
    signal: AbortSignal,
  ): Promise<((DirectoryEntry & { note?: string }) | undefined)[]>;
}
