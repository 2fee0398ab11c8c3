/** What kept a plugin from being installed, updated or removed. */
export type PluginInstallErrorCode =
  | "path-not-found"
  | "link-needs-path"
  | "unsupported-spec"
  | "unsupported-archive"
  | "unsafe-archive"
  | "unreadable-archive"
  | "no-package"
  | "no-entries"
  | "bad-manifest"
  | "bad-id"
  | "exists"
  | "not-found"
  | "npm-failed"
  | "id-mismatch"
  | "invalid-config";

/** A plugin could not be installed. The message is for the terminal. */
export class PluginInstallError extends Error {
  override readonly name = "PluginInstallError";
  readonly code: PluginInstallErrorCode;

  constructor(code: PluginInstallErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
