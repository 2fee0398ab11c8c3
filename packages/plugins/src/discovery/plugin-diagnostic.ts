/** Something a person should know about a plugin. */
export interface PluginDiagnostic {
  level: "warn" | "error";
  message: string;
  pluginId?: string;
  /** The file or directory it is about. */
  source?: string;
}
