/** The key pair a device proves itself with. The private key stays behind `sign`. */
export interface DeviceIdentity {
  /** Lower-case hex SHA-256 of the raw public key. */
  readonly deviceId: string;
  /** base64url without padding of the 32 raw bytes. */
  readonly publicKey: string;
  /** Ed25519 signature of a text, base64url without padding. */
  sign(text: string): Promise<string>;
}

/** A token the Gateway gave to this device. */
export interface StoredDeviceToken {
  token: string;
  role: string;
  scopes: string[];
  updatedAtMs: number;
}

/** Where a client keeps its device tokens between connections. */
export interface DeviceTokenStore {
  get(deviceId: string, role: string): Promise<StoredDeviceToken | undefined>;
  set(deviceId: string, token: StoredDeviceToken): Promise<void>;
  delete(deviceId: string, role: string): Promise<void>;
}
