import { OAuthError } from "./oauth-error.ts";

/**
 * The code of what somebody pasted: the whole redirect address, `code#state`, `code=…&state=…` or the code alone.
 * @throws OAuthError `state-mismatch` when a state comes along that is not the expected one, `no-code`
 */
export function readPastedCallback(pasted: string, expectedState: string): string {
  const { code, state } = partsOf(pasted.trim());
  if (!code) {
    throw new OAuthError(
      "no-code",
      "There is no authorization code in that. Paste the whole address the browser was sent to, or the code it shows.",
    );
  }
  if (state !== undefined && state !== expectedState) {
    throw new OAuthError("state-mismatch", "State mismatch: the answer belongs to another sign-in. Start again.");
  }
  return code;
}

function partsOf(text: string): { code: string; state?: string } {
  if (URL.canParse(text) && /^https?:/i.test(text)) return fromParameters(new URL(text).searchParams);
  if (/(?:^|[?&])code=/.test(text)) return fromParameters(new URLSearchParams(text.replace(/^\?/, "")));
  const [code = "", state] = text.split("#", 2);
  return { code: code.trim(), ...(state !== undefined && { state: state.trim() }) };
}

function fromParameters(parameters: URLSearchParams): { code: string; state?: string } {
  const state = parameters.get("state");
  return { code: parameters.get("code") ?? "", ...(state !== null && { state }) };
}
