/** WebSocket close codes with a meaning in this protocol. */
export const closeCodes = {
  normal: 1000,
  protocolMismatch: 1002,
  policy: 1008,
  tooLarge: 1009,
  serviceRestart: 1012,
  notReady: 1013,
  tickTimeout: 4000,
  connectFailed: 4008,
} as const;

/** Longest close reason, in bytes of UTF-8 (RFC 6455 allows 123; the reference cuts at 120). */
const reasonBytes = 120;

/** Cuts a close reason to 120 bytes of UTF-8 without splitting a character. */
export function closeReason(text: string): string {
  // Three bytes per UTF-16 unit is the most UTF-8 needs.
  if (text.length * 3 <= reasonBytes) return text;
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= reasonBytes) return text;
  let end = reasonBytes;
  // A continuation byte (10xxxxxx) at the cut means its character began before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return new TextDecoder().decode(bytes.subarray(0, end));
}
