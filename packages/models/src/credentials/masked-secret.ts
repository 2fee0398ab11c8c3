/** Characters of a secret that may be shown on each side, when it is long enough that they give nothing away. */
const shownOfLong = 8;
const longSecret = 24;
const shownOfShort = 2;

/** A secret as it may be shown: `sk-proj-...12345678`; of a short one at most two characters on each side. */
export function maskedSecret(secret: string): string {
  if (secret.length > longSecret) return `${secret.slice(0, shownOfLong)}...${secret.slice(-shownOfLong)}`;
  const shown = Math.min(shownOfShort, Math.floor(secret.length / 4));
  return `${secret.slice(0, shown)}...${shown === 0 ? "" : secret.slice(-shown)}`;
}
