/** Secrets shorter than this many characters show nothing of themselves. */
const shownFrom = 18;
const head = 6;
const tail = 4;
const alreadyMasked = /^(?:\*\*\*|[^…]{6}…[^…]{4})$/;

/**
 * Masks one secret: `***` when it is shorter than 18 characters, else its first 6 and last 4 characters around `…`.
 * What is already masked stays as it is, so a text may be redacted more than once on its way to a file.
 */
export function maskSecret(secret: string): string {
  if (alreadyMasked.test(secret)) return secret;
  if (secret.length < shownFrom) return "***";
  return `${secret.slice(0, head)}…${secret.slice(-tail)}`;
}
