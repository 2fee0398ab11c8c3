/** The file of auth profiles cannot be used or changed. */
export class CredentialStoreError extends Error {
  override readonly name = "CredentialStoreError";
  readonly code = "credential-store";
}
