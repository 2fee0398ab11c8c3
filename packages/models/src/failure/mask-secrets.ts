/** Replaces everything that looks like a credential, so that a provider's words can be shown and logged. */
export function maskSecrets(text: string): string {
  return text
    .replace(/\b(?:sk|pk|rk|gsk|xai|r8|hf|pplx|nvapi)[-_][A-Za-z0-9_*-]{8,}/g, "***")
    .replace(/\b(?:ghp|gho|ghu|ghs|github_pat|glpat|xox[abposr])[-_][A-Za-z0-9_-]{10,}/g, "***")
    .replace(/\bAIza[A-Za-z0-9_-]{20,}/g, "***")
    .replace(/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)?/g, "***")
    .replace(/\b(bearer|api[_-]?key|token)(["']?\s*[:=]?\s*["']?)(?=[^\s"']*\d)[A-Za-z0-9._~+/-]{16,}=*/gi, "$1$2***");
}
