import type { NoteUse } from "@openclaw/media";
import { describeModelFailure, failoverOf, type Models } from "@openclaw/models";

/**
 * What is wrong with a credential is wrong for chats as well. A file that is refused, or takes too long, says nothing about
 * the credential.
 */
const aboutCredential: ReadonlySet<string> = new Set(["rate_limit", "auth", "billing"]);

/** Tells the credentials how requests about files ended, the way runs do. */
export function createNoteUse({ credentials }: Pick<Models, "credentials">): NoteUse {
  return ({ provider, model, profile, agentId, error }) => {
    if (error === undefined) {
      credentials?.succeeded(profile, provider, agentId);
      return false;
    }
    const decision = failoverOf(describeModelFailure(error, { provider, model }));
    if (decision.kind !== "rotate" || !aboutCredential.has(decision.reason)) return false;
    credentials?.failed(profile, provider, decision.reason, agentId);
    return true;
  };
}
