const patterns: readonly RegExp[] = [
  /ignore\s+(?:all\s+|any\s+)?(?:previous|prior|above|earlier)\s+(?:instructions?|prompts?|rules?)/i,
  /disregard\s+(?:all\s+|any\s+)?(?:previous|prior|above|your)/i,
  /forget\s+(?:everything|all|your)\s+(?:instructions?|rules?|guidelines?)?/i,
  /you\s+are\s+now\s+(?:a|an|the)\b/i,
  /new\s+(?:system\s+)?instructions?\s*:/i,
  /\bsystem\s*(?:prompt|override|command)\b/i,
  /<\/?(?:system|assistant|user)>/i,
  /^\s*\[?(?:system|assistant)\]?\s*:/im,
  /\brm\s+-rf\b/i,
  /\bdelete\s+all\s+(?:emails?|files?|data|messages?)/i,
  /\b(?:run|execute|exec)\b.{0,40}\b(?:command|shell|script|elevated)\b/i,
];

/** How many of the usual signs of an attempt to instruct the model a text has. They are counted, not refused. */
export function countSuspicious(text: string): number {
  return patterns.filter((pattern) => pattern.test(text)).length;
}
