import type { PluginDiagnostic } from "../discovery/plugin-diagnostic.ts";
import type { PluginRecord } from "./plugin-record.ts";
import { noRegistrations, type Registrations } from "./registrations.ts";

/** The plugins of one Gateway, or of one command, and everything they have registered. Never shared. */
export interface PluginRegistry extends Registrations {
  readonly records: PluginRecord[];
  readonly diagnostics: PluginDiagnostic[];
}

export function createPluginRegistry(diagnostics: readonly PluginDiagnostic[] = []): PluginRegistry {
  return { records: [], diagnostics: [...diagnostics], ...noRegistrations() };
}
