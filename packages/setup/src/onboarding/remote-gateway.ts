import type { SetupDraft } from "./setup-draft.ts";

/** What is wrong with the address of a Gateway; undefined when nothing is. */
export function remoteUrlProblem(text: string): string | undefined {
  return /^wss?:\/\/\S+$/i.test(text.trim()) ? undefined : "URL must start with ws:// or wss://";
}

/** Stages a Gateway elsewhere. What is configured for one on this machine stays. */
export function stageRemote(draft: SetupDraft, { url, token }: { url: string; token: string | undefined }): void {
  const known = draft.config().gateway?.remote?.token;
  draft.merge({
    gateway: {
      mode: "remote",
      remote: { url, ...(token !== undefined ? { token } : known !== undefined && { token: null }) },
    },
  });
}
