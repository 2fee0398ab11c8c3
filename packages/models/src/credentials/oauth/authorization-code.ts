import type { AuthContext } from "./auth-method.ts";
import type { CallbackListener } from "./callback-server.ts";
import { readPastedCallback } from "./pasted-callback.ts";

export interface CodeRequest {
  /** Name of the service, for texts. */
  service: string;
  /** The address to open, state and redirect address included. */
  url: string;
  state: string;
  /** Where the browser is sent back to on this machine. */
  redirect: { port: number; path: string };
  /** How long the browser is waited for before a paste is asked for, ms. */
  waitMs: number;
}

/** What asking for a code needs of the world. */
export type CodeContext = Pick<AuthContext, "prompter" | "isRemote" | "openUrl" | "listen" | "wait" | "signal">;

/**
 * Gets an authorization code: from the browser of this machine, or pasted when it is elsewhere, when nothing comes, or
 * when the port is taken. @throws OAuthError
 */
export async function requestCode(request: CodeRequest, context: CodeContext): Promise<string> {
  const { prompter } = context;
  const listener = context.isRemote ? undefined : await context.listen({ ...request.redirect, state: request.state });
  try {
    const opened = !context.isRemote && (await context.openUrl(request.url));
    prompter.note(
      opened ? `If no browser opens, go to:\n${request.url}` : `Open this address in a browser:\n${request.url}`,
      `${request.service} sign-in`,
    );
    const code = listener && (await waitForBrowser(listener, request, context));
    if (code) return code;
    const pasted = await prompter.text({
      message: "Paste the address the browser was sent to, or the authorization code",
      validate: (answer) => (answer.trim() ? undefined : "Required"),
    });
    return readPastedCallback(pasted, request.state);
  } finally {
    listener?.close();
  }
}

async function waitForBrowser(
  listener: CallbackListener,
  { service, waitMs }: CodeRequest,
  context: CodeContext,
): Promise<string | undefined> {
  const progress = context.prompter.progress(`Waiting for the browser to come back from ${service}…`);
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, context.signal]);
  try {
    const late = context.wait(waitMs, signal).then(
      () => undefined,
      () => undefined,
    );
    const code = await Promise.race([listener.code, late]);
    context.signal.throwIfAborted();
    progress.stop(code === undefined ? "Nothing came back from the browser." : "Signed in.");
    return code;
  } finally {
    enough.abort();
  }
}
