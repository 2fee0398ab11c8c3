import type { FlagSpec } from "./command-spec.ts";

/** `--json` of commands that print one document. */
export const json = { type: "boolean", summary: "machine-readable output" } as const satisfies FlagSpec;

/** How to reach another Gateway than the configured one. */
export const gatewayFlags = {
  url: { type: "string", value: "url", summary: "gateway WebSocket URL; needs --token or --password" },
  token: { type: "string", value: "token", summary: "gateway token" },
  password: { type: "string", value: "password", summary: "gateway password" },
} as const satisfies Record<string, FlagSpec>;

/** The certificate that is expected of the Gateway. */
export const tlsFingerprintFlag = {
  "tls-fingerprint": {
    type: "string",
    value: "sha256",
    summary: "expected certificate fingerprint of a wss:// gateway",
  },
} as const satisfies Record<string, FlagSpec>;

/** `--timeout` in ms with its default. */
export function timeoutFlag<const D extends number>(ms: D) {
  return {
    type: "integer",
    value: "ms",
    summary: "timeout in ms",
    default: ms,
    min: 1,
    refusal: "--timeout must be a positive integer (milliseconds)",
  } as const satisfies FlagSpec;
}

/** Further detail on the terminal; both names mean the same. */
export const verboseFlags = {
  verbose: { type: "boolean", summary: "more detail" },
  debug: { type: "boolean", summary: "same as --verbose" },
} as const satisfies Record<string, FlagSpec>;
